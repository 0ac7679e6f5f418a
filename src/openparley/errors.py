"""What can go wrong, said so that the reader can act on it: the thing, the value found, what is allowed, the next step."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "CaseError",
    "Complaint",
    "GameError",
    "InferenceError",
    "LockedError",
    "ParameterError",
    "ParleyError",
    "ReadOnlyError",
    "SolveError",
    "closest",
    "did_you_mean",
    "one_of",
    "quoted",
]

# Below this similarity a guess misleads more often than it helps ("party_a" must not suggest "allies").
GUESS_CUTOFF = 0.6
# A longer list of allowed values is cut in prose; `--json` carries all of them.
LISTED_IN_PROSE = 20


def quoted(value: object, *, width: int = 60) -> str:
    """The value between typographic quotation marks, shortened to ``width`` characters.

    Examples
    --------
    >>> quoted("mediater")
    '“mediater”'
    """
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = " ".join(text.split())
    return f"“{text}”" if len(text) <= width else f"“{text[: width - 1]}…”"


def closest(value: object, allowed: Iterable[str]) -> str | None:
    """The allowed word most like ``value``, or None when nothing is like it.

    Examples
    --------
    >>> closest("mediater", ["party", "mediator"])
    'mediator'
    """
    candidates = {word.lower(): word for word in allowed}
    match = difflib.get_close_matches(str(value).lower(), candidates, n=1, cutoff=GUESS_CUTOFF)
    return candidates[match[0]] if match else None


def did_you_mean(value: object, allowed: Iterable[str]) -> str | None:
    """The sentence that offers the closest allowed word, or None."""
    guess = closest(value, allowed)
    return None if guess is None else f"Did you mean “{guess}”?"


def one_of(allowed: Sequence[str]) -> str:
    """The allowed words as prose, cut when there are many.

    Examples
    --------
    >>> one_of(["kept", "lapsed", "pending"])
    'kept, lapsed or pending'
    """
    words = [str(word) for word in allowed]
    if len(words) > LISTED_IN_PROSE:
        return ", ".join(words[:LISTED_IN_PROSE]) + f", … ({len(words)} in all)"
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong with the user's input, and where.

    Attributes
    ----------
    file
        File name as the user knows it: relative to the case, or as given.
    line
        Line counted from 1; in a CSV file the row, the header being row 1.
    id
        The item's own id.
    value
        The offending value as found.
    allowed
        What may stand there: a list of words, or a phrase such as ``"YYYY-MM-DD"``.
    hint
        A guess or the next step, as a sentence.
    message
        What is wrong, as one sentence.
    noun
        What kind of item ``id`` names ("actor", "lever"); empty when the id speaks for itself.
    rank
        0 for what makes other complaints meaningless (a file that cannot be read), then up; only orders the list.
    """

    file: str | None
    line: int | None
    id: str | None
    value: Any
    allowed: Any
    hint: str | None
    message: str
    noun: str = ""
    rank: int = 5

    def __str__(self) -> str:
        """Place, sentence, hint."""
        unit = "row" if (self.file or "").endswith(".csv") else "line"
        place = ", ".join(part for part in (self.file, None if self.line is None else f"{unit} {self.line}") if part)
        if self.id:
            place = f"{place} ({self.noun} {self.id})".replace("( ", "(") if place else f"{self.noun} {self.id}".strip()
        text = f"{place}: {self.message}" if place else self.message
        return f"{text} {self.hint}" if self.hint else text

    def as_json(self) -> dict[str, Any]:
        """The keys promised to programs that read ``--json``."""
        value = self.value if isinstance(self.value, str | int | float | bool | list | dict | type(None)) else str(self.value)
        return {
            "file": self.file,
            "line": self.line,
            "id": self.id,
            "value": value,
            "allowed": self.allowed,
            "hint": self.hint,
            "message": self.message,
        }


class ParleyError(Exception):
    """Anything Parley says no to.

    Attributes
    ----------
    complaints
        Everything that is wrong, most likely cause first; a plain message is one complaint without a place.
    exit_code
        What the command line returns: 1 when the input is at fault, 3 when we are.
    """

    exit_code: int = 1

    def __init__(self, message: str | Complaint | Iterable[Complaint], *, hint: str | None = None) -> None:
        if isinstance(message, str):
            complaints: tuple[Complaint, ...] = (Complaint(None, None, None, None, None, hint, message),)
        elif isinstance(message, Complaint):
            complaints = (message,)
        else:
            complaints = tuple(message)
        self.complaints = complaints
        super().__init__("\n".join(str(complaint) for complaint in complaints))


class CaseError(ParleyError):
    """A case, its record or a file that belongs to it cannot be used as it is."""


class ReadOnlyError(CaseError):
    """A bundled case was asked to change."""


class LockedError(ParleyError):
    """Another process is writing to the case."""


class GameError(ParleyError):
    """A game or the model section of a case does not describe a dispute."""


class ParameterError(ParleyError):
    """A parameter lies outside what its meaning allows."""


class SolveError(ParleyError):
    """A solver could not keep what it promises for this game."""


class InferenceError(ParleyError):
    """The record and the model cannot be brought together."""
