"""Single numbers in kernels: each step is an instruction or two where it stands.

Python's ``min`` and ``max`` do the same, but numba compiles them anew, as functions, for each
pair of types: two dozen of them were a tenth of what a first run waits for.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types

from greenmap.engine.lanes import step


def _pick(typing: Any, one: Any, other: Any, sign: str) -> Any:
    """Take the other number if it compares so with the first, else the first."""
    kind = typing.unify_types(one, other)

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        if isinstance(kind, types.Float):
            better = builder.fcmp_ordered(sign, given[1], given[0])
        elif kind.signed:
            better = builder.icmp_signed(sign, given[1], given[0])
        else:
            better = builder.icmp_unsigned(sign, given[1], given[0])
        return builder.select(better, given[1], given[0])

    return kind(kind, kind), build


@step
def lesser(typing: Any, one: Any, other: Any) -> Any:
    """Return the lesser of two numbers; of equal ones the first."""
    return _pick(typing, one, other, "<")


@step
def greater(typing: Any, one: Any, other: Any) -> Any:
    """Return the greater of two numbers; of equal ones the first."""
    return _pick(typing, one, other, ">")


@step
def add_ticks(typing: Any, one: Any, other: Any) -> Any:
    """Add two costs, uint32; what 32 bits can't hold is never reached."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        word = ir.IntType(32)
        name, kind = "llvm.uadd.sat.i32", ir.FunctionType(word, [word, word])
        return builder.call(builder.module.declare_intrinsic(name, (), kind), given)

    return types.uint32(types.uint32, types.uint32), build
