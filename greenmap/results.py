"""Results: everything one assessment found, written into one folder, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from greenmap import progress
from greenmap.draw.city_map import draw_coverage
from greenmap.draw.community_map import draw_community
from greenmap.measure.routes import Routes
from greenmap.model.file_name import page_names
from greenmap.model.release import is_public
from greenmap.model.study import Assessment
from greenmap.report.folder import staged
from greenmap.report.write import write_tables


def write_results(result: Assessment, folder: str | Path, *, lang: str | None = None) -> Path:
    """Write maps, workbook, tables and manifest of an assessment into a folder.

    ``index.html`` (city map), ``communities/<code>_<name>.html`` (one map per
    community; none for a public release), and what
    :func:`greenmap.report.write.write_tables` writes.

    Parameters
    ----------
    result : Assessment
        From :func:`greenmap.assess`.
    folder : str or Path
        Made if it isn't there; what an earlier run wrote there is replaced,
        other files stay.
    lang : {"zh", "en"}, optional
        Default: the study's.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputError
        A file can't be replaced, because it is open elsewhere, say. Then nothing
        is changed.
    """
    lang = lang or result.study.lang
    communities = result.study.communities
    drawn = {} if is_public(result.study) else communities["name"].to_dict()
    pages = page_names((str(code), str(name)) for code, name in drawn.items())
    steps = len(pages) + 2
    with staged(folder) as stage:
        progress.report(0, steps, "study.writing_tables")
        write_tables(result, stage, lang=lang)
        progress.report(1, steps, "study.drawing_city")
        links = {code: f"communities/{page}" for code, page in pages.items()}
        draw_coverage(result, lang=lang, links=links).save(stage / "index.html")
        routes = Routes(result) if result.attachments is not None else None
        for done, (code, page) in enumerate(pages.items(), start=2):
            progress.report(done, steps, "study.drawing_communities")
            draw_community(result, code, lang=lang,
                           routes=None if routes is None else routes.of(code)).save(
                stage / "communities" / page)
        progress.report(steps, steps, "study.drawing_communities")
    return Path(folder)
