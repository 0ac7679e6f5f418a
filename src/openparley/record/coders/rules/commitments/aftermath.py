"""What a report tells right behind a commitment of what came of it: “It was never held.”, “None has arrived”, “the date came and went”."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from openparley.errors import CaseError, Complaint
from openparley.record.coders.draft import Draft
from openparley.record.coders.rules.commitments.contents import group_ids
from openparley.record.coders.rules.commitments.statuscues import NOUNS
from openparley.record.coders.rules.commitments.topics import NAMING, topic_of
from openparley.record.coders.rules.grammar.tagging import noun_lemma
from openparley.record.coders.rules.lexicon import Lexicon, bad_value

if TYPE_CHECKING:
    from openparley.record.coders.rules.grammar.grammar import Clause
    from openparley.record.coders.rules.reading import Reading

__all__ = ["Outcome", "aftermath", "make_outcomes"]

OUTCOMES = ("pending", "superseded", "lapsed", "refused", "failed", "done")
# Sentences behind a commitment in which the text may go on about it.
_SENTENCES = 2
# What is taken off where neither side nor subject is the commitment's.
_ASIDE = 0.2
_TAKEN_UP = frozenset(
    (
        *(
            "it",
            "that",
            "this",
            "these",
            "those",
            "they",
            "none",
            "nothing",
            "nobody",
            "all",
            "most",
            "some",
            "both",
            "half",
            "many",
            "few",
        ),
        *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "first", "second", "last", "other", "others"),
        *("such", "each", "rest", "few"),
    )
)
_NOUNS = frozenset(NOUNS)
_ASKING = frozenset(("demand", "proposal", "deadline"))


class Outcome(NamedTuple):
    """A row of the table."""

    outcome: str
    pattern: re.Pattern[str]
    prior: float


class Came(NamedTuple):
    """What came of a commitment, and where it is told."""

    of: Draft
    value: str
    start: int
    end: int
    outcome: str
    confidence: float


def make_outcomes(lexicon: Lexicon) -> tuple[Outcome, ...]:
    """The rows of ``aftermath.csv``.

    Raises
    ------
    CaseError
        If a pattern or a number is none; the message names file and line.
    """
    found = []
    for row in lexicon.rows("aftermath.csv", ("outcome", "pattern", "prior")):
        cells = row.cells
        if cells["outcome"] not in OUTCOMES:
            raise bad_value(row, "outcome", cells["outcome"], OUTCOMES)
        try:
            pattern, prior = re.compile(cells["pattern"]), float(cells["prior"])
        except (re.error, ValueError) as error:
            value = cells["pattern"] if isinstance(error, re.error) else cells["prior"]
            message = f"cannot be read: {error}."
            raise CaseError(Complaint(row.file, row.line, None, value, "a regular expression and 0 to 1", None, message)) from None
        found.append(Outcome(cells["outcome"], pattern, prior))
    return tuple(found)


def aftermath(reading: Reading, commitments: Sequence[Draft]) -> Iterator[Came]:
    """Outcomes told in the rest of the sentence of a commitment and in the ones right behind it."""
    if not commitments:
        return
    table = reading.lexicon.build(make_outcomes)
    article = reading.article
    # Patterns have no capitals; where small letters are as long as capitals, that is quicker than to ignore case.
    plain = article.plain.lower() if len(article.plain.lower()) == len(article.plain) else article.plain
    words: dict[int, list[tuple[Outcome, int, int]]] = {}
    by_sentence: dict[int, list[Clause]] = {}
    for clause in reading.clauses:
        if clause.form != "nominal":
            by_sentence.setdefault(clause.sentence, []).append(clause)
    for number, draft in enumerate(commitments):
        here = article.sentence_at(max(draft.start, draft.end - 1))
        following = commitments[number + 1].start if number + 1 < len(commitments) else len(article.text)
        for distance in range(_SENTENCES + 1):
            if here + distance >= len(article.sentences):
                break
            sentence = article.sentences[here + distance]
            if distance == _SENTENCES and following < sentence.start:
                # By then the text speaks of the next one.
                break
            start = max(sentence.start, draft.end if distance == 0 else sentence.start)
            if reading.voice(start, sentence.end).quoted:
                if distance:
                    break
                continue
            if here + distance not in words:
                words[here + distance] = _words(plain, sentence.start, sentence.end, table)
            yield from _in_sentence(reading, draft, start, by_sentence.get(here + distance, []), words[here + distance], distance)


def _words(plain: str, start: int, end: int, table: Sequence[Outcome]) -> list[tuple[Outcome, int, int]]:
    return [(row, *found.span()) for row in table for found in row.pattern.finditer(plain, start, end)]


def _in_sentence(
    reading: Reading, draft: Draft, start: int, clauses: Sequence[Clause], words: Sequence[tuple[Outcome, int, int]], distance: int
) -> Iterator[Came]:
    told: set[int] = set()
    for row, first, last in words:
        if first >= start:
            clause = _clause_at(reading, clauses, first, last)
            if clause is None or clause.index in told or _is_thought(reading, clause):
                continue
            sided = _sided(reading, draft, clause, row.outcome)
            value = _value(draft, row.outcome)
            if sided < 0 or not value or (row.outcome in ("done", "refused") and _of_other(reading, draft, clause, first, last)):
                continue
            told.add(clause.index)
            confidence = row.prior + 0.1 * sided - 0.07 * max(0, distance - 1)
            if not sided and row.outcome in ("done", "failed", "superseded") and not _takes_up(reading, draft, clause):
                confidence -= _ASIDE
            yield Came(draft, value, max(clause.start, start) if distance == 0 and clause.start < draft.start else clause.start,
                       max(clause.end, last), row.outcome, confidence)  # fmt: skip


def _clause_at(reading: Reading, clauses: Sequence[Clause], first: int, last: int) -> Clause | None:
    """The clause whose verb the words hold, else the smallest around them."""
    tokens = reading.article.tokens
    own = [one for one in clauses if first <= tokens[one.verb].start < last]
    if own:
        # “Came and went”: from where the first of them begins.
        return min(own, key=lambda one: (one.start, one.index))
    around = [one for one in clauses if one.start <= first and last <= one.end + 1]
    return min(around, key=lambda one: one.end - one.start) if around else None


def _is_thought(reading: Reading, clause: Clause) -> bool:
    """Whether a clause is a case that is only thought of, or a question."""
    current: Clause | None = clause
    for _ in range(4):
        if current is None:
            return False
        if (
            current.relation in ("if", "unless", "until")
            or (current.relation == "purpose" and current is not clause)
            or current.question
            or current.modal in ("may", "might", "could", "should")
        ):
            return True
        current = reading.clauses[current.parent] if current.parent is not None else None
    return False


def _sided(reading: Reading, draft: Draft, clause: Clause, outcome: str) -> int:
    """1 if the side that could bring it about is told of, 0 if nobody known is, −1 if somebody else."""
    actor, target = set(draft.fields["actor"]), set(draft.fields["target"])
    groups = [group for name, group in clause.obliques if name == "by"] if clause.passive else list(clause.subjects)
    subject = set(group_ids(groups)) or {name for group in groups for name in group.owner}
    if not subject:
        return 0
    mine, theirs = _akin(reading, subject, actor), _akin(reading, subject, target)
    asked = draft.fields["type"] in _ASKING
    if outcome == "refused" and not asked and any(_decides(reading, name) for name in subject):
        # “Parliament voted it down”.
        return 0
    if outcome == "refused":
        return -1 if mine and not theirs else 1 if theirs or asked else -1
    if outcome in ("failed", "done"):
        wanted = theirs if asked else mine
        # “A truce was announced; Norland broke it”: of those who stand between, the sides keep the word.
        sides = reading.table.sides()
        own = not any(name in sides for name in actor) and any(_akin(reading, subject, {side}) for side in sides)
        return 1 if wanted else 0 if mine or theirs or own else -1
    return 1 if mine or theirs else 0


def _takes_up(reading: Reading, draft: Draft, clause: Clause) -> bool:
    """Whether the subject takes up what the commitment was about: a pronoun, a number, a noun that stands in it."""
    tokens, article = reading.article.tokens, reading.article
    subject = clause.subject
    if subject is None:
        return True
    words = {tokens[at].lower for at in range(subject.first, subject.last)}
    if subject.pronoun or words & _TAKEN_UP or any(word.isdigit() for word in words):
        return True
    sentence = article.sentences[article.sentence_at(draft.start)]
    told = {noun_lemma(tokens[at].lower) for at in range(sentence.first, sentence.last) if tokens[at].start < draft.end}
    return noun_lemma(tokens[subject.head].lower) in told | _NOUNS


def _of_other(reading: Reading, draft: Draft, clause: Clause, first: int, last: int) -> bool:
    """Whether a side is told to have agreed to, done or refused something that the commitment was not about."""
    if not group_ids(clause.subjects) or clause.passive or (clause.subject is not None and clause.subject.pronoun):
        return False
    named = frozenset[str]()
    for group in (*clause.objects, *(group for name, group in clause.obliques if name in ("to", "with", "on"))):
        if not group.ids and not group.pronoun and not (group.start < last and first < group.end):
            named |= topic_of(reading, group.start, group.end)
    sentence = reading.article.sentences[reading.article.sentence_at(draft.start)]
    return bool(named - NAMING) and not named & topic_of(reading, sentence.start, max(sentence.end, draft.end))


def _decides(reading: Reading, name: str) -> bool:
    known = reading.table.actors.get(name)
    return known is not None and known.role == "institution"


def _akin(reading: Reading, some: set[str], others: set[str]) -> bool:
    """Whether two sets share somebody, or one of the same country."""
    table = reading.table
    if some & others:
        return True
    countries = {country for name in others if (country := table.country(name))}
    return any(table.country(name) in countries for name in some)


def _value(draft: Draft, outcome: str) -> str:
    """What an outcome means for a commitment of its type."""
    kind = draft.fields["type"]
    if outcome == "refused":
        return "violated" if kind != "threat" else ""
    if outcome == "failed":
        return "lapsed" if kind == "threat" else "violated"
    if outcome == "lapsed":
        return "lapsed" if kind in ("deadline", "threat", "demand") else ""
    return "kept" if outcome == "done" else outcome
