"""Kept: results that cost much to make, in the user's cache folder as files of plain arrays.

Their name is a digest of everything they were made from, the program's own source among it: an
old one is never found again. A file that is damaged or foreign is made anew; a folder that can't
be written costs time and is no error.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from greenmap import settings

Arrays = Mapping[str, np.ndarray[Any, Any]]
Made = TypeVar("Made")
_log = logging.getLogger("greenmap.kept")


def kept(folder: str, key: Iterable[bytes], make: Callable[[], Made], *,
         pack: Callable[[Made], Arrays], unpack: Callable[[Arrays], Made]) -> Made:
    """Take a result from the cache folder, or make it and keep it.

    Parameters
    ----------
    folder : str
        Kind of result; a folder below ``settings.cache_dir``.
    key : iterable of bytes
        Everything the result depends on; see :func:`source_digest`.
    make : callable
        Makes the result.
    pack : callable
        Turns it into plain arrays, none of objects.
    unpack : callable
        Turns them back; raises `ValueError` or `KeyError` where they don't fit.

    Returns
    -------
    object

    Examples
    --------
    >>> with settings.use(cache_dir=Path(tempfile.mkdtemp())):
    ...     [kept("sums", [b"1 2 3"], lambda: 6, pack=lambda n: {"sum": np.array(n)},
    ...           unpack=lambda found: int(found["sum"])) for _ in range(2)]
    [6, 6]
    """
    path = kept_path(folder, key)
    try:
        return unpack(read_arrays(path))
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.info("%s made anew: %s", folder, error)
    made = make()
    try:
        _save(path, pack(made))
    except OSError as error:
        _log.info("%s not kept: %s", folder, error)
    return made


def kept_path(folder: str, key: Iterable[bytes]) -> Path:
    """Return where a result of some key is kept, see :func:`kept`."""
    digest = hashlib.sha256()
    for part in key:
        digest.update(len(part).to_bytes(8, "little") + part)
    return settings.current().cache_dir / folder / f"{digest.hexdigest()}.npz"


def read_arrays(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    """Read the arrays of a ``.npz`` file, never an object.

    Parameters
    ----------
    path : path
        As NumPy writes them.

    Returns
    -------
    dict of array
        By name.

    Raises
    ------
    OSError
        The file can't be read.
    ValueError
        It is damaged: each array is read whole before it is looked at, and so is its checksum.
    """
    try:
        with path.open("rb") as raw, zipfile.ZipFile(raw) as file:
            parts = {name: io.BytesIO(file.read(name)) for name in file.namelist()}
    except (zipfile.BadZipFile, EOFError, RuntimeError, struct.error, zlib.error) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error
    return {name.removesuffix(".npy"): np.lib.format.read_array(part, allow_pickle=False)
            for name, part in parts.items()}


def _save(path: Path, arrays: Arrays) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


@cache
def source_digest(*rooms: str) -> bytes:
    """Digest the program's own source.

    Parameters
    ----------
    *rooms : str
        Packages of greenmap, such as ``"network"``.

    Returns
    -------
    bytes
        Changes with every line of theirs, so that nothing kept outlives the way it was made.
    """
    digest = hashlib.sha256()
    for room in rooms:
        for source in sorted((Path(__file__).parent / room).glob("*.py")):
            digest.update(source.name.encode() + source.read_bytes())
    return digest.digest()


def text_array(text: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return a text as an array of bytes.

    Examples
    --------
    >>> array_text(text_array("甲"))
    '甲'
    """
    return np.frombuffer(text.encode(), np.uint8)


def array_text(array: np.ndarray[Any, Any]) -> str:
    """Return the text an array of bytes holds; undoes :func:`text_array`."""
    return array.tobytes().decode()
