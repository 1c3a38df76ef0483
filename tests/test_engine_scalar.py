"""Steps on single numbers do what Python does."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from greenmap.engine.kernel import kernel
from greenmap.engine.scalar import add_ticks, greater, lesser
from greenmap.units import UNREACHED

NUMBERS = {
    np.uint32: (0, 1, 0x80000000, UNREACHED),
    np.uint64: (0, 1, 1 << 63, (1 << 64) - 1),
    np.int64: (-(1 << 63), -1, 0, 1, (1 << 63) - 1),
    np.float32: (-math.inf, -1.5, -0.0, 0.0, 2.5, math.inf, math.nan),
}


@kernel
def both(a: Any, b: Any) -> tuple[Any, Any]:
    """Both of them."""
    return lesser(a, b), greater(a, b)


@pytest.mark.parametrize("kind", NUMBERS)
def test_of_two_numbers_the_one_that_min_and_max_take(kind: Any) -> None:
    # repr tells 0.0 from -0.0, and one nan is like another
    for a in map(kind, NUMBERS[kind]):
        for b in map(kind, NUMBERS[kind]):
            found = [repr(kind(one)) for one in both(a, b)]
            assert found == [repr(min(a, b)), repr(max(a, b))]


def test_signed_and_unsigned_numbers_of_different_width() -> None:
    assert both(np.uint32(UNREACHED), np.uint64(5)) == (5, UNREACHED)
    assert both(np.int32(-1), np.int64(0)) == (-1, 0)


def test_costs_that_32_bits_cannot_hold_are_never_reached() -> None:
    @kernel
    def add(a: Any, b: Any) -> Any:
        return add_ticks(a, b)

    ticks = [(2, 3), (UNREACHED - 1, 1), (UNREACHED - 1, 2), (UNREACHED, UNREACHED)]
    sums = [add(np.uint32(a), np.uint32(b)) for a, b in ticks]
    assert sums == [5, UNREACHED, UNREACHED, UNREACHED]
