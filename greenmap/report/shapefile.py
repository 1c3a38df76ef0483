"""Shapefiles for old programs: names of five characters, the full ones in a table beside."""

from __future__ import annotations

import csv
from pathlib import Path

import geopandas as gpd

from greenmap.errors import OutputError
from greenmap.report.tables import neutral

NAME_BYTES = 10
"""What a .dbf holds of a column's name."""


def write_shapefile(table: gpd.GeoDataFrame, path: str | Path, *, encoding: str = "gb18030"
                    ) -> Path:
    """Write a table as a shapefile, with a table of its full column names beside it.

    A .dbf cuts names to ten bytes, five Chinese characters in GBK. Names that
    are longer, or alike when cut, get a number; ``<stem>.fields.csv`` says which
    stands for which, and :func:`greenmap.read_communities` and its kind read it
    back.

    Parameters
    ----------
    table : GeoDataFrame
        One kind of geometry, with a CRS. The index becomes a column.
    path : path
        A ``.shp``; what stands there is replaced.
    encoding : str
        Of the .dbf; the .cpg says it.

    Returns
    -------
    Path
        The table of names.

    Raises
    ------
    OutputError
        A name or text `encoding` has no characters for, or several kinds of
        geometry.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import shapely
    >>> areas = gpd.GeoDataFrame({"六十岁以上人口数": [3]}, geometry=[shapely.box(0, 0, 1, 1)],
    ...                          index=["a"], crs=4326).rename_axis("community_id")
    >>> with TemporaryDirectory() as folder:
    ...     write_shapefile(areas, Path(folder, "a.shp")).read_text("utf-8-sig").split()
    ['field,name', 'community_,community_id', '六十岁以上,六十岁以上人口数']
    """
    path = Path(path)
    flat = table.reset_index()
    names = [str(name) for name in flat.columns if name != flat.geometry.name]
    try:
        short = short_names(names, encoding=encoding)
        flat.rename(columns=dict(zip(names, short, strict=True))).to_file(
            path, engine="pyogrio", driver="ESRI Shapefile", encoding=encoding)
    except (UnicodeEncodeError, ValueError, RuntimeError) as error:
        raise OutputError("report.shapefile", path=path.name, detail=str(error)) from error
    beside = path.with_suffix(".fields.csv")
    with beside.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(
            [("field", "name"), *zip(map(neutral, short), map(neutral, names), strict=True)])
    return beside


def short_names(names: list[str], *, encoding: str) -> list[str]:
    """Cut names to what a .dbf holds, no two alike.

    Examples
    --------
    >>> short_names(["六十岁以上人口", "六十岁以上占比", "name"], encoding="gb18030")
    ['六十岁以上', '六十岁以2', 'name']
    """
    found: list[str] = []
    for name in names:
        short, number = _cut(name, NAME_BYTES, encoding), 2
        while short.lower() in {other.lower() for other in found}:
            tail = str(number)
            short, number = _cut(name, NAME_BYTES - len(tail), encoding) + tail, number + 1
        found.append(short)
    return found


def _cut(name: str, width: int, encoding: str) -> str:
    return name.encode(encoding)[:width].decode(encoding, "ignore")
