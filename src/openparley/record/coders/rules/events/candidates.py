"""Candidates for events: clauses and event nouns whose words a frame knows, with type, arguments and how real they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openparley.record.coders.rules.events.arguments import Arguments, arguments_of, side_of
from openparley.record.coders.rules.events.frames import Frame
from openparley.record.coders.rules.events.matching import HARM, Matcher
from openparley.record.coders.rules.events.realis import governing, realis_of

if TYPE_CHECKING:
    from openparley.record.coders.rules.grammar.grammar import Clause, Group
    from openparley.record.coders.rules.reading import Reading

__all__ = ["Candidate", "find_candidates", "retype"]

_REFUSED_MODE = {
    "AID": "assist",
    "COOPERATE": "assist",
    "CONSULT": "meet",
    "CONCEDE": "yield",
    "RETREAT": "yield",
    "SUPPORT": "",
    "AGREE": "",
}
_REFUSABLE = frozenset(("AID", "COOPERATE", "CONSULT", "CONCEDE", "RETREAT", "AGREE", "SUPPORT"))
_THREAT_MODE = {
    "SANCTION": "restrict",
    "ASSAULT": "violence",
    "MOBILIZE": "violence",
    "COERCE": "restrict",
    "PROTEST": "restrict",
    "RETREAT": "relations",
}
# Events that swallow what is said to be done in their complement: a refusal to meet is one event.
ABSORBING = frozenset(("REJECT", "REQUEST", "AGREE", "CONCEDE", "THREATEN", "ACCUSE", "SUPPORT"))


# Verbs that make a duty of their complement; no event unless somebody says so of another.
_DUTIES = frozenset(("need", "have", "ought"))


@dataclass(slots=True)
class Candidate:
    """A place that may hold an event.

    Attributes
    ----------
    clause
        The clause with its verb or event noun.
    frame
        The frame that gives the type.
    light
        The verb that carries the event noun (“launched an attack”), or None.
    governor
        The event above it whose complement or object it is, or None.
    consumed
        Whether the frame of the verb above already counts its noun.
    derived
        How the type was changed: by a refusal or a promise (“will not meet”, “will strike”); empty if it is the frame's.
    bare, loose
        Whether the noun has no clause of the grammar's; whether the conditions of the frame do not hold.
    """

    clause: Clause
    frame: Frame
    event: str
    mode: str
    start: int
    end: int
    arguments: Arguments
    realis: str
    light: Frame | None = None
    governor: Frame | None = None
    governor_clause: int = -1
    role: str = ""
    consumed: bool = False
    derived: str = ""
    bare: bool = False
    loose: bool = False
    contexts: tuple[str, ...] = ()
    confidence: float = 0.0

    @property
    def absorbed(self) -> bool:
        """Whether the event above it is of a type that counts what is said to be done as its own matter."""
        return self.governor is not None and self.governor.event in ABSORBING

    @property
    def rule(self) -> str:
        """Name of the rule: the frame's, with the change of type if there was one."""
        words = self.frame.name.partition(".")[2]
        light = f"{self.light.name.partition('.')[2]}_" if self.light is not None else ""
        return f"{self.event}.{self.derived + '_' if self.derived else ''}{light}{words}"


def find_candidates(reading: Reading, matcher: Matcher) -> list[Candidate]:
    """The candidates of an article, in the order of their clauses."""
    # From the last to the first: a clause asks for the frames of its complements, which mostly stand behind it.
    for clause in reversed(reading.clauses):
        matcher.frames(clause)
    holders = _holders(reading.clauses)
    found: list[Candidate] = []
    for clause in reading.clauses:
        made = _nominal(reading, matcher, clause, holders) if clause.form == "nominal" else _verbal(reading, matcher, clause)
        if made is not None:
            found.append(made)
    found += _bare_nouns(reading, matcher)
    return found


def _bare_nouns(reading: Reading, matcher: Matcher) -> list[Candidate]:
    """Event nouns of the lexicon that the grammar made no clause of."""
    found: list[Candidate] = []
    seen: set[int] = set()
    for clause in reading.clauses:
        if clause.form == "nominal":
            continue
        subjects = () if clause.subject_inherited else clause.subjects
        placed = [("obj" if clause.passive else "subject", group) for group in subjects]
        placed += [("obj", group) for group in clause.objects] + list(clause.obliques)
        for role, group in placed:
            if group.head in seen or group.head in matcher.nominal_at:
                continue
            seen.add(group.head)
            frame = matcher.bare_noun(group, group.head)
            if frame is None or not frame.event:
                continue
            after = [(name, other) for name, other in clause.obliques if 0 < other.first - group.last <= 1]
            made = _of_bare_noun(reading, matcher, clause, group, frame, role, after)
            if made is not None:
                found.append(made)
    return found


