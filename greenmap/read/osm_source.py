"""Opening an OpenStreetMap file: known by its ending, nodes before ways, faults told plainly."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path

from greenmap.errors import InputError, MissingFileError, UnreadableFileError

ENDINGS = (".osm", ".osm.xml", ".xml", ".pbf", ".osm.gz", ".osm.bz2")


@contextmanager
def opened(path: str | Path) -> Iterator[Path]:
    """Check a file and give one whose nodes stand before its ways."""
    import osmium

    path = Path(path)
    if not path.is_file():
        raise MissingFileError("network.file_missing", file=str(path))
    if not path.name.lower().endswith(ENDINGS):
        raise UnreadableFileError(
            "network.file_ending", file=path.name, known=" ".join(ENDINGS)
        )
    try:
        with tempfile.TemporaryDirectory(prefix="greenmap-") as folder:
            yield path if _nodes_first(path) else _sorted_copy(path, Path(folder))
    except InputError:
        raise
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        raise UnreadableFileError(
            "network.file_broken", file=path.name, detail=str(error)
        ) from error


def _nodes_first(path: Path) -> bool:
    """Overpass writes ways before nodes; then outlines would get no coordinates."""
    if path.suffix.lower() not in (".osm", ".xml") or path.stat().st_size == 0:
        return True
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as text:
        first_way, last_node = text.find(b"<way "), text.rfind(b"<node ")
    return first_way < 0 or last_node < first_way


def _sorted_copy(path: Path, folder: Path) -> Path:
    import osmium

    copy = folder / "sorted.osm.pbf"
    merged = osmium.MergeInputReader()
    merged.add_file(str(path))
    with osmium.SimpleWriter(str(copy)) as writer:
        merged.apply(writer, simplify=True)
    return copy
