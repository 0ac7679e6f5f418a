"""To whom a commitment is put where its clause does not say: whom its words name, the listener, or the other side of the dispute."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from openparley.record.coders.rules.commitments.contents import group_ids

if TYPE_CHECKING:
    from openparley.record.coders.rules.commitments.announcement import Announcement
    from openparley.record.coders.rules.commitments.commitments import Commitments

__all__ = ["addressees", "others"]

_MANNER = frozenset(("press", "observer"))
# Whom a meeting, a truce or a plan of a third side is put to.
_GO_BETWEEN = frozenset(("mediator", "institution", "ally", "official", "observer"))
# Sentences that are looked back through for the side that is spoken of.
_BACK = 3


def addressees(coder: Commitments, made: Announcement) -> tuple[str, ...]:
    """The first answer of: named by the clause; acts in the condition; listens; named in the stretch; the other side."""
    if made.type == "promise" and len(made.actor) > 1 and not (made.target and made.clause.lemma != "agree"):
        # What several agree on they owe each other.
        return made.actor
    for found in (made.target, _conditioned(made), _listener(coder, made), _named(coder, made)):
        known = others(coder, found, made.actor)
        if known:
            return known
    return _other_side(coder, made)


def others(coder: Commitments, names: tuple[str, ...], actor: tuple[str, ...]) -> tuple[str, ...]:
    """Those to whom it can be put: not the actor, nor who only writes it down."""
    actors = coder.reading.table.actors
    found = [name for name in dict.fromkeys(names) if name not in actor and not name.startswith("author_")]
    return tuple(name for name in found if (known := actors.get(name)) is None or known.role != "press")


def _conditioned(made: Announcement) -> tuple[str, ...]:
    """Who has to act lest a threat is carried out: the subject of the condition."""
    return group_ids(made.condition.subjects) if made.condition is not None else ()


def _listener(coder: Commitments, made: Announcement) -> tuple[str, ...]:
    utterance = coder.reading.voice(made.clause.start, made.clause.end).utterance
    if utterance is None or not set(utterance.speaker) & set(made.actor):
        return ()
    return tuple(utterance.draft.fields.get("addressee") or ())


def _named(coder: Commitments, made: Announcement) -> tuple[str, ...]:
    """The first side that the words of the commitment name, which is not the actor's own."""
    mentions = coder.reading.mentions
    at = bisect_left(coder.mention_starts, made.start)
    inside = mentions[at : bisect_left(coder.mention_starts, made.end)]
    # “Nations under Norlander attack”: what only describes comes after what is named itself.
    for mention in sorted(inside, key=lambda one: (one.attributive, one.start)):
        found = tuple(name for name in mention.ids if not _of_own(coder, name, made.actor))
        if found and mention.kind not in ("pronoun", "anonymous") and not _aside(coder, found):
            return found
    return ()


def _other_side(coder: Commitments, made: Announcement) -> tuple[str, ...]:
    """Of a party: the other one; of who stands between them: the parties spoken of last."""
    if not made.actor:
        return ()
    table = coder.reading.table
    all_sides = list(table.sides())
    sides = [name for name in all_sides if not table.is_person(name)] or all_sides
    roles = {actor.role for name in made.actor if (actor := table.actors.get(name)) is not None}
    if roles == {"party"}:
        rest = tuple(name for name in sides if not _of_own(coder, name, made.actor))
        return rest if len(rest) == 1 else _spoken_of(coder, made, rest)
    if roles and roles <= _GO_BETWEEN:
        if made.type == "proposal" or (made.content is not None and made.content.leaving):
            return tuple(sides) if len(sides) == 2 else _spoken_of(coder, made, tuple(sides))
        return _spoken_of(coder, made, tuple(sides))
    return ()


def _spoken_of(coder: Commitments, made: Announcement, among: tuple[str, ...]) -> tuple[str, ...]:
    """The side named last before the commitment, in the sentences right before it."""
    sentence = coder.article.sentences[max(0, made.clause.sentence - _BACK)].start
    at = bisect_left(coder.mention_starts, made.start)
    for mention in reversed(coder.reading.mentions[max(0, at - 30) : at]):
        if mention.start < sentence:
            break
        found = tuple(name for name in among if name in mention.ids or any(_kin(name, other) for other in mention.ids))
        if found and not set(found) & set(made.actor):
            return found
    return ()


def _of_own(coder: Commitments, name: str, actor: tuple[str, ...]) -> bool:
    """Whether somebody is of the actor's side: himself, his state, one of his country."""
    table = coder.reading.table
    country = table.country(name)
    return any(name == one or _kin(name, one) or (country and table.country(one) == country) for one in actor)


def _aside(coder: Commitments, names: tuple[str, ...]) -> bool:
    actors = coder.reading.table.actors
    return all(name.startswith("author_") or ((known := actors.get(name)) is not None and known.role in _MANNER) for name in names)


def _kin(a: str, b: str) -> bool:
    return a.startswith(f"{b}_") or b.startswith(f"{a}_")
