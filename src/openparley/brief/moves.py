"""A move in words, and which moves end the dispute: what a report of it would settle at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from openparley.brief.facts import Facts
from openparley.game.families import FAMILIES
from openparley.game.positions import enumerate_positions
from openparley.record.casefile import CaseFile, Outcome

WORLD = "world"
# How moves read whose label is no phrase by itself; any other label reads as its words.
PHRASES = {
    "advance_bill": "advance the bill",
    "backfill": "fill in for support that is cut",
    "endure": "endure the sanctions",
    "extend": "extend a deadline",
    "hold": "do nothing new",
    "impose": "impose sanctions",
    "keep": "keep the sanctions",
    "let_lapse": "let a deadline lapse",
    "let_pass": "let a pledge pass",
    "lift": "lift the sanctions",
    "pass_bill": "pass the bill",
    "table_offer": "table an offer",
}
HAPPENS = {
    "anger_fades": "anger fades",
    "defused": "the crisis is defused",
    "front_halts": "the front halts",
    "front_moves": "the front moves",
    "goes_on": "the crisis goes on",
    "incident": "there is an incident",
    "price_shock": "the price of energy jumps",
    "quiet": "nothing changes by itself",
}


def plays(facts: Facts, actor: str, move: str) -> str:
    """A move as a clause: who does what; what chance does reads without a subject of its own."""
    if actor == WORLD:
        return HAPPENS.get(move, move.replace("_", " "))
    verb, *rest = PHRASES.get(move, move.replace("_", " ")).split(" ")
    plural = actor.endswith("s") and not actor.endswith("ss")
    return " ".join([facts.position(actor), verb if plural else _third(verb), *rest])


def _third(verb: str) -> str:
    """The verb as one actor does it."""
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


def endings(file: CaseFile) -> Mapping[tuple[str, str], frozenset[str]]:
    """Actor and move → endings that it may lead to, ``""`` where the dispute goes on; nothing for a case without a model."""
    if file.model is None or file.model.family not in FAMILIES:
        return {}
    return _endings(file.model.family, tuple(sorted(file.model.options.items())))


@lru_cache(maxsize=8)
def _endings(family: str, options: tuple[tuple[str, object], ...]) -> Mapping[tuple[str, str], frozenset[str]]:
    kind = FAMILIES[family]
    # which moves there are and what they end does not hang on the chances
    places = enumerate_positions(kind(dict.fromkeys(kind.chance, 0.5), **dict(options)), kind.State())
    found: dict[tuple[str, str], set[str]] = {}
    for v in range(len(places)):
        for option in places.options(v):
            found.setdefault((places.mover(v), places.labels[option]), set()).add(places.ends[option] or "")
    return {move: frozenset(ends) for move, ends in found.items()}


def settles(file: CaseFile, headline: Outcome | None, actor: str, move: str) -> bool:
    """Whether a report of the move would answer the question itself: it may end the dispute, or it is the headline."""
    return any(endings(file).get((actor, move), ())) or (
        headline is not None and (headline.when.actor, headline.when.move) == (actor, move)
    )


def within(file: CaseFile, outcome: Outcome, headline: Outcome) -> bool:
    """Whether an outcome is a way in which the headline comes about, so that it says nothing apart from it."""
    if outcome.when == headline.when:
        return True
    if headline.when.end is None or outcome.when.actor is None or outcome.when.move is None:
        return False
    return endings(file).get((outcome.when.actor, outcome.when.move)) == {headline.when.end}
