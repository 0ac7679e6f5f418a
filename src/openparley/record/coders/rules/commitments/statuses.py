"""Statuses: what the text itself says came of a commitment of this or an earlier document.

Two ways lead to one: words that name the commitment (“let the deadline pass”, “dropped the demand”; ``statuses.csv``), and events that
answer or carry out a commitment of the same actors. Silence says nothing, and a status without a commitment that it can name is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from openparley.record.coders.draft import Draft
from openparley.record.coders.rules.commitments.aftermath import aftermath
from openparley.record.coders.rules.commitments.contents import group_ids
from openparley.record.coders.rules.commitments.statuscues import NOUNS, StatusCue, make_status_cues
from openparley.record.coders.rules.commitments.topics import NAMING, topic_of, words_of
from openparley.record.coders.rules.events.paraphrase import listed
from openparley.record.coders.rules.grammar.tagging import noun_lemma
from openparley.record.coders.rules.links.deeds import ASIDE, announced

if TYPE_CHECKING:
    from openparley.record.coders.rules.grammar.grammar import Clause, Group
    from openparley.record.coders.rules.reading import Reading

__all__ = ["code_statuses"]

# A report may come back to what was said so long ago.
_REACH = timedelta(days=400)
_EARLIER = 200
_NEAR = 2500
_FAILING = frozenset(("fail", "refuse", "decline", "neglect", "omit", "stop", "cease"))
# Days after which an event is not taken for the outcome of what another report told, where no due date ties them.
_DAYS = 60


@dataclass(slots=True)
class _Known:
    """A commitment that a text may come back to."""

    of: Draft | str
    type: str
    actor: frozenset[str]
    target: frozenset[str]
    made: date | None
    due: date | None
    start: int
    types: frozenset[str]
    topic: frozenset[str] = frozenset()


def code_statuses(
    reading: Reading, events: Sequence[Draft], commitments: Sequence[Draft], earlier: Sequence[Mapping[str, Any]]
) -> list[Draft]:
    """Statuses in the order of their place.

    Parameters
    ----------
    earlier
        Rows of the commitments of other sources; the ones made long before, or after this text, are left alone.
    """
    known = _known(reading, events, commitments, earlier)
    if not known:
        return []
    found = [*_by_words(reading, known), *_by_events(reading, events, known), *_by_place(reading, commitments, known)]
    kept: dict[tuple[int, str], Draft] = {}
    for draft in sorted(found, key=lambda draft: (-draft.confidence, draft.start, draft.rule)):
        of = draft.fields["of"]
        key = (id(of) if isinstance(of, Draft) else hash(of), draft.fields["value"])
        if key not in kept and not any(
            _overlap(draft, other) and (other.fields["of"] is of or other.fields["value"] == draft.fields["value"])
            for other in kept.values()
        ):
            kept[key] = draft
    return sorted(kept.values(), key=lambda draft: (draft.start, draft.end, draft.rule))


def _overlap(a: Draft, b: Draft) -> bool:
    return min(a.end, b.end) > max(a.start, b.start)


# -- what may be meant ---------------------------------------------------------------------------------------------------------------


def _known(reading: Reading, events: Sequence[Draft], commitments: Sequence[Draft], earlier: Sequence[Mapping[str, Any]]) -> list[_Known]:
    told = [
        _Known(
            draft,
            draft.fields["type"],
            frozenset(draft.fields["actor"]),
            frozenset(draft.fields["target"]),
            _day(draft.fields.get("made"), "start"),
            _day(draft.fields.get("due"), "end"),
            draft.start,
            _types(draft.fields, _at(draft, events)),
            topic_of(reading, draft.start, draft.end),
        )
        for draft in commitments
    ]
    published = reading.article.published
    here = {name for mention in reading.mentions for name in mention.ids}
    before = []
    for row in earlier:
        made = _day(row.get("made") or row.get("date"), "start")
        if here.isdisjoint(row["actor"]) and here.isdisjoint(row["target"]):
            continue
        if published is not None and made is not None and (made > published or published - made > _REACH):
            continue
        before.append((made or date.min, row["id"], row))
    latest = sorted(before, key=lambda item: item[:2])[-_EARLIER:]
    told += [
        _Known(
            row["id"],
            row["type"],
            frozenset(row["actor"]),
            frozenset(row["target"]),
            _day(row.get("made") or row.get("date"), "start"),
            _day(row.get("due"), "end"),
            -1,
            _types(row, ()),
            words_of(f"{row.get('quote') or ''} {row.get('paraphrase') or ''}"),
        )
        for _, _, row in latest
    ]
    return told


def _at(draft: Draft, events: Sequence[Draft]) -> list[Draft]:
    return [event for event in events if event.kind == "event" and _overlap(event, draft)]


def _types(fields: Mapping[str, Any], at: Sequence[Draft]) -> frozenset[str]:
    """Types of event by which it would be carried out."""
    return announced(fields, {mode for event in at if event.fields["event"] in ("THREATEN", "REQUEST") for mode in event.fields["mode"]})


def _day(period: Mapping[str, Any] | None, which: str) -> date | None:
    if not period:
        return None
    day = period[which]
    return day if isinstance(day, date) else date.fromisoformat(str(day))


# -- words that name it --------------------------------------------------------------------------------------------------------------


def _by_words(reading: Reading, known: Sequence[_Known]) -> Iterator[Draft]:
    cues = reading.lexicon.build(make_status_cues)
    for clause in reading.clauses:
        if clause.form == "nominal" or clause.lemma not in cues or _is_supposed(reading, clause):
            continue
        for cue in cues.get(clause.lemma, ()):
            group = _noun(reading, clause, cue)
            if group is None and cue.where != "none":
                continue
            draft = _of_words(reading, clause, cue, group, known)
            if draft is not None:
                yield draft
                break


def _is_supposed(reading: Reading, clause: Clause) -> bool:
    """Whether a clause, or one that it depends on, is a case that is only thought of."""
    current: Clause | None = clause
    for _ in range(5):
        if current is None:
            return False
        if current.relation in ("if", "unless", "purpose") or current.modal in ("may", "might", "could", "should", "must", "can"):
            return True
        current = reading.clauses[current.parent] if current.parent is not None else None
    return False


def _noun(reading: Reading, clause: Clause, cue: StatusCue) -> Group | None:
    """The noun group for a commitment, where the cue wants it; None when the words do not fit."""
    if cue.rest and not _has_rest(reading, clause, cue.rest):
        return None
    if cue.where == "none":
        return None
    if cue.where == "subj":
        groups = clause.objects if clause.passive and not clause.subjects else clause.subjects
    elif cue.where == "obj":
        groups = (*clause.subjects, *clause.objects) if clause.passive else clause.objects
    else:
        groups = tuple(group for name, group in clause.obliques if name in cue.prepositions)
    found = next((group for group in groups if _head(reading, group) in cue.nouns), None)
    if found is None and cue.where == "obj" and clause.lemma in ("let", "allow"):
        # “Let the deadline pass”: what stands before the second verb is the noun.
        found = next((group for group in groups if group.head > group.first and _noun_before(reading, group) in cue.nouns), None)
    return found


def _noun_before(reading: Reading, group: Group) -> str:
    return noun_lemma(reading.article.tokens[group.head - 1].lower)


def _has_rest(reading: Reading, clause: Clause, rest: tuple[str, ...]) -> bool:
    if clause.particle == rest[0] or any(name == rest[-1] for name, _ in clause.obliques):
        return True
    tokens = reading.article.tokens
    behind = [tokens[at].lower for at in range(clause.verb + 1, min(len(tokens), clause.verb_last + 1 + len(rest)))]
    return all(word in behind for word in rest)


def _head(reading: Reading, group: Group) -> str:
    return noun_lemma(reading.article.tokens[group.head].lower)


def _of_words(reading: Reading, clause: Clause, cue: StatusCue, group: Group | None, known: Sequence[_Known]) -> Draft | None:
    if cue.where == "none" and cue.rest and not _has_rest(reading, clause, cue.rest):
        return None
    subject = (
        frozenset(group_ids(clause.subjects))
        if not clause.passive
        else frozenset(group_ids([one for name, one in clause.obliques if name == "by"]))
    )
    owner = frozenset(group.owner) | _setter(reading, clause, group) if group is not None else frozenset()
    value = cue.value
    parent = reading.clauses[clause.parent] if clause.parent is not None else None
    failed = parent is not None and parent.lemma in _FAILING and clause.form in ("infinitive", "gerund")
    if failed and not clause.negated:
        value = {"kept": "violated"}.get(value)
        if value is None:
            return None
    elif _is_yet_to(reading, clause):
        value = {"kept": "pending"}.get(value)
        if value is None:
            return None
    elif clause.negated or clause.question or clause.modal in ("will", "would"):
        value = _turned(value, clause)
        if value is None:
            return None
    noun = "" if group is None else _head(reading, group) if _head(reading, group) in NOUNS else _noun_before(reading, group)
    types = NOUNS[noun] if noun else ("threat", "demand", "deadline")
    published = reading.article.published
    if value == "lapsed" and published is not None:
        # What falls due after the report cannot have run out in it.
        known = [one for one in known if one.due is None or one.due <= published]
    dated = noun in ("deadline", "date", "ultimatum", "timetable", "term")
    scored = sorted(
        ((score, one) for one in known if (score := _fit(one, clause, cue.side, types, subject, owner, dated)) > 0),
        key=lambda pair: (-pair[0], -pair[1].start),
    )
    if not scored:
        return None
    best = scored[0]
    several = sum(score >= best[0] - 0.5 for score, _ in scored)
    confidence = cue.prior + 0.05 * (best[0] - 3.0) - 0.12 * min(2, several - 1)
    return _draft(reading, clause.start, clause.end, best[1], value, cue.name, confidence)


def _is_yet_to(reading: Reading, clause: Clause) -> bool:
    """“Has yet to answer”, “has still not answered”."""
    tokens = reading.article.tokens
    before = {tokens[at].lower for at in range(max(0, clause.verb_first - 2), clause.verb)}
    return ("yet" in before and clause.form == "infinitive") or (clause.negated and clause.perfect and bool(before & {"still", "yet"}))


def _setter(reading: Reading, clause: Clause, group: Group) -> frozenset[str]:
    """Who set “the deadline that she had set”."""
    found: set[str] = set()
    for below in reading.clauses[clause.index + 1 : clause.index + 6]:
        if below.relation == "relative" and below.parent == clause.index and any(one.head == group.head for one in below.objects):
            found.update(group_ids(below.subjects))
    return frozenset(found)


def _turned(value: str, clause: Clause) -> str | None:
    """What a denial, a question or a future makes of a value."""
    if clause.question or clause.modal in ("will", "would"):
        return "pending" if not clause.negated else None
    return {"kept": "violated", "lapsed": None, "violated": None, "superseded": "pending", "pending": None}.get(value)


def _fit(
    one: _Known, clause: Clause, side: str, types: Sequence[str], subject: frozenset[str], owner: frozenset[str], dated: bool
) -> float:
    """How well a commitment fits the words: its type, whose it is, how near it stands."""
    if one.type not in types or (one.start >= 0 and one.start >= clause.start):
        return 0.0
    score = 2.0 - 0.3 * types.index(one.type)
    if dated:
        score += 0.8 if one.due is not None else -0.8
    mine, theirs = bool(_kin(subject, one.actor)), bool(_kin(subject, one.target))
    if owner:
        score += 1.5 if _kin(owner, one.actor) else -1.5
    if subject:
        if side == "actor" and not mine:
            return 0.0
        if side == "target" and not theirs:
            return 0.0
        # A promise is kept by who made it, a demand met by who is asked.
        wanted = one.target if one.type in ("demand", "proposal") else one.actor
        score += 1.5 if _kin(subject, wanted) else -0.5 if mine or theirs else -1.5
    elif not owner:
        score -= 0.5
    if one.start >= 0:
        score += 0.8 * max(0.0, 1 - (clause.start - one.start) / _NEAR)
    return score


def _kin(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether two sets of ids share somebody, or a state and its leader: ids that begin alike."""
    return any(x == y or x.startswith(f"{y}_") or y.startswith(f"{x}_") for x in a for y in b)


