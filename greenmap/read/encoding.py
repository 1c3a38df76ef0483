"""Which encoding a text is in: as given, else by its mark, else UTF-8, GB18030 or Big5."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

from greenmap.errors import EncodingError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def find_encoding(data: bytes, *, source: str, given: str | None = None) -> str:
    """Find the encoding of a text.

    GB18030 contains GBK and GB2312. Text that is both valid UTF-8 and not
    plain ASCII is UTF-8: Chinese in GB18030 hardly ever is.

    Parameters
    ----------
    data : bytes
        The whole text.
    source : str
        File name for the message.
    given : str, optional
        What the user says it is; then nothing else is tried.

    Returns
    -------
    str
        Name Python knows.

    Raises
    ------
    EncodingError
        If `given` is unknown or doesn't fit, or neither UTF-8 nor GB18030
        fits.

    Examples
    --------
    >>> find_encoding("名称".encode("gbk"), source="a.csv")
    'gb18030'
    >>> find_encoding("名称".encode("utf-8-sig"), source="a.csv")
    'utf-8-sig'
    >>> find_encoding("社區衛生服務中心".encode("big5"), source="a.csv")
    'big5'
    """
    if given is not None:
        name = _known(given, source)
        if not _fits(data, name):
            raise EncodingError("read.encoding_given", file=source, encoding=given)
        return name
    for mark, name in _MARKS:
        if data.startswith(mark) and _fits(data, name):
            return name
    for name in ("utf-8", "gb18030"):
        if _fits(data, name):
            return "big5" if name == "gb18030" and _looks_big5(data) else name
    raise EncodingError("read.encoding_unknown", file=source)


def _looks_big5(data: bytes) -> bool:
    """Tell Big5 that also decodes as GB18030: then it gives seldom characters only.

    GB 2312 and Big5 both put their everyday characters first: level 1 of GB
    2312 is rows 0xB0 to 0xD7, that of Big5 is 0xA440 to 0xC67E. Either text
    read as the other falls outside.
    """
    if not _fits(data, "big5"):
        return False
    return _everyday(data, "big5") > 0.9 and _everyday(data, "gb18030") < 0.7


def _everyday(data: bytes, encoding: str) -> float:
    """Share of the characters beyond ASCII that are everyday ones or marks of the encoding."""
    codes = [c.encode(encoding) for c in data.decode(encoding) if c > "\x7f"]
    if encoding == "big5":
        common = [b"\xa1\x40" <= code <= b"\xc6\x7e" for code in codes]
    else:
        common = [len(code) == 2 and code[1] >= 0xA1
                  and (0xB0 <= code[0] <= 0xD7 or 0xA1 <= code[0] <= 0xA3) for code in codes]
    return sum(common) / len(common) if common else 0.0


def find_cell_encoding(cells: Iterable[bytes], *, source: str, given: str | None) -> str:
    """Find the encoding of fixed-width cells, which may be cut inside a character.

    Parameters
    ----------
    cells : iterable of bytes
        Names and values of a .dbf.
    source : str
        File name for the message.
    given : str, optional
        What the user, or a .cpg that fits, says it is.

    Returns
    -------
    str

    Raises
    ------
    EncodingError
        As :func:`find_encoding`.

    Examples
    --------
    >>> find_cell_encoding(["小区名称".encode()[:10]], source="a.dbf", given=None)
    'utf-8'
    """
    cells = list(cells)
    for name in [_known(given, source)] if given else ["utf-8", "gb18030"]:
        try:
            for cell in cells:
                decode_cell(cell, name)
        except UnicodeDecodeError:
            continue
        return name
    if given:
        raise EncodingError("read.encoding_given", file=source, encoding=given)
    raise EncodingError("read.encoding_unknown", file=source)


def decode_cell(cell: bytes, encoding: str) -> str:
    """Decode one fixed-width cell; half a character at its end is left off.

    Examples
    --------
    >>> decode_cell("小区名称".encode()[:10], "utf-8")
    '小区名'
    """
    return codecs.getincrementaldecoder(encoding)("strict").decode(cell, final=False)


def cpg_encoding(text: str) -> str | None:
    """Read what a .cpg says; None if it says nothing Python knows.

    Examples
    --------
    >>> cpg_encoding("ANSI 936"), cpg_encoding("UTF-8"), cpg_encoding("?")
    ('gb18030', 'utf-8', None)
    """
    word = text.strip().strip("\x00").lower()
    if re.search(r"936|gb", word):
        return "gb18030"
    number = re.search(r"\d{3,5}", word)
    for name in (word, f"cp{number.group()}" if number else word, word.replace(" ", "")):
        try:
            return codecs.lookup(name).name
        except LookupError:
            continue
    return None


def _known(name: str, source: str) -> str:
    try:
        found = codecs.lookup(name).name
    except LookupError:
        raise EncodingError("read.encoding_name", file=source, encoding=name) from None
    return "gb18030" if found in ("gbk", "gb2312", "cp936") else found


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, UnicodeError):
        return False
    return True
