"""Completeness check: what is declared complete, set against what such a population usually has."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from greenmap import settings
from greenmap.errors import Fault
from greenmap.measure.completeness import check_completeness
from greenmap.model.category import load_categories
from greenmap.studies.sources import Sources
from greenmap.studies.study_file import make_study

FEW = 0.5
"""Part of the usual number below which a declaration is doubted."""


def about_completeness(sources: Sources) -> Iterable[Fault]:
    """Tell which categories look as if they had not been collected.

    Parameters
    ----------
    sources : Sources
        Without a fault: then there is a study to ask.

    Yields
    ------
    Fault
        ``warn_declared_absent``: declared complete, and no source has one.
        ``warn_declared_few``: declared complete, and the study's people usually
        have more than twice as many. ``warn_rule_few``: by the rule not collected somewhere.
    """
    if len(sources.faults) or sources.homes is None or not sources.amenities:
        return
    study = make_study(sources)
    table = check_completeness(study)
    held = set(study.amenities["category"].dropna())
    absent, few, failed = [], [], []
    for key, rows in table.groupby(level="category", sort=False):
        name = _name(str(key))
        known, usual = rows["known"].sum(), rows["expected"].sum(min_count=1)
        if (rows["basis"] == "declared").all():
            if key not in held:
                absent.append(name)
            elif pd.notna(usual) and known < FEW * int(usual):
                few.append(f"{name} {known:g}/{int(usual)}")
        elif (rows["basis"] == "rule").any() and not rows["collected"].all():
            failed.append(f"{name} {(~rows['collected'].astype(bool)).sum()}/{len(rows)}")
    for kind, names in (("declared_absent", absent), ("declared_few", few), ("rule_few", failed)):
        if names:
            yield Fault(f"study.warn_{kind}", {"count": len(names), "categories": ", ".join(names)})


def _name(key: str) -> str:
    known = load_categories()[key]
    return known.zh if settings.current().lang == "zh" else known.en
