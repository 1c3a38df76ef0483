"""What a survey brings back moves exactly the items it answers: on the sample and a real town."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest
from test_panzhihua import STUDY
from test_survey import DEFAULT, fill, rows_of

import greenmap as gm

MOVED = ("not_surveyed", "not_collected", "place_not_sure")
"""Reasons a yes takes away; a figure that isn't confirmed stays so, whatever the survey says."""


def states(study):
    result = gm.assess(gm.read_study(study), with_isochrones=False)
    table = result.coverage[result.coverage["level"] == "community"]
    return result, table[["state", "reason"]]


def moved(folder, study):
    """Fill all items of two communities with people, read back, and say what changed."""
    result, before = states(study)
    lived_in = before["state"].ne("not_applicable").groupby(level="unit_id").any()
    chosen = sorted(lived_in.index[lived_in])[:2]
    book = gm.write_survey(result, folder / f"{study.stem}.xlsx", lang="zh")
    items = {}
    for _, row in rows_of(openpyxl.load_workbook(book), "items"):
        unit, item, kind = (row[name].value for name in ("unit_id", "item_id", "kind"))
        if unit in chosen:
            items[unit, item] = {"answer": "是" if kind.endswith("yes_no") else 1e6}
    fill(book, cover=DEFAULT, items=items)
    again = folder / f"{study.stem}_again.toml"
    again.write_text(study.read_text("utf-8") + f'\n[survey]\npath = "{book.name}"\n', "utf-8")
    _, after = states(again)
    changed = after["state"][after["state"] != before["state"]]
    could = before[before["reason"].isin(MOVED) & (before["state"] == "not_known")]
    return changed, could[[key in items for key in could.index]], before, items


def check(changed: pd.Series, could: pd.DataFrame, items: dict) -> None:
    assert len(could) > 0
    assert set(changed.index) == set(could.index)
    assert set(changed) <= {"met", "not_met"}
    assert {unit for unit, _ in changed.index} == {unit for unit, _ in items}


def test_on_the_sample(tmp_path):
    study = gm.write_sample(tmp_path) / "study.toml"
    text = study.read_text("utf-8").replace("fifteen-minute-generic", "green-community-2020")
    study.write_text(text, "utf-8")
    changed, could, before, items = moved(tmp_path, study)
    check(changed, could, items)
    assert len(before.loc[items and next(iter(items))[0]]) == 16


@pytest.mark.slow
@pytest.mark.parametrize("standard", ["complete-community-2020", "green-community-2020"])
def test_in_panzhihua(shared_data, tmp_path, standard):
    study = tmp_path / f"{standard}.toml"
    text = STUDY.format(data=shared_data.resolve().as_posix(), collected="")
    study.write_text(text.replace("fifteen-minute-generic", standard), "utf-8")
    changed, could, before, items = moved(tmp_path, study)
    check(changed, could, items)
    lived_in = before[before["state"] != "not_applicable"]["state"]
    assert (lived_in == "not_known").mean() > 0.8  # most isn't known before the survey
