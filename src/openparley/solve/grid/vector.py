"""Sums of products over rows of a belief grid, written with the processor's vectors.

Rows are short – 9 or 27 entries – and the compiler's own vector loops leave most of such a row to what comes behind
them. Here whole vectors cover a row and the last one overlaps the one before it: sums are written, never added to, so
that an entry which is computed twice does not matter. Three or four vectors are summed side by side, because one sum
alone would wait for itself.
"""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportCallIssue=false
# ruff: noqa: ANN001, ANN201, ANN202
# (code generators, called by the compiler with its own types)

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

FLAGS = ("contract", "reassoc", "nsz", "arcp")  # as in the other kernels: products and sums may be fused
DOUBLE = ir.DoubleType()
WIDE, NARROW = 8, 4  # entries of a vector
ABREAST, SHARING = 4, 3  # vectors; of three own nodes, which read the same entries of a table


def _row(builder, pointer, at, width, kind):
    """``width`` entries from index ``at`` on, in double precision."""
    entry, size = (ir.FloatType(), 4) if kind.dtype == types.float32 else (DOUBLE, 8)
    place = builder.bitcast(builder.gep(pointer, [at]), ir.VectorType(entry, width).as_pointer())
    row = builder.load(place, align=size)
    return row if size == 8 else builder.fpext(row, ir.VectorType(DOUBLE, width))


def _alike(builder, pointer, at, width, kind):
    """One entry, ``width`` times, in double precision."""
    entry = builder.load(builder.gep(pointer, [at]))
    if kind.dtype == types.float32:
        entry = builder.fpext(entry, DOUBLE)
    empty, first = ir.Constant(ir.VectorType(DOUBLE, width), ir.Undefined), ir.Constant(ir.IntType(32), 0)
    return builder.shuffle_vector(
        builder.insert_element(empty, entry, first), empty, ir.Constant(ir.VectorType(ir.IntType(32), width), [0] * width)
    )


def _sums(width, read_table, abreast=ABREAST):
    """Code that writes a few vectors of out[o:] = base[b:] + Σ over options and nodes of weights · table.

    ``places`` has, from ``p`` on, where they begin in out, base and weights, and then where in a node's table: one place
    for each, or the same for `SHARING` of them.
    """

    @intrinsic
    def sums(typing, out, o, base, b, weights, per_option, per_node, table, starts, t, per_table_node, first, options, nodes, places, p):
        del typing
        kinds = (out, o, base, b, weights, per_option, per_node, table, starts, t, per_table_node, first, options, nodes, places, p)

        def generate(context, builder, signature, args):
            kind = signature.args
            (_, o, _, b, _, per_option, per_node, _, _, t, per_table_node, first, options, nodes, _, p) = args
            out, base, weights, table, starts, places = (
                context.make_array(kind[i])(context, builder, value=args[i]).data for i in (0, 2, 4, 7, 8, 14)
            )

            def placed(i):
                return builder.load(builder.gep(places, [builder.add(p, ir.Constant(ir.IntType(64), i))]))

            begin = [placed(i) for i in range(abreast)]
            entry = [placed(ABREAST + i) for i in range(1 if abreast == SHARING else abreast)]
            totals = [cgutils.alloca_once(builder, ir.VectorType(DOUBLE, width)) for _ in begin]
            for x, total in zip(begin, totals, strict=True):
                builder.store(_row(builder, base, builder.add(b, x), width, kind[2]), total)
            with cgutils.for_range(builder, options) as option:
                i = builder.add(first, option.index)
                w_first, t_first = builder.mul(i, per_option), builder.add(t, builder.load(builder.gep(starts, [i])))
                with cgutils.for_range(builder, nodes) as node:
                    w_node = builder.add(w_first, builder.mul(node.index, per_node))
                    t_node = builder.add(t_first, builder.mul(node.index, per_table_node))
                    values = [read_table(builder, table, builder.add(t_node, e), width, kind[7]) for e in entry]
                    for i, (x, total) in enumerate(zip(begin, totals, strict=True)):
                        weight = _row(builder, weights, builder.add(w_node, x), width, kind[4])
                        product = builder.fmul(weight, values[i % len(values)], flags=FLAGS)
                        builder.store(builder.fadd(builder.load(total), product, flags=FLAGS), total)
            for x, total in zip(begin, totals, strict=True):
                place = builder.bitcast(builder.gep(out, [builder.add(o, x)]), ir.VectorType(DOUBLE, width).as_pointer())
                builder.store(builder.load(total), place, align=8)
            return context.get_dummy_value()

        return types.void(*(types.int64 if isinstance(one, types.Integer) else one for one in kinds)), generate

    return sums


_eight, _four, _one, _eight_alike = _sums(WIDE, _row), _sums(NARROW, _row), _sums(1, _row), _sums(WIDE, _alike)
_eight_shared = _sums(WIDE, _row, SHARING)

jit = njit(cache=True, nogil=True, error_model="numpy")


@jit
def row_places(own, lanes):  # pragma: no cover - compiled
    """Where vectors begin that cover ``own`` rows of ``lanes`` entries; for `read_nodes`."""
    row, rows = (own, 1) if lanes == 1 else (lanes, own)
    width = WIDE if row >= WIDE else NARROW if row >= NARROW and lanes > 1 else 1
    per_row = (row + width - 1) // width
    shared = lanes >= WIDE and own % SHARING == 0
    abreast = SHARING if shared else ABREAST
    groups = (rows * per_row + abreast - 1) // abreast
    places = np.empty((groups, 2, ABREAST), np.int64)
    for i in range(groups * abreast):
        one = min(i, rows * per_row - 1)
        g, vector = (one % rows, one // rows) if shared else (one // per_row, one % per_row)
        entry = min(vector * width, row - width)
        places[i // abreast, 0, i % abreast] = g * row + entry
        places[i // abreast, 1, i % abreast] = 0 if lanes == 1 else entry
    return places.reshape(-1)


@jit
def read_nodes(out, o, base, b, weights, per_option, table, starts, t, first, options, own, lanes, places):  # pragma: no cover - compiled
    """Write base + Σ over options i and own nodes h of weights (i, h, g, lane) · table (h, lane), for every own node g and lane.

    There are ``options`` from ``first`` on. All arrays are flat; out is written from o on, base read from b on, the weights
    of option i from i · per_option on and its table from starts[i] + t on.
    """
    points = own * lanes
    for group in range(places.shape[0] // (2 * ABREAST)):
        p = group * 2 * ABREAST
        if lanes >= WIDE and own % SHARING == 0:
            _eight_shared(out, o, base, b, weights, per_option, points, table, starts, t, lanes, first, options, own, places, p)
        elif lanes >= WIDE:
            _eight(out, o, base, b, weights, per_option, points, table, starts, t, lanes, first, options, own, places, p)
        elif lanes >= NARROW:
            _four(out, o, base, b, weights, per_option, points, table, starts, t, lanes, first, options, own, places, p)
        elif lanes == 1 and own >= WIDE:
            _eight_alike(out, o, base, b, weights, per_option, points, table, starts, t, lanes, first, options, own, places, p)
        else:
            _one(out, o, base, b, weights, per_option, points, table, starts, t, lanes, first, options, own, places, p)
