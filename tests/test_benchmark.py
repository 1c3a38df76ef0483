"""The benchmark compares like with like: its tools agree, and it says so when they don't."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
import benchmark  # noqa: E402
from benchmark_tools import BANDS, OURS, TOOLS, UNREACHED  # noqa: E402
from benchmark_worlds import World, largest_part, put_places, tiled, with_homes  # noqa: E402

ALWAYS = ["greenmap, 1 thread", "greenmap, 2 threads", "scipy", "networkx"]


def town(side=8, ticks=120_000):
    """`side` x `side` junctions 160 m apart; 10 places or more at seeded nodes."""
    number = np.arange(side * side).reshape(side, side)
    y, x = np.divmod(number.ravel(), side) * np.array([[160.0], [160.0]])
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    none = np.empty(0, int)
    return put_places(World("town", x, y, tail, head, np.full(tail.size, ticks), none, none))


def test_all_tools_answer_alike_before_their_times_are_taken():
    pairs, taken, wrong = benchmark.time_in_turn(town(), ALWAYS, rounds=2)
    assert [len(taken[name]) for name in ALWAYS] == [2] * 4
    assert not wrong
    # 15 min are 7.5 streets, so nearly everybody reaches every place.
    assert 0.5 * 64 * np.unique(town().place).size < pairs <= 64 * np.unique(town().place).size


def one_late(world, threads):
    """Answers like ours, but every walk is a tick too long."""
    ticks, within = TOOLS[OURS][0](world, 1)()
    return lambda: (ticks + (ticks != UNREACHED), within)


def test_a_tool_that_errs_is_named_and_not_timed(monkeypatch):
    monkeypatch.setitem(TOOLS, "wrong", (one_late, 1, "other"))
    _, taken, wrong = benchmark.time_in_turn(town(), [OURS, "scipy", "wrong"], rounds=1)
    ticks = TOOLS[OURS][0](town(), 1)()[0]
    assert wrong == {"wrong": np.count_nonzero(ticks != UNREACHED)}
    assert list(taken) == [OURS, "scipy"]


def test_if_ours_and_scipy_differ_nothing_is_timed(monkeypatch):
    monkeypatch.setitem(TOOLS, "scipy", (one_late, 1, "scipy"))
    with pytest.raises(SystemExit, match="no times taken"):
        benchmark.time_in_turn(town(), [OURS, "scipy"], rounds=1)


def test_where_scipy_is_left_out_it_checks_some_nodes():
    benchmark.time_in_turn(town(), [OURS], rounds=1)
    ticks, within = TOOLS[OURS][0](town(), 1)()
    benchmark.spot_check(town(), (ticks, within), rows=20)
    with pytest.raises(SystemExit, match="differs from scipy"):
        benchmark.spot_check(town(), (ticks, within + np.uint16(1)), rows=20)


def test_homes_split_streets_without_changing_a_walk():
    world, split = town(), with_homes(town(), 50)
    assert (split.n, split.tail.size) == (64 + 50, world.tail.size + 50)
    assert split.ticks.sum() == world.ticks.sum() and (split.ticks >= 0).all()
    before, after = (TOOLS[OURS][0](one, 1)() for one in (world, split))
    assert (after[0][:64] == before[0]).all() and (after[1][:64] == before[1]).all()


def test_tiles_are_copies_joined_by_streets():
    world = tiled(town(), 2)
    # 4 copies, and 2 + 2 streets between neighbours
    assert (world.n, world.tail.size) == (4 * 64, 4 * town().tail.size + 4)
    assert largest_part(world).n == world.n


def test_the_page_names_what_was_skipped(tmp_path):
    world = town()
    taken = {OURS: [0.1, 0.2, 0.3], "scipy": [1.0, 4.0, 3.0]}
    result = benchmark.Result(world, taken, {"other": 3}, {OURS: 50.0, "scipy": 60.0}, 1000, 0.0)
    benchmark.write_page([result], ["pandana, precomputed"], 3, tmp_path)
    page = (tmp_path / "benchmark.md").read_text("utf-8")
    assert "Skipped, not installed: pandana, precomputed." in page
    # ratios round by round are 10, 20 and 10
    assert "| scipy | 3 (1–4) | 10 | 0.000333 | 60 |" in page
    # 64 nodes x 10 categories x (nearest and 3 bands)
    assert "other differs from scipy and greenmap in 3 of 2,560 cells: not timed." in page
    assert (tmp_path / "benchmark.png").stat().st_size > 1000
    assert BANDS[-1] == 15 * 60_000
