"""Streets of a study: the network, and the street file other things are taken from."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import geopandas as gpd
import pandas as pd

from greenmap.errors import Faults, UnreadableFileError
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.open import read_network
from greenmap.network.slope import with_heights
from greenmap.network.tables import network_from_tables
from greenmap.read.encoding import find_encoding
from greenmap.read.osm_source import ENDINGS
from greenmap.read.secrecy import refuse_secret_name
from greenmap.read.source import existing_file
from greenmap.studies.roads import merged, read_road_network
from greenmap.studies.study_text import StudyText


def read_streets(text: StudyText, crs: str, communities: gpd.GeoDataFrame | None = None
                 ) -> WalkNetwork | None:
    """Read the network a study names; road centrelines and streets are merged.

    Parameters
    ----------
    text : StudyText
        The study file.
    crs : str
        Metre system; ``[network] crs`` comes first.
    communities : GeoDataFrame, optional
        Whose ground is asked about.

    Returns
    -------
    WalkNetwork or None
        None when no source is named, or its file is missing; that was told.
    """
    crs = text.network.get("crs", crs)
    if "path" not in text.roads:
        return _streets(text, crs)
    roads = read_road_network(text, crs, communities)
    streets = _streets(text, roads.crs)
    return roads if streets is None else merged(text, roads, streets)


def _streets(text: StudyText, crs: str) -> WalkNetwork | None:
    """Read the source of ``[network]``."""
    entry = text.network
    if "place" in entry:
        return read_network(place=entry["place"], crs=crs)
    for key in (key for key in ("path", "nodes", "edges") if key in entry):
        refuse_secret_name(text.file(entry[key]))
    if "path" in entry:
        return read_network(text.file(entry["path"]), crs=crs)
    if "nodes" in entry and "edges" in entry:
        nodes, edges = (_table(text.file(entry[key])) for key in ("nodes", "edges"))
        return network_from_tables(nodes, edges, crs=crs, directed=entry.get("directed"),
                                   source=Path(entry["edges"]).name)
    return None


def with_terrain(text: StudyText, network: WalkNetwork | None) -> WalkNetwork | None:
    """Read the heights under the streets, where the study names a terrain raster.

    Parameters
    ----------
    text : StudyText
        The study file.
    network : WalkNetwork, optional
        Streets, cut as they will be: heights come last.

    Returns
    -------
    WalkNetwork or None
        As given where no terrain is named.
    """
    if network is None or "dem" not in text.terrain:
        return network
    return with_heights(network, text.file(text.terrain["dem"]))


def _table(file: Path) -> pd.DataFrame:
    """A table as it stands: ids must keep the type they have in the file."""
    existing_file(file, endings=(".csv", ".parquet"))
    if file.suffix.lower() == ".parquet":
        return _parquet(file)
    data = file.read_bytes()
    text = data.decode(find_encoding(data, source=file.name))
    try:
        table: pd.DataFrame = pd.read_csv(StringIO(text))
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise UnreadableFileError("read.bad_csv", file=file.name, detail=str(error)) from error
    return table


def _parquet(file: Path) -> pd.DataFrame:
    try:
        import pyarrow
    except ImportError:
        raise UnreadableFileError("read.needs_parquet", file=file.name) from None
    try:
        table: pd.DataFrame = gpd.read_parquet(file)
    except ValueError:  # no geometry column: a flat table
        table = pd.read_parquet(file)
    except (pyarrow.ArrowException, OSError) as error:
        raise UnreadableFileError("read.unreadable", file=file.name, detail=str(error)) from error
    return table


def street_file(text: StudyText, section: str, faults: Faults) -> Path | None:
    """Return the OSM file facilities or buildings are taken from.

    Parameters
    ----------
    text : StudyText
        The study file.
    section : str
        Who asks, for the message.
    faults : Faults
        Takes it when ``[network]`` names no OSM file; a file that is missing was
        told before.

    Returns
    -------
    Path or None
    """
    written = text.network.get("path")
    if written is not None and written.lower().endswith(ENDINGS):
        return text.file(written)
    if written is not None or "network.path" not in text.written:
        faults.add("study.osm_needs_file", file=text.path.name, section=section)
    return None
