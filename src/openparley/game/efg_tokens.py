"""Words, texts and numbers of Gambit's file formats, with the place of each for messages."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import NoReturn

from openparley.errors import Complaint, GameError, quoted
from openparley.game.tree import Number

MOST_EXPONENT = 400
"""Largest power of ten that a number may carry; a float holds 308, and exact arithmetic with more would fill the memory."""

MOST_DIGITS = 1000
"""Longest number; Python itself refuses to convert ones much longer."""

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>"[^"\\]*(?:\\.[^"\\]*)*")
    | (?P<number>[+-]?(?:[0-9]+/[0-9]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?=[\s"{},]|\Z))
    | (?P<mark>[{},])
    | (?P<unclosed>"[^\n]*)
    | (?P<word>[^\s"{},]+)
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPED = re.compile(r'\\([\\"])')


def number_text(value: Number) -> str:
    """A number as the format writes it: what reads back alike, as a decimal where it has one that ends.

    Examples
    --------
    >>> number_text(Fraction(3, 8)), number_text(Fraction(1, 3)), number_text(1e-7)
    ('0.375', '1/3', '0.0000001')
    """
    if not isinstance(value, Fraction):
        text = format(Decimal(repr(float(value) + 0.0)), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    twos = (value.denominator & -value.denominator).bit_length() - 1
    fives, odd = 0, value.denominator >> twos
    while odd % 5 == 0:
        fives, odd = fives + 1, odd // 5
    if odd > 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


class Tokens:
    """Takes a text apart, one token ahead: its ``kind``, its text ``found`` and where it stands, ``at``.

    A reader of a format extends this class. Before a quotation mark or another backslash a backslash is dropped, as Gambit
    17 writes both; elsewhere it stands for itself, as Gambit reads it.
    """

    def __init__(self, source: str, file: str | None) -> None:
        self.source, self.file = source.removeprefix("\ufeff"), file
        self.match = _TOKEN.scanner(self.source).match  # type: ignore[attr-defined]  # typeshed omits it
        self.kind, self.found, self.at = "", "", 0
        self.numbers: dict[str, Fraction] = {}
        self.advance()

    def advance(self) -> None:
        """Goes on to the next token."""
        match = self.match()
        kind = match.lastgroup
        self.kind, self.found, self.at = kind, match[kind], match.start(kind)
        if kind == "unclosed":
            self.wrong("a quotation mark opens a text that no other closes.", hint='Close it; a mark inside a text is written \\".')

    def wrong(self, message: str, *, allowed: str | None = None, hint: str | None = None, at: int | None = None) -> NoReturn:
        """Refuses the token at hand, or what stands at ``at``."""
        here = self.at if at is None else at
        column = here - self.source.rfind("\n", 0, here)
        raise GameError(Complaint(self.file, self.line(here), None, self.found, allowed, hint, f"column {column}: {message}"))

    def unexpected(self, allowed: str, hint: str | None = None) -> NoReturn:
        """Refuses the token at hand because something else is wanted."""
        found = "the end of the file" if self.kind == "end" else quoted(self.found.strip('"') if self.kind == "text" else self.found)
        self.wrong(f"found {found}; allowed here: {allowed}.", allowed=allowed, hint=hint)

    def line(self, at: int) -> int:
        """Line of a place in the text."""
        return self.source.count("\n", 0, at) + 1

    def word(self, allowed: tuple[str, ...], what: str, hint: str | None = None) -> str:
        """An unquoted word that must be one of those given."""
        if self.found not in allowed:
            self.unexpected(what, hint)
        found = self.found
        self.advance()
        return found

    def text(self, what: str) -> str:
        """A quoted text."""
        if self.kind != "text":
            self.unexpected(f"{what}, in quotation marks")
        raw = self.found[1:-1]
        self.advance()
        return _ESCAPED.sub(r"\1", raw) if "\\" in raw else raw

    def integer(self, what: str, least: int) -> int:
        """A whole number."""
        if self.kind != "number" or not self.found.isdecimal() or len(self.found) > MOST_DIGITS or int(self.found) < least:
            self.unexpected(f"{what}, a whole number from {least}")
        found = int(self.found)
        self.advance()
        return found

    def number(self, what: str) -> Fraction:
        """A number, exactly."""
        if self.kind != "number":
            self.unexpected(f"{what}, a number such as 2, -0.5, 1/3 or 1e-3")
        value = self.numbers.get(self.found)
        if value is None:
            value = self.numbers[self.found] = self.exact()
        self.advance()
        return value

    def exact(self) -> Fraction:
        """The number at hand."""
        _, _, exponent = self.found.lower().partition("e")
        if len(self.found) > MOST_DIGITS:
            self.wrong(f"found the number {quoted(self.found)}; at most {MOST_DIGITS} digits are allowed.")
        if exponent and abs(int(exponent)) > MOST_EXPONENT:
            self.wrong(f"found {quoted(self.found)}; a power of ten from -{MOST_EXPONENT} to {MOST_EXPONENT} is allowed.")
        try:
            return Fraction(self.found)
        except ZeroDivisionError:
            self.wrong(f"found {quoted(self.found)}; a fraction with a denominator other than 0 is allowed.")

    def texts(self, what: str) -> tuple[str, ...]:
        """A braced list of quoted texts."""
        self.word(("{",), f"“{{”, then {what}")
        found: list[str] = []
        while self.kind == "text":
            found.append(self.text(what))
        self.word(("}",), f"{what} in quotation marks, or “}}”")
        return tuple(found)
