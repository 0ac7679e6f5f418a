"""The table of words by which somebody commits himself or wants something of others, and whether a clause fulfils their conditions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from openparley.record.coders.rules.commitments.contents import Acts, Content
from openparley.record.coders.rules.lexicon import Lexicon, Row, bad_value, share_in

if TYPE_CHECKING:
    from openparley.record.coders.rules.grammar.grammar import Clause, Group

__all__ = ["Cue", "Found", "cue_of", "make_cues"]

TABLE = "commitments.csv"
TYPES = ("threat", "promise", "demand", "proposal", "deadline", "content")
FLAGS = (
    "to",
    "that",
    "ing",
    "csub",
    "obj",
    "noobj",
    "event",
    "harm",
    "help",
    "will",
    "meet",
    "new",
    "named",
    "should",
    "plain",
    "active",
    "away",
    "official",
)
_WILL = frozenset(("will", "would"))
# What may stand between a noun and its complement.
_BETWEEN = re.compile(r" (?:(?:by|from|of|to|on|for|at) (?:[\w.’'-]+ ){1,5})?(?:that |to )?")
_AWAY = frozenset(
    ("gone", "out", "back", "off", "removed", "released", "freed", "disarmed", "extradited", "punished", "lifted", "stopped", "home")
)
_OLD = frozenset(("that", "those", "this", "these", "the", "such", "both", "such", "earlier", "previous", "last"))


class Cue(NamedTuple):
    """One row: a word with what must hold of its clause, and what it then is."""

    word: str
    rest: str
    pos: str
    flags: frozenset[str]
    objects: frozenset[str]
    prepositions: frozenset[str]
    type: str
    target: tuple[str, ...]
    prior: float
    name: str


class Found(NamedTuple):
    """A cue that holds of a clause, and the act it is about."""

    cue: Cue
    content: Content | None
    complement: Clause | None


def make_cues(lexicon: Lexicon) -> Mapping[str, tuple[Cue, ...]]:
    """Cues by part of speech and word (“v threaten”), in the order of the table.

    Raises
    ------
    CaseError
        If a cell holds what no cue can; the message names file, line and what is allowed.
    """
    found: dict[str, list[Cue]] = {}
    for row in lexicon.rows(TABLE, ("pos", "word", "with", "type", "target", "prior")):
        for phrase in row.words("word"):
            cue = _cue(row, phrase)
            found.setdefault(f"{cue.pos} {cue.word}", []).append(cue)
    return {key: tuple(cues) for key, cues in found.items()}


def _cue(row: Row, phrase: str) -> Cue:
    cells = row.cells
    if cells["pos"] not in ("v", "n"):
        raise bad_value(row, "pos", cells["pos"], ("v", "n"))
    if cells["type"] not in TYPES:
        raise bad_value(row, "type", cells["type"], TYPES)
    prior = share_in(row, "prior")
    flags: set[str] = set()
    objects: set[str] = set()
    prepositions: set[str] = set()
    for part in cells["with"].split():
        kind, colon, words = part.partition(":")
        if colon and kind in ("obj", "p"):
            (objects if kind == "obj" else prepositions).update(words.split("|"))
        elif not colon and kind in FLAGS:
            flags.add(kind)
        else:
            raise bad_value(row, "with", part, (*FLAGS, "obj:…", "p:…"))
    word, _, rest = phrase.partition(" ")
    name = f"{cells['type']}.{phrase.replace(' ', '_')}"
    return Cue(
        word,
        rest,
        cells["pos"],
        frozenset(flags),
        frozenset(objects),
        frozenset(prepositions),
        cells["type"],
        tuple(cells["target"].split()),
        prior,
        name,
    )


def cue_of(acts: Acts, clause: Clause, cues: Mapping[str, tuple[Cue, ...]]) -> Found | None:
    """The first cue that holds of a clause, or None."""
    nominal = clause.form == "nominal"
    lemma = acts.matcher.lemma(clause.verb) if nominal else clause.lemma
    for cue in cues.get(f"{'n' if nominal else 'v'} {lemma}", ()):
        if cue.rest and not _has_rest(cue.rest, clause):
            continue
        found = _holds(acts, clause, cue)
        if found is not None:
            return found
    return None


def _has_rest(rest: str, clause: Clause) -> bool:
    return clause.particle == rest or any(name == rest for name, _ in clause.obliques)


def _holds(acts: Acts, clause: Clause, cue: Cue) -> Found | None:
    complements = _complements(acts, clause, cue)
    wanted = {"to": "infinitive", "ing": "gerund"}
    complement: Clause | None = None
    for flag, form in wanted.items():
        if flag in cue.flags:
            complement = next((below for below in complements if below.form == form), None)
            if complement is None:
                return None
    if "that" in cue.flags:
        complement = next(
            (
                below
                for below in complements
                if below.form == "finite" and (below.relation not in ("relative", "wh") or clause.form == "nominal")
            ),
            None,
        )
        if complement is None:
            return None
    complement = complement or (complements[0] if complements else None)
    objects = acts.matcher.objects(clause)
    if ("obj" in cue.flags and not objects) or ("noobj" in cue.flags and objects):
        return None
    if cue.objects and not any(_heads(acts, group, cue.objects) for group in objects):
        return None
    if cue.prepositions and not any(name in cue.prepositions for name, _ in clause.obliques):
        return None
    if "csub" in cue.flags and (complement is None or not acts.matcher.own_subject(clause, complement)):
        return None
    content = _content(acts, clause, cue, complement)
    return Found(cue, content, complement) if _flags_hold(acts, clause, cue, content, complement) else None


def _complements(acts: Acts, clause: Clause, cue: Cue) -> list[Clause]:
    """The complements of a clause, also those that something stands before."""
    found = [below for below in acts.matcher.complements(clause) if below.form != "nominal"]
    if not cue.flags & {"to", "that"}:
        return found
    tokens = acts.matcher.article.tokens
    behind = acts.matcher.clauses[clause.index + 1 : clause.index + 6]
    if clause.form == "nominal":
        if not found:
            # “A demand by Norland that …”, “the pledge of the three to …”.
            plain = acts.matcher.article.plain
            start = tokens[clause.verb].end
            near = [
                below for below in behind if below.sentence == clause.sentence and below.first > clause.verb and below.form != "nominal"
            ]
            found = [below for below in near if _BETWEEN.fullmatch(plain, start, tokens[below.first].start)]
        return found
    if clause.passive or not clause.objects or any(tokens[group.head].lower.endswith(("self", "selves")) for group in clause.objects):
        # “Threatened on Tuesday to cut”, “had been ordered by them to agree”: what stands further behind looks like a purpose.
        found += [below for below in behind if below.parent == clause.index and below.relation == "purpose"]
    if "that" in cue.flags and not found:
        # “Agreed with her that they would meet”.
        found += [
            below
            for below in behind
            if below.parent == clause.index and below.relation == "relative" and tokens[max(0, below.first - 1)].lower == "that"
        ]
    return found


def _heads(acts: Acts, group: Group, words: frozenset[str]) -> bool:
    head = group.head
    lemma = acts.matcher.lemma(head)
    return lemma in words or acts.matcher.article.tokens[head].lower in words or lemma.rpartition("-")[2] in words


def _content(acts: Acts, clause: Clause, cue: Cue, complement: Clause | None) -> Content | None:
    """What is announced or wanted: the complement's act, else that of an object or an oblique."""
    if complement is not None:
        return acts.of(complement)
    objects = [] if clause.passive else list(clause.objects)
    obliques = [group for name, group in clause.obliques if name in ("for", "of", "to", "with", "on", "upon", cue.rest)]
    best: Content | None = None
    for group in (*objects, *obliques):
        found = acts.of_group(group)
        if found.event and found.event not in ("REQUEST", "THREATEN"):
            return found
        best = best or found
    return best


