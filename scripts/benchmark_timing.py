"""Times taken in turn, lines of the bar, and what is said on the way."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

BEGUN = time.perf_counter()
ONCE_S = 5.0
"""What takes longer than this runs once."""
SHORT_S = 0.1
"""What takes less is run five times in a turn, and the median counts: not what the tool before it
left in the caches."""


@dataclass(frozen=True)
class Bar:
    """What was measured beside what is asked for: at least that, or, of a cost, at most."""

    what: str
    measured: float
    bar: float
    goal: float | None = None
    one_thread: float | None = None
    cost: bool = False

    def met(self, asked: float) -> bool:
        """Is it as good as this?"""
        return self.measured <= asked if self.cost else self.measured >= asked

    def row(self) -> str:
        """A row of Markdown."""
        sign = "≤" if self.cost else "≥"
        alone = "" if self.one_thread is None else f"{self.one_thread:.3g}"
        cells = [self.what, f"{self.measured:.3g}", alone]
        for asked in (self.bar, self.goal):
            cells += ["", ""] if asked is None else [
                f"{sign} {asked:g}", "yes" if self.met(asked) else "**no**"]  # fmt: skip
        return f"| {' | '.join(cells)} |"


@dataclass(frozen=True)
class Part:
    """A part of the page, and its lines of the bar."""

    lines: list[str]
    bars: list[Bar] = field(default_factory=list)


@dataclass(frozen=True)
class Timed:
    """Seconds of each round, by tool."""

    taken: dict[str, list[float]]

    def median(self, name: str) -> float:
        """Seconds."""
        return statistics.median(self.taken[name])

    def ratio(self, name: str, to: str) -> float:
        """How many times longer one tool takes than another: the median over the rounds."""
        pairs = zip(self.taken[name], self.taken[to], strict=False)
        return statistics.median(a / b for a, b in pairs)

    def table(self, per: int, unit: str, ours: str) -> list[str]:
        """Rows of Markdown: milliseconds per piece of work, and ratios round by round."""
        lines = [f"| tool | {unit} (least–greatest) | slower by |", "|---|---|---|"]
        for name, all_of in self.taken.items():
            each = [1000 * seconds / per for seconds in all_of]
            lines.append(f"| {name} | {spread(each)} | {self.ratio(name, ours):.3g} |")
        return lines


def spread(values: Sequence[float]) -> str:
    """Median, least and greatest."""
    return f"{statistics.median(values):.3g} ({min(values):.3g}–{max(values):.3g})"


def in_turn(tools: dict[str, Callable[[], object]], rounds: int) -> Timed:
    """Time tools one after the other, round by round; slow ones once."""
    taken: dict[str, list[float]] = {name: [] for name in tools}
    for turn in range(rounds):
        for name, run in tools.items():
            if turn == 0 or taken[name][0] < ONCE_S:
                took = seconds_of(run)
                again = [seconds_of(run) for _ in range(4 if took < SHORT_S else 0)]
                taken[name].append(statistics.median([took, *again]))
    return Timed(taken)


def seconds_of(run: Callable[[], object]) -> float:
    """Time one run."""
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def say(text: str) -> None:
    """Tell what is going on, and since when."""
    print(f"[{time.perf_counter() - BEGUN:4.0f} s] {text}", flush=True)


def own_peak_mb() -> float:
    """Peak memory of this process."""
    status = Path("/proc/self/status")
    if status.is_file():  # the other figure counts the parent process as well
        lines = dict(line.split(":") for line in status.read_text("utf-8").splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
