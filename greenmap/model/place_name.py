"""Names of places as departments and maps write them, brought to one form to be compared."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_DIGITS = {word: value for value, word in enumerate("零一二三四五六七八九")} | {"〇": 0}
_NUMERAL = re.compile("[零〇一二三四五六七八九十][零〇一二三四五六七八九十百]*")
_ROMAN = str.maketrans({"Ⅰ": "1", "Ⅱ": "2", "Ⅲ": "3", "Ⅳ": "4", "Ⅴ": "5", "Ⅵ": "6"})
_NOISE = re.compile(r"[\s·•・\-—–_~“”\"'‘’《》〈〉,.:|*#]+")
_LEGAL = re.compile("有限责任公司|股份有限公司|有限公司|公司|民办非企业单位|民办|公办|私立")
_SEAT = re.compile("社区居民委员会|社区居委会|居民委员会|居委会|村民委员会|村委会|社区|村$")
_KIND = re.compile(
    "老年人?日间照料(?:服务)?(?:中心|站|室)?|日间照料(?:服务)?(?:中心|站|室)?|日托(?:中心|站)?|托老所|"
    "居家养老|社区养老|养老服务|养老|为老服务|老年服务|敬老|照料|卫生服务|卫生|医疗|门诊部?|诊所|医院|"
    "托育|托儿|幼儿园|幼稚园|幼托|小学校?|初级中学|九年1贯制|中学|初中|学校|大?药[房店]|"
    "便利|超市|菜市场|农贸市场|市场|公园|广场|食堂|驿站|综合|服务|中心|站|所|室|园|院|店|部|点"
)
_BRANCH = re.compile(
    "分院|分园|分校|分部|分店|分站|分中心|校区|院区|园区|总园|总院|总部|本部|[东西南北新老]区|第\\d+|\\d+"
)
CONTRASTS = frozenset("东西南北中上下前后左右新老旧大小内外甲乙丙丁男女总分0123456789")
"""Signs that tell one place from its neighbour: a slip of the pen isn't one of them."""


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A name, taken apart.

    Parameters
    ----------
    whole : str
        Half width, Arabic numerals, without marks, legal form and the names
        of city and district before it.
    core : str
        What is left without the words of its kind: ``望江`` of
        ``望江社区卫生服务站``; often empty.
    branch : tuple of str
        Numbers and words that tell branches apart, sorted: ``("2",)``,
        ``("分园",)``.
    seat : frozenset of str
        City or district named before it.
    """

    whole: str
    core: str
    branch: tuple[str, ...]
    seat: frozenset[str] = frozenset()


def arabic(text: str) -> str:
    """Write Chinese numerals as digits.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> arabic("第二十三中学"), arabic("一〇二号"), arabic("百货"), arabic("一百零五号")
    ('第23中学', '102号', '百货', '105号')
    """
    return _NUMERAL.sub(lambda found: _number(found[0]), text)


def _number(word: str) -> str:
    if "十" not in word and "百" not in word:
        return "".join(str(_DIGITS[sign]) for sign in word)
    total = last = 0
    for sign in word:
        if sign in _DIGITS:
            last = _DIGITS[sign]
        else:
            total, last = total + (last or 1) * (10 if sign == "十" else 100), 0
    return str(total + last)


def half_width(text: str) -> str:
    """Return a text in half width, lower case, with Arabic numerals."""
    return arabic(unicodedata.normalize("NFKC", str(text).translate(_ROMAN)).lower())


@lru_cache(maxsize=65536)
def read_name(text: str, seats: tuple[str, ...] = ()) -> PlaceName:
    """Take a name apart.

    Parameters
    ----------
    text : str
        As written.
    seats : tuple of str
        Names of the city and its districts, which may stand before any name.

    Returns
    -------
    PlaceName

    Examples
    --------
    >>> read_name("衢州市望江社区卫生服务站（二）", ("衢州市",))
    PlaceName(whole='望江社区卫生服务站2', core='望江', branch=('2',), seat=frozenset({'衢州市'}))
    >>> read_name("望江幼儿园分园").branch
    ('分园',)
    """
    plain = _NOISE.sub("", half_width(text))
    plain = _LEGAL.sub("", re.sub(r"[()\[\]{}【】]", "", plain)) or plain
    plain, seat = _without_seat(plain, seats)
    branch = tuple(sorted(_BRANCH.findall(plain)))
    core = _KIND.sub("", _SEAT.sub("", re.sub("分[院园校部店站]|" + _BRANCH.pattern, "", plain)))
    return PlaceName(plain, core, branch, seat)


@lru_cache(maxsize=64)
def _forms(seats: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Ways to write each seat, whole names first, each with the seat meant."""
    known = sorted(map(half_width, seats), key=lambda s: (-len(s), s))
    short = [(s[:-1], s) for s in known if len(s) > 2 and s[-1] in "省市区县旗"]
    return (*((seat, seat) for seat in known), *short)


def _without_seat(plain: str, seats: tuple[str, ...]) -> tuple[str, frozenset[str]]:
    """Take the city's and district's name off the front, as long as a name is left."""
    forms = _forms(seats)
    named: set[str] = set()
    found = True
    while found:
        found = False
        for form, _ in forms:
            if plain.startswith(form) and len(plain) - len(form) >= 4:
                plain, found = plain[len(form):], True
                named |= {seat for other, seat in forms if other == form}
                break
    return plain, frozenset(named)
