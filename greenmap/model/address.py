"""Addresses as ledgers and door plates write them: street or compound, number, building."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from greenmap.model.place_name import half_width

_NOISE = re.compile(r"[\s·•,.:;'\"“”]+")
_BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
_ABOVE = re.compile(
    r"^(?:[一-鿿\d]{2,8}?(?:省|自治区|自治州))?(?:[一-鿿\d]{2,7}?市)"
    r"(?:[一-鿿\d]{1,6}?(?<![小园校])(?:区|县|旗)(?=[一-鿿]))?"
)
_OFFICE = re.compile(
    r"^[一-鿿\d]{2,7}?(?:街道办事处|街道|镇|乡)|^[一-鿿\d]{2,8}?(?:社区居民委员会|社区居委会|居委会|社区|村委会)"
)
_TOKEN = re.compile(
    r"(?P<n>\d+[甲乙丙丁a-d]?(?:[-之]\d+)*)(?P<of>号楼|号院|号|栋|幢|座|弄|#)|(?P<end>\d+(?:-\d+)*)$"
)
_VAGUE = re.compile(
    "附近|旁|对面|交叉口|交汇处?|路口|以[东南西北]|[东南西北]侧|[东南西北]\\d+米|背后|后面|隔壁"
)
_BUILDING = ("号楼", "栋", "幢", "座", "#")


@dataclass(frozen=True, slots=True)
class Address:
    """An address, taken apart.

    Parameters
    ----------
    road : str
        Street, lane or compound; without city, district, 街道 and 社区.
    number : str
        Of the door: ``12``, ``12-1``, ``118弄3``; "" where none is given.
    building : str
        Of 号楼, 栋, 幢: ``3``; "" where none is given.
    vague : bool
        It says near what, not where: 旁, 对面, 交叉口.
    """

    road: str
    number: str
    building: str
    vague: bool = False

    @property
    def exact(self) -> bool:
        """Whether it names one door or building."""
        return bool(self.road and (self.number or self.building) and not self.vague)

    @property
    def key(self) -> tuple[str, str, str]:
        """What two writings of one address share."""
        return self.road, self.number, self.building


@lru_cache(maxsize=65536)
def read_address(text: str, seats: tuple[str, ...] = ()) -> Address:
    """Take an address apart.

    Parameters
    ----------
    text : str
        As written.
    seats : tuple of str
        Names of the city, its districts, 街道 and 社区, which may stand before it.

    Returns
    -------
    Address

    Examples
    --------
    >>> read_address("衢州市柯城区人民路一百二十号", ("衢州市", "柯城区"))
    Address(road='人民路', number='120', building='', vague=False)
    >>> read_address("锦园小区３幢底商").key, read_address("建设路一巷5号附2号").key
    (('锦园小区', '', '3'), ('建设路1巷', '5', ''))
    >>> read_address("人民路与建设路交叉口").exact
    False
    """
    plain = _NOISE.sub("", half_width(text)).replace("—", "-").replace("－", "-")
    vague = _VAGUE.search(plain) is not None
    plain = _without_above(_BRACKETS.sub("", plain), seats)
    road, number, building = plain, "", ""
    for found in _TOKEN.finditer(plain):
        if road is plain:
            road = plain[: found.start()]
        value, of = found["n"] or found["end"], found["of"] or "号"
        if of in _BUILDING:
            building = building or value
        elif of == "弄":
            number = f"{value}弄"
        elif not number or number.endswith("弄"):
            number += value
    road = re.sub("(?:附|内|底商|[0-9]+(?:楼|层))+$", "", road)
    return Address(road.rstrip("第"), number.replace("之", "-"), building, vague)


def _without_above(plain: str, seats: tuple[str, ...]) -> str:
    """Take off province, city, district, 街道 and 社区; a street is left."""
    known = _fronts(seats)
    plain = _cut(plain, known)
    short = _ABOVE.sub("", plain, count=1)
    plain = _cut(short if len(short) >= 2 else plain, known)
    for _ in range(2):
        rest = _OFFICE.sub("", plain, count=1)
        if len(rest) >= 3:
            plain = re.sub("^(?:居民委员会|居委会|办事处)", "", rest)
    return plain


@lru_cache(maxsize=64)
def _fronts(seats: tuple[str, ...]) -> tuple[str, ...]:
    """Names that may stand before an address, the longest first."""
    known = {_NOISE.sub("", half_width(seat)) for seat in seats}
    return tuple(sorted((seat for seat in known if len(seat) > 1), key=lambda s: (-len(s), s)))


def _cut(plain: str, known: tuple[str, ...]) -> str:
    again = True
    while again:
        again = False
        if not plain.startswith(known):
            break
        for seat in known:
            if plain.startswith(seat) and len(plain) - len(seat) >= 2:
                plain, again = plain[len(seat):], True
    return plain


def compound_core(text: str) -> str:
    """Return a compound's name without 小区 and the like.

    Parameters
    ----------
    text : str
        As written.

    Returns
    -------
    str

    Examples
    --------
    >>> compound_core("锦园小区"), compound_core("锦园"), compound_core("机械厂家属院（南区）")
    ('锦园', '锦园', '机械厂南区')
    """
    plain = re.sub(r"[()\[\]]", "", _NOISE.sub("", half_width(text)))
    return re.sub("小区|家属院|家属区|宿舍|住宅区", "", plain) or plain
