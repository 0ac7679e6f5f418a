"""Layer 2, statements: who says what, in quotation marks or reported.

Quotations find their speakers by the rules of ``attribution.py``, reported statements come from ``paraphrases.py``; here they are
brought together: words quoted inside a reported statement are part of it, a quotation without an attribution goes to whoever spoke last.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from openparley.record.coders.draft import Draft
from openparley.record.coders.rules.speech.assembly import FIRST_PERSON, Assembly
from openparley.record.coders.rules.speech.attribution import Attributor
from openparley.record.coders.rules.speech.found import Found
from openparley.record.coders.rules.speech.quotations import Quotation, find_quotations, marked_quotations
from openparley.record.coders.rules.speech.rates import rate_of, speech_rates
from openparley.record.coders.rules.speech.speakers import medium_of, name_of
from openparley.record.coders.rules.speech.turns import Turn, find_turns
from openparley.record.coders.rules.speech.turnspeakers import TurnSpeakers
from openparley.record.entry import FuzzyDate

if TYPE_CHECKING:
    from openparley.record.coders.rules.reading import Reading

__all__ = ["Quotation", "Utterance", "find_quotations", "find_statements"]

# Words inside somebody else's, and pronouns that only the last name stands for, are surer to be wrong.
_DOUBTFUL = 0.75
# A statement inside another one is looked for among so many neighbours.
_INNER = 40
_TOLD_US = re.compile(r"\b(?:told|tells|spoke to|speaking to|put it to) (?:us|me)\b")
_TELLING = frozenset(
    [
        "tell",
        "ask",
        "warn",
        "remind",
        "assure",
        "inform",
        "urge",
        "promise",
        "notify",
        "brief",
        "caution",
        "advise",
        "call",
        "order",
        "threaten",
        "thank",
    ]
)


class Utterance(NamedTuple):
    """A statement, and the stretches of it that are somebody else's words.

    Attributes
    ----------
    spoken
        Quoted stretches inside the marks, or the reported clause without speaker and verb.
    quoted
        Whether the words stand between marks, in full or in part.
    speaker, attributed_to, attribution, via
        As in the entry.
    said_on
        Day of the utterance, as far as the text gives it.
    draft
        The statement's own entry.
    """

    spoken: tuple[tuple[int, int], ...]
    quoted: bool
    speaker: tuple[str, ...]
    attributed_to: tuple[str, ...]
    attribution: str
    via: str | None
    said_on: FuzzyDate | None
    draft: Draft


def find_statements(reading: Reading) -> list[Utterance]:
    """The statements of an article, in order of place."""
    turns = find_turns(reading.article)
    attributor = Attributor(reading, marked_quotations(reading.article) if turns else reading.quotations)
    found = Assembly(reading, attributor).statements()
    if turns:
        found = [item for item in found if not any(turn.label_start <= item.start < turn.start for turn in turns if not turn.continued)]
        found += _of_turns(reading, turns)
    found.sort(key=lambda item: (item.start, -item.end))
    return [
        _utterance(reading, attributor, item, found[max(0, number - _INNER) : number + _INNER])
        for number, item in enumerate(found)
        if not _only_passes_on(item, found[max(0, number - _INNER) : number + _INNER])
    ]


def _only_passes_on(item: Found, every: Sequence[Found]) -> bool:
    """Whether “according to” names who passed a report on that is itself somebody's: the agency behind “the minister said …”."""
    if "according" not in item.rule:
        return False
    left, right = item.spoken[0]
    inner = (
        other for other in every if other is not item and left <= other.start and other.end <= right and other.source.ids != item.source.ids
    )
    return any(other.rule.startswith("reported.say") and other.end - other.start > 0.8 * (right - left) for other in inner)


# -- transcripts


def _of_turns(reading: Reading, turns: Sequence[Turn]) -> list[Found]:
    """Each turn of a transcript; a turn over several paragraphs is one statement."""
    found: list[Found] = []
    speakers = TurnSpeakers(reading, turns)
    for number, turn in enumerate(turns):
        if turn.continued and found:
            before = found[-1]
            content = (*before.content, (turn.start, turn.end))
            found[-1] = before._replace(end=turn.end, content=content, spoken=content)
        else:
            source, rule = speakers.of(number)
            content = ((turn.start, turn.end),)
            found.append(Found(turn.label_start, turn.end, content, content, "direct", rule, source, None, "", False))
    return found


# -- writing down


