"""Routes kept for a page: the same walks as measured, drawn to their end."""

import json

import numpy as np
import pytest
from worlds_assessment import IDS, assessment

from greenmap.draw.community_map import draw_community
from greenmap.measure.routes import MOST_ROUTES, Routes


@pytest.fixture(scope="module")
def result():
    return assessment()


def follow(page, k, first):
    """Points from the first to the end; a circle never ends."""
    onward, at, seen = page["next"][k], first, []
    while at != -1:
        assert at not in seen
        seen.append(at)
        at = onward[at] if isinstance(onward, list) else onward.get(str(at), -1)
    return seen


def test_each_route_is_as_long_as_the_walk_that_is_judged(result):
    routes, study = Routes(result), result.study
    checked = 0
    for community in IDS:
        page = routes.of(community)
        rows = [r for r, c in enumerate(study.homes["community_id"]) if c == community]
        for k, clause in enumerate(study.standard.clauses):
            if clause.kind != "reach":
                continue
            for n, walk in page["walks"][str(k)].items():
                value = result.answers.value[rows[int(n)], k]
                metres = value if clause.unit == "m" else value * 72
                assert walk[1] == pytest.approx(metres, abs=0.2)
                assert walk[2] <= walk[1] + 0.2  # the straight line is never longer
                points = follow(page, str(k), walk[0])
                lon, lat = (np.array(page[name])[points] for name in ("lon", "lat"))
                drawn = np.hypot(np.diff(lon) * 99_600, np.diff(lat) * 110_800).sum()
                assert drawn + walk[3] == pytest.approx(walk[1], rel=0.01, abs=2)
                checked += 1
    assert checked > 12


def test_a_home_joins_by_its_leg_and_ends_at_the_place(result):
    # home h00 stands at x = 50, 10 m off the street; the shop at x = 100 on it: 10 + 50 m
    page = Routes(result).of(IDS[0])
    k = [c.id for c in result.study.standard.clauses].index("convenience-5min")
    first, metres, straight, leg, last, climb, wait, gates = page["walks"][str(k)]["0"]
    assert (metres, leg, last) == (60.0, 10.0, 0.0)
    assert straight == pytest.approx(np.hypot(50, 10), abs=0.1)
    assert (climb, wait, gates) == (None, None, ())
    assert first >= 0


def test_a_page_keeps_no_more_routes_than_the_bound(result, monkeypatch):
    import greenmap.measure.routes as module

    assert MOST_ROUTES == 6000
    monkeypatch.setattr(module, "MOST_ROUTES", 6)  # two homes of three clauses
    page = Routes(result).of(IDS[0])
    assert (page["homes"], page["all"]) == (2, 4)
    kept = {n for walks in page["walks"].values() for n in walks}
    assert len(kept) <= 2


def test_the_page_draws_them_on_a_click_and_asks_nothing_of_the_network(result):
    page = draw_community(result, IDS[0], routes=Routes(result).of(IDS[0]), lang="en")
    text = page.html
    assert "click a home to see its way" in text
    assert "drawRoute" in text
    json.dumps(Routes(result).of(IDS[0]), allow_nan=False)
