"""What of a text is not its report: boxes of links, invitations to subscribe, credits, captions, copyright lines.

The rules are data (``data/boilerplate.toml``) and hold for whole lines: comparisons of beginnings, ends and contents only, so
that the time is linear in the text whatever stands in it. A report's own sentences come first: what is unsure is left in.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from openparley.errors import CaseError, Complaint, did_you_mean, quoted

__all__ = ["Boilerplate", "Rule", "case_rules", "find_boilerplate", "read_rules"]

DATA = Path(__file__).resolve().parent / "data" / "boilerplate.toml"
CASE_FILE = "lexicon/boilerplate.toml"
# A paragraph of a report is soon longer than this; no rule is about lines that long.
LONGEST_LINE = 400
HEAD_LINES, TAIL_LINES = 8, 12
HEADLINE_WORDS = 20
# Lines of a text that is wrapped by hand end between these columns.
WRAPPED = range(50, 100)
WRAPPED_SHARE, WRAPPED_LINES = 0.4, 8
NAME_SHARE = 0.75
_WORD = re.compile(r"[^\W\d_][\w'’.-]*")
_SMALL = frozenset(
    _WORD.findall(
        "a additional agencies ago al am an and at bin by compiled contributed correspondent correspondents da de del der di edited "
        "editing editor el est et for from gmt graphics has hours ibn in la le minutes of on or our over pm produced reported "
        "reporter reporting staff the to van von with writing y"
    )
)
_CHARACTERS = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "―": "-", "\u00a0": " ", "\u202f": " ", "\ufeff": " "}
)
_EDGES = " \t\r\n-–—*_|•·#>:.,;…[](){}<»«“”\"'’‘"
_LINE = re.compile(r"\S[^\n]*")


class Boilerplate(NamedTuple):
    """A stretch of a text, in code points, that is not the report, and why."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True)
class Rule:
    """One rule; the keys are explained in ``data/boilerplate.toml``."""

    reason: str
    whole: frozenset[str] = frozenset()
    starts: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    names: bool = False
    headline: bool = False
    words: int = 0
    where: str = ""
    then: int = 0


class _Line(NamedTuple):
    start: int
    end: int  # without the line break and the blanks before it
    text: str


def find_boilerplate(text: str, extra: Sequence[Rule] = ()) -> tuple[Boilerplate, ...]:
    r"""The stretches of a text that are not its report: sorted, apart from each other, each one or more whole lines.

    Parameters
    ----------
    text
        Any text; offsets count its code points.
    extra
        Rules beside the usual ones, such as `case_rules` reads.

    Examples
    --------
    >>> text = "By Ada Poe, Correspondent\nThe envoy left by night.\nRead more:\nA harbour waits"
    >>> [(text[start:end], reason) for start, end, reason in find_boilerplate(text)]
    [('By Ada Poe, Correspondent', 'byline'), ('Read more:\nA harbour waits', 'link box')]
    """
    lines = list(_lines(text))
    usual, more = _usual(), tuple(extra)
    wrapped = _is_wrapped(text, lines)
    found: list[Boilerplate] = []
    index = 0
    while index < len(lines):
        rule = None if wrapped and _goes_on(text, lines, index) else _first(usual, more, lines[index].text, index, len(lines))
        if rule is None:
            index += 1
            continue
        last = _last_of_paragraph(text, lines, index) if wrapped else index
        last = _headlines(text, lines, last, rule.then, wrapped)
        found.append(Boilerplate(lines[index].start, lines[last].end, rule.reason))
        index = last + 1
    return tuple(found)


def case_rules(root: Path) -> tuple[Rule, ...]:
    """A case's own rules; none when it has no ``lexicon/boilerplate.toml``.

    Raises
    ------
    CaseError
        If the file does not hold rules, with every mistake.
    """
    path = root / CASE_FILE
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ()
    except UnicodeDecodeError:
        raise CaseError(Complaint(CASE_FILE, None, None, None, "UTF-8", "Save the file as UTF-8.", "not UTF-8.")) from None
    return read_rules(text, CASE_FILE)


