"""Track page: where a programme stands, as a chart and tables, in one file without a network."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from greenmap import i18n
from greenmap.draw.figures import NONE, percent_text
from greenmap.draw.markup import Html, fill, join, row, section, table
from greenmap.draw.page import Page
from greenmap.model.track import Track

_FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "SimHei", "PingFang SC",
          "Hiragino Sans GB", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei")
_BLUE, _ORANGE, _GREY = "#2C7BB6", "#D95F0E", "#666666"
_CLEAR = {"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.8}
_STYLE = """
body{font:15px/1.5 "Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif;margin:24px auto;
max-width:1200px;padding:0 16px;color:#222}
h1{font-size:22px;margin:0}h2{font-size:17px;margin:28px 0 8px}
.marks{color:#9C0006;margin:4px 0 16px}img{max-width:100%;height:auto;border:1px solid #ddd}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{border:1px solid #bfbfbf;padding:4px 8px;text-align:left;vertical-align:top}
th{background:#e7e6e6}td.number{text-align:right;white-space:nowrap}
@media print{body{margin:0}}
"""


def _say(name: str, lang: str, **facts: Any) -> str:
    return i18n.text(f"programme.{name}", lang, **facts)


def draw_progress(track: Track, *, lang: str) -> bytes:
    """Draw the rate by date, or the count where the rate isn't known, with the targets.

    Parameters
    ----------
    track : Track
        From :func:`greenmap.track`.
    lang : {"zh", "en"}
        Where no Chinese font is installed the picture is in English.

    Returns
    -------
    bytes
        A PNG; equal tracks give equal bytes on one machine.
    """
    from matplotlib import font_manager, rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    known = {font.name for font in font_manager.fontManager.ttflist}
    font = next((name for name in _FONTS if name in known), None)
    lang = lang if font else "en"
    with rc_context({"font.family": [font] if font else ["DejaVu Sans"], "font.size": 11,
                     "axes.unicode_minus": False}):
        figure = Figure(figsize=(9, 4.2), dpi=130, layout="constrained")
        FigureCanvasAgg(figure)
        _plot(figure.add_subplot(), track, lang)
        out = BytesIO()
        figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _plot(axes: Any, track: Track, lang: str) -> None:
    by_share = track.history["rate"].notna().any() or not len(track.history)
    column = "rate" if by_share else "done"
    scale = 100 if by_share else 1
    for city, rows in track.history.groupby("city"):
        rows = rows[rows[column].notna()]
        values = [float(value) * scale for value in rows[column]]
        axes.plot([_year(d) for d in rows["date"]], values, "o-", color=_BLUE,
                  label=city or _say("chart_done", lang))
        for d, value, done in zip(rows["date"], values, rows["done"], strict=True):
            told = f"{percent_text(value / scale)} ({done})" if by_share else f"{done}"
            axes.annotate(told, (_year(d), value), xytext=(-9, -4),
                          textcoords="offset points", ha="right", color=_BLUE,
                          bbox=_CLEAR)
    kind = "share" if by_share else "count"
    for target in track.table[track.table["metric"] == kind].to_dict("records"):
        value, at = float(target["value"]) * scale, _year(target["by"])
        chosen = target["choice"] in ("", "chosen")
        axes.plot([at], [value], "D", color=_ORANGE, fillstyle="full" if chosen else "none")
        axes.annotate(f"≥ {round(value, 6):g}{'%' if by_share else ''}  {target['by']}",
                      (at, value), xytext=(9, -4), textcoords="offset points", color=_ORANGE,
                      bbox=_CLEAR)
    axes.plot([], [], "D", color=_ORANGE, label=_say("chart_target", lang))
    years = [_year(d) for d in (*track.history["date"], *track.table["by"])]
    if years:
        axes.set_xlim(min(years) - 0.7, max(years) + 0.7)
        axes.set_xticks(range(int(min(years)), int(max(years)) + 2))
    axes.set_ylim(0, 105 if by_share else None)
    axes.set_ylabel(_say("chart_rate" if by_share else "chart_count", lang))
    axes.set_title(track.programme.name(lang), loc="left", color=_GREY)
    axes.legend(loc="upper left", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)


def _year(date: str) -> float:
    """A day as a point on the axis of years; 31 December stands at the year's own mark."""
    year, month, day = map(int, date.split("-"))
    return year - 1 + (month - 1) / 12 + day / 31 / 12


def draw_track(track: Track, tables: Sequence[tuple[str, pd.DataFrame]], *, lang: str, marks: str,
               picture: bytes | None = None) -> Page:
    """Draw a track's page.

    Parameters
    ----------
    track : Track
    tables : sequence of (str, DataFrame)
        Titles and lists, cells in words, headings in the reader's language.
    lang : {"zh", "en"}
    marks : str
        What must stand on the page.
    picture : bytes, optional
        The chart; drawn where not given.

    Returns
    -------
    Page
    """
    name = track.programme.name(lang)
    data = base64.b64encode(picture or draw_progress(track, lang=lang)).decode("ascii")
    image = fill('<img alt="{}" src="data:image/png;base64,{}">', _say("chart_alt", lang), data)
    body = join([
        fill("<h1>{}</h1><p class=\"marks\">{}</p><p>{}</p>", name, marks,
             _say("note_as_of", lang, date=track.as_of or NONE)), image,
        *[section(title, table(list(rows.columns), _rows(rows))) for title, rows in tables
          if len(rows)]])
    head = fill('<meta charset="utf-8"><meta name="viewport" content="width=device-width, '
                'initial-scale=1"><title>{}</title><style>{}</style>', name, Html(_STYLE))
    return Page(fill('<!DOCTYPE html>\n<html lang="{}"><head>{}</head><body>{}</body></html>\n',
                     {"zh": "zh-CN"}.get(lang, lang), head, body))


def _rows(rows: pd.DataFrame) -> Iterable[Html]:
    for cells in rows.itertuples(index=False):
        yield row([_cell(value) for value in cells])


def _cell(value: Any) -> object:
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value != value:
        return ""
    return f"{value:g}"


def save_picture(track: Track, path: Path, *, lang: str) -> bytes:
    """Write the chart as PNG and return its bytes."""
    picture = draw_progress(track, lang=lang)
    path.write_bytes(picture)
    return picture
