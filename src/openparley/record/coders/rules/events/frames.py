"""The lexicon of events: which verb, event noun or predicate word codes to which PLOVER type under which conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from openparley.record.coders.rules.lexicon import Lexicon, Row, bad_value, share_in
from openparley.record.plover import CONTEXTS, TYPES

__all__ = ["CONFLICT", "Frame", "FrameTable", "Test", "make_frames", "unknown_class"]

FRAMES = "frames.csv"
SHIFTS = "shifts.csv"
CLASSES = "classes.csv"
REALIS = ("actual", "future", "hypothetical", "negated")
POSITIONS = {"v": "verb", "n": "event noun", "a": "predicate word"}
# Types whose act harms somebody when it is announced.
CONFLICT = frozenset(("SANCTION", "MOBILIZE", "COERCE", "ASSAULT", "PROTEST"))
_FLAGS = ("obj", "noobj", "csub", "noc", "neg", "plain", "will", "passive", "active", "label")
_LISTS = ("obj", "subj", "p", "near", "pre", "c")
# What a condition adds to how specific a frame is; the most specific frame that holds is taken.
_WEIGHT = {"obj": 1.5, "subj": 1.2, "near": 1.4, "pre": 1.4, "p": 0.8, "c": 1.0}
_FLAG_WEIGHT = {
    "obj": 0.3,
    "noobj": 0.3,
    "csub": 0.7,
    "neg": 0.8,
    "plain": 0.2,
    "passive": 0.4,
    "active": 0.3,
    "will": 0.4,
    "noc": 0.3,
    "label": 0.8,
}
_REST_WEIGHT = 2.0
_COST = {"obj": 1, "subj": 1, "p": 1, "near": 2, "pre": 3, "csub": 4, "c": 5}
_PLACES = ("obj", "csub", "cobj", "owner", "none")


class Test(NamedTuple):
    """One condition of a frame: its kind and the words that satisfy it (none: a flag)."""

    kind: str
    words: frozenset[str]


class Frame(NamedTuple):
    """One reading of a word.

    Attributes
    ----------
    name
        Of the rule: type and words, such as ``REJECT.turn_down``.
    lemma, rest
        Head word (of a noun: the last), and the words that stand after it (of a noun: before it).
    event, mode
        PLOVER's; an empty event is a shift, which only says how real its complement is.
    recipient
        Where the recipient stands, in order of preference.
    prior
        How often a clause with this frame is such an event.
    realis, light
        Of a shift: what becomes of the complement, and whether it makes one event with an event noun that is its object.
    weight
        How specific the frame is.
    """

    name: str
    pos: str
    lemma: str
    rest: tuple[str, ...]
    tests: tuple[Test, ...]
    event: str
    mode: str
    recipient: tuple[str, ...]
    prior: float
    realis: str
    light: bool
    weight: float


@dataclass(frozen=True)
class FrameTable:
    """All frames by head word, the most specific first.

    Attributes
    ----------
    classes
        The classes of nouns, by name.
    classes_of
        The names of the classes of a noun.
    """

    verbs: Mapping[str, tuple[Frame, ...]]
    nouns: Mapping[str, tuple[Frame, ...]]
    predicates: Mapping[str, tuple[Frame, ...]]
    classes: Mapping[str, frozenset[str]]
    classes_of: Mapping[str, tuple[str, ...]]

    def __len__(self) -> int:
        return sum(len(frames) for table in (self.verbs, self.nouns, self.predicates) for frames in table.values())


def make_frames(lexicon: Lexicon) -> FrameTable:
    """The frames of ``frames.csv`` and ``shifts.csv``, the case's own before the program's.

    Raises
    ------
    CaseError
        If a cell holds what no frame can; the message names file, line and what is allowed.
    """
    classes: dict[str, frozenset[str]] = {}
    for row in lexicon.rows(CLASSES, ("class", "words")):
        name = row.cells["class"]
        classes[name] = classes.get(name, frozenset()) | frozenset(row.words("words"))
    found: dict[str, dict[str, list[Frame]]] = {"v": {}, "n": {}, "a": {}}
    for row in lexicon.rows(FRAMES, ("pos", "word", "with", "event", "mode", "recipient", "prior")):
        for frame in _event_frames(row, classes):
            found[frame.pos].setdefault(_key(frame), []).append(frame)
    for row in lexicon.rows(SHIFTS, ("pos", "word", "with", "realis", "light")):
        for frame in _shifts(row, classes):
            found[frame.pos].setdefault(_key(frame), []).append(frame)
    verbs, nouns, predicates = ({word: _ordered(frames) for word, frames in found[pos].items()} for pos in "vna")
    of: dict[str, tuple[str, ...]] = {}
    for name, words in classes.items():
        for word in words:
            of[word] = (*of.get(word, ()), name)
    return FrameTable(verbs, nouns, predicates, classes, of)


def _key(frame: Frame) -> str:
    """Where a frame is looked up: a predicate word by the first word that stands after “be”."""
    return frame.lemma


def _ordered(frames: Iterable[Frame]) -> tuple[Frame, ...]:
    return tuple(sorted(frames, key=lambda frame: -frame.weight))


def _event_frames(row: Row, classes: Mapping[str, frozenset[str]]) -> list[Frame]:
    event, mode = row.cells["event"], row.cells["mode"]
    if event not in TYPES:
        raise bad_value(row, "event", event, tuple(TYPES))
    if mode and mode not in TYPES[event].modes:
        raise bad_value(row, "mode", mode, TYPES[event].modes)
    prior = share_in(row, "prior")
    tests = _tests(row, classes)
    recipient = tuple(row.cells["recipient"].split())
    return [
        _frame(row, word, tests, event=event, mode=mode, recipient=recipient, prior=prior, realis="actual", light=False)
        for word in row.words("word")
    ]


def _shifts(row: Row, classes: Mapping[str, frozenset[str]]) -> list[Frame]:
    realis, light = row.cells["realis"], row.cells["light"]
    if realis not in REALIS:
        raise bad_value(row, "realis", realis, REALIS)
    if light not in ("yes", "no"):
        raise bad_value(row, "light", light, ("yes", "no"))
    tests = _tests(row, classes)
    return [
        _frame(row, word, tests, event="", mode="", recipient=(), prior=0.0, realis=realis, light=light == "yes")
        for word in row.words("word")
    ]


def _frame(
    row: Row,
    phrase: str,
    tests: tuple[Test, ...],
    *,
    event: str,
    mode: str,
    recipient: tuple[str, ...],
    prior: float,
    realis: str,
    light: bool,
) -> Frame:
    pos = row.cells["pos"]
    if pos not in POSITIONS:
        raise bad_value(row, "pos", pos, tuple(POSITIONS))
    words = phrase.split()
    lemma, rest = (words[-1], tuple(words[:-1])) if pos == "n" else (words[0], tuple(words[1:]))
    weight = (
        prior + _REST_WEIGHT * len(rest) + sum(_WEIGHT[test.kind] if test.words else _FLAG_WEIGHT.get(test.kind, 0.0) for test in tests)
    )
    name = f"{event or 'shift'}.{'_'.join(words)}"
    return Frame(name, pos, lemma, rest, tests, event, mode, recipient, prior, realis, light, weight)


def _tests(row: Row, classes: Mapping[str, frozenset[str]]) -> tuple[Test, ...]:
    found: list[Test] = []
    for part in row.cells["with"].split():
        kind, colon, listed = part.partition(":")
        if not colon:
            if kind not in _FLAGS:
                raise bad_value(row, "with", part, (*_FLAGS, *(f"{name}:…" for name in _LISTS)))
            found.append(Test(kind, frozenset()))
            continue
        if kind not in _LISTS:
            raise bad_value(row, "with", part, (*_FLAGS, *(f"{name}:…" for name in _LISTS)))
        words: set[str] = set()
        for word in filter(None, listed.split("|")):
            if not word.startswith("@"):
                words.add(word.replace("_", " "))
            elif word[1:] in classes:
                words |= classes[word[1:]]
            else:
                raise bad_value(row, "with", word, tuple(f"@{name}" for name in classes))
        # An empty list asks for anything of that kind.
        found.append(Test(kind, frozenset(words or ("",))))
    # What is cheap to test comes first; complements ask for the frames of other clauses.
    return tuple(sorted(found, key=lambda test: _COST.get(test.kind, 0)))


def unknown_class(context: str) -> bool:
    """Whether a context word is none of PLOVER's."""
    return context not in CONTEXTS
