"""HTML text: whatever comes from data is escaped where it is filled in."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from urllib.parse import quote


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def fill(template: str, /, *values: object, **named: object) -> Html:
    """Fill a template's places; every value but :class:`Html` is escaped.

    Parameters
    ----------
    template : str
        Markup with ``{}`` or ``{name}`` places.
    *values, **named
        What goes in.

    Returns
    -------
    Html

    Examples
    --------
    >>> fill("<td>{}</td>", "<img src=x>")
    '<td>&lt;img src=x&gt;</td>'
    """
    return Html(template.format(*map(_safe, values), **{k: _safe(v) for k, v in named.items()}))


def _safe(value: object) -> str:
    return value if isinstance(value, Html) else escape(str(value), quote=True)


def join(parts: Iterable[Html]) -> Html:
    """Put pieces of markup one after the other.

    Examples
    --------
    >>> join([Html("<b>"), Html("</b>")])
    '<b></b>'
    """
    return Html("".join(parts))


def row(cells: Iterable[object], *, tag: str = "td") -> Html:
    """Return a table row.

    Parameters
    ----------
    cells : iterable
        Texts, or :class:`Html`.
    tag : {"td", "th"}
        Kind of cell.

    Examples
    --------
    >>> row(["a", 1])
    '<tr><td>a</td><td>1</td></tr>'
    """
    scope = ' scope="col"' if tag == "th" else ""
    return join([Html("<tr>"), *[fill(f"<{tag}{scope}>{{}}</{tag}>", c) for c in cells],
                 Html("</tr>")])


def table(head: Iterable[object], rows: Iterable[Html], *, kind: str = "") -> Html:
    """Return a table with a head.

    Parameters
    ----------
    head : iterable
        Column titles.
    rows : iterable of Html
        From :func:`row`.
    kind : str
        Class for the style sheet.
    """
    return fill('<table class="{}"><thead>{}</thead><tbody>{}</tbody></table>', kind,
                row(head, tag="th"), join(rows))


def section(title: str, *parts: Html, kind: str = "") -> Html:
    """Return a titled section of a panel."""
    return fill('<section class="{}"><h2>{}</h2>{}</section>', kind, title, join(parts))


def link(path: str, words: object) -> Html:
    """Return a link to a file given by its relative path.

    Parameters
    ----------
    path : str
        With forward slashes, not yet percent-encoded. A colon can't start a
        scheme: it is encoded.
    words : object
        What is shown.

    Examples
    --------
    >>> link("../index.html", "city")
    '<a href="../index.html">city</a>'
    """
    return fill('<a href="{}">{}</a>', quote(path, safe="/"), words)
