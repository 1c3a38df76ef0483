"""Results: everything one assessment found, written into one folder, whole or not at all."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import shapely

from greenmap import progress, settings
from greenmap.draw.city_map import draw_coverage
from greenmap.draw.community_map import draw_community
from greenmap.draw.scene import Cut, cut_layers
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
        for done, (code, cut) in enumerate(_cut_ahead(result, list(pages)), start=2):
            progress.report(done, steps, "study.drawing_communities")
            ways = None if routes is None else routes.of(code)
            page = draw_community(result, code, lang=lang, routes=ways, cut=cut.result())
            page.save(stage / "communities" / pages[code])
        progress.report(steps, steps, "study.drawing_communities")
    return Path(folder)


def _cut_ahead(result: Assessment, codes: list[str]) -> Iterator[tuple[str, Future[Cut]]]:
    """Cut shapes of the next pages while one is written; order and pages stay the same."""
    shapely.bounds(result.isochrones.geometry.to_numpy())  # GEOS fills these in at the first use
    threads = settings.current().threads
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[tuple[str, Future[Cut]]] = deque()
        for code in codes:
            waiting.append((code, pool.submit(cut_layers, result, code)))
            if len(waiting) > threads:
                yield waiting.popleft()
        yield from waiting
