"""Threads: every piece is done once, in order; errors get out; nobody waits for a busy thread."""

import os
import subprocess
import sys
import threading
import time

import pytest

from greenmap.engine.threads import side_by_side


@pytest.mark.parametrize("threads", [1, 2, 5, 100])
@pytest.mark.parametrize("pieces", [0, 1, 7])
def test_each_piece_is_done_once_and_told_in_order(threads, pieces):
    seen = []
    done = side_by_side(lambda n: seen.append(n) or -n, iter(range(pieces)), threads=threads)
    assert done == [-n for n in range(pieces)]
    assert sorted(seen) == list(range(pieces))


@pytest.mark.parametrize("threads", [2, 5])
def test_as_many_pieces_as_asked_for_are_done_at_the_same_time(threads):
    meeting = threading.Barrier(threads, timeout=20)  # breaks unless all get there
    side_by_side(lambda _: meeting.wait(), range(threads), threads=threads)


def test_one_thread_is_the_calling_one():
    named = side_by_side(lambda _: threading.get_ident(), range(3), threads=1)
    assert set(named) == {threading.get_ident()}


def test_threads_are_kept():
    for _ in range(20):
        side_by_side(lambda _: time.sleep(0.001), range(8), threads=8)
    ours = [t for t in threading.enumerate() if t.name.startswith(f"greenmap-{os.getpid()}")]
    assert 1 <= len(ours) < max(os.cpu_count(), 8)


@pytest.mark.parametrize("bad", [0, 5])
def test_an_error_gets_out_and_no_work_goes_on_after_it(bad):
    busy = []

    def work(n):
        busy.append(n)
        if n == bad:
            raise ValueError(n)
        time.sleep(0.005)
        busy.remove(n)

    with pytest.raises(ValueError, match=str(bad)):
        side_by_side(work, range(6), threads=2)
    assert busy == [bad]


def test_work_that_is_itself_split_does_not_wait_for_ever():
    def work(n):
        return sum(side_by_side(lambda k: n * k, range(4), threads=5))

    assert side_by_side(work, range(12), threads=5) == [6 * n for n in range(12)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_has_threads_of_its_own():
    code = (
        "import os, threading\n"
        "from greenmap.engine.threads import side_by_side\n"
        "def meet():\n"
        "    both = threading.Barrier(2, timeout=20)\n"
        "    side_by_side(lambda _: both.wait(), range(2), threads=2)\n"
        "meet()\n"
        "child = os.fork()\n"
        "meet()\n"
        "if child:\n"
        "    raise SystemExit(os.waitpid(child, 0)[1])\n"
    )
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", code], timeout=60, check=False)
    assert run.returncode == 0