def _utterance(reading: Reading, attributor: Attributor, item: Found, every: Sequence[Found]) -> Utterance:
    outer = _outer(item, every)
    item = _of_the_speaker(reading, item, outer)
    via = (outer.source.ids[0] if outer.source.ids else None) if outer is not None else None
    rule = item.rule + (".inside" if outer is not None else "")
    rates = speech_rates(reading.lexicon)
    sure = rate_of(rates, rule) * (_DOUBTFUL if outer is not None or "guess" in rule else 1)
    said_on = _said_on(reading, item)
    fields = {
        "attributed_to": (reading.author,) if item.source.attribution == "author" else item.source.attributed_to,
        "attribution": item.source.attribution,
        "via": via,
        "hearsay": item.hearsay,
        "speaker": item.source.ids,
        "addressee": _addressee(reading, attributor, item),
        "form": item.form,
        "medium": medium_of(reading, _outside(reading, item)),
        "content": item.content,
        "date": said_on.model_dump(mode="json") if said_on else None,
        "paraphrase": _paraphrase(reading, item),
    }
    draft = Draft("statement", item.start, item.end, rule, sure, fields)
    return Utterance(
        item.spoken, item.form != "paraphrase", item.source.ids, item.source.attributed_to, item.source.attribution, via, said_on, draft
    )


def _of_the_speaker(reading: Reading, item: Found, outer: Found | None) -> Found:
    """“I” and “we” are whoever speaks: the one whose words they stand in, else the author."""
    source = item.source
    if source.ids or not source.pronoun or reading.article.plain[source.start : source.end].lower() not in FIRST_PERSON:
        return item
    if outer is not None:
        return item._replace(source=source._replace(ids=outer.source.ids, attribution=outer.source.attribution))
    return item._replace(source=source._replace(attribution="author"))


def _outer(item: Found, every: Sequence[Found]) -> Found | None:
    """The smallest other statement in whose spoken words this one stands."""
    best: tuple[int, Found] | None = None
    for other in every:
        if other.start > item.start:
            break
        if other is item or (other.start, other.end) == (item.start, item.end):
            continue
        for left, right in other.spoken:
            if left <= item.start and item.end <= right and (best is None or right - left < best[0]):
                best = right - left, other
    return best[1] if best else None


def _outside(reading: Reading, item: Found) -> str:
    """The words of a statement that are not the speaker's own."""
    words = []
    at = item.start
    for left, right in sorted({*item.spoken, *item.content}):
        words.append(reading.article.plain[at:left])
        at = max(at, right)
    words.append(reading.article.plain[at : item.end])
    return " ".join(words)


def _said_on(reading: Reading, item: Found) -> FuzzyDate | None:
    """The date among the words of the attribution, read from the day of publication."""
    published = reading.article.published
    if published is None:
        return None
    from openparley.record.coders.rules.times.dates import resolve

    for phrase in reading.dates:
        if phrase.start >= item.end:
            break
        if item.start <= phrase.start and not any(left <= phrase.start < right for left, right in item.spoken):
            found = resolve(phrase, published)
            if found is not None:
                return found
    return None


def _addressee(reading: Reading, attributor: Attributor, item: Found) -> tuple[str, ...]:
    """To whom it was said: who was told, asked, ordered; the author where the words are “told us” and the case knows the author."""
    if _TOLD_US.search(_outside(reading, item)):
        return (reading.author,) if reading.author in reading.table.actors else ()
    clause = attributor.clause_at.get(item.cue) if item.cue is not None else None
    if clause is None or item.lemma not in _TELLING:
        return ()
    told = (
        [clause.subject]
        if clause.passive and clause.subject is not None
        else [*clause.objects, *(group for word, group in clause.obliques if word in ("to", "on"))]
    )
    ids = next((group.ids for group in told if group.ids), ())
    return tuple(name for name in ids if name not in item.source.ids)


def _paraphrase(reading: Reading, item: Found) -> str:
    who = name_of(reading, item.source.ids)
    about = _about(reading, item)
    if item.form == "direct":
        return f"{who} is quoted{about}."
    if item.form == "mixed":
        return f"{who} is quoted in part{about}."
    return (
        f"{who} is reported with the verb “{item.lemma}”{about}." if item.lemma else f"{who} is named as the source of a statement{about}."
    )


def _about(reading: Reading, item: Found) -> str:
    """Whom the words name, at most two."""
    named: dict[str, None] = {}
    for left, right in item.spoken:
        first = bisect_left(reading.mentions, left, key=lambda mention: mention.start)
        for mention in reading.mentions[first:]:
            if mention.start >= right or len(named) > 1:
                break
            named.update(dict.fromkeys(name for name in mention.ids if name not in item.source.ids))
    return f" on {name_of(reading, list(named)[:2])}" if named else ""
