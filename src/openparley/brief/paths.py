"""Paths of SVG, written short: moved to where they stand, steps instead of places, one decimal."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Numbers that each command takes; one with more repeats the command.
TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
TOKEN = re.compile(r"([A-Za-z])|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")

Step = tuple[str, list[float]]


def number(value: float) -> str:
    """One decimal, without the digits that say nothing.

    Examples
    --------
    >>> number(3.04), number(0.46), number(-0.46), number(-0.01)
    ('3', '.5', '-.5', '0')
    """
    text = f"{round(value, 1) + 0.0:g}"
    return re.sub(r"^(-?)0(?=\.)", r"\1", "0" if text == "-0" else text)


def moved(d: str, across: float = 0.0, down: float = 0.0, decimals: int = 1) -> str:
    """The same path at another place, in steps from point to point.

    Each step starts at the rounded end of the one before, so that rounding does not add up.

    Parameters
    ----------
    decimals
        Of every place, one at most.

    Examples
    --------
    >>> moved("M0,0L10.04,5L10,20Z", 1, 2)
    'M1,2l10,5v15z'
    """
    out, at, start = [], (0.0, 0.0), (0.0, 0.0)
    for command, values in _absolute(d, across, down):
        if command == "Z":
            out.append(("z", []))
            at = start
            continue
        end = (round(values[-2], decimals), round(values[-1], decimals))
        if command == "L" and end == at:
            continue  # a step too small to see
        out.append(("M", list(end)) if command == "M" else _step(command, values, at, end))
        start = end if command == "M" else start
        at = end
    return _written(out)


def _absolute(d: str, across: float, down: float) -> Iterator[Step]:
    """The commands with places instead of steps; lines across and down are lines."""
    x = y = 0.0
    start = (0.0, 0.0)
    for command, values in _commands(d):
        upper, relative = command.upper(), command.islower()
        if upper == "Z":
            x, y = start
            yield "Z", []
            continue
        if upper in "HV":
            end = (values[0] + x * relative, y) if upper == "H" else (x, values[0] + y * relative)
            upper, values = "L", list(end)
        elif relative:
            values = [value + _axis(upper, k, x, y) for k, value in enumerate(values)]
        x, y = values[-2], values[-1]
        start = (x, y) if upper == "M" else start
        yield upper, [value + _axis(upper, k, across, down) for k, value in enumerate(values)]


def _axis(command: str, index: int, across: float, down: float) -> float:
    """What a number of a command moves by; the first five of an arc are no places."""
    if command == "A" and index < 5:
        return 0.0
    return down if (index + (command == "A")) % 2 else across


def _commands(d: str) -> Iterator[Step]:
    name, values = "", []
    for letter, value in TOKEN.findall(d):
        if letter:
            name, values = letter, []
            if TAKES[letter.upper()] == 0:
                yield letter, []
            continue
        values.append(float(value))
        if len(values) == TAKES[name.upper()]:
            yield name, values
            name, values = {"M": "L", "m": "l"}.get(name, name), []


def _step(command: str, values: list[float], at: tuple[float, float], end: tuple[float, float]) -> Step:
    """The command in steps from where the one before ended."""
    across, down = round(end[0] - at[0], 1), round(end[1] - at[1], 1)
    if command == "L":
        return ("v", [down]) if not across else ("h", [across]) if not down else ("l", [across, down])
    steps = [round(value - _axis(command, k, *at), 1) for k, value in enumerate(values)]
    return command.lower(), [*steps[:-2], across, down]


def _written(steps: list[Step]) -> str:
    text, last = "", ""
    for command, values in steps:
        # After a move, and after itself, a line needs no letter.
        again = command == last and command in "lcsqta"
        parts = [number(value) for value in values]
        joined = "".join(_after(parts[k - 1], part) if k else part for k, part in enumerate(parts))
        text += ("" if joined.startswith("-") else " ") + joined if again else command + joined
        last = command
    return text


def _after(before: str, part: str) -> str:
    """A number after another: a sign ends the one before, and so does a second point."""
    return part if part.startswith("-") or (part.startswith(".") and "." in before) else f",{part}"