def _flags_hold(acts: Acts, clause: Clause, cue: Cue, content: Content | None, complement: Clause | None) -> bool:
    flags = cue.flags
    if "event" in flags and (content is None or not content.event):
        return False
    if "harm" in flags and (content is None or not acts.harms(content)):
        return False
    if "help" in flags and (content is None or not acts.helps(content)):
        return False
    if "meet" in flags and (content is None or content.event not in ("CONSULT", "AGREE")):
        return False
    if "will" in flags and (complement is None or complement.modal not in _WILL | {"could", "might", "may"}):
        return False
    if "should" in flags and not (complement is not None and _is_wanted(acts, complement)):
        return False
    if "away" in flags and not _is_away(acts, clause):
        return False
    if "official" in flags and acts.matcher.article.kind != "official":
        return False
    if ("plain" in flags and clause.modal) or ("active" in flags and clause.passive):
        return False
    if complement is not None and complement.negated and cue.type == "proposal":
        return False
    if "new" in flags and not _is_new(acts, clause):
        return False
    agents = (*((clause.subject,) if clause.subject else ()), *(group for name, group in clause.obliques if name in ("by", "from")))
    return "named" not in flags or any(group.ids for group in agents)


def _is_wanted(acts: Acts, complement: Clause) -> bool:
    """“That they should leave”, “that it be closed”, “that the state leave”."""
    if complement.modal:
        return complement.modal in ("should", "could", "might", "must")
    word = acts.matcher.article.tokens[complement.verb_first].lower
    if complement.form != "finite" or word not in ("be", complement.lemma):
        return False
    subject = complement.subject
    plural = subject is not None and (len(complement.subjects) > 1 or acts.matcher.article.tokens[subject.head].lower.endswith("s"))
    return word == "be" or not plural or bool(acts.of(complement).event)


def _is_away(acts: Acts, clause: Clause) -> bool:
    """“Wants the consul gone”, “wants them out of the valley”."""
    tokens = acts.matcher.article.tokens
    for group in clause.objects:
        words = [tokens[at].lower for at in range(group.head + 1, min(len(tokens), max(group.last, group.head + 1) + 1))]
        if clause.particle in _AWAY or _AWAY.intersection(words):
            return True
    return False


def _is_new(acts: Acts, clause: Clause) -> bool:
    """Whether a noun is not one spoken of before: “that demand”, “the threat” without more."""
    tokens = acts.matcher.article.tokens
    sentence = acts.matcher.article.sentences[clause.sentence]
    for at in range(clause.verb - 1, max(sentence.first, clause.verb - 6) - 1, -1):
        word = tokens[at].lower
        if word in ("'s", "’s", "'", "’"):
            # “The envoy's demand”: whose it is makes it one.
            return True
        if word in _OLD:
            return word == "the" and bool(acts.matcher.complements(clause))
        if not (word.isalpha() or "-" in word or word == "'s") or word in ("of", "on", "to", "and", "in", "for", "by", "with"):
            return True
    return True