# -- what stands right behind it -------------------------------------------------------------------------------------------------------


def _by_place(reading: Reading, commitments: Sequence[Draft], known: Sequence[_Known]) -> Iterator[Draft]:
    by_draft = {id(one.of): one for one in known}
    published = reading.article.published
    for came in aftermath(reading, commitments):
        due = by_draft[id(came.of)].due
        counted = "counted" in str((came.of.fields.get("due") or {}).get("basis"))
        if came.outcome == "lapsed" and published is not None and due is not None and due > published and not counted:
            continue
        yield _draft(reading, came.start, came.end, by_draft[id(came.of)], came.value, f"behind.{came.outcome}", came.confidence)


# -- events that answer it or carry it out -------------------------------------------------------------------------------------------


def _by_events(reading: Reading, events: Sequence[Draft], known: Sequence[_Known]) -> Iterator[Draft]:
    for event in events:
        if event.kind != "event" or event.fields["realis"] not in ("actual", "negated"):
            continue
        actor, recipient = frozenset(event.fields["actor"]), frozenset(event.fields["recipient"])
        if not actor or any(isinstance(one.of, Draft) and _overlap(event, one.of) for one in known):
            # What makes a commitment carries out none.
            continue
        options = [(score, value, one) for one in known for score, value in [_outcome(event, actor, recipient, one)] if value]
        if not options:
            continue
        options.sort(key=lambda option: (-option[0], -option[2].start))
        # One event may turn down a demand and break the actor's own offer: the best of each type.
        for kind in sorted({one.type for _, _, one in options}):
            score, value, one = next(option for option in options if option[2].type == kind)
            if not _is_on_it(reading, event, one):
                continue
            several = sum(other[0] >= score - 0.05 for other in options if other[2].type == kind)
            confidence = score * (0.6 + 0.4 * event.confidence) - 0.08 * min(2, several - 1)
            yield _draft(reading, event.start, event.end, one, value, f"event.{value}", confidence)


