"""Fairness: Gini by hand and by its law, groups, the worst-off tenth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measure_world import clause, homes_at, line_study, places_at
from test_unit_answers import answered_whole

from greenmap.measure.fairness import gini, walks_by_group, worst_tenth


@given(st.lists(st.tuples(st.floats(0, 60), st.integers(1, 9)), min_size=1, max_size=12))
def test_gini_is_half_the_mean_difference_over_the_mean(pairs):
    # by its definition, over all pairs of people
    people = np.repeat([w for w, _ in pairs], [n for _, n in pairs])
    if people.mean() < 1e-6:
        return
    whole = np.abs(people[:, None] - people[None, :]).mean() / (2 * people.mean())
    assert gini(*zip(*pairs, strict=True)) == pytest.approx(whole, abs=1e-9)


def test_who_reaches_nothing_is_left_out_and_nobody_has_no_gini():
    assert gini([5, 5, np.inf], [1, 1, 1]) == 0.0
    assert np.isnan(gini([np.inf], [1]))


def test_each_group_walks_its_own_way():
    # the pharmacy at node 0; ten people at node 0 and ten at 4; the old all at 4: 400 m
    homes = homes_at([0, 4], elderly_60=[0.0, 5.0])
    study = line_study(homes, places_at([0]), clause(id="c"))
    table = walks_by_group(study, answered_whole(study).answers)
    assert set(table.index.get_level_values("group")) == {"all", "elderly_60"}
    whole, old = table.loc[("A", "c", "all")], table.loc[("A", "c", "elderly_60")]
    assert (whole["people"], whole["share"], whole["walk_p90"]) == (20, 0.5, 400)
    assert (old["people"], old["share"], old["walk_median"], old["gini"]) == (5, 0.0, 400, 0.0)
    assert whole["gini"] == 0.5  # walks 0 and 400, as many people each
    assert table.loc[("study", "c", "all"), "people"] == 20


def test_the_worst_off_tenth_and_where_it_lives():
    # ten homes of ten people, 0 … 9 hundred metres off: the tenth who walk farthest live at 9
    homes = homes_at(list(range(10)), compound=["近园"] * 5 + ["远园"] * 5)
    study = line_study(homes, places_at([0]), clause(id="c"))
    table = worst_tenth(study, answered_whole(study).answers)
    # nine of ten walk at most 800 m, so the worst-off walk from 800 m: homes 8 and 9
    assert table.index.tolist() == [("c", "compound/A/远园")]
    row = table.iloc[0]
    assert (row["people"], row["people_worst"], row["walk_from"]) == (50, 20, 800)
    assert (row["unit_name"], row["parent_id"]) == ("远园", "A")


def test_without_people_no_one_is_worst_off():
    homes = homes_at([0, 4]).drop(columns="people")
    study = line_study(homes, places_at([0]), clause(id="c"))
    assert worst_tenth(study, answered_whole(study).answers).empty
    assert walks_by_group(study, answered_whole(study).answers).empty
