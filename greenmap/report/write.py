"""write_report and write_tables: results into files, chosen by the file's ending."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from secrets import token_hex

import pandas as pd

from greenmap import i18n
from greenmap.errors import OutputError
from greenmap.model.manifest import write_manifest
from greenmap.model.release import is_public
from greenmap.model.study import Assessment
from greenmap.report.folder import MANIFEST, replace_file
from greenmap.report.layers import write_homes, write_results, write_snaps
from greenmap.report.listing import main_lists
from greenmap.report.radius_sheet import list_radius_homes
from greenmap.report.tables import write_csv, write_reach


def _write_workbook(result: Assessment, path: Path, lang: str,
                    listed: Mapping[str, pd.DataFrame] | None = None) -> None:
    from greenmap.report.workbook import write_workbook

    write_workbook(result, path, lang=lang, listed=listed)


_WRITERS: dict[str, Callable[[Assessment, Path, str], None]] = {".xlsx": _write_workbook}


def write_report(result: Assessment, path: str | Path, *, lang: str | None = None) -> Path:
    """Write an assessment as one document.

    Parameters
    ----------
    result : Assessment
        From :func:`greenmap.assess`.
    path : str or Path
        Its ending chooses the kind; ``.xlsx`` is the workbook of coverage, gaps
        (短板清单), field checks, facilities and sources.
    lang : {"zh", "en"}, optional
        Default: the study's.

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    OutputError
        No such kind of report, or the file can't be replaced.
    """
    target = Path(path)
    writer = _WRITERS.get(target.suffix.lower())
    if writer is None:
        raise OutputError("report.ending_unknown", found=target.suffix or target.name,
                          known=", ".join(sorted(_WRITERS)))
    if not target.parent.is_dir():
        raise OutputError("report.folder_missing", folder=target.parent.name)
    stage = target.with_name(f".{token_hex(4)}{target.suffix}")
    try:
        writer(result, stage, lang or result.study.lang)
        replace_file(stage, target)
    finally:
        stage.unlink(missing_ok=True)
    return target


def _write_ledger(result: Assessment, folder: Path, lang: str) -> None:
    """What became of the ledgers, and the list of what is still to be located."""
    study = result.study
    if study.ledger is None or study.ledger_notes is None or study.ledger_candidates is None:
        return
    from greenmap.report.ledger_book import LIST, REVIEW, write_ledger, write_unlocated
    from greenmap.report.overview import marks

    words = {"lang": lang, "title": study.name, "marks": " · ".join(marks(result, lang))}
    rows = study.ledger[study.ledger["row"].notna()]  # not what a survey added
    write_ledger(rows, study.ledger_notes, folder / REVIEW, **words)
    if (rows["match"] != "accepted").any():
        write_unlocated(rows, study.ledger_candidates, folder / LIST, **words)


def write_tables(result: Assessment, folder: str | Path, *, lang: str | None = None) -> None:
    """Write every table of an assessment into a folder.

    ``gaps.xlsx``, ``coverage.csv``, ``gaps.csv``, ``checks.csv``,
    ``results.gpkg``, ``manifest.json``; what is told home by home
    (``reach.csv``, ``homes.gpkg``, ``snaps.gpkg``), and of a ledger row by row
    (``ledger.xlsx``, ``待定位清单.xlsx``) into a folder of its own, ``内部`` (in
    English ``internal``), which isn't handed on; not at all where the study's
    release is public.

    Parameters
    ----------
    result : Assessment
        From :func:`greenmap.assess`.
    folder : str or Path
        Is there; best one given by :func:`greenmap.report.folder.staged`.
    lang : {"zh", "en"}, optional
        Default: the study's.
    """
    lang = lang or result.study.lang
    place = Path(folder)
    listed = main_lists(result, lang)
    _write_workbook(result, place / "gaps.xlsx", lang, listed)
    for name, table in listed.items():
        write_csv(table, place / f"{name}.csv", lang=lang)
    write_results(result, place / "results.gpkg")
    if not is_public(result.study):
        inside = place / i18n.text("report.internal_folder", lang)
        inside.mkdir(exist_ok=True)
        write_reach(result, inside, lang=lang)
        if len(apart := list_radius_homes(result, lang)):
            write_csv(apart, inside / "radius_homes.csv", lang=lang)
        _write_ledger(result, inside, lang)
        write_homes(result, inside / "homes.gpkg")
        write_snaps(result, inside / "snaps.gpkg")
    write_manifest({**result.manifest, "report_lang": lang}, place / MANIFEST)
