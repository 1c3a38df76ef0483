"""Columns about persons are dropped at the door and named; their cells are never shown."""

from __future__ import annotations

import logging
import re
from typing import Any

import pandas as pd

from greenmap import i18n

_LOG = logging.getLogger("greenmap.read")

_HEADING = re.compile(
    r"姓名|联系人|户主|负责人|法人|法定代表|园长|校长|"
    r"电话|手机|联系方式|传真|微信|邮箱|(^|_)qq(_|$)|"
    r"身份证|证件号|护照|门牌|室号|房号|房间号|户室|户号|"
    r"(^|_)(tel|telephone|phone|mobile|fax|e_?mail|wechat|contact)(_|$)|phone|"
    r"(^|_)(id_card|idcard|id_number|passport|owner_name|person_name|"
    r"first_name|last_name|surname|flat_no|flat_number|room_no|apartment_no)(_|$)"
)
_COUNT = re.compile(r"(数|数量|人数|个数|面积)$")
# 11-digit mobiles; land lines with their area code; 18-digit citizen ids (checked below);
# unit and flat of a residential building
_MOBILE = r"(?<![\d./])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"
_LANDLINE = r"(?<![\d./])(?:0\d{2,3}|[(（]0\d{2,3}[)）])[- ]\d{7,8}(?!\d)"
_FLAT = r"\d单元\D{0,3}\d{3,4}(?!\d)|单元\d{3,4}室"
_PHONE_OR_FLAT = re.compile(f"{_MOBILE}|{_LANDLINE}|{_FLAT}")
_CITIZEN = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CODE = re.compile(r"(^|_)(id|osm_?id|uid|fid|objectid|code)$|编[号码]|代码")
_COORDINATE = re.compile(r"坐标|经度|纬度|经纬|^(lon|lat|lng|location|longitude|latitude|x|y)$")


def drop_personal(frame: pd.DataFrame, *, file: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Drop columns whose heading or cells look personal.

    Parameters
    ----------
    frame : DataFrame
        As read.
    file : str
        Name for the log.

    Returns
    -------
    frame : DataFrame
        Without those columns.
    dropped : tuple of str
        Their headings.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"name": ["甲社区"], "联系电话": ["x"]})
    >>> drop_personal(table, file="a.csv")[1]
    ('联系电话',)
    """
    dropped = tuple(
        str(heading)
        for heading in frame.columns
        if _personal_heading(str(heading)) or _personal_cells(str(heading), frame[heading])
    )
    if dropped:
        _LOG.warning(i18n.text("read.personal_dropped", file=file, columns=", ".join(dropped)))
    return frame.drop(columns=list(dropped)), dropped


def _personal_heading(heading: str) -> bool:
    word = re.sub(r"[\s\-]+", "_", heading.strip().lower())
    return _HEADING.search(word) is not None and _COUNT.search(word) is None


def _personal_cells(heading: str, cells: pd.Series[Any]) -> bool:
    word = re.sub(r"[\s\-]+", "_", heading.strip().lower())
    if pd.api.types.is_float_dtype(cells) or _COORDINATE.search(word):
        return False
    # the shortest of what is looked for, "1单元301", has six characters
    text = "\n".join(cell for cell in set(map(str, cells.dropna())) if len(cell) > 5)
    if any(_valid_citizen_id(found.group()) for found in _CITIZEN.finditer(text)):
        return True
    # ids of map services have as many digits as a phone
    if _CODE.search(word):
        return False
    return _PHONE_OR_FLAT.search(text) is not None


def _valid_citizen_id(text: str) -> bool:
    """Check digit of GB 11643-1999 (ISO 7064, MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False))
    return "10X98765432"[total % 11] == text[-1].upper()


def looks_personal(text: str) -> bool:
    """Say whether one cell's text holds a phone, a citizen's id or a flat number.

    Examples
    --------
    >>> looks_personal("张某 13800138000"), looks_personal("滨河社区食堂")
    (True, False)
    """
    ids = (found.group() for found in _CITIZEN.finditer(text))
    return any(map(_valid_citizen_id, ids)) or _PHONE_OR_FLAT.search(text) is not None