def _outcome(event: Draft, actor: frozenset[str], recipient: frozenset[str], one: _Known) -> tuple[float, str]:
    """How likely an event says what came of a commitment, and what; an empty value when it does not."""
    fields = event.fields
    what, actual = fields["event"], fields["realis"] == "actual"
    by_actor, by_target = _kin(actor, one.actor), _kin(actor, one.target)
    if one.start >= 0 and not one.target and not by_actor:
        by_target = bool(recipient and _kin(recipient, one.actor))
    near = _follows(fields, one) if one.start < 0 else one.start < event.start and event.start - one.start < _NEAR
    if not near or (one.start >= 0 and isinstance(one.of, Draft) and _overlap(event, one.of)) or _before(fields, one):
        return 0.0, ""
    closeness = 0.1 * (1 - (event.start - one.start) / _NEAR) if one.start >= 0 else 0.0
    # What is asked of several is often refused to the others.
    meets = not recipient or _kin(recipient, one.actor) or ("CONSULT" in one.types and _kin(recipient, one.target))
    if one.type in ("demand", "proposal") and by_target and not by_actor and meets:
        if what == "REJECT" and actual and one.type == "demand":
            return 0.55 + closeness, "violated"
        if what in ("AGREE", "CONCEDE") and actual and one.type == "demand":
            return 0.5 + closeness, "kept"
        if what == "AGREE" and not actual:
            return 0.45 + closeness, "pending"
        if what in one.types and one.type == "demand" and _later(fields, one) and not ASIDE & set(fields["mode"]):
            return (0.45 + closeness, "kept") if actual else (0.4 + closeness, "pending")
    if what == "REJECT" and actual and by_actor and one.type == "proposal" and "meet" in fields["mode"] and "CONSULT" in one.types:
        return 0.5 + closeness, "violated"
    if what in one.types and by_actor and one.type in ("threat", "promise", "deadline") and _later(fields, one):
        if one.target and not _kin(recipient, one.target):
            return 0.0, ""
        if what == "RETREAT" and not {"withdraw", "resign"} & set(fields["mode"]) and one.type == "threat":
            return 0.0, ""
        if actual:
            return 0.5 + closeness, "kept"
        return 0.5 + closeness, "violated" if one.type == "promise" else "lapsed"
    return 0.0, ""


