"""The benchmark compares like with like: its tools agree, and it says so when they don't."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import shapely

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
import benchmark  # noqa: E402
import benchmark_polygons  # noqa: E402
import benchmark_processes  # noqa: E402
import benchmark_tables  # noqa: E402
from benchmark_edits import edits  # noqa: E402
from benchmark_page import write_page  # noqa: E402
from benchmark_profile import hot_spots, module, parts_of_w1  # noqa: E402
from benchmark_reach_sets import reach_sets  # noqa: E402
from benchmark_tables import Difference, Result, bars_of, spot_check, time_in_turn  # noqa: E402
from benchmark_timing import Bar, Part, Timed, in_turn  # noqa: E402
from benchmark_tools import BANDS, BOTH, OURS, TOOLS, UNREACHED, Tool, streets_as_long  # noqa: E402
from benchmark_worlds import World, helsinki, largest_part, put_places, tiled, with_homes  # noqa: E402

from greenmap.engine.csr import build_csr  # noqa: E402
from greenmap.engine.rounds import reach_sets as find_sets  # noqa: E402

ALWAYS = [OURS, BOTH, "scipy", "networkx", "osmnx recipe"]


def town(side=8, ticks=120_000):
    """`side` x `side` junctions 160 m apart; 10 places or more at seeded nodes."""
    number = np.arange(side * side).reshape(side, side)
    y, x = np.divmod(number.ravel(), side) * np.array([[160.0], [160.0]])
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    none = np.empty(0, int)
    return put_places(World("town", x, y, tail, head, np.full(tail.size, ticks), none, none))


def test_all_tools_answer_alike_before_their_times_are_taken():
    pairs, timed, differ = time_in_turn(town(), ALWAYS, rounds=2)
    assert [len(timed.taken[name]) for name in ALWAYS] == [2] * 5
    assert not differ
    # 15 min are 7.5 streets, so nearly everybody reaches every place.
    assert 0.5 * 64 * np.unique(town().place).size < pairs <= 64 * np.unique(town().place).size


def test_peers_agree_that_are_installed():
    # pandana and cityseer come with the extra `bench`, scipy and networkx with `test`.
    peers = [name for name, tool in TOOLS.items() if tool.installed and name not in (OURS, BOTH)]
    assert {"scipy", "networkx"} <= set(peers)
    _, timed, differ = time_in_turn(town(), [OURS, *peers], rounds=1)
    assert set(timed.taken) == {OURS, *peers} and not differ


def late(by=1, how_many=None):
    """A tool that answers like ours, but some walks are too long."""

    def prepare(world, threads):
        ticks, within = TOOLS[OURS].prepare(world, 1)()
        ticks.ravel()[np.flatnonzero(ticks != UNREACHED)[:how_many]] += by
        return lambda: (ticks, within)

    return prepare


def test_a_tool_that_errs_is_named_and_not_timed(monkeypatch):
    monkeypatch.setitem(TOOLS, "wrong", Tool(late(), "other"))
    _, timed, differ = time_in_turn(town(), [OURS, "scipy", "wrong"], rounds=1)
    ticks = TOOLS[OURS].prepare(town(), 1)()[0]
    # 64 nodes x 10 categories x (nearest and 3 bands)
    assert differ == {"wrong": Difference(np.count_nonzero(ticks != UNREACHED), 2560)}
    assert list(timed.taken) == [OURS, "scipy"]


def test_a_tool_that_errs_for_a_known_reason_is_timed(monkeypatch):
    monkeypatch.setattr(benchmark_tables, "MOST_DIFFERENT", 0.001)
    for name, by, how_many in (("a tick", 1, 2), ("more", 2, 2), ("often", 1, 3)):
        monkeypatch.setitem(TOOLS, name, Tool(late(by, how_many), "other", own_floats=True))
    _, timed, differ = time_in_turn(town(), [OURS, "a tick", "more", "often"], rounds=1)
    assert list(timed.taken) == [OURS, "a tick"]
    assert [differ[name].cells for name in ("a tick", "more", "often")] == [2, 2, 3]
    assert "floating point" in differ["a tick"].why


def test_a_count_off_at_the_limit_is_explained_and_another_is_not(monkeypatch):
    monkeypatch.setattr(benchmark_tables, "MOST_DIFFERENT", 0.001)
    # Two nodes whose walk is 10 min sharp, and 9 min 50 s: only the first stands at a limit.
    for ticks, explained in ((600_000, True), (590_000, False)):
        world = World("pair", np.arange(2.0), np.zeros(2), np.array([0]), np.array([1]),
                      np.array([ticks]), np.array([0]), np.array([0]))  # fmt: skip
        truth = TOOLS[OURS].prepare(world, 1)()
        other = truth[0], truth[1].copy()
        other[1][1, 0, 1] = 0
        why = benchmark_tables.float_reason(world, np.arange(2), list(truth), list(other))
        assert bool(why) is explained


def test_a_tool_that_gives_streets_a_least_length_is_timed_if_that_is_all(monkeypatch):
    def longer(world, threads):
        ticks = np.maximum(world.ticks, 1)
        return TOOLS[OURS].prepare(replace(world, ticks=ticks), 1)

    monkeypatch.setitem(TOOLS, "longer", Tool(longer, "other", least_ticks=1))
    monkeypatch.setitem(TOOLS, "wrong", Tool(late(), "other", least_ticks=1))
    world = town()
    world.ticks[::9] = 0
    _, timed, differ = time_in_turn(world, [OURS, "longer", "wrong"], rounds=1)
    assert list(timed.taken) == [OURS, "longer"]
    assert f"of which there are {np.count_nonzero(world.ticks == 0)}" in differ["longer"].why
    assert differ["wrong"].why == ""


def test_if_ours_and_scipy_differ_nothing_is_timed(monkeypatch):
    monkeypatch.setitem(TOOLS, "scipy", Tool(late(), "scipy"))
    with pytest.raises(SystemExit, match="no times taken"):
        time_in_turn(town(), [OURS, "scipy"], rounds=1)


def test_where_scipy_is_left_out_it_checks_some_nodes():
    time_in_turn(town(), [OURS], rounds=1)
    ticks, within = TOOLS[OURS].prepare(town(), 1)()
    spot_check(town(), (ticks, within), rows=20)
    with pytest.raises(SystemExit, match="differs from scipy"):
        spot_check(town(), (ticks, within + np.uint16(1)), rows=20)


def test_a_sample_is_checked_and_its_time_scaled(monkeypatch):
    def only_some(world, threads):
        ticks, within = TOOLS[OURS].prepare(world, 1)()
        given = np.zeros_like(ticks), np.zeros_like(within)
        rows = TOOLS["some"].rows(world)
        for empty, full in zip(given, (ticks, within), strict=True):
            empty[rows] = full[rows]
        return lambda: time.sleep(0.01) or given

    monkeypatch.setitem(TOOLS, "some", Tool(only_some, "other", sample=4))
    _, timed, differ = time_in_turn(town(), [OURS, "some"], rounds=1)
    assert not differ
    assert timed.median("some") > 0.01 * 64 / 4


def test_lines_are_as_long_as_the_streets():
    world = with_homes(town(), 50)
    world.ticks[3] = 200_000  # a winding street
    x, y, lines = streets_as_long(world)
    for way in lines:
        assert np.allclose(shapely.length(shapely.from_wkt(way)), world.ticks / 750)
    ends = shapely.get_coordinates(shapely.from_wkt(lines[0])).reshape(-1, 3, 2)
    assert (ends[:, 0] == np.stack([x, y], axis=1)[world.tail]).all()
    assert (ends[:, 2] == np.stack([x, y], axis=1)[world.head]).all()


def test_homes_split_streets_without_changing_a_walk():
    world, split = town(), with_homes(town(), 50)
    assert (split.n, split.tail.size) == (64 + 50, world.tail.size + 50)
    assert split.ticks.sum() == world.ticks.sum() and (split.ticks >= 0).all()
    before, after = (TOOLS[OURS].prepare(one, 1)() for one in (world, split))
    assert (after[0][:64] == before[0]).all() and (after[1][:64] == before[1]).all()


def test_tiles_are_copies_joined_by_streets():
    world = tiled(town(), 2)
    # 4 copies, and 2 + 2 streets between neighbours
    assert (world.n, world.tail.size) == (4 * 64, 4 * town().tail.size + 4)
    assert largest_part(world).n == world.n


def result(**taken):
    taken = {OURS: [0.2, 0.4, 0.6], BOTH: [0.1, 0.2, 0.3], **taken}
    differ = {"other": Difference(3, 2560), "one": Difference(2, 2560, "it rounds")}
    return Result(town(), Timed(taken), differ, dict.fromkeys(taken, 50.0), 8_000_000, 0.0)


def test_the_page_names_what_was_skipped_and_what_differs(tmp_path):
    bars = [Bar("W9: times faster", 12, 10, 15, 6.5), Bar("W9: seconds", 3, 2, cost=True)]
    write_page([result(scipy=[2.0, 8.0, 6.0])], [Part(["### W9"], bars)], bars=bars,
               skipped=["cityseer", "pyvalhalla or pyvalhalla-weekly"], rounds=3, out=tmp_path,
               command="python scripts/benchmark.py")  # fmt: skip
    page = (tmp_path / "benchmark.md").read_text("utf-8")
    assert "Skipped, not installed: cityseer, pyvalhalla or pyvalhalla-weekly." in page
    assert "1 of 2 lines are met" in page
    assert "| W9: times faster | 12 | 6.5 | ≥ 10 | yes | ≥ 15 | **no** |" in page
    assert "| W9: seconds | 3 |  | ≤ 2 | **no** |  |  |" in page
    # ratios round by round are 10, 20 and 10, and twice as much beside two threads
    assert "| scipy | 6 (2–8) | 10 | 20 | 1.33 | 50 |" in page
    assert "other differs from scipy and greenmap in 3 of 2,560 cells: not timed." in page
    assert "one differs from scipy and greenmap in 2 of 2,560 cells: it rounds." in page
    assert page.rstrip().endswith("### W9")
    assert (tmp_path / "benchmark.png").stat().st_size > 1000
    assert BANDS[-1] == 15 * 60_000


def test_lines_of_the_bar_are_those_of_the_network():
    porto = replace(result(scipy=[2.0, 8.0, 6.0]), world=replace(town(), name="porto_streets"))
    assert [bar.row() for bar in bars_of(porto)] == [
        "| W1, porto_streets: times faster than scipy | 20 | 10 | ≥ 22 | **no** | ≥ 30 | **no** |",
        # 8 M pairs in 0.4 s
        "| W1, porto_streets: million pairs/s on one core | 20 | 20 | ≥ 20 | yes |  |  |",
    ]
    homes = replace(porto, world=replace(town(), name="porto_streets + 50 homes"))
    assert len(bars_of(homes)) == 1


def test_missing_peers_are_named_and_the_others_run(monkeypatch, capsys, tmp_path):
    peers = {"scipy": ("scipy",), "no_such_peer": ("here", "there")}
    monkeypatch.setattr(benchmark, "PEERS", peers)
    monkeypatch.setitem(TOOLS, "peer", Tool(late(), "no_such_peer"))
    monkeypatch.setattr(benchmark_tables, "peak_mb", lambda name, file: 50.0)
    monkeypatch.setattr(benchmark, "helsinki", lambda: Path("Helsinki.osm.pbf"))
    monkeypatch.setattr(benchmark, "read_world", lambda file: town())
    few = ["cityseer", "pandana, precomputed", "networkx", "osmnx recipe"]
    monkeypatch.setattr(sys, "argv", ["benchmark.py", "--only-w1", "--rounds", "1", "--without",
                                      *few, "--out", str(tmp_path)])  # fmt: skip
    benchmark.main()
    page = (tmp_path / "benchmark.md").read_text("utf-8")
    assert "here or there isn't installed: skipped" in capsys.readouterr().out
    assert "Skipped, not installed: here or there." in page
    assert "| scipy |" in page and "| peer |" not in page
    assert str(tmp_path.parent) not in page  # no folder of the machine


def test_other_works_check_their_answers_on_a_small_town(capsys):
    part = reach_sets(town(), rounds=1)
    assert "all three tools agree on each walk" in part.lines[2]
    assert [bar.bar for bar in part.bars] == [10]
    part = edits(town(), count=10)
    assert "equal to a full run" in part.lines[2]
    assert [(bar.bar, bar.cost) for bar in part.bars] == [(1, True), (5, True)]
    lines = parts_of_w1(town())
    assert "W1, town, on one thread" in lines[0]
    assert any(line.startswith("| greenmap.engine.") for line in lines)
    assert "of 64 nodes" in lines[-2]


def test_memory_is_that_of_a_process_of_its_own(tmp_path):
    np.savez(tmp_path / "town.npz", **asdict(town()))
    # The interpreter and numpy alone take some 30 MB.
    assert 20 < benchmark_tables.peak_mb("scipy", tmp_path / "town.npz") < 1000


def test_polygons_are_held_against_buffers(monkeypatch):
    monkeypatch.setattr(benchmark_polygons, "ORIGINS", 5)
    monkeypatch.setattr(benchmark_polygons, "TIMED", 2)
    nothing = None, "Valhalla isn't installed: skipped."
    monkeypatch.setattr(benchmark_polygons, "valhalla_tool", lambda *given: nothing)
    part = benchmark_polygons.polygons(helsinki(), rounds=1)
    assert "skipped" in part.lines[2]
    assert [(bar.bar, bar.what.split(": ")[0]) for bar in part.bars] == [
        (25, "W2, Helsinki"), (0.97, "W2, Helsinki")]  # fmt: skip
    assert 0.97 < part.bars[1].measured < 1


def test_replies_of_valhalla_become_shapes_in_metres():
    ring = [[25.0, 60.0], [25.001, 60.0], [25.001, 60.001], [25.0, 60.001], [25.0, 60.0]]
    reply = {"features": [{"geometry": {"type": "Polygon", "coordinates": [ring]}}]}
    # a thousandth of a degree: 55.8 m by 111.4 m
    (shape,) = benchmark_polygons.valhalla_shapes([reply], "EPSG:3067")
    assert shape.area == pytest.approx(55.8 * 111.4, rel=0.01)


@pytest.mark.slow
def test_whole_processes_answer_alike_from_file_and_cache(monkeypatch):
    monkeypatch.setattr(benchmark_processes, "W6_BARS", {"file": 1e9, "cache": 1e9})
    part = benchmark_processes.whole_process(helsinki(), rounds=1, places=50)
    assert "answers are the same" in part.lines[2]
    assert [(bar.bar, bar.cost) for bar in part.bars] == [(1e9, True), (1e9, True)]


def test_homes_of_a_study_with_walls_are_put_on_its_streets(monkeypatch):
    monkeypatch.setattr(benchmark_processes, "HOMES", 700)
    here = Path(__file__).parents[1]
    part = benchmark_processes.attachment(here / "data/sample/study.toml")
    assert "Putting 700 homes" in part.lines[0]
    assert part.bars[0].what == "study.toml: seconds to attach 700 homes with walls"
    assert part.bars[0].met(60)


def test_what_takes_long_runs_once(monkeypatch):
    monkeypatch.setattr("benchmark_timing.ONCE_S", 0.005)
    timed = in_turn({"quick": int, "slow": lambda: time.sleep(0.01)}, rounds=3)
    assert [len(each) for each in timed.taken.values()] == [3, 1]


def test_a_profile_names_functions_and_packages():
    graph = build_csr(3, [0, 1], [1, 2], [5, 5])
    find_sets(graph, [0], limit=9)  # compiled
    lines = hot_spots(lambda: [find_sets(graph, [0], limit=9) for _ in range(99)], "W3")
    assert any(line.startswith("| greenmap.engine.rounds: ") for line in lines)
    assert module("/x/site-packages/shapely/io.py") == "shapely"
    assert module("/x/greenmap/greenmap/draw/page.py", parts=2) == "greenmap.draw"
    assert module("/usr/lib/python3.12/json/decoder.py") == "Python's own library"