def _of_bare_noun(
    reading: Reading, matcher: Matcher, holder: Clause, group: Group, frame: Frame, role: str, after: Sequence[tuple[str, Group]]
) -> Candidate | None:
    owner = (group._replace(ids=group.owner, owner=(), mention=None),) if group.owner else ()
    end = after[0][1].end if after else group.end
    noun = holder._replace(
        first=group.first, last=group.last, start=group.start, end=end, verb=group.head, verb_first=group.head, verb_last=group.head + 1,
        lemma=matcher.lemma(group.head), particle="", form="nominal", tense="none", modal="", passive=False,
        negated=matcher.article.tokens[group.first].lower == "no", perfect=False, subject=owner[0] if owner else None,
        subject_inherited=False, subjects=owner, objects=(), obliques=tuple(after[:1]), parent=holder.index, complements=(),
    )  # fmt: skip
    above = matcher.best(holder)
    consumed = above is not None and role == "obj" and (_counts(matcher, above, holder, noun) or (not above.event and above.light))
    own = above.realis if above is not None and not above.event else "actual"
    arguments = arguments_of(reading, matcher, noun, frame, noun=noun)
    made = Candidate(
        noun,
        frame,
        frame.event,
        frame.mode,
        noun.start,
        noun.end,
        arguments,
        realis_of(matcher, noun, own),
        consumed=consumed,
        role=role,
        bare=True,
    )
    if above is not None and above.event and role != "subject":
        made.governor, made.governor_clause = above, holder.index
    return made


def _holders(clauses: Iterable[Clause]) -> dict[int, tuple[Clause, str]]:
    """Which clause holds a noun group, by the token of its head, and as what: subject, obj, or the preposition."""
    found: dict[int, tuple[Clause, str]] = {}
    for clause in clauses:
        if clause.form == "nominal":
            continue
        if not clause.subject_inherited:
            for group in clause.subjects:
                found.setdefault(group.head, (clause, "obj" if clause.passive else "subject"))
        for group in clause.objects:
            found[group.head] = clause, "obj"
        for name, group in clause.obliques:
            found.setdefault(group.head, (clause, name))
    return found


def _verbal(reading: Reading, matcher: Matcher, clause: Clause) -> Candidate | None:
    frames = matcher.frames(clause)
    frame = frames[0] if frames else matcher.loose(clause)
    if frame is None:
        return None
    if not frame.event:
        if not frame.light:
            return None
        return _light(reading, matcher, clause, frame)
    realis = realis_of(matcher, clause, denial=all(test.kind != "neg" for test in frame.tests))
    made = Candidate(
        clause,
        frame,
        frame.event,
        frame.mode,
        clause.start,
        clause.end,
        arguments_of(reading, matcher, clause, frame),
        realis,
        loose=not frames,
    )
    _set_governor(matcher, made)
    _derive(reading, matcher, made)
    return made


def _light(reading: Reading, matcher: Matcher, clause: Clause, verb: Frame) -> Candidate | None:
    """A verb with an event noun as its object, or as the subject of its passive: one event of the noun's type."""
    for group in matcher.objects(clause):
        frame = matcher.noun_frame(group)
        if frame is None or not frame.event:
            continue
        noun = matcher.nominal_at.get(group.head)
        start, end = clause.start, max(clause.end, noun.end if noun is not None else group.end)
        realis = realis_of(matcher, clause, verb.realis)
        arguments = arguments_of(reading, matcher, clause, frame, noun=noun, group=group)
        made = Candidate(clause, frame, frame.event, frame.mode, start, end, arguments, realis, light=verb)
        _set_governor(matcher, made)
        _derive(reading, matcher, made)
        return made
    return None


def _nominal(reading: Reading, matcher: Matcher, clause: Clause, holders: dict[int, tuple[Clause, str]]) -> Candidate | None:
    frame = next((frame for frame in matcher.frames(clause) if frame.event), None)
    if frame is None:
        return None
    holder, role = holders.get(clause.verb, (None, ""))
    consumed, above = False, None
    own = "actual"
    if holder is not None:
        above = matcher.best(holder)
        if above is not None and role == "obj":
            consumed = _counts(matcher, above, holder, clause) or (not above.event and above.light)
        if above is not None and not above.event:
            own = above.realis
    made = Candidate(
        clause,
        frame,
        frame.event,
        frame.mode,
        clause.start,
        clause.end,
        arguments_of(reading, matcher, clause, frame, noun=clause),
        realis_of(matcher, clause, own),
        consumed=consumed,
        role=role,
    )
    if above is not None and above.event and role != "subject":
        made.governor, made.governor_clause = above, holder.index if holder else -1
    elif holder is None:
        _set_governor(matcher, made)
    return made


def _counts(matcher: Matcher, above: Frame, holder: Clause, noun: Clause) -> bool:
    """Whether the verb's frame needs this very noun, so that the two are one event."""
    if not above.event:
        return False
    lemma = matcher.lemma(noun.verb)
    if any(test.kind == "obj" and test.words and lemma in test.words for test in above.tests):
        return True
    return any(test.kind == "c" and not test.words.isdisjoint(("harm", "help")) for test in above.tests) and not matcher.complements(holder)


def _set_governor(matcher: Matcher, made: Candidate) -> None:
    above = governing(matcher, made.clause)
    if above is not None:
        made.governor, made.governor_clause = above[1], above[0].index


