"""Doors (门牌): the layer of door numbers that tells where an address is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from greenmap.errors import Faults
from greenmap.model.schema import normal
from greenmap.read.coordinates import points_in_wgs84
from greenmap.read.ids import row_ids
from greenmap.read.ledger_rows import public_address
from greenmap.read.tables import read_table
from greenmap.read.values import as_text

_PLATE = {"门牌地址": "标准地址", "门牌": "标准地址", "门牌名称": "标准地址", "门牌号": "号码",
          "门牌号码": "号码"}


def read_doors(
    path: str | Path,
    *,
    datum: str = "wgs84",
    layer: str | None = None,
    encoding: str | None = None,
    crs: str | None = None,
    columns: Mapping[str, str] | None = None,
    as_of: str | None = None,
) -> gpd.GeoDataFrame:
    r"""Read an address layer: one point per door.

    Parameters
    ----------
    path : path
        csv, xlsx, gpkg, shp, geojson …
    datum, layer, encoding, crs, columns, as_of
        As for :func:`read_communities`. The address stands in one column, or
        street and number in two.

    Returns
    -------
    GeoDataFrame
        Points in EPSG:4326; index ``door_id``; ``address``. Rows without an
        address are left out and listed in ``attrs["left_out"]``.

    Raises
    ------
    InputFaults
        No column of addresses; rows without usable coordinates.
    MissingFileError, UnreadableFileError, EncodingError, CrsError, DatumError, TableError

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "门牌.csv")
    ...     _ = file.write_text("路名,门牌号,经度,纬度\n人民路,3号,116.0,33.0\n", "utf-8")
    ...     read_doors(file)["address"].tolist()
    ['人民路3号']
    """
    faults = Faults()
    raw = read_table(path, "doors", faults=faults, layer=layer, encoding=encoding, crs=crs,
                     datum=datum, columns=columns, prepare=_plates)  # fmt: skip
    frame = raw.frame
    if "address" in frame.columns:
        words = as_text(frame["address"])
    elif {"road", "number"} <= set(frame.columns):
        road, number = as_text(frame["road"]), as_text(frame["number"])
        both = road.notna() & number.notna()
        number = number.where(~number.fillna("").str.fullmatch(r"[\d\-]+"), number + "号")
        words = (road + number).where(both, None)
    else:
        faults.add("ledger.no_address", file=raw.file, have=", ".join(map(str, frame.columns)))
        words = pd.Series(None, index=frame.index, dtype=object)
    faults.raise_if_any()
    raw = raw.keep(words.notna().to_numpy(bool), "no_address")
    words = words[words.notna()].reset_index(drop=True)
    points = points_in_wgs84(raw, faults)
    ids, _ = row_ids(raw, "door_id", faults=faults)
    faults.raise_if_any()
    assert points is not None
    table = gpd.GeoDataFrame({"address": words.to_numpy()}, geometry=points.to_numpy(),
                             index=ids, crs="EPSG:4326")
    table.attrs = raw.record(len(table), as_of=as_of)
    return table


def _plates(frame: pd.DataFrame) -> pd.DataFrame:
    """A plate's number is public, where it isn't beside a person's name."""
    frame = frame.rename(columns={heading: _PLATE[normal(str(heading))]
                                  for heading in frame.columns if normal(str(heading)) in _PLATE})
    for heading in frame.columns:
        if str(heading).endswith("地址") or normal(str(heading)) in ("address", "full_address"):
            cells = [None if c is None else public_address(str(c)) for c in frame[heading]]
            frame = frame.assign(**{str(heading): pd.Series(cells, frame.index, dtype=object)})
    return frame
