"""Who did it, and to whom: actor and recipient of an event by the frame, the clause and what the article told before."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from openparley.record.coders.rules.events.frames import Frame
from openparley.record.coders.rules.events.matching import Matcher

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openparley.record.coders.rules.actors.actors import Mention
    from openparley.record.coders.rules.grammar.grammar import Clause, Group
    from openparley.record.coders.rules.reading import Reading

__all__ = ["Arguments", "arguments_of", "side_of"]

# Prepositions whose group may be the recipient, in the order in which they are tried after those of the frame.
_ORDER = ("against", "on", "upon", "to", "with", "at", "toward", "towards", "from", "into", "over", "between", "for", "of", "about", "in")
# Ids of states that the table makes are their codes in small letters.
_ALPHA3 = 3
_RANK = {name: number for number, name in enumerate(_ORDER)}
# What two do to each other: without a recipient, all who take part are both.
MUTUAL = frozenset(("CONSULT", "AGREE", "COOPERATE"))
# Types whose object, as a rule, is the actor's own: an ally's aid is cut by the ally.
_OWN_THINGS = frozenset(("AID", "SANCTION", "MOBILIZE"))
# How many sentences back, and among how many mentions, the other side is looked for.
_BACK, _WINDOW = 2, 12
# A mediator's acts that are meant for both sides alike, and how many sides a mediator stands between.
_TO_ALL, _TWO = frozenset(("REQUEST",)), 2
# Force and threats of a party are meant for the other one; deeds for states rather than for those who speak for them; those who
# meet nobody in particular meet each other.
_AT_THE_OTHER = frozenset(("ASSAULT", "MOBILIZE", "THREATEN"))
_TO_STATES = frozenset(("ASSAULT", "MOBILIZE", "SANCTION", "COERCE", "AID", "RETREAT"))
_NOT_IMPLIED = frozenset(("CONSULT", "COOPERATE"))
_BYSTANDERS = frozenset(("press", "observer"))
_NO_PARTY = frozenset(("pronoun", "unknown", "anonymous"))
_FIRST = frozenset(("i", "we", "me", "us", "my", "our", "myself", "ourselves"))
_SECOND = frozenset(("you", "your", "yours"))
_EACH = frozenset(("each", "other", "one", "another", "themselves"))


class Arguments(NamedTuple):
    """Ids of actor and recipient, and what kind of words stand for them.

    Attributes
    ----------
    actor_kind, recipient_kind
        ids (resolved), group (words for somebody who is no known actor), pronoun, none.
    """

    actor: tuple[str, ...]
    recipient: tuple[str, ...]
    actor_kind: str
    recipient_kind: str
    recipient_place: str


def arguments_of(
    reading: Reading, matcher: Matcher, clause: Clause, frame: Frame, *, noun: Clause | None = None, group: Group | None = None
) -> Arguments:
    """Actor and recipient of an event.

    Parameters
    ----------
    noun
        The nominal clause of the event noun, where there is one: the event itself or the object of a light verb.
    group
        The noun group of that object.
    """
    finder = _Finder(reading, matcher, clause, frame, noun, group)
    actor, actor_kind = finder.actor()
    recipient, recipient_kind, place = finder.recipient(actor)
    if not recipient and actor:
        if frame.event in _AT_THE_OTHER:
            recipient = _other_party(reading, actor)
        if not recipient and "none" not in frame.recipient and not finder.names_people():
            recipient = _to_parties(reading, frame, actor) or _from_before(reading, clause, frame, actor)
        if not recipient and frame.event in _TO_ALL:
            recipient = _other_party(reading, actor)
        place = "before" if recipient else place
    if frame.event in MUTUAL and not recipient and len(actor) > 1:
        recipient, recipient_kind, place = actor, "ids", "mutual"
    return Arguments(actor, recipient, actor_kind, recipient_kind, place)


def _to_parties(reading: Reading, frame: Frame, actor: tuple[str, ...]) -> tuple[str, ...]:
    """The parties to the conflict, to whom a mediator's proposal goes when nobody is named."""
    known = reading.table.actors
    if frame.event not in _TO_ALL or not all(name in known and known[name].role == "mediator" for name in actor):
        return ()
    sides = _parties(reading)
    return tuple(sorted(sides.values())) if len(sides) == _TWO else ()


