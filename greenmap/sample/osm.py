"""The street file: everything drawn, as OpenStreetMap nodes and ways, in text and in .pbf."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

from greenmap.sample.city import City
from greenmap.sample.communities import COMMUNITIES, boundary
from greenmap.sample.lines import rectangle
from greenmap.sample.people import Home
from greenmap.sample.plan import BELT_M, Floats, Point, degrees

FIRST_NODE, FIRST_WAY = 9_900_000_001, 9_910_000_001
GENERATOR = "greenmap sample, 虚构数据 fictional data, not OpenStreetMap"


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the street file."""

    number: int
    lon: float
    lat: float
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Way:
    """A way of the street file: tags and the numbers of its nodes."""

    number: int
    nodes: tuple[int, ...]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StreetFile:
    """The whole street file, and where the plan's gates and houses are in it."""

    nodes: tuple[Node, ...]
    ways: tuple[Way, ...]
    bounds: tuple[float, float, float, float]
    gate: Mapping[Point, int]
    building: Mapping[str, int]  # home_id to way


def street_file(city: City) -> StreetFile:
    """Return the city as nodes and ways; a plan point is one node, whoever passes it.

    Parameters
    ----------
    city : City
        As made.

    Returns
    -------
    StreetFile
    """
    shapes = [(d.points, d.tags) for d in (*city.streets, *city.other)]
    houses = [(_outline(h), _house_tags(h)) for h in city.homes]
    number: dict[Point, int] = {}
    refs = []
    for points, _ in shapes:
        refs.append(tuple(number.setdefault(p, FIRST_NODE + len(number)) for p in points))
    places = list(number)
    for k, (outline, _) in enumerate(houses):  # a house shares no node with anything
        start = FIRST_NODE + len(number) + 4 * k
        refs.append((start, start + 1, start + 2, start + 3, start))
        places += outline[:4]
    marks = {m.at: m.tags for m in city.marks}
    lonlat = city.ground.lonlat(places).tolist()
    nodes = tuple(
        Node(FIRST_NODE + k, lon, lat, marks.get(p, {}) if k < len(number) else {})
        for k, (p, (lon, lat)) in enumerate(zip(places, lonlat, strict=True))
    )
    tags = [t for _, t in (*shapes, *houses)]
    ways = tuple(
        Way(FIRST_WAY + k, nodes_of, t)
        for k, (nodes_of, t) in enumerate(zip(refs, tags, strict=True))
    )
    first = FIRST_WAY + len(shapes)
    return StreetFile(
        nodes,
        ways,
        bounds(city),
        {m.at: number[m.at] for m in city.marks},
        {h.home_id: first + k for k, h in enumerate(city.homes)},
    )


def bounds(city: City) -> tuple[float, float, float, float]:
    """Return west, south, east, north of the streets: the district and a belt round it.

    Parameters
    ----------
    city : City
        As made.

    Returns
    -------
    tuple of four float
        Degrees.
    """
    ring: Floats = np.vstack([city.ground.local(boundary(c)) for c in COMMUNITIES])
    corners = degrees(np.array([ring.min(axis=0) - BELT_M, ring.max(axis=0) + BELT_M]))
    (west, south), (east, north) = corners.round(5).tolist()
    return west, south, east, north


def walls(file: StreetFile, note: str) -> list[int]:
    """Return the numbers of the walls that carry a note.

    Parameters
    ----------
    file : StreetFile
        The street file.
    note : str
        ``between``: a wall between the five small compounds.

    Returns
    -------
    list of int
        Way numbers.
    """
    return [w.number for w in file.ways if "barrier" in w.tags and w.tags.get("note") == note]


def _outline(home: Home) -> list[Point]:
    (x, y), half, deep = home.building.at, home.building.length_m / 2, home.building.depth_m / 2
    return rectangle(x - half, y - deep, x + half, y + deep)


def _house_tags(home: Home) -> dict[str, str]:
    kind = "apartments" if home.building.kind == "slab" else "house"
    return {"building": kind, "building:levels": str(home.building.floors)}


def write_xml(file: StreetFile, path: Path) -> None:
    """Write the street file as OSM XML: the same bytes each time.

    Parameters
    ----------
    file : StreetFile
        What to write.
    path : Path
        A file ending in .osm.
    """
    west, south, east, north = file.bounds
    head = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<osm version="0.6" generator={quoteattr(GENERATOR)}>',
        f' <bounds minlat="{south}" minlon="{west}" maxlat="{north}" maxlon="{east}"/>',
    ]
    text = "\n".join([*head, *_node_lines(file.nodes), *_way_lines(file.ways), "</osm>\n"])
    path.write_bytes(text.encode())


def _node_lines(nodes: Sequence[Node]) -> Iterable[str]:
    for node in nodes:
        start = f' <node id="{node.number}" version="1" lat="{node.lat:.7f}" lon="{node.lon:.7f}"'
        yield f"{start}>{_tag_text(node.tags)}</node>" if node.tags else f"{start}/>"


def _way_lines(ways: Sequence[Way]) -> Iterable[str]:
    for way in ways:
        refs = "".join(f'<nd ref="{number}"/>' for number in way.nodes)
        yield f' <way id="{way.number}" version="1">{refs}{_tag_text(way.tags)}</way>'


def _tag_text(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in sorted(tags.items()))


def write_pbf(file: StreetFile, path: Path) -> None:
    """Write the street file as .osm.pbf: the same content as the text.

    Parameters
    ----------
    file : StreetFile
        What to write.
    path : Path
        A file ending in .pbf; replaced if it is there.
    """
    import osmium
    from osmium.osm.mutable import Node as PbfNode
    from osmium.osm.mutable import Way as PbfWay

    header = osmium.io.Header()
    header.set("generator", GENERATOR)
    west, south, east, north = file.bounds
    header.add_box(osmium.osm.Box(west, south, east, north))
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for node in file.nodes:
            at, tags = (node.lon, node.lat), dict(node.tags)
            writer.add_node(PbfNode(id=node.number, version=1, location=at, tags=tags))
        for way in file.ways:
            tags = dict(way.tags)
            writer.add_way(PbfWay(id=way.number, version=1, nodes=way.nodes, tags=tags))
