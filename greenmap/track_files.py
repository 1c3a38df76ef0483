"""Track files: everything a programme's track tells, written into one folder."""

from __future__ import annotations

from pathlib import Path

from greenmap import i18n, settings
from greenmap.draw.figures import percent_text
from greenmap.draw.track_page import draw_track, save_picture
from greenmap.model.track import Track
from greenmap.report.folder import staged
from greenmap.report.track_sheet import (
    filled_columns,
    list_left,
    list_targets,
    write_track_book,
    write_track_csv,
)


def write_track(track: Track, folder: str | Path, *, lang: str | None = None,
                fictional: bool = False) -> Path:
    """Write table, chart, page and workbook of a track into a folder.

    ``track.xlsx``, ``targets.csv``, ``left.csv``, ``track.png``, ``track.html``.

    Parameters
    ----------
    track : Track
        From :func:`greenmap.track`.
    folder : str or Path
        Made if it isn't there.
    lang : {"zh", "en"}, optional
        Default: the current settings'.
    fictional : bool
        The communities are made up; everything says so.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputError
        A file can't be replaced.
    """
    lang = lang or settings.current().lang
    marks = i18n.text("term.internal_map", lang)
    if fictional:
        marks = f"{i18n.text('term.fictional', lang)} · {marks}"
    targets, left = list_targets(track, lang), list_left(track, lang)
    words = {name: i18n.text(f"programme.col_{name}", lang) for name in (*targets, *left)}
    with staged(folder) as stage:
        picture = save_picture(track, stage / "track.png", lang=lang)
        told = targets.assign(rate=[percent_text(rate) for rate in targets["rate"]])
        tables = [(i18n.text(f"programme.sheet_{name}", lang),
                   table[filled_columns(table)].rename(columns=words))
                  for name, table in (("targets", told), ("left", left))]
        draw_track(track, tables, lang=lang, marks=marks, picture=picture
                   ).save(stage / "track.html")
        write_track_book(track, stage / "track.xlsx", lang=lang, marks=marks)
        write_track_csv(targets, stage / "targets.csv", lang=lang)
        write_track_csv(left, stage / "left.csv", lang=lang)
    return Path(folder)
