"""Sixteen 32-bit numbers side by side, one per search: the vector steps of the batched kernels.

Each step is one line of vector code; the compiler makes of it one AVX-512 instruction, two of
AVX2 or four of SSE or NEON. Results don't depend on which. An array holds `LANES` numbers per
node: those of node v begin at ``v * LANES``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

LANES = 16
ARCS = 4
_WORD = ir.IntType(32)
_VECTOR = ir.VectorType(_WORD, LANES)
_MASK = ir.IntType(LANES)
_LONG = ir.IntType(64)


def step(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make what writes a vector step into what kernels call.

    Parameters
    ----------
    function : callable
        Takes numba's typing context and the types of the arguments; returns the step's types
        and the function that writes it.

    Returns
    -------
    callable
    """
    return intrinsic(function)  # type: ignore[no-any-return]


def _address(context: Any, builder: Any, kind: Any, array: Any, first: Any) -> Any:
    """Point at the numbers of an array that begin at `first`."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [first]), _VECTOR.as_pointer())


def _spread(builder: Any, word: Any) -> Any:
    """Put one number into all lanes."""
    one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), word, _WORD(0))
    return builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(_WORD, LANES), [0] * LANES))


def _call(builder: Any, name: str, result: Any, arguments: list[Any]) -> Any:
    kinds = [argument.type for argument in arguments]
    function = builder.module.declare_intrinsic(name, (), ir.FunctionType(result, kinds))
    return builder.call(function, arguments)


def _add(builder: Any, one: Any, other: Any) -> Any:
    """Add; what 32 bits can't hold stays at the most they can."""
    return _call(builder, f"llvm.uadd.sat.v{LANES}i32", _VECTOR, [one, other])


def _lesser(builder: Any, one: Any, other: Any) -> Any:
    return _call(builder, f"llvm.umin.v{LANES}i32", _VECTOR, [one, other])


def _as_mask(builder: Any, lanes: Any) -> Any:
    return builder.zext(builder.bitcast(lanes, _MASK), _LONG)


@step
def pull(typing: Any, label: Any, to: Any, arc: Any, step: Any) -> Any:
    """Lower the labels at `to` by those over the arcs of a step; return one bit for each lowered.

    ``arc[step]`` holds, for each arc, the number of the node it comes from, and its ticks.
    """

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        kind, labels = signature.args[0], given[0]
        target = _address(context, builder, kind, labels, given[1])
        arcs = context.make_array(signature.args[2])(context, builder, given[2])
        words = cgutils.unpack_tuple(builder, arcs.shape, 3)
        first = builder.mul(given[3], builder.mul(words[1], words[2]))
        before = builder.load(target, align=4, typ=_VECTOR)
        after = before
        for k in range(0, 2 * ARCS, 2):
            node, ticks = (
                builder.load(builder.gep(arcs.data, [builder.add(first, _LONG(k + i))]))
                for i in range(2)
            )
            lane = builder.mul(builder.zext(node, _LONG), _LONG(LANES))
            there = builder.load(_address(context, builder, kind, labels, lane), align=4,
                                 typ=_VECTOR)  # fmt: skip
            after = _lesser(builder, after, _add(builder, there, _spread(builder, ticks)))
        builder.store(after, target, align=4)
        return _as_mask(builder, builder.icmp_unsigned("<", after, before))

    u64 = types.uint64
    return u64(label, u64, arc, u64), build


@step
def lesser_sum(
    typing: Any, label: Any, one: Any, from_one: Any, two: Any, from_two: Any, walks: Any,
    at: Any,
) -> Any:  # fmt: skip
    """Write the lesser of two labels, each with a step, to `walks`."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        kind, array = signature.args[0], given[0]
        sums = [
            _add(builder, builder.load(_address(context, builder, kind, array, at), align=4,
                                       typ=_VECTOR), _spread(builder, step))
            for at, step in (given[1:3], given[3:5])
        ]  # fmt: skip
        target = _address(context, builder, signature.args[5], given[5], given[6])
        builder.store(_lesser(builder, *sums), target, align=4)
        return context.get_dummy_value()

    u32, u64 = types.uint32, types.uint64
    return types.void(label, u64, u32, u64, u32, walks, u64), build


@step
def lanes_within(typing: Any, walks: Any, at: Any, limit: Any) -> Any:
    """Return one bit for each of the walks that is at most the limit."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        first = _address(context, builder, signature.args[0], given[0], given[1])
        walk = builder.load(first, align=4, typ=_VECTOR)
        return _as_mask(builder, builder.icmp_unsigned("<=", walk, _spread(builder, given[2])))

    return types.uint64(walks, types.uint64, types.uint32), build


@step
def lowest(typing: Any, bits: Any) -> Any:
    """Return which bit is the lowest one set; there must be one."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.cttz(given[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), build


@step
def fetch_row(typing: Any, array: Any, row: Any) -> Any:
    """Have both ends of a row of an array brought near while other work is done."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        made = context.make_array(signature.args[0])(context, builder, given[0])
        size = cgutils.unpack_tuple(builder, made.strides)[0]
        first = builder.mul(given[1], size)
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", (byte,), kind)
        for at in (first, builder.sub(builder.add(first, size), _LONG(1))):
            there = builder.gep(builder.bitcast(made.data, byte), [at])
            builder.call(fetch, [there, word(1), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(array, types.uint64), build
