"""A place that may state a commitment, before it is an entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openparley.record.coders.rules.commitments.contents import group_ids

if TYPE_CHECKING:
    from openparley.record.coders.rules.commitments.commitments import Commitments
    from openparley.record.coders.rules.commitments.contents import Content
    from openparley.record.coders.rules.grammar.grammar import Clause

__all__ = ["Announcement", "announce", "surest"]


@dataclass(slots=True)
class Announcement:
    """A candidate.

    Attributes
    ----------
    clause
        The clause that announces it.
    content
        The act that is announced or wanted, if there is one.
    condition
        The clause on which it depends.
    due_start
        From where on the words may give the day it falls due.
    event
        PLOVER's type that it is written down as; empty for what its type and content say.
    needs_due
        Whether it is nothing without a date.
    retold
        Whether it reads like one that was told before: it counts where the text has told none.
    """

    type: str
    start: int
    end: int
    actor: tuple[str, ...]
    target: tuple[str, ...]
    rule: str
    confidence: float
    clause: Clause
    content: Content | None = None
    condition: Clause | None = None
    due_start: int | None = None
    event: str = ""
    needs_due: bool = False
    retold: bool = False


def announce(
    coder: Commitments,
    clause: Clause,
    kind: str,
    rule: str,
    confidence: float,
    content: Content | None,
    *,
    actor: tuple[str, ...] | None = None,
    target: tuple[str, ...] | None = None,
    condition: Clause | None = None,
    event: str = "",
    needs_due: bool = False,
) -> Announcement:
    """The candidate that a clause makes, with its conditions; actor and target are the clause's where they are not given."""
    start, end, found = coder.stretch(clause)
    if condition is not None:
        start, end = min(start, condition.start), max(end, condition.end)
    return Announcement(
        kind,
        start,
        end,
        actor=coder.actor_of(clause) if actor is None else actor,
        target=_target(coder, clause, content) if target is None else target,
        rule=rule,
        confidence=confidence,
        clause=clause,
        content=content,
        condition=condition or found,
        due_start=start,
        event=event,
        needs_due=needs_due,
    )


def _target(coder: Commitments, clause: Clause, content: Content | None) -> tuple[str, ...]:
    actor = set(coder.actor_of(clause))
    below = content.clause if content is not None and content.clause is not None else clause
    groups = [*coder.matcher.objects(below), *(group for name, group in below.obliques if name not in ("by", "in", "at"))]
    found = group_ids(groups) or tuple(name for group in groups for name in group.owner)
    return tuple(dict.fromkeys(name for name in found if name not in actor))


def surest(found: Sequence[Announcement]) -> list[Announcement]:
    """The surest where two are about the same words; what two ways find is surer than what one does, and each adds what it knows."""
    kept: list[Announcement] = []
    for made in sorted(found, key=lambda made: (-made.confidence, made.start, made.end, made.rule)):
        twin = next((other for other in kept if _same(made, other)), None)
        if twin is None:
            kept.append(made)
            continue
        agree = made.type == twin.type or twin.rule.split(".")[0] != made.rule.split(".")[0]
        twin.confidence = min(0.95, twin.confidence + (0.1 if agree else 0.0))
        twin.actor = twin.actor or made.actor
        twin.target = twin.target or made.target
        twin.condition = twin.condition or made.condition
        if made.needs_due and not twin.needs_due and made.clause.sentence == twin.clause.sentence:
            # “Is to vote on 5 May on a bill, which would …”: the date stands before the words that are surer.
            twin.due_start = min(made.start, twin.start if twin.due_start is None else twin.due_start)
    return kept


def _same(a: Announcement, b: Announcement) -> bool:
    """Whether two are about the same words: one verb, or stretches of which one covers most of the other."""
    if a.clause.index == b.clause.index:
        return True
    overlap = min(a.end, b.end) - max(a.start, b.start)
    return overlap > 0.6 * min(a.end - a.start, b.end - b.start)
