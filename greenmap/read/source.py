"""A file as a source: is it there, what is it, and its digest."""

from __future__ import annotations

import hashlib
from pathlib import Path

from greenmap.errors import MissingFileError, UnreadableFileError
from greenmap.read.secrecy import refuse_secret_name

DELIMITED = (".csv", ".txt", ".tsv")
WORKBOOKS = (".xlsx", ".xlsm")
LAYERED = (".gpkg", ".shp", ".geojson", ".json", ".topojson", ".kml", ".kmz")
DRAWN = (".gdb", ".dxf")
PARQUET = (".parquet", ".geoparquet")
READ = DELIMITED + WORKBOOKS + LAYERED + DRAWN + PARQUET

_EXPORTS = {".dwg": "dwg", ".mdb": "mdb", ".accdb": "mdb", ".xls": "xls", ".et": "xls",
            ".wl": "mapgis", ".wp": "mapgis", ".wt": "mapgis", ".tab": "tab", ".mif": "tab",
            ".doc": "word", ".docx": "word", ".wps": "word", ".pdf": "word", ".rar": "archive",
            ".zip": "archive", ".7z": "archive"}  # fmt: skip
"""Files offices hold and we don't read: which step makes them readable."""


def existing_file(path: str | Path, *, endings: tuple[str, ...] = READ) -> Path:
    """Return the path of a file that is there and of a kind we read.

    Parameters
    ----------
    path : path
        As the user gave it.
    endings : tuple of str
        Endings that are read.

    Returns
    -------
    Path

    Raises
    ------
    MissingFileError
        No such file; names the files of these kinds in the folder.
    UnreadableFileError
        The ending is none of `endings`, or the file is empty.
    SecretSourceError
        The name says that the file is secret.
    """
    path = Path(path)
    refuse_secret_name(path)
    if not path.is_file() and not _is_geodatabase(path):
        raise MissingFileError("read.no_file", file=str(path), found=_neighbours(path, endings))
    if (way := _EXPORTS.get(path.suffix.lower())) is not None:
        raise UnreadableFileError(f"read.export_{way}", file=path.name)
    if path.suffix.lower() not in endings:
        raise UnreadableFileError("read.ending", file=path.name, known=" ".join(endings))
    if path.is_file() and path.stat().st_size == 0:
        raise UnreadableFileError("read.empty_file", file=path.name)
    return path


def is_control_file(crs: str | Path | None) -> bool:
    """Tell whether a CRS is given as a table of control points.

    Examples
    --------
    >>> is_control_file("控制点.csv"), is_control_file("EPSG:4543")
    (True, False)
    """
    return str(crs or "").lower().endswith(DELIMITED + WORKBOOKS)


def _is_geodatabase(path: Path) -> bool:
    """A file geodatabase is a folder."""
    return path.suffix.lower() == ".gdb" and path.is_dir()


def _neighbours(path: Path, endings: tuple[str, ...]) -> str:
    """Files beside a missing one, those of its own kind first."""
    if not path.parent.is_dir():
        return "-"
    near = [file for file in path.parent.iterdir() if file.suffix.lower() in endings]
    same = [file for file in near if file.suffix.lower() == path.suffix.lower()]
    names = sorted(file.name for file in same or near)
    return ", ".join(names[:10]) + (" …" if len(names) > 10 else "") if names else "-"


def parts(path: Path) -> list[Path]:
    """Return the files that make up a source: shapefiles and geodatabases have several.

    Parameters
    ----------
    path : Path
        The file named.

    Returns
    -------
    list of Path
        Sorted by ending; of a geodatabase by name.
    """
    if _is_geodatabase(path):
        return sorted(file for file in path.iterdir() if file.suffix.lower() != ".lock")
    if path.suffix.lower() != ".shp":
        return [path]
    belonging = (".shp", ".shx", ".dbf", ".prj", ".cpg")
    return sorted(
        (
            file
            for file in path.parent.iterdir()
            if file.stem == path.stem and file.suffix.lower() in belonging
        ),
        key=lambda file: file.suffix.lower(),
    )


def part(path: Path, ending: str) -> Path | None:
    """Return one part of a shapefile, whatever the case of its ending."""
    return next((file for file in parts(path) if file.suffix.lower() == ending), None)


def digest(path: Path) -> str:
    """Return the SHA-256 of a source's bytes.

    Parameters
    ----------
    path : Path
        File; for a shapefile or geodatabase all its parts count.

    Returns
    -------
    str
        Hexadecimal.
    """
    found = hashlib.sha256()
    for file in parts(path):
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                found.update(block)
    return found.hexdigest()
