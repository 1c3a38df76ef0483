"""Folder: results written whole or not at all, beside the place they go to."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from greenmap.errors import OutputError

MANIFEST = "manifest.json"


@contextmanager
def staged(target: str | Path) -> Iterator[Path]:
    """Give a folder to write into; at the end its files replace those in `target`.

    Parameters
    ----------
    target : str or Path
        Made if it isn't there. Files that an earlier run lists in its
        ``manifest.json`` and this run doesn't write are removed; other files
        stay untouched.

    Yields
    ------
    Path
        An empty folder beside `target`. When the block ends with an error it is
        removed and `target` stays as it was.

    Raises
    ------
    OutputError
        Some file can't be replaced (open in Excel, say): all of them are named,
        and `target` stays as it was.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "out"
    >>> with staged(folder) as stage:
    ...     _ = (stage / "a.csv").write_text("1")
    >>> [file.name for file in folder.iterdir()]
    ['a.csv']
    """
    place = Path(target).absolute()
    stage = _beside(place, "new")
    try:
        yield stage
        files = files_in(stage)
        _list_files(stage, files)
        _move_in(stage, place, files)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def files_in(folder: Path) -> list[str]:
    """List all files below a folder.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of str
        Relative, with ``/``, sorted.
    """
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")
                  if path.is_file())


def replace_file(stage: Path, target: Path) -> None:
    """Put a finished file in the place of another.

    Parameters
    ----------
    stage, target : Path
        On one disk.

    Raises
    ------
    OutputError
        `target` is open elsewhere, is a folder, or may not be written.
    """
    try:
        stage.replace(target)
    except OSError as error:
        stage.unlink(missing_ok=True)
        raise OutputError("report.files_busy", folder=target.parent.name, files=target.name,
                          count=1) from error


def _beside(place: Path, what: str) -> Path:
    name = f".{place.name}.{what}-{secrets.token_hex(4)}"
    if place.exists() and not place.is_dir():
        raise OutputError("report.target_is_file", path=place.name)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        (place.parent / name).mkdir()
    except OSError as error:
        raise OutputError("report.folder_not_writable", folder=place.parent.name,
                          detail=error.strerror or str(error)) from error
    return place.parent / name


def _list_files(stage: Path, files: list[str]) -> None:
    if MANIFEST in files:
        manifest: dict[str, Any] = json.loads((stage / MANIFEST).read_text("utf-8"))
        text = json.dumps({**manifest, "files": files}, ensure_ascii=False, indent=2,
                          sort_keys=True)
        (stage / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def _former_files(place: Path) -> list[str]:
    """What the last run wrote; names that would lead out of the folder are not believed."""
    try:
        listed = json.loads((place / MANIFEST).read_text("utf-8"))["files"]
        paths = [PurePosixPath(name) for name in listed]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return sorted(str(path) for path in paths
                  if not path.is_absolute() and not {"..", ""} & set(path.parts)
                  and "\\" not in str(path) and ":" not in str(path))


def _move_in(stage: Path, place: Path, files: list[str]) -> None:
    if not place.exists():
        stage.replace(place)
        return
    backup = _beside(place, "old")
    former = _former_files(place)
    try:
        _exchange(stage, place, backup, files, former)
    except OutputError:
        shutil.rmtree(backup)
        raise
    # Any other end leaves the backup where it is: it may hold the only copy.
    shutil.rmtree(backup, ignore_errors=True)
    _drop_empty(place, {name for name in former if name not in files})


def _exchange(stage: Path, place: Path, backup: Path, files: list[str], former: list[str]) -> None:
    moved: list[tuple[Path, Path]] = []
    busy: list[str] = []

    def move(source: Path, goal: Path, name: str) -> None:
        try:
            if source.is_dir() or goal.is_dir():
                raise IsADirectoryError(name)
            goal.parent.mkdir(parents=True, exist_ok=True)
            source.replace(goal)
        except OSError:
            busy.append(name)
        else:
            moved.append((source, goal))

    for name in sorted({*files, *former}):
        if (place / name).exists():
            move(place / name, backup / name, name)
    for name in files if not busy else ():
        move(stage / name, place / name, name)
    if busy:
        for source, goal in reversed(moved):
            goal.replace(source)
        _drop_empty(place, set(files))
        raise OutputError("report.files_busy", folder=place.name, files=", ".join(busy[:5]),
                          count=len(busy))


def _drop_empty(place: Path, names: set[str]) -> None:
    for folder in {(place / name).parent for name in names} - {place}:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
