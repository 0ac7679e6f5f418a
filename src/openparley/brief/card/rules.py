"""When an option of a game is open, what it changes and what it touches, found from the positions and not from the code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from openparley.game.dispute import End, PublicState
from openparley.game.positions import Positions

ALWAYS = "always"


@dataclass(frozen=True)
class Rule:
    """One move of an actor, or one draw of the world.

    Attributes
    ----------
    open_when
        `ALWAYS`, or a condition on the public state that holds in exactly the reachable positions in which it is open, or says
        that it is only necessary.
    open_in, of
        Positions in which it is open, and positions of its step.
    changes
        Variables that it may change, and to what.
    touches
        Interests that it may touch, with the amount or its range; what an ending counts is included.
    ends
        Endings that it may lead to.
    """

    label: str
    open_when: str
    open_in: int
    of: int
    changes: tuple[str, ...]
    touches: tuple[str, ...]
    ends: tuple[str, ...]


@dataclass(frozen=True)
class _Coded:
    """The public states of a step as whole numbers: which value of which variable."""

    names: tuple[str, ...]
    values: tuple[tuple[str | int, ...], ...]
    codes: Int[np.ndarray, "position variable"]


def step_rules(positions: Positions, step: int) -> tuple[Rule, ...]:
    """Every option of a step, in the order of the fullest menus."""
    first, last = (int(bound) for bound in positions.step_start[step : step + 2])
    coded = _coded([place.state for place in positions.places[first:last]])
    after = _after(positions, step)
    found: dict[str, list[tuple[int, int]]] = {}
    for v in sorted(range(first, last), key=lambda v: -len(positions.options(v))):
        for o in positions.options(v):
            found.setdefault(positions.labels[o], []).append((v - first, o))
    rules = []
    for label, places in found.items():
        here = np.zeros(last - first, bool)
        here[[v for v, _ in places]] = True
        options = [o for _, o in places]
        ends = dict.fromkeys(end for o in options if (end := positions.ends[o]))
        staying = [(v, o - int(positions.option_start[first])) for v, o in places if positions.ends[o] is None]
        rules.append(
            Rule(
                label,
                open_when(coded, here),
                int(here.sum()),
                last - first,
                _changes(coded, after, staying),
                _amounts(positions.interests, positions.touched[options]),
                tuple(ends),
            )
        )
    return tuple(rules)


def between_rounds(positions: Positions) -> tuple[str, ...]:
    """What changes by itself from the last step of a round to the first of the next."""
    dispute, last = positions.dispute, len(positions.steps) - 1
    found: dict[str, dict[str, None]] = {}
    for place in positions.places[positions.step_start[last] : positions.step_start[last + 1]]:
        for option in dispute.options(dispute.steps[last], place.state):
            if not isinstance(option.to, End):
                _differences(option.to, dispute.next_round(option.to), found)
    return tuple(f"{name} {', '.join(sorted(ways))}" for name, ways in found.items())


def at_the_horizon(positions: Positions) -> tuple[str, ...]:
    """Interests that count once more when no round is left."""
    return _amounts(positions.interests, positions.horizon)


def open_when(coded: _Coded, here: Bool[np.ndarray, " position"]) -> str:
    """The condition that singles out some of the states, as short as it can be told."""
    if here.all():
        return ALWAYS
    told = _limits(coded, here)
    if told is not None:
        return told
    unless = _limits(coded, ~here)
    if unless is not None:
        return f"unless {unless}"
    needed = _conjunction(coded, here, range(len(coded.names)))
    only = f"only if {_words(coded, here, needed)}, but " if needed else ""
    return f"{only}not in every such state"


def _limits(coded: _Coded, here: Bool[np.ndarray, " position"]) -> str | None:
    """Values of as few variables as will do; None where no such condition is exact."""
    needed = _conjunction(coded, here, range(len(coded.names)))
    if not np.array_equal(_meeting(coded, here, needed), here):
        return None
    # the least telling variables go first, as long as the condition stays exact
    for variable in sorted(needed, key=lambda i: -int(_meeting(coded, here, [i]).sum())):
        fewer = [i for i in needed if i != variable]
        if np.array_equal(_meeting(coded, here, fewer), here):
            needed = fewer
    return _words(coded, here, needed)


def _conjunction(coded: _Coded, here: Bool[np.ndarray, " position"], variables: Sequence[int] | range) -> list[int]:
    """Variables of which some reachable value is left out."""
    return [i for i in variables if set(coded.codes[here, i]) != set(coded.codes[:, i])]


def _meeting(coded: _Coded, here: Bool[np.ndarray, " position"], variables: Sequence[int]) -> Bool[np.ndarray, " position"]:
    meets = np.ones(len(here), bool)
    for i in variables:
        meets &= np.isin(coded.codes[:, i], coded.codes[here, i])
    return meets


def _words(coded: _Coded, here: Bool[np.ndarray, " position"], variables: Sequence[int]) -> str:
    parts = []
    for i in variables:
        there, all_of_them = (sorted(set(codes)) for codes in (coded.codes[here, i], coded.codes[:, i]))
        left_out = [code for code in all_of_them if code not in there]
        shorter = len(left_out) < len(there)
        named = [str(coded.values[i][code]) for code in (left_out if shorter else there)]
        parts.append(f"{coded.names[i]} is {'not ' if shorter else ''}{' or '.join(named)}")
    return " and ".join(parts)


def _coded(states: Sequence[PublicState]) -> _Coded:
    domains = states[0].domains
    values = tuple(tuple(range(domain + 1)) if isinstance(domain, int) else domain for domain in domains.values())
    number = [{value: code for code, value in enumerate(there)} for there in values]
    codes = [[code[value] for code, value in zip(number, state.as_dict().values(), strict=True)] for state in states]
    return _Coded(tuple(domains), values, np.array(codes, np.int64).reshape(len(states), len(domains)))


def _after(positions: Positions, step: int) -> Int[np.ndarray, "option variable"]:
    """The state that each option of a step leads to, as `_Coded.codes`; what changes between rounds is not in it.

    Where the dispute ends there is none, and the row has no meaning.
    """
    first, last = (int(bound) for bound in positions.step_start[step : step + 2])
    if step < len(positions.steps) - 1:
        successor = positions.successor[positions.option_start[first] : positions.option_start[last]]
        return _coded([positions.places[v].state for v in np.maximum(successor, 0).tolist()]).codes
    dispute = positions.dispute
    options = [option for place in positions.places[first:last] for option in dispute.options(dispute.steps[step], place.state)]
    anything = positions.places[first].state
    return _coded([anything if isinstance(option.to, End) else option.to for option in options]).codes


def _changes(coded: _Coded, after: Int[np.ndarray, "option variable"], places: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """Variables that differ between the state before and after: by how much, or to what, in the order of the levels."""
    if not places:
        return ()
    rows = np.array(places)
    old, new = coded.codes[rows[:, 0]], after[rows[:, 1]]
    told = []
    for i, name in enumerate(coded.names):
        moved = old[:, i] != new[:, i]
        if not moved.any():
            continue
        if isinstance(coded.values[i][0], int):
            told.append(f"{name} {' or '.join(f'{step:+d}' for step in np.unique(new[moved, i] - old[moved, i]))}")
        else:
            told.append(f"{name} → {' or '.join(str(coded.values[i][code]) for code in np.unique(new[moved, i]))}")
    return tuple(told)


def _differences(state: PublicState, after: PublicState, found: dict[str, dict[str, None]]) -> None:
    """Note what a state becomes by itself."""
    if after is state:
        return
    then = state.as_dict()
    for name, value in after.as_dict().items():
        if (old := then[name]) != value:
            counts = isinstance(value, int) and isinstance(old, int)
            found.setdefault(name, {})[f"{value - old:+d}" if counts else f"{old} → {value}"] = None  # type: ignore[operator]


def _amounts(interests: Sequence[str], touched: Float[np.ndarray, "row interest"]) -> tuple[str, ...]:
    """Interest with its amount, or the range over the rows."""
    low, high = touched.min(0), touched.max(0)
    return tuple(
        f"{name} {low[i]:g}" + (f" to {high[i]:g}" if high[i] > low[i] else "") for i, name in enumerate(interests) if low[i] or high[i]
    )
