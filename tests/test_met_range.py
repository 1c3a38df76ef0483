"""The range of clauses met, as everything prints it."""

import pandas as pd
import pytest

from greenmap.model.met_range import met_range_texts


@pytest.mark.parametrize(("met", "not_met", "unknown", "texts"), [
    (192, 11, 6, ("91.8%", "94.8%")),  # 91.87 and 94.74: what isn't known is never made smaller
    (57, 43, 0, ("57%", "57%")),  # 0.57 * 1000 is 569.99..., and no tenth goes missing
    (7, 93, 0, ("7%", "7%")),  # 0.07 * 1000 is 70.00...1
])  # fmt: skip
def test_the_range_is_rounded_outwards_and_only_where_it_is_not_exact(met, not_met, unknown, texts):
    states = ["met"] * met + ["not_met"] * not_met + ["not_known"] * unknown
    assert met_range_texts(pd.DataFrame({"level": "community", "state": states})) == texts


def test_nothing_judged_has_no_range():
    assert met_range_texts(pd.DataFrame({"level": "community", "state": ["no_clause"]})) is None
