"""Results: everything one assessment found, written into one folder, whole or not at all."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice
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

_MOST_WAITING = 64
"""Pages whose layers are cut ahead: about 2 MB each."""


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
    with staged(folder) as stage, _CutAhead(result, list(pages)) as cuts:
        progress.report(0, steps, "study.writing_tables")
        write_tables(result, stage, lang=lang)
        progress.report(1, steps, "study.drawing_city")
        links = {code: f"communities/{page}" for code, page in pages.items()}
        draw_coverage(result, lang=lang, links=links).save(stage / "index.html")
        routes = Routes(result) if result.attachments is not None else None
        for done, code in enumerate(pages, start=2):
            progress.report(done, steps, "study.drawing_communities")
            ways = None if routes is None else routes.of(code)
            page = draw_community(result, code, lang=lang, routes=ways, cut=cuts.next())
            page.save(stage / "communities" / pages[code])
        progress.report(steps, steps, "study.drawing_communities")
    return Path(folder)


class _CutAhead:
    """Cuts the layers of the pages in their order, while tables and other pages are written."""

    def __init__(self, result: Assessment, codes: list[str]) -> None:
        for table in (result.isochrones, result.study.communities):
            shapely.bounds(table.geometry.to_numpy())  # GEOS fills these in at first use
        self.result, self.codes = result, iter(codes)
        self.pool = ThreadPoolExecutor(max(1, settings.current().threads - 1))
        self.first: Future[Cut] | None = None
        self.waiting: deque[Future[Cut]] = deque()
        for _ in range(_MOST_WAITING):
            self._begin()

    def __enter__(self) -> _CutAhead:
        return self

    def __exit__(self, *raised: object) -> None:
        self.pool.shutdown(cancel_futures=True)

    def next(self) -> Cut:
        """Return what the next page shows."""
        self._begin()
        return self.waiting.popleft().result()

    def _begin(self) -> None:
        for code in islice(self.codes, 1):
            self.waiting.append(self.pool.submit(self._cut, code, self.first))
            self.first = self.first or self.waiting[0]

    def _cut(self, code: str, first: Future[Cut] | None) -> Cut:
        if first is not None:
            wait([first])  # what all pages share is laid out once
        return cut_layers(self.result, code)