def read_rules(text: str, file: str) -> tuple[Rule, ...]:
    """Rules from TOML.

    Raises
    ------
    CaseError
        If the text does not hold rules, with every mistake.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CaseError(Complaint(file, None, None, None, None, None, f"not TOML: {error}.")) from None
    complaints = [
        Complaint(file, None, None, key, ["rule"], "Every rule begins with [[rule]].", f"{quoted(key)} is not a key here.")
        for key in table
        if key != "rule"
    ]
    rules: list[Rule] = []
    given = table.get("rule", [])
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        complaints.append(Complaint(file, None, None, None, None, "Every rule begins with [[rule]].", "“rule” is not a list of rules."))
        given = []
    for number, row in enumerate(given, start=1):
        mistakes = [Complaint(file, None, str(number), value, None, hint, says, noun="rule") for value, says, hint in _mistakes(row)]
        complaints += mistakes
        if not mistakes:
            rules.append(_rule(row))
    if complaints:
        raise CaseError(complaints)
    return tuple(rules)


_KINDS: dict[str, type] = {
    "reason": str,
    "whole": list,
    "starts": list,
    "contains": list,
    "ends": list,
    "names": bool,
    "headline": bool,
    "words": int,
    "where": str,
    "then": int,
}
_CALLED = {str: "words", list: "a list of words", bool: "true or false", int: "a whole number"}


def _mistakes(row: dict[str, Any]) -> Iterator[tuple[Any, str, str | None]]:
    """Value, sentence and hint of everything that is wrong with a rule."""
    for key, value in row.items():
        kind = _KINDS.get(key)
        if kind is None:
            yield key, f"{quoted(key)} is not a key of a rule.", did_you_mean(key, _KINDS)
        elif type(value) is not kind or (kind is list and not all(isinstance(word, str) and word.strip() for word in value)):
            yield value, f"“{key}” is not {_CALLED[kind]}.", None
    if not row.get("reason"):
        yield None, "“reason” is missing.", "Say in a few words what such a line is."
    if not any(row.get(key) for key in ("whole", "starts", "contains", "ends")):
        yield None, "it says of no line that it is one.", "Give at least one of: whole, starts, contains, ends."
    if row.get("where", "") not in ("", "head", "tail"):
        yield row["where"], f"where: {quoted(row['where'])} is not one of: head or tail.", None


def _rule(row: dict[str, Any]) -> Rule:
    plain = {key: tuple(_plain(word) for word in row.get(key, ())) for key in ("starts", "contains", "ends")}
    # A blank at the end is meant: “by ” is not “bystander”.
    plain["starts"] = tuple(
        word + (" " if given[-1:] == " " else "") for word, given in zip(plain["starts"], row.get("starts", ()), strict=True)
    )
    rest = {key: row[key] for key in ("reason", "names", "headline", "words", "where", "then") if key in row}
    return Rule(whole=frozenset(_plain(word).strip(_EDGES) for word in row.get("whole", ())), **plain, **rest)


@cache
def _usual() -> tuple[Rule, ...]:
    return read_rules(DATA.read_text(encoding="utf-8"), DATA.name)


def _plain(line: str) -> str:
    """A line as rules see it."""
    return " ".join(line.translate(_CHARACTERS).casefold().split())


def _lines(text: str) -> Iterator[_Line]:
    """Lines that have words, from the first of them to the last; instead of a line too long for any rule a stand-in."""
    for match in _LINE.finditer(text):
        start, end = match.span()
        if end - start > LONGEST_LINE:
            yield _Line(start, end, "\0")
            continue
        words = match.group().rstrip()
        yield _Line(start, start + len(words), words)


def _first(usual: tuple[Rule, ...], more: tuple[Rule, ...], text: str, index: int, count: int) -> Rule | None:
    """The first rule that holds for a line."""
    if text == "\0":
        return None
    plain = _plain(text)
    bare = plain.strip(_EDGES)
    stop = plain.rstrip(" .)]")
    for rules in (more, usual):
        for rule in rules:
            if rule.whole and bare not in rule.whole:
                continue
            if rule.starts and not plain.startswith(rule.starts):
                continue
            if rule.ends and not (plain.endswith(rule.ends) or stop.endswith(rule.ends)):
                continue
            if rule.contains and not any(part in plain for part in rule.contains):
                continue
            if _holds(rule, text, plain, index, count):
                return rule
    return None


def _holds(rule: Rule, text: str, plain: str, index: int, count: int) -> bool:
    """The conditions of a rule that are not about wording."""
    if rule.words and plain.count(" ") >= rule.words:
        return False
    if rule.where == "head" and index >= HEAD_LINES:
        return False
    if rule.where == "tail" and index < count - TAIL_LINES:
        return False
    if rule.headline and _ends_as_sentence(text):
        return False
    return not rule.names or _names(text)


def _names(text: str) -> bool:
    """Whether the words of weight of a line are capitalised: a list of people, places and days."""
    words = [word for word in _WORD.findall(text) if word.casefold().strip(".") not in _SMALL]
    return bool(words) and sum(word[0].isupper() for word in words) >= NAME_SHARE * len(words)


def _ends_as_sentence(text: str) -> bool:
    bare = text.rstrip("”\"'’)] ")
    return bare.endswith((".", "…")) or (bare.endswith((",", "!", "?")) and bare != text)


def _headlines(text: str, lines: list[_Line], last: int, most: int, wrapped: bool) -> int:
    """The last line of a box: headlines follow it, until something is a sentence."""
    for index in range(last + 1, min(last + 1 + most, len(lines))):
        line = lines[index].text
        if line == "\0" or line.endswith((":", ",", ";")) or _ends_as_sentence(line) or line.count(" ") >= HEADLINE_WORDS:
            break
        if wrapped and _last_of_paragraph(text, lines, index) != index:
            break
        last = index
    return last


def _is_wrapped(text: str, lines: list[_Line]) -> bool:
    """Whether lines are broken by hand, so that a paragraph is several of them."""
    if len(lines) < 3 or any(line.end - line.start >= WRAPPED.stop + 20 for line in lines):
        return False
    pairs = pairwise(lines)
    return sum(_adjacent(text, one, two) and _breaks_off(one) for one, two in pairs) >= WRAPPED_SHARE * len(lines)


def _breaks_off(line: _Line) -> bool:
    return line.end - line.start in WRAPPED and not _ends_as_sentence(line.text)


def _adjacent(text: str, one: _Line, two: _Line) -> bool:
    return text.count("\n", one.end, two.start) <= 1


def _goes_on(text: str, lines: list[_Line], index: int) -> bool:
    """Whether a line of a wrapped text goes on with the paragraph of the line before."""
    if not index:
        return False
    return _breaks_off(lines[index - 1]) and _adjacent(text, lines[index - 1], lines[index])


def _last_of_paragraph(text: str, lines: list[_Line], index: int) -> int:
    last = index
    while last + 1 < min(len(lines), index + WRAPPED_LINES) and _goes_on(text, lines, last + 1):
        last += 1
    return last
