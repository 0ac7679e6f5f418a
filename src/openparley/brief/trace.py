"""What one click on a number shows: value, range and of what, error, accounts, entries, assumptions, and how to cite it."""

from __future__ import annotations

import re
from math import isfinite
from typing import Any

from openparley.brief import words
from openparley.brief.charts.tornado import ends, error, told
from openparley.brief.cite import Number
from openparley.brief.context import Context
from openparley.brief.influence import odds_factor
from openparley.brief.readings import readings

# A trace of a headline number shows its entries with words and most of its assumptions; one of a detail the first few.
ASSUMPTIONS_SHOWN, FEW = 8, 3
COUNTED_SHOWN = 12
PARAPHRASE_SHOWN = 90
MANY_TIMES = 100.0


def trace(context: Context, number: Number) -> dict[str, Any]:
    """What the page needs to print a trace."""
    like = context.book.numbers.get(number.like)
    own = like is None or bool(number.moved) or number.evidence != like.evidence
    full = _is_full(number)
    shown = ASSUMPTIONS_SHOWN if full else FEW
    wrong = _if_wrong(context, number) if full else {}
    level = f"{round(100 * number.level)} % range" if number.level else "range"
    entries = _entries(context, number) if own else []
    return {
        "value": "" if number.range_only else number.text,
        "interval": f"{level} {number.range}" if number.range else "",
        "of": over(number),
        "error": number.error,
        "breakdown": number.breakdown,
        "entries": entries[:COUNTED_SHOWN],
        "beyond": max(0, len(entries) - COUNTED_SHOWN),
        "assumptions": [] if like else [(id, wrong.get(id, "")) for id in number.assumptions[:shown]],
        "more": max(0, len(number.assumptions) - shown),
        "full": full,
        "rests": _shared(number, like),
        "cite": f"{context.facts.case.file.name}, run {context.run.get('id')}, {number.id}",
    }


def over(number: Number) -> str:
    """What the interval is a range over, or what an exact number counts."""
    if not number.range or number.of.startswith(("a ", "the range")):
        return number.of
    return f"a {number.of}" if re.match(r"\d+ % range over ", number.of) else f"a range over {number.of}"


def _is_full(number: Number) -> bool:
    """Whether the trace spells out what the traces of like numbers only name."""
    return bool(number.moved) and not number.like


def _shared(number: Number, like: Number | None) -> str:
    """What a number has in common with the one whose trace it refers to; empty without one."""
    if like is None:
        return ""
    if number.evidence and number.evidence == like.evidence and not number.moved:
        return "Entries and assumptions"
    return "Assumptions" if number.assumptions else "Of the same kind"


def _if_wrong(context: Context, number: Number) -> dict[str, str]:
    """What follows if an assumption is wrong: as the case says it, and for the headline what it would then be."""
    found = {row.id: context.facts.unquoted(row.if_wrong).rstrip(". ") for row in context.facts.case.file.assumptions if row.if_wrong}
    hinges = context.forecast.hinges
    if hinges is None or number.id != f"n-p-{hinges.outcome}":
        return found
    for row in told(hinges.tornado):
        values = [at.forecast for at in ends(row) if isfinite(at.forecast)]
        moved = words.percent_range(min(values), max(values), error(context, row))
        found[row.assumption] = "; ".join(part for part in (moved, found.get(row.assumption, "")) if part)
    return found


def _entries(context: Context, number: Number) -> list[tuple[str, str, str]]:
    """Id, what it did to the number and in a full trace what it says and was read as, of each entry or row of a chronology."""
    facts, found, full = context.facts, [], _is_full(number)
    read = readings(context) if full else {}
    for index, id in enumerate(number.evidence):
        entry, row = facts.case.entries.get(id), facts.case.course.get(id)
        said = facts.unquoted(entry.paraphrase, entry.source) if entry else row.what if row else ""
        change = _change(number, number.moved[index]) if number.moved else ""
        as_ = f" (read as {'; '.join(read[id])})" if id in read else ""
        if entry or row:
            found.append((id, change, words.cut(said, PARAPHRASE_SHOWN) + as_ if full else ""))
    return found


def _change(number: Number, change: float) -> str:
    """What an entry did: the factor on the odds of an account, or points of a forecast."""
    if number.id.startswith("n-share-"):
        factor = odds_factor(number.value, change)
        if factor >= MANY_TIMES:
            return f"odds ×{MANY_TIMES:.0f} or more"
        if factor <= 1 / MANY_TIMES:
            return f"odds ×{1 / MANY_TIMES} or less"
        return f"odds ×{factor:.1f}" if factor >= 1 else f"odds ×{factor:.2f}"
    # The error of a change is to that of the number as the change is to the number.
    scaled = (number.mcse or 0.0) * min(1.0, abs(change) / number.value) if number.value else 0.0
    return words.points(change, scaled)
