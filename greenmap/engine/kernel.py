"""How the engine's kernels are compiled: on first use, without the GIL, kept on disk.

Serial kernels on a thread pool are cached by numba where ``parallel=True`` can't be. The
cache lies in the user's cache folder, in a folder named by a digest of the engine's own
source, because numba looks only at the file of the outermost kernel. A folder that can't
be written, or a cache that can't be read, costs a compilation and is never an error.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import config
from numba.core.caching import FunctionCache, NullCache

from greenmap import i18n, progress, settings

Function = TypeVar("Function", bound=Callable[..., Any])
log = logging.getLogger("greenmap.engine")


def kernel(function: Function) -> Function:
    """Make a function of arrays a compiled kernel.

    Parameters
    ----------
    function : callable
        Numbers and arrays in, numbers out; compiled when first called.

    Returns
    -------
    callable
        Runs without the GIL.

    Examples
    --------
    >>> kernel(lambda a, b: a + b).py_func(1, 2)
    3
    """
    options = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
    compiled = numba.njit(**options)(function)
    compiled._cache = KernelCache(function, "kernels")
    # What kernels call needs no way in from Python, which is a fifth of all compilation.
    part = numba.njit(**options, no_cpython_wrapper=True)(function)
    part._cache = KernelCache(function, "parts")
    compiled.get_call_template, compiled.get_overload = part.get_call_template, part.get_overload
    return compiled  # type: ignore[no-any-return]


@cache
def cache_folder() -> Path | None:
    """Return where compiled kernels are kept, or None where nothing can be written.

    ``NUMBA_CACHE_DIR`` goes before the settings' cache folder.

    Returns
    -------
    Path or None
    """
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    given = os.environ.get("NUMBA_CACHE_DIR")
    base = Path(given) if given else settings.current().cache_dir
    folder = base / "kernels" / digest.hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError:
        log.warning(i18n.text("engine.kernels_not_kept", folder=base))
        return None
    return folder


class KernelCache:
    """Numba's disk cache of one kernel, opened on first use; its failures are kept quiet.

    Parameters
    ----------
    function : callable
        The kernel's Python function.
    folder : str
        Name of the folder that keeps it, inside :func:`cache_folder`.
    """

    known = compiled = 0

    def __init__(self, function: Callable[..., Any], folder: str) -> None:
        self._function, self._folder = function, folder
        self._opened: Any = None
        KernelCache.known += 1

    def _open(self) -> Any:
        if self._opened is None:
            self._opened = NullCache()
            folder = cache_folder()
            if folder is not None:
                given = config.CACHE_DIR
                config.CACHE_DIR = str(folder / self._folder)
                try:
                    self._opened = FunctionCache(self._function)
                except (OSError, RuntimeError):
                    log.info("kernel %s is not cached", self._function.__name__)
                finally:
                    config.CACHE_DIR = given
        return self._opened

    @property
    def cache_path(self) -> str | None:
        """Folder of the cached machine code, None if there is none."""
        path: str | None = self._open().cache_path
        return path

    def load_overload(self, signature: Any, target: Any) -> Any:
        """Return the compiled kernel; if it isn't kept, or is damaged, None and say so."""
        found = None
        try:
            found = self._open().load_overload(signature, target)
        except Exception:  # unpickling a damaged file may raise anything at all
            log.info("kernel %s: the cache is damaged and made anew", self._function.__name__)
            self.flush()
        if found is None:
            KernelCache.compiled += 1
            total = max(KernelCache.known, KernelCache.compiled)
            progress.report(KernelCache.compiled - 1, total, "engine.compiling")
        return found

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep a compiled kernel; a full disk only means that it isn't kept."""
        try:
            self._open().save_overload(signature, compiled)
        except OSError:
            log.info("kernel %s could not be kept", self._function.__name__)

    def flush(self) -> None:
        """Forget what is kept."""
        try:
            self._open().flush()
        except OSError:
            self._opened = NullCache()

    def enable(self) -> None:
        """Let the cache be used again."""
        self._open().enable()

    def disable(self) -> None:
        """Stop using the cache."""
        self._open().disable()
