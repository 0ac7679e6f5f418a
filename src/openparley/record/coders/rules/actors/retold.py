"""Definite descriptions that take up somebody named before: “the president”, “its leader”, “the two sides”, “the official”."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from openparley.record.coders.rules.actors.mentions import Found
from openparley.record.coders.rules.actors.world import words

if TYPE_CHECKING:
    from openparley.record.coders.rules.actors.coreference import Track
    from openparley.record.coders.rules.actors.mentions import Scan

__all__ = ["resolve_description", "resolve_pair"]

_ARMS = words("state office ministry institution military weapons police intelligence legislature court")
_SERVANTS = words(
    "official diplomat negotiator delegation spokesperson representative team officer minister adviser deputy deputy_minister "
    "foreign_minister defence_minister leader"
)  # fmt: skip
_NAMELESS = words("official adviser diplomat source expert officer spokesperson negotiator representative")
_ONLY = words("legislature intelligence opposition rebels civilians press delegation office spokesperson mediator court")
_PEOPLE_PAIRS = frozenset({"men", "women", "leaders", "presidents", "ministers"})
_SIDES = words("sides countries nations parties neighbours neighbors states governments rivals capitals armies foes")
_PAIRED = _SIDES | words("pair duo men women armies navies camps delegations teams militaries forces peoples")
_COUNTS = {"two": 2, "both": 2, "three": 3, "four": 4}
_FAR = 12
_NOUN_REACH = 40


def resolve_description(scan: Scan, item: Found, owner: Found | None, tracks: Sequence[Track]) -> bool:
    """Fill in whom a definite description stands for; whether it stands for anybody.

    Parameters
    ----------
    owner
        Whom its possessive pronoun means; None for one with an article.
    """
    counted = any(scan.word(index) in _COUNTS for index in range(item.first, item.last))
    if item.number == "plural" and owner is None and (item.role == "leader" or counted):
        return _pair(scan, item, tracks, persons=item.role in _SERVANTS)
    return _of_owner(scan, item, owner) if owner is not None else _taken_up(scan, item, tracks)


def _of_owner(scan: Scan, item: Found, owner: Found) -> bool:
    table = scan.table
    key = owner.ids[0]
    country = table.place_of(key) or table.country(key)
    own = (
        [
            name
            for name in table.in_role(country, item.role, plural=item.number == "plural", noun=item.noun, owner=key)
            if name not in owner.ids
        ]
        if country
        else []
    )
    if len(owner.ids) > 1:
        return False
    if own:
        item.ids, item.rule, item.confidence, item.kind = (
            (own[0],),
            "description.owner",
            round(owner.confidence * 0.9, 2),
            table.profiles[own[0]].kind,
        )
        return True
    if item.role == "rival" and item.number == "singular":
        from openparley.record.coders.rules.actors.descriptions import other_side

        other = other_side(table, owner.ids)
        if other:
            item.ids, item.rule, item.confidence, item.kind = (other,), "description.rival", 0.6, table.profiles[other].kind
            return True
    only = table.only(item.role) if item.role == "allies" else None
    if only is not None and only not in owner.ids:
        item.ids, item.rule, item.confidence, item.kind = (
            (only,),
            "description.only",
            round(owner.confidence * 0.7, 2),
            table.profiles[only].kind,
        )
        return True
    if item.role == "leader" and item.number == "singular" and not table.is_person(key):
        noun = table.world.nouns[item.noun]
        from openparley.record.coders.rules.actors.descriptions import holders

        name, new = holders(table, noun, country, scan.day)
        if name:
            item.ids, item.new, item.rule, item.confidence, item.kind = (
                (name,),
                new,
                "description.owner",
                round(owner.confidence * 0.8, 2),
                "office",
            )
            return True
    if (table.is_sharing(key) or table.knows_place(country)) and item.role in _ARMS | _SERVANTS - {
        "leader",
        "deputy",
        "adviser",
        "foreign_minister",
        "defence_minister",
    }:
        name, new = (table.side_of(key), None) if table.is_sharing(key) else table.place(country)
        item.ids, item.new, item.rule, item.confidence = (
            (name,),
            new,
            "description.state",
            round(owner.confidence * (0.8 if item.role in _ARMS else 0.6), 2),
        )
        item.kind = "state" if item.role in _ARMS else "group"
        return True
    return False


def _taken_up(scan: Scan, item: Found, tracks: Sequence[Track]) -> bool:
    """Somebody named before whom the noun fits; else the only one of the case whom it can mean."""
    table = scan.table
    again = _again(scan, item, tracks)
    if again is not None:
        track, exact = again
        profile = table.profiles[track.ids[0]]
        item.ids, item.new, item.rule, item.confidence = track.ids, track.found.new, "description.again", 0.75 if exact else 0.65
        item.kind = profile.kind if profile.kind != "person" else "office"
        return True
    fitting = [key for key in table.actors if item.role in table.profiles[key].roles and not table.profiles[key].former]
    if item.role in ("legislature", "court"):
        fitting = [key for key in fitting if table.profiles[key].kind == "institution"] or fitting
    sides = [key for key in table.sides() if key in fitting]
    if len(sides) == 1 and item.role in ("state", "rebels"):
        # “the government”, “the guerrillas”: of the parties only one is such.
        fitting = sides
    if len(fitting) == 1 and (item.role in _ONLY or item.role == "leader" or fitting == sides):
        item.ids, item.rule, item.confidence, item.kind = (fitting[0],), "description.only", 0.6, table.profiles[fitting[0]].kind
        return True
    if item.role in _NAMELESS:
        hidden = [key for key in fitting if table.profiles[key].kind == "anonymous"]
        item.ids = tuple(hidden) if len(hidden) == 1 else ()
        item.kind, item.rule, item.confidence = "anonymous", "description.anonymous", 0.5
        return True
    return False


def _again(scan: Scan, item: Found, tracks: Sequence[Track]) -> tuple[Track, bool] | None:
    """The mention before that a definite description takes up, and whether it has the very noun.

    One who is named in the same sentence is hardly called “the president” in it again; one whom the article is about is.
    """
    table = scan.table
    plural = item.number == "plural"
    here = scan.article.sentence_at(scan.tokens[item.first].start)
    best: tuple[float, Track, bool] | None = None
    end = bisect_left(tracks, item.first, key=lambda track: track.token)
    window = tracks[max(0, end - _NOUN_REACH) : end]
    counts = Counter(track.ids for track in window)
    for track in window:
        if len(track.ids) != 1 or track.plural != plural or track.found.kind == "pronoun" or (track.found.attributive and track.person):
            continue
        profile = table.profiles[track.ids[0]]
        if profile.former and track.found.noun != item.noun:
            continue
        exact = item.noun in {track.found.noun, *profile.nouns}
        if not (exact or item.role in profile.roles or item.role == track.found.role or _holds(scan, track, item)):
            continue
        score = 1.0 * exact - 0.15 * min(10, here - track.sentence) + 0.12 * min(12, counts[track.ids]) + 0.3 * track.subject
        score -= 1.5 * (track.sentence == here and track.found.flavour == "person")
        if best is None or score >= best[0]:
            best = score, track, exact
    return (best[1], best[2]) if best else None


def _holds(scan: Scan, track: Track, item: Found) -> bool:
    """Whether a person holds the office that a noun names."""
    if not track.person or item.noun not in scan.table.world.nouns:
        return False
    offices = scan.table.world.nouns[item.noun].offices
    if not offices or scan.day is None:
        return False
    return any(term.office in offices and term.start <= scan.day < term.end for term in scan.table.terms_of(track.ids[0]))


def resolve_pair(scan: Scan, tracks: Sequence[Track], sentence: Sequence[int]) -> None:
    """Put in “both sides”, “the two countries”, “the pair” with the two whom they mean."""
    for index, token in enumerate(scan.tokens):
        word = token.lower
        if word not in _PAIRED or scan.at[index] is not None:
            continue
        before = scan.word(index - 1)
        first = index - 1
        if (before == "two" and scan.word(index - 2) in ("the", "these", "those")) or (
            before in ("warring", "rival", "opposing") and scan.word(index - 2) in ("the", "both", "two")
        ):
            first = index - 2
        elif not (before == "both" or (before == "the" and word in ("pair", "duo", "sides", "parties"))):
            continue
        item = Found(first, index + 1, (), "group", "plural", "", 0.0, "description", noun=word)
        if scan.free(first, index + 1) and _pair(scan, item, tracks, persons=word in _PEOPLE_PAIRS or word in ("pair", "duo")):
            scan.put(item)


def _pair(scan: Scan, item: Found, tracks: Sequence[Track], *, persons: bool) -> bool:
    """The last two people, or the two parties, before a plural description; “the three ministers” are three."""
    count = next((_COUNTS[word] for index in range(item.first, item.last) if (word := scan.word(index)) in _COUNTS), 2)
    end = bisect_left(tracks, item.first, key=lambda track: track.token)
    before = tracks[max(0, end - _FAR if count == 2 else end - _NOUN_REACH) : end]
    seen = _people(scan, item, before, count) if persons else _parties(scan, before, count)
    if len(seen) != count:
        return False
    item.ids, item.kind, item.rule, item.confidence = tuple(sorted(seen, key=lambda key: seen[key])), "group", "description.pair", 0.6
    return True


def _people(scan: Scan, item: Found, before: Sequence[Track], count: int) -> dict[str, int]:
    """As many people as are counted, the last ones named: those named together first, else one by one, else the leaders of states."""
    table = scan.table
    same = next((t for t in reversed(before) if len(t.ids) == count and t.found.noun == item.noun and item.noun), None)
    if same is not None:
        return dict.fromkeys(same.ids, same.token)
    seen: dict[str, int] = {}
    for track in reversed(before):
        for key in track.ids:
            profile = table.profiles[key]
            fits = item.role != "leader" or "leader" in profile.roles or bool(table.terms_of(key))
            if len(seen) < count and profile.kind == "person" and fits:
                seen.setdefault(key, track.token)
    if len(seen) == count or item.role != "leader":
        return seen
    leaders: dict[str, int] = {}
    for track in reversed(before):
        for key in track.ids:
            place = table.place_of(key)
            own = [name for name in table.in_role(place, "leader", owner=key) if table.is_person(name)] if place else []
            if own and len(leaders) < count:
                leaders.setdefault(own[0], track.token)
    return leaders


def _parties(scan: Scan, before: Sequence[Track], count: int) -> dict[str, int]:
    """The parties that were named last, or the two of the case."""
    table = scan.table
    seen: dict[str, int] = {}
    for track in reversed(before):
        for key in track.ids:
            side = table.side_of(key)
            if side and len(seen) < count:
                seen.setdefault(side, track.token)
    if len(seen) < count and len(table.sides()) == count:
        seen = dict.fromkeys(table.sides(), 0)
    return seen
