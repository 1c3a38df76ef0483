"""Roll: units and reasons by number, sums that don't depend on the order of rows."""

from __future__ import annotations

import numpy as np
from measure_world import communities, homes_at, line_study, places_at

from greenmap.measure.roll import Members, Reasons, call_roll, sum_by_reason, sum_by_unit

# Homes of rows 0, 2 and 3 live in unit "B", that of row 1 in "A".
MEMBERS = Members(np.array(["A", "B"], object), np.array([3, 1, 0, 2]), np.array([1, 0, 1, 1]))


def test_homes_are_listed_in_the_order_of_their_ids_whatever_the_order_of_rows():
    homes = homes_at([1, 2, 3], community=["B", "A", "B"])
    areas = communities(("A", "B", "C"))
    for rows in ([0, 1, 2], [2, 1, 0]):
        study = line_study(homes.iloc[rows], places_at([0]), areas=areas)
        roll = call_roll(study)
        assert list(roll) == ["community", "study"]
        named = {unit: study.homes.index[own].tolist()
                 for unit, own in roll["community"].homes().items()}
        assert named == {"A": ["home1"], "B": ["home0", "home2"]}  # nobody lives in C
        assert study.homes.index[roll["study"].home].tolist() == ["home0", "home1", "home2"]


def test_units_are_numbered_by_another_list():
    again = MEMBERS.among(np.array(["B", "C"], object))
    assert (again.home.tolist(), again.unit.tolist()) == ([3, 0, 2], [0, 0, 0])


def test_sums_by_unit_and_by_reason():
    people = np.array([1.0, 2.0, 4.0, 0.0])
    assert sum_by_unit(MEMBERS, people[:, None]).tolist() == [[2.0], [5.0]]
    said = Reasons(np.array(["detour", "wall"], object), np.array([1, 0, 0, 1], np.int16))
    # Row 3 says "wall" as well, and nobody lives there.
    assert sum_by_reason(MEMBERS, people, said) == {"A": {"detour": 2.0},
                                                   "B": {"detour": 4.0, "wall": 1.0}}


def test_nobody_anywhere():
    none = Members(np.empty(0, object), np.empty(0, np.int64), np.empty(0, np.int64))
    assert none.homes() == {}
    assert sum_by_unit(none, np.empty((0, 2))).shape == (0, 2)
    assert sum_by_reason(none, np.empty(0), Reasons(np.empty(0, object),
                                                    np.empty(0, np.int16))) == {}