def _other_party(reading: Reading, actor: tuple[str, ...]) -> tuple[str, ...]:
    """Of a conflict of two parties, the other one: whom a party's force is meant for when nobody is named."""
    sides = _parties(reading)
    own = {side_of(reading, name) for name in actor}
    rest = [name for side, name in sides.items() if side not in own]
    return tuple(rest) if len(sides) == _TWO and len(rest) == 1 else ()


def _parties(reading: Reading) -> dict[str, str]:
    """The parties to the conflict by side; of several of one side, the first of the table."""
    found: dict[str, str] = {}
    for name, held in reading.table.actors.items():
        if held.role == "party" and not held.proposed:
            found.setdefault(side_of(reading, name), name)
    return found


def _from_before(reading: Reading, clause: Clause, frame: Frame, actor: tuple[str, ...]) -> tuple[str, ...]:
    """The other side as the article named it last: in the sentence before the verb, else in the sentences before."""
    if frame.event in _NOT_IMPLIED:
        return ()
    sentence = reading.article.sentences[clause.sentence]
    own = {side_of(reading, name) for name in actor}
    known = reading.table.actors
    for mention in reversed(_mentions_before(reading, clause.end)):
        if reading.article.sentence_at(mention.start) < clause.sentence - _BACK:
            return ()
        if not mention.ids or mention.kind in _NO_PARTY or sentence.end <= mention.start:
            continue
        if all(name in known and known[name].role in _BYSTANDERS for name in mention.ids):
            continue
        sides = {side_of(reading, name) for name in mention.ids}
        if own.isdisjoint(sides):
            party = _parties(reading).get(sides.pop()) if frame.event in _TO_STATES and len(sides) == 1 else None
            return (party,) if party is not None else mention.ids
    return ()


def _mentions_before(reading: Reading, end: int) -> list[Mention]:
    last = bisect_right(reading.mentions, end, key=lambda mention: mention.start)
    return list(reading.mentions[max(0, last - _WINDOW) : last])


def side_of(reading: Reading, actor: str) -> str:
    """The country that an actor acts for, else the actor."""
    known = reading.table.actors.get(actor) or reading.table.proposed().get(actor)
    return known.country if known is not None and known.country else actor.upper() if len(actor) == _ALPHA3 else actor


