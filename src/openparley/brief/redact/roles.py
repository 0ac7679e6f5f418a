"""What stands for whom: actors by their position, outlets and origins by letter, people who worked on the record by what they did."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count

from openparley.brief.facts import QUOTATION
from openparley.brief.redact.fold import tokens
from openparley.brief.redact.names import Name, Names, bare, plain_words
from openparley.forecast.questions import Question
from openparley.record.case import Case
from openparley.record.sources import OUTLET_UNKNOWN

KINDS = {
    "news": "news report",
    "analysis": "analysis",
    "opinion": "opinion",
    "official": "official text",
    "transcript": "transcript",
    "wire": "wire report",
}


def position(actor: str, actors: Iterable[str]) -> str:
    """An actor's place in the dispute, read from its id.

    Examples
    --------
    >>> position("party_a_leader", ["party_a", "party_a_leader"]), position("bill_sponsor", ["mediator"])
    ('party A’s leader', 'the bill sponsor')
    """
    bases = [other for other in actors if actor.startswith(f"{other}_")]
    if bases:
        base = max(bases, key=len)
        return f"{position(base, actors)}’s {_words(actor[len(base) + 1 :])}"
    kind, _, last = actor.rpartition("_")
    return f"{_words(kind)} {last.upper()}" if kind and len(last) == 1 else f"the {_words(actor)}"


def letter(number: int) -> str:
    """A, B, … Z, AA, AB, …: letters, because a figure on the page is a number with a trace.

    Examples
    --------
    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    return (letter(number // 26 - 1) if number > 25 else "") + chr(ord("A") + number % 26)


def _words(id: str) -> str:
    return re.sub(r"[_-]+", " ", re.sub(r"_s(\d+)$", r" of S\1", id))


def actor_ids(case: Case, more: Iterable[str] = ()) -> dict[str, str]:
    """Id of an actor → id in the copy: another one where the id itself holds a name, be it one of ``more``."""
    telling = Names((*(Name(text, "", "table") for text in more), *_sources(case)))
    found: dict[str, str] = {}
    for id, actor in case.file.actors.items():
        words = {word for word in tokens(_words(id)) if len(word) > 1} - plain_words() - {source.lower() for source in case.sources}
        named = {word for name in (actor.name, *actor.aliases) for word in tokens(name)} | {actor.country.lower()}
        if words & named or any(telling.found(_words(id))):
            free = (f"{actor.role}_{letter(number).lower()}" for number in count())
            found[id] = next(other for other in free if other not in found.values() and other not in case.file.actors)
        else:
            found[id] = id
    return found


def table_of(case: Case, more: Mapping[str, str], allow: Iterable[str] = (), questions: Sequence[Question] = ()) -> Names:
    """Every name that the case knows with what stands for it.

    Parameters
    ----------
    more
        Further names and their roles; an actor's id or name there gives the actor another role.
    allow
        Words that the check lets stand.
    questions
        Frozen questions, for the names of those who asked and answered them.
    """
    names = [Name(bare(text), role, "table") for text, role in more.items()]
    ids = actor_ids(case, more)
    roles = actor_roles(case, ids, more)
    for id, actor in case.file.actors.items():
        names += [Name(bare(text), roles[id], "actor") for text in (actor.name, *actor.aliases)]
    names += [*_sources(case), *_people(case, analysts(questions))]
    words = frozenset(word for text in allow for word in tokens(text))
    return Names(tuple(name for name in names if name.key and name.key not in as_written(name.role)), words)


def as_written(role: str) -> set[str]:
    """The letters of a role with its article and without."""
    words = tokens(role)
    return {"".join(words), "".join(words[1:] if words[:1] == ("the",) else words)}


def actor_roles(case: Case, ids: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Actor → what it is called in the copy."""
    wanted = {"".join(tokens(text)): role for text, role in more.items()}
    found = {}
    for id, actor in case.file.actors.items():
        keys = ("".join(tokens(text)) for text in (id, actor.name, *actor.aliases))
        own = next((wanted[key] for key in keys if key in wanted), None)
        found[id] = own or position(ids[id], [ids[other] for other in ids])
    return found


def _sources(case: Case) -> Iterator[Name]:
    """Outlets, origins, authors, titles and addresses of the sources."""
    outlets, origins = numbered(case, "outlet"), numbered(case, "origin")
    yield from (Name(bare(text), role, "outlet") for text, role in outlets.items())
    yield from (Name(text, role, "origin") for text, role in origins.items() if text not in outlets)
    for id, row in case.sources.items():
        yield from (Name(text, f"the author of {id}", "author") for text in re.split(r"\s*(?:[;,&]|\band\b)\s*", row.author))
        if len(tokens(row.title)) > 1:
            yield Name(row.title, f"the report {id}", "title")
        if row.url:
            yield Name(row.url, f"the address of {id}", "address")
            host = re.sub(r"^(?:\w+://)?(?:www\.)?([^/:?#]*).*$", r"\1", row.url)
            yield Name(host, f"the address of {id}", "address")


def numbered(case: Case, column: str) -> dict[str, str]:
    """Outlets or origins → “outlet A”, “outlet B”, in the order of the sources."""
    texts = (getattr(row, column).strip() for row in case.sources.values())
    known = dict.fromkeys(text for text in texts if tokens(text) and text != OUTLET_UNKNOWN)
    return {text: f"{column} {letter(number)}" for number, text in enumerate(known)}


def _people(case: Case, asked: Mapping[str, str]) -> Iterator[Name]:
    """Those who reviewed, those who coded, those who asked and answered questions."""
    for kind, people in (("reviewer", reviewers(case)), ("coder", coders(case)), ("analyst", asked)):
        # “rules” or “reading” is a way of coding and a word like any other
        yield from (
            Name(text, role, kind) for text, role in people.items() if len(tokens(text)) > 1 or not set(tokens(text)) <= plain_words()
        )


def reviewers(case: Case) -> dict[str, str]:
    """Reviewer → “reviewer A”."""
    known = dict.fromkeys(review.by for review in case.reviews)
    known |= dict.fromkeys(entry.review.by for entry in case.entries.values() if entry.review.by)
    return {name: f"reviewer {letter(number)}" for number, name in enumerate(known)}


def coders(case: Case) -> dict[str, str]:
    """Coder → “coder A”."""
    known = dict.fromkeys(entry.coder.name for entry in case.entries.values() if entry.coder)
    return {name: f"coder {letter(number)}" for number, name in enumerate(known)}


def analysts(questions: Sequence[Question]) -> dict[str, str]:
    """Who asked or resolved a frozen question → “analyst A”."""
    known = dict.fromkeys(name for one in questions for name in (one.analyst_by, *(done.by for done in one.resolutions)) if name)
    return {name: f"analyst {letter(number)}" for number, name in enumerate(known)}


def quoted_words(case: Case) -> Iterator[tuple[str, str]]:
    """Words in quotation marks in a paraphrase, and the words at the start of a span; each with its entry."""
    for id, entry in case.entries.items():
        for match in QUOTATION.finditer(entry.paraphrase):
            yield id, next((group for group in match.groups() if group), "")
        yield id, entry.span.head
