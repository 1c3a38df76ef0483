"""A ledger outranks the map: its rows among the amenities, and where the two disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from greenmap.model.place_name import read_name

NOTE_COLUMNS = ("kind", "ledger_id", "place_id", "said", "found", "file", "row")
AREA_SHARE = 0.1
"""Areas that differ by more than this share of the ledger's are told."""
_SIZES = ("capacity", "floor_m2", "area_m2")


def merge_ledger(
    table: pd.DataFrame, amenities: gpd.GeoDataFrame, *, points: Sequence[shapely.Point | None],
    seats: tuple[str, ...], crs: str, areas: Mapping[str, Any],
    categories: Mapping[str, str | None],
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Put a ledger's located rows among the amenities.

    Parameters
    ----------
    table : DataFrame
        The ledger with ``place_id`` and ``located_by``.
    amenities : GeoDataFrame
        The map's places; returned in their own CRS.
    points : sequence of Point or None
        Where each row lies, in `crs`.
    seats : tuple of str
        Names that may stand before any name.
    crs : str
        Metres.
    areas : mapping
        community_id to polygon, in `crs`.
    categories : mapping
        ledger_id to the category the map gives, for rows that are on the map.

    Returns
    -------
    amenities : GeoDataFrame
        Sizes, names and categories of the ledger where it says any; rows not
        on the map added. ``located_by`` says how a row was placed.
    notes : DataFrame
        `NOTE_COLUMNS`.
    """
    merged = amenities.copy()
    merged.attrs = dict(amenities.attrs)
    cells = _cells(merged)
    at_place: dict[str, list[int]] = {}
    for position, place in enumerate(cells["place_id"]):
        at_place.setdefault(str(place), []).append(position)
    notes: list[dict[str, Any]] = []
    added: list[dict[str, Any]] = []
    for (key, row), at in zip(table.iterrows(), points, strict=True):
        if at is None:
            continue
        if str(key) in categories:
            here = at_place[str(row["place_id"])]
            _onto(cells, here, row, str(key), categories[str(key)], seats, notes)
        elif row.get("status", "open") == "open":
            added.append(_row_of(row, str(key), at))
        _off_side(row, str(key), at, areas, notes)
    for column, values in cells.items():
        if column in _SIZES:
            merged[column] = values.astype(float)
        elif column != "place_id":
            merged[column] = pd.Series(values, index=merged.index, dtype=object)
    if added:
        more = gpd.GeoDataFrame(added, geometry="geometry", crs=crs).set_index("amenity_id")
        taken = set(merged.index)
        more.index = pd.Index([f"台账:{k}" if k in taken else k for k in more.index],
                              name="amenity_id")
        attrs = merged.attrs
        merged.attrs, more = {}, more.to_crs(merged.crs)
        full = [column for column in more.columns if more[column].notna().any()]
        merged = pd.concat([merged, more[full]])
        merged.attrs = attrs
    return merged, pd.DataFrame(notes, columns=list(NOTE_COLUMNS))


def _row_of(row: pd.Series, key: str, at: shapely.Point) -> dict[str, Any]:
    made = {"amenity_id": key, "name": row["name"], "category": row["category"],
            "status": "open", "place_id": row["place_id"], "source": row.get("source"),
            "located_by": row["located_by"], "geometry": at}
    return made | {column: row.get(column, np.nan) for column in _SIZES}


def _cells(amenities: gpd.GeoDataFrame) -> dict[str, npt.NDArray[Any]]:
    """Columns a ledger may write into, as plain arrays; those not there yet are blank."""
    names = ("place_id", "category", "name", "status", "source", "located_by", *_SIZES)
    found = {}
    for name in names:
        blank = np.nan if name in _SIZES else "open" if name == "status" else None
        values = amenities[name] if name in amenities else pd.Series(blank, amenities.index)
        plain = values.astype(object)
        found[name] = plain.where(values.notna(), None).to_numpy(object, copy=True)
    return found


def _onto(cells: dict[str, npt.NDArray[Any]], here: list[int], row: pd.Series, key: str,
          category: str | None, seats: tuple[str, ...], notes: list[dict[str, Any]]) -> None:
    """Write a ledger's row over the map's place, and note what it changes."""

    def told(kind: str, said: Any, found: Any) -> None:
        notes.append({"kind": kind, "ledger_id": key, "place_id": row["place_id"],
                      "said": str(said), "found": str(found), "file": row.get("file", ""),
                      "row": row.get("row", 0)})

    same = [k for k in here if cells["category"][k] == row["category"]]
    if not same:
        told("category", row["category"], category)
        same = [k for k in here if cells["category"][k] == category]
    first, status = same[0], row.get("status", "open")
    name = cells["name"][first]
    if isinstance(name, str) and (
            read_name(name, seats).whole != read_name(str(row["name"]), seats).whole):
        told("name", row["name"], name)
    if cells["status"][first] != status:
        told("status", status, cells["status"][first] or "")
    written = {"category": row["category"], "name": row["name"], "status": status,
               "located_by": row["located_by"], "source": row.get("source")}
    for column in _SIZES:
        said, found = row.get(column, np.nan), cells[column][first]
        if pd.notna(said):
            if found is not None and abs(said - found) > AREA_SHARE * said:
                told(column, f"{said:g}", f"{found:g}")
            written[column] = float(said)
    for column, value in written.items():
        if value is not None:
            cells[column][same] = value


def _off_side(row: pd.Series, key: str, at: shapely.Point, areas: Mapping[str, Any],
              notes: list[dict[str, Any]]) -> None:
    """Note a place that lies outside the community its ledger says."""
    said = row["community_id"]
    if not isinstance(said, str) or said not in areas or shapely.intersects(areas[said], at):
        return
    inside = sorted(other for other, area in areas.items() if shapely.intersects(area, at))
    notes.append({"kind": "community", "ledger_id": key, "place_id": row["place_id"], "said": said,
                  "found": ", ".join(inside), "file": row.get("file", ""),
                  "row": row.get("row", 0)})


def not_in_ledger(table: pd.DataFrame, amenities: gpd.GeoDataFrame, communities: gpd.GeoDataFrame,
                  claimed: tuple[str, ...]) -> pd.DataFrame:
    """List the map's places of categories a ledger claims to hold all of, and doesn't.

    They stay and count; a department may have shut them, or the ledger
    writes them under another name.

    Parameters
    ----------
    table : DataFrame
        The matched ledger.
    amenities, communities : GeoDataFrame
        In one CRS; the amenities after the ledger was laid on them.
    claimed : tuple of str
        Categories, or ``("all",)`` for those the ledger has any of.

    Returns
    -------
    DataFrame
        `NOTE_COLUMNS`, kind ``not_in_ledger``.
    """
    asked = set(table["category"].dropna()) if "all" in claimed else set(claimed)
    ours = set(table["place_id"].dropna())
    rows = amenities[amenities["category"].isin(asked) & (amenities["status"] == "open")
                     & ~amenities["place_id"].isin(ours)]
    rows = rows[rows.intersects(shapely.union_all(communities.geometry.to_numpy()))]
    rows = rows.drop_duplicates("place_id").sort_values("place_id")
    return pd.DataFrame({"kind": "not_in_ledger", "ledger_id": "", "place_id": rows["place_id"],
                         "said": "", "found": rows["name"].fillna("") if "name" in rows else "",
                         "file": "", "row": 0}, columns=list(NOTE_COLUMNS)).reset_index(drop=True)