class _Finder:
    def __init__(self, reading: Reading, matcher: Matcher, clause: Clause, frame: Frame, noun: Clause | None, group: Group | None) -> None:
        self.reading = reading
        self.matcher = matcher
        self.clause = clause
        self.frame = frame
        self.noun = noun
        self.group = group
        self.placed: dict[str, tuple[Group, ...]] = {}
        for name, found in (*(noun.obliques if noun is not None and noun is not clause else ()), *clause.obliques):
            self.placed[name] = (*self.placed.get(name, ()), found)

    def actor(self) -> tuple[tuple[str, ...], str]:
        clause = self.clause
        if clause.form == "nominal":
            groups: tuple[Group, ...] = clause.subjects or self._possessors(clause)
            if not groups and self.frame.event in MUTUAL:
                groups = tuple(group for name, group in clause.obliques if name == "between")
            if not groups:
                groups = tuple(group for name, group in clause.obliques if name == "by")
        elif clause.passive:
            groups = tuple(group for name, group in clause.obliques if name == "by")
            if not groups and self.noun is not None:
                groups = self.noun.subjects
        else:
            groups = clause.subjects
        return self._joined(groups)

    def recipient(self, actor: tuple[str, ...]) -> tuple[tuple[str, ...], str, str]:
        wanted = self.frame.recipient
        if "none" in wanted:
            wanted = tuple(place for place in wanted if place != "none")
            if not wanted:
                return (), "none", ""
        kind = "none"
        own = {side_of(self.reading, name) for name in actor}
        names = sorted(self.placed, key=lambda name: _RANK.get(name, len(_RANK)))
        rest = ("obj", *(() if self.frame.event in _OWN_THINGS else ("owner",)), *(name for name in names if name in _RANK), "csub", "cobj")
        for place in (*wanted, *(place for place in rest if place not in wanted)):
            groups = self._groups(place)
            if not groups:
                continue
            ids, found = self._joined(groups, owner=place == "owner")
            if place not in ("with", "between"):
                free = place == "obj" and self.frame.event not in _OWN_THINGS
                ids = tuple(name for name in ids if name not in actor and (free or side_of(self.reading, name) not in own))
            if ids and set(ids) != set(actor):
                return tuple(name for name in ids if name not in actor) or ids, "ids", place
            if kind == "none" and found != "none" and place in wanted:
                kind = found
        return (), kind, ""

    def names_people(self) -> bool:
        """Whether the words name people who are no known actor: then nobody else is the recipient."""
        people = self.matcher.table.classes.get("person", frozenset())
        return any(not group.ids and self.matcher.lemma(group.head) in people for group in self._groups("obj"))

    def _possessors(self, clause: Clause) -> tuple[Group, ...]:
        """Those before an event noun to whom it belongs, where others stand behind it: “A's expulsion of B”."""
        after = any(group.first > clause.verb for group in clause.objects)
        return tuple(group for group in clause.objects if group.last <= clause.verb) if after else ()

    def _groups(self, place: str) -> tuple[Group, ...]:
        clause = self.clause
        if place == "obj":
            found = self.matcher.objects(clause) if clause.form != "nominal" else clause.objects
            if clause.form == "nominal" and self._possessors(clause):
                found = tuple(group for group in found if group.first > clause.verb)
            return tuple(group for group in found if self.group is None or group.head != self.group.head)
        if place == "owner":
            return self.matcher.objects(clause) if clause.form != "nominal" else clause.objects
        if place in ("csub", "cobj"):
            return self._from_complements(place)
        if place == "of" and place not in self.placed and self.noun is not None and self.noun is not clause:
            return self.noun.objects
        return self.placed.get(place, ())

    def _from_complements(self, place: str) -> tuple[Group, ...]:
        found: list[Group] = []
        for complement in self.matcher.complements(self.clause):
            if place == "csub":
                if complement.subject is not None and self.matcher.own_subject(self.clause, complement):
                    found += complement.subjects
                continue
            found += complement.objects
            found += [group for _, group in complement.obliques]
            for below in self.matcher.complements(complement):
                found += below.objects
                found += [group for _, group in below.obliques]
        return tuple(found)

    def _joined(self, groups: Iterable[Group], *, owner: bool = False) -> tuple[tuple[str, ...], str]:
        """Ids of noun groups, and the kind of words they are."""
        ids: list[str] = []
        kind = "none"
        for group in groups:
            own = self._ids(group, owner=owner)
            ids += own
            if kind == "none":
                kind = "pronoun" if group.pronoun else "group"
        unique = tuple(dict.fromkeys(ids))
        return unique, "ids" if unique else kind

    def _ids(self, group: Group, *, owner: bool) -> tuple[str, ...]:
        if owner:
            return group.owner
        if group.ids:
            return group.ids
        if group.owner and not group.pronoun:
            return group.owner
        word = self.reading.article.tokens[group.head].lower
        if word in _FIRST or word in _SECOND:
            utterance = self.reading.voice(group.start, group.end).utterance
            if utterance is None:
                return ()
            if word in _FIRST:
                return utterance.speaker
            return tuple(utterance.draft.fields.get("addressee", ()))
        return ()