def _is_on_it(reading: Reading, event: Draft, one: _Known) -> bool:
    """Whether an event is about what a commitment is about: by its type, a word in common, or right behind it with nothing else named."""
    if event.fields["event"] in one.types:
        return True
    own = topic_of(reading, event.start, event.end)
    if own & one.topic:
        return True
    here = reading.article.sentence_at(event.start)
    behind = one.start >= 0 and 0 <= here - reading.article.sentence_at(one.start) <= 1
    # “B refused”, “A turned it down”, “B rejected the call”: nothing of another matter.
    return behind and not own - NAMING


def _follows(fields: Mapping[str, Any], one: _Known) -> bool:
    """Whether the event is dated to the days behind a commitment of another report."""
    start, end = _day(fields.get("date"), "start"), _day(fields.get("date"), "end")
    if start is None or end is None or one.made is None or (end - start).days > _DAYS:
        return False
    until = max(one.made + timedelta(days=_DAYS), one.due + timedelta(days=14) if one.due else one.made)
    return one.made <= end and start <= until


def _before(fields: Mapping[str, Any], one: _Known) -> bool:
    """Whether the event is over before the commitment was made."""
    end = _day(fields.get("date"), "end")
    return end is not None and one.made is not None and end < one.made


def _later(fields: Mapping[str, Any], one: _Known) -> bool:
    """Whether the event is dated and can lie behind the commitment; of earlier documents it must."""
    end = _day(fields.get("date"), "end")
    if end is None or one.made is None:
        return one.start >= 0
    return end > one.made


# -- entries -------------------------------------------------------------------------------------------------------------------------


_SAYS = {
    "kept": "was carried out or met",
    "violated": "was broken or turned down",
    "lapsed": "passed without effect",
    "pending": "is still open",
    "superseded": "was replaced, moved or taken back",
    "unknown": "has an outcome that is not clear",
}


def _draft(reading: Reading, start: int, end: int, one: _Known, value: str, rule: str, confidence: float) -> Draft:
    voice = reading.voice(start, end)
    when = reading.when(start, end)
    published = reading.article.published
    # A day that the words give counts where it is one; else it stands so when the report appeared.
    as_of = when.end if when is not None and when.start == when.end and (published is None or when.end <= published) else published
    whose = f"of {listed(reading, sorted(one.actor))}" if one.actor else "that was made"
    fields = {
        "of": one.of,
        "value": value,
        "as_of": as_of.isoformat() if as_of is not None else None,
        "attributed_to": voice.attributed_to,
        "attribution": voice.attribution,
        "via": voice.via,
        "paraphrase": f"The {one.type} {whose} {_SAYS[value]}.",
    }
    return Draft("status", start, end, rule, max(0.0, min(0.9, confidence)), fields)
