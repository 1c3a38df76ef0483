"""Map service: is a table Amap's or Baidu's? Their terms forbid handing on points and names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

AMAP, BAIDU = "amap", "baidu"

_AMAP_ID = re.compile(r"B0[0-9A-Z]{8}")
_BAIDU_ID = re.compile(r"[0-9a-f]{24}")
_AMAP_HEADINGS = frozenset(("typecode", "type_code", "pname", "cityname", "adname", "adcode",
                            "pcode", "citycode", "gridcode", "navi_poiid", "business_area"))
_BAIDU_HEADINGS = frozenset(("detail_info", "street_id", "std_tag", "navi_location"))
_NAMES = {AMAP: re.compile("高德|amap|gaode", re.I), BAIDU: re.compile("百度|baidu", re.I)}


def map_service(frame: pd.DataFrame, source: Mapping[str, Any]) -> str:
    """Say whose points a table holds.

    Parameters
    ----------
    frame : DataFrame
        As read; headings, ids and the column ``source`` are looked at.
    source : mapping
        Record of the file: ``name`` and the ``datum`` it was read in. Points in
        BD-09 are Baidu's; in GCJ-02 Amap's (or Tencent's, under like terms).

    Returns
    -------
    {"amap", "baidu", ""}

    Examples
    --------
    >>> map_service(pd.DataFrame({"typecode": ["090601"], "pname": ["x"]}), {"name": "poi.csv"})
    'amap'
    """
    datum = str(source.get("datum") or "")
    if datum in ("bd09", "gcj02"):
        return BAIDU if datum == "bd09" else AMAP
    headings = {str(heading).strip().lower() for heading in frame.columns}
    texts = [str(source.get("name", ""))]
    if "source" in frame.columns:
        texts += [str(text) for text in frame["source"].dropna().unique()]
    for service, known, ids in ((AMAP, _AMAP_HEADINGS, _AMAP_ID),
                                (BAIDU, _BAIDU_HEADINGS, _BAIDU_ID)):
        if (len(headings & known) >= 2 or any(_NAMES[service].search(text) for text in texts)
                or _mostly(ids, [str(key).split("#")[0] for key in frame.index])):
            return service
    return ""


def _mostly(pattern: re.Pattern[str], ids: list[str]) -> bool:
    return bool(ids) and sum(pattern.fullmatch(key) is not None for key in ids) > len(ids) / 2