def _derive(reading: Reading, matcher: Matcher, made: Candidate) -> None:
    """Types that a modal makes: will not meet is a refusal, will meet a promise, will strike – of one's own side – a threat."""
    clause = _with_going_to(matcher, made.clause)
    volition = clause.modal in ("will", "would", "can") or clause.tense == "future"
    if clause.negated and volition and made.event in _REFUSABLE and not clause.passive and clause.subject is not None:
        if clause.modal == "can" and made.event not in ("CONSULT", "AGREE"):
            return
        made.derived, made.mode, made.event = "will_not", _REFUSED_MODE[made.event], "REJECT"
        made.realis = "actual" if clause.relation not in ("if", "unless") and not clause.question else "hypothetical"
        return
    if made.event in ("AGREE", "THREATEN") and not clause.negated and _is_vow_not_to(matcher, clause):
        made.derived, made.mode, made.event = "vow_not", "", "REJECT"
        return
    if made.event == "CONSULT" and made.realis == "future" and not clause.negated:
        made.derived, made.mode, made.event = "will", "", "AGREE"
        return
    if _is_told_to(reading, matcher, made):
        made.derived, made.mode, made.event, made.realis = "should", "change", "REQUEST", "actual"
        speaker = _speaker(reading, made)
        made.arguments = made.arguments._replace(
            actor=speaker, recipient=made.arguments.actor, actor_kind="ids", recipient_kind="ids", recipient_place="subject"
        )
        return
    if made.event in HARM and made.event != "THREATEN" and not clause.negated and _announced(reading, made):
        made.derived, made.mode, made.event = "will", _THREAT_MODE.get(made.event, ""), "THREATEN"
        made.realis = "actual"


def _is_vow_not_to(matcher: Matcher, clause: Clause) -> bool:
    """Whether somebody commits himself not to do what others would have him do: “vowed never to meet them”."""
    for complement in matcher.complements(clause):
        below = matcher.best(complement) if complement.negated and complement.form == "infinitive" else None
        if below is not None and below.event in _REFUSABLE:
            return True
    return False


def _with_going_to(matcher: Matcher, clause: Clause) -> Clause:
    """The clause with the future and the negation of a “going to” above it."""
    if clause.form != "infinitive" or clause.parent is None:
        return clause
    above = matcher.clauses[clause.parent]
    if above.lemma != "go" or matcher.article.tokens[above.verb].lower != "going":
        return clause
    return clause._replace(modal="will", tense="future", negated=clause.negated or above.negated)


def _speaker(reading: Reading, made: Candidate) -> tuple[str, ...]:
    utterance = reading.voice(made.clause.start, made.clause.end).utterance
    return tuple(utterance.speaker) if utterance is not None else ()


def _is_told_to(reading: Reading, matcher: Matcher, made: Candidate) -> bool:
    """Whether somebody says that another, who is known, should do something."""
    clause = made.clause
    if (
        (clause.modal not in ("should", "must") and clause.lemma not in _DUTIES)
        or clause.passive
        or clause.question
        or clause.relation in ("if", "unless", "relative")
    ):
        return False
    if clause.lemma in _DUTIES and not any(complement.relation == "to" for complement in matcher.complements(clause)):
        return False
    speaker = _speaker(reading, made)
    return bool(speaker) and bool(made.arguments.actor) and set(made.arguments.actor).isdisjoint(speaker)


def _announced(reading: Reading, made: Candidate) -> bool:
    """Whether the one who would do harm says so: a future in the words of the actor."""
    clause = made.clause
    if clause.modal not in ("will", "would", "shall", "may", "might") and clause.tense != "future":
        return False
    if clause.relation in ("if", "unless") or clause.question or (made.governor is not None and made.governor.event == "THREATEN"):
        return False
    utterance = reading.voice(clause.start, clause.end).utterance
    if utterance is None:
        return False
    subject: Group | None = clause.subject
    if subject is not None and subject.pronoun and reading.article.tokens[subject.head].lower in ("we", "i"):
        return True
    speakers = {side_of(reading, name) for name in utterance.speaker}
    return bool(made.arguments.actor) and not speakers.isdisjoint(side_of(reading, name) for name in made.arguments.actor)


def retype(reading: Reading, matcher: Matcher, made: Candidate, event: str) -> None:
    """Give a candidate another type: with the arguments of a frame of that type where the lexicon has one."""
    if event == made.event:
        return
    made.event, made.mode, made.derived = event, "", ""
    if made.light is not None or made.bare:
        return
    frames = (*matcher.frames(made.clause), *matcher.loose_frames(made.clause))
    frame = next((frame for frame in frames if frame.event == event), None)
    if frame is not None:
        made.frame, made.mode = frame, frame.mode
        noun = made.clause if made.clause.form == "nominal" else None
        made.arguments = arguments_of(reading, matcher, made.clause, frame, noun=noun)
        if made.clause.form != "nominal":
            made.realis = realis_of(matcher, made.clause, denial=all(test.kind != "neg" for test in frame.tests))
