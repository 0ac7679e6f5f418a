"""Whose story it is, where the text itself credits an agency: in a dateline, a byline or a last line."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

__all__ = ["wire_credit"]

DATA = Path(__file__).resolve().parent.parent / "data" / "wires.toml"
HEAD_CHARS, TAIL_CHARS = 1500, 600
HEAD_LINES, TAIL_LINES = 8, 4
# “GENEVA, March 3 (Reuters) - ”, “OSTRAVA (AP) — ”: a place in front, a dash behind, all at the start of a paragraph.
_DATELINE = re.compile(r"[^\W\d_][^()\n]{1,80}?[ \t]*[(\[]([^()\[\]\n]{2,60})[)\]][ \t]*[-–—:]")
# “GENEVA, March 3, Reuters - ” and “dpa – ”.
_BARE = re.compile(r"(?:[^\W\d_][^()\n.]{1,60}?,[ \t]*)?([^\W\d_][^\W\d_ -]{1,12})[ \t]*[-–—][ \t]")
_BYLINE = re.compile(r"(?:by[ \t]+)?(?:[^,|\n]{2,60}[,|][ \t]*)?([^,|\n]{2,40})", re.IGNORECASE)
_LAST = re.compile(r"(?:[-–—]+[ \t]*|[(\[]|©[ \t]*(?:\d{4}[ \t]+)?|(?:source|from)[:][ \t]*)([^()\[\]\n]{2,40}?)[)\].]*", re.IGNORECASE)
_SMALL = frozenset(re.findall(r"\w+", "al and da de del des di do du el en ibn in la le los of on the und van von y"))


def wire_credit(text: str) -> str:
    """``wire:KEY`` of the agency that a text credits as its author, or "".

    An agency that is merely mentioned, or credited for a part, is not its author.

    Examples
    --------
    >>> wire_credit("OSTRAVA, March 3 (Reuters) - The envoy left.")
    'wire:reuters'
    >>> wire_credit("The envoy told Reuters (in March) - so it said - that he left.")
    ''
    """
    head = [line.strip() for line in text[:HEAD_CHARS].splitlines() if line.strip()][:HEAD_LINES]
    tail = [line.strip() for line in text[-TAIL_CHARS:].splitlines() if line.strip()][-TAIL_LINES:]
    for line in head:
        for pattern in (_DATELINE, _BARE):
            match = pattern.match(line)
            key = _key(match[1]) if match else ""
            if match and key and _is_place(line[: match.start(1)], bare=pattern is _BARE):
                return key
        match = _BYLINE.fullmatch(line)
        # The word alone in a line may be a credit of a picture; a byline says “by”, or names somebody before it.
        if match and (line.casefold().startswith("by ") or "|" in line) and _key(match[1]):
            return _key(match[1])
    for line in tail:
        match = _LAST.fullmatch(line)
        if match and _key(match[1]):
            return _key(match[1])
    return ""


def _is_place(words: str, *, bare: bool) -> bool:
    """Whether what stands before the agency is a place, perhaps with a day: all of it capitalised; without brackets, a comma."""
    weighty = [word for word in re.findall(r"[^\W\d_][\w'’.-]*", words) if word.casefold() not in _SMALL]
    return bool(weighty) and all(word[0].isupper() for word in weighty) and (not bare or "," in words)


def _key(words: str) -> str:
    """The agency that some words name, with what may follow it: “Reuters, our own correspondent” is not one."""
    plain = " ".join(words.split())
    name = _names().get(plain) or _names().get(plain.partition("/")[0].strip())
    return f"wire:{name}" if name else ""


@cache
def _names() -> dict[str, str]:
    table = tomllib.loads(DATA.read_text(encoding="utf-8"))
    return {form: key for key, names in table.items() for name in names for form in (name, name.upper())}
