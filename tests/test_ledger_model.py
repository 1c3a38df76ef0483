"""The ledger a study carries: its columns, and what its rows of no place count for."""

import pandas as pd
import pytest

from greenmap.errors import StudyError
from greenmap.model.ledger import LEDGER_COLUMNS, check_ledger, count_unlocated


def ledger(*rows):
    """Rows of (name, category, community_id, place_id); nothing else is known."""
    table = pd.DataFrame(index=pd.Index([f"L{n}" for n in range(len(rows))], name="ledger_id"),
                         columns=list(LEDGER_COLUMNS), dtype=object)
    for n, (name, category, community, place) in enumerate(rows):
        table.loc[f"L{n}", ["name", "category", "community_id", "place_id", "match"]] = [
            name, category, community, place, "accepted" if place else "none"]
    return table


def test_a_ledger_of_the_columns_is_right():
    check_ledger(ledger(("甲", "nursery", "01", None)))


@pytest.mark.parametrize("spoil, key", [
    (lambda t: t.drop(columns=["capacity", "match"]), "model.ledger_columns"),
    (lambda t: pd.concat([t, t]), "model.ledger_twice"),
    (lambda t: t.assign(match="maybe"), "model.ledger_match"),
])  # fmt: skip
def test_a_ledger_that_cannot_be_read_is_refused(spoil, key):
    with pytest.raises(StudyError) as told:
        check_ledger(spoil(ledger(("甲", "nursery", "01", None))))
    assert told.value.key == key
    assert "{" not in told.value.text("zh") + told.value.text("en")


def test_rows_of_no_place_count_where_they_are_said_to_be():
    # 02 has two nurseries, one of them on the map; 01 a clinic only; one row's community is unknown
    table = ledger(("甲", "nursery", "02", None), ("乙", "nursery", "02", "F7"),
                   ("丙", "clinic", "01", None), ("丁", "nursery", None, None))
    assert count_unlocated(table, ("nursery",)) == {"02": 1}
    assert count_unlocated(table, ("nursery", "clinic")) == {"01": 1, "02": 1}
    assert count_unlocated(None, ("nursery",)) == {}
