"""Stochastic games with complete information: everybody knows what everybody wants, and play moves between states.

At every state each player chooses from its menu, all at once; the choices pay everybody and draw the next state, or the
game ends. A state in which only one player has more than one action is a move in turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from jaxtyping import Float, Int

from openparley.errors import GameError, one_of, quoted

PROB_TOLERANCE = 1e-9
MOST_PROFILES = 20_000_000  # rows of payoffs; beyond, the arrays alone would take gigabytes

Menus = tuple[tuple[tuple[str, ...], ...], ...]
"""State → player → labels of its actions there."""


@dataclass(frozen=True, eq=False)
class SparseRows:
    """Rows that are mostly zero: the entries of row k are those from ``start[k]`` up to ``start[k + 1]``."""

    start: Int[np.ndarray, " rows_plus_one"]
    state: Int[np.ndarray, " entry"]
    prob: Float[np.ndarray, " entry"]


@dataclass(frozen=True, eq=False)
class MarkovGame:
    """A finite stochastic game; `MarkovGame.from_arrays` builds one from the usual tables.

    A *profile* is one action of every player at one state. Profiles are numbered through all states; those of state s
    run from ``profile_start[s]`` up to ``profile_start[s + 1]``, the last player's action changing fastest.

    Attributes
    ----------
    payoffs
        Utils of every player at every profile.
    transitions
        Probability of every next state; where a row sums to less than one, the rest is the end of the game.
    discounts
        Value at a state of one util in the state that follows, in (0, 1].
    propensities
        Base propensity m(a) > 0 of every action, 1 unless stated; places beyond the end of a menu hold 0.

    Raises
    ------
    GameError
        If the arrays do not fit together, a number is out of bounds, or a player's payoffs could add up without end.
    """

    states: tuple[str, ...]
    players: tuple[str, ...]
    menus: Menus
    profile_start: Int[np.ndarray, " states_plus_one"]
    payoffs: Float[np.ndarray, "profile player"]
    transitions: Float[np.ndarray, "profile state"] | SparseRows
    discounts: Float[np.ndarray, "state player"]
    propensities: Float[np.ndarray, "state player action"]

    def __post_init__(self) -> None:
        _check_sizes(self)
        _check_numbers(self)
        _check_transitions(self)
        _check_end(self)

    @classmethod
    def from_arrays(
        cls,
        payoffs: Float[np.ndarray, "state player *profile"],
        transitions: Float[np.ndarray, "*table"],
        discounts: float | Float[np.ndarray, " player"] | Float[np.ndarray, "state player"],
        *,
        actions: Int[np.ndarray, "state player"] | None = None,
        players: Sequence[str] = (),
        states: Sequence[str] = (),
    ) -> MarkovGame:
        """A game from full tables, one axis a player.

        Parameters
        ----------
        transitions
            Probabilities, (state, one axis a player, next state).
        discounts
            One for all, one a player, or one a state and player.
        actions
            How many actions each player has at each state; by default as many as its axis is long. What the tables hold
            beyond is not read.
        players, states
            Labels; numbered from 1 unless given.

        Raises
        ------
        GameError
            As for the class.

        Examples
        --------
        >>> game = MarkovGame.from_arrays(np.zeros((1, 2, 2, 3)), np.ones((1, 2, 3, 1)), 0.9)
        >>> game.players, game.menus[0]
        (('player 1', 'player 2'), (('1', '2'), ('1', '2', '3')))
        """
        many, axes = payoffs.shape[0], payoffs.shape[2:]
        if payoffs.shape[1] != len(axes) or transitions.shape != (many, *axes, many):
            wanted = "payoffs are (state, player, one axis a player), transitions (state, one axis a player, state)"
            raise GameError(f"{wanted}; found {payoffs.shape} and {transitions.shape}.")
        counts = np.broadcast_to(axes, (many, len(axes))) if actions is None else actions
        if counts.shape != (many, len(axes)) or (counts < 1).any() or (counts > axes).any():
            raise GameError(f"every player needs from 1 to {axes} actions at each of {many} states; found {counts.tolist()}.")
        if actions is None:
            rows = np.moveaxis(payoffs, 1, -1).reshape(-1, len(axes)), transitions.reshape(-1, many)
        else:
            inside = (np.indices(axes)[None] < counts.reshape(many, -1, *[1] * len(axes))).all(1)
            rows = np.moveaxis(payoffs, 1, -1)[inside], transitions[inside]
        return cls(
            tuple(states) or tuple(str(s + 1) for s in range(many)),
            tuple(players) or tuple(f"player {i + 1}" for i in range(len(axes))),
            tuple(tuple(_numbered(int(n)) for n in row) for row in counts),
            np.concatenate([[0], np.cumsum(counts.prod(1))]).astype(np.int64),
            np.ascontiguousarray(rows[0]),
            np.ascontiguousarray(rows[1]),
            np.broadcast_to(np.asarray(discounts, float), (many, len(axes))).copy(),
            (np.arange(max(axes)) < counts[:, :, None]).astype(float),
        )

    @property
    def counts(self) -> Int[np.ndarray, "state player"]:
        """How many actions each player has at each state."""
        return np.array([[len(menu) for menu in row] for row in self.menus], np.int64)

    def place(self, profile: int) -> str:
        """State and actions of a profile, in words."""
        s = int(np.searchsorted(self.profile_start, profile, side="right")) - 1
        labels = next(x for k, x in enumerate(product(*self.menus[s])) if k == profile - self.profile_start[s])
        return f"state {quoted(self.states[s])}, " + ", ".join(f"{i} {quoted(a)}" for i, a in zip(self.players, labels, strict=True))


def _numbered(many: int) -> tuple[str, ...]:
    return tuple(str(a + 1) for a in range(many))


def _check_sizes(game: MarkovGame) -> None:
    many, n = len(game.states), len(game.players)
    if not many or not n:
        raise GameError(f"a game needs a state and a player; found {many} states and {n} players.")
    for what, labels in (("state", game.states), ("player", game.players)):
        if twice := next((x for x in labels if labels.count(x) > 1), None) if len(set(labels)) < len(labels) else None:
            raise GameError(f"two {what}s are called {quoted(twice)}; give each its own label.")
    if len(game.menus) != many:
        raise GameError(f"every one of {many} states needs menus; found {len(game.menus)}.")
    for state, row in zip(game.states, game.menus, strict=True):
        if len(row) != n or not all(row) or any(len(set(menu)) < len(menu) for menu in row):
            raise GameError(f"state {quoted(state)}: each of {one_of(game.players)} needs one menu of different actions; found {row}.")
    wanted = np.concatenate([[0], np.cumsum(game.counts.prod(1))])
    if wanted[-1] > MOST_PROFILES:
        raise GameError(f"the game has {wanted[-1]:,} profiles, more than {MOST_PROFILES:,}; merge actions, or let players move in turn.")
    if not np.array_equal(game.profile_start, wanted):
        raise GameError("profile_start does not follow from the menus: it counts, state by state, the product of their lengths.")
    rows = int(wanted[-1])
    for name, found, shape in (
        ("payoffs", game.payoffs.shape, (rows, n)),
        ("discounts", game.discounts.shape, (many, n)),
        ("propensities", game.propensities.shape, (many, n, int(game.counts.max()))),
        ("transitions", _shape(game.transitions), (rows, many) if isinstance(game.transitions, np.ndarray) else (rows,)),
    ):
        if found != shape:
            raise GameError(f"{name} must have the shape {shape}; found {found}.")


def _shape(transitions: np.ndarray | SparseRows) -> tuple[int, ...]:
    return transitions.shape if isinstance(transitions, np.ndarray) else (len(transitions.start) - 1,)


def _check_numbers(game: MarkovGame) -> None:
    if not np.isfinite(game.payoffs).all():
        row, i = np.argwhere(~np.isfinite(game.payoffs))[0]
        raise GameError(f"{game.place(int(row))}: the payoff of {quoted(game.players[i])} is {game.payoffs[row, i]}; it must be finite.")
    outside = ~((game.discounts > 0) & (game.discounts <= 1))
    if outside.any():
        s, i = np.argwhere(outside)[0]
        where = f"state {quoted(game.states[s])}, {quoted(game.players[i])}"
        raise GameError(f"{where}: a discount must be in (0, 1]; found {game.discounts[s, i]}.")
    inside = np.arange(game.propensities.shape[2]) < game.counts[:, :, None]
    wrong = np.where(inside, ~((game.propensities > 0) & np.isfinite(game.propensities)), game.propensities != 0)
    if wrong.any():
        s, i, a = np.argwhere(wrong)[0]
        where = f"state {quoted(game.states[s])}, {quoted(game.players[i])}, action {a + 1}"
        wanted = "above 0 and finite" if inside[s, i, a] else "0 beyond the end of the menu"
        raise GameError(f"{where}: the base propensity must be {wanted}; found {game.propensities[s, i, a]}.")


def _check_transitions(game: MarkovGame) -> None:
    t = game.transitions
    if isinstance(t, SparseRows):
        if len(t.state) != len(t.prob) or t.start[0] != 0 or t.start[-1] != len(t.prob) or (np.diff(t.start) < 0).any():
            raise GameError(f"transitions: start must rise from 0 to the {len(t.prob)} entries, and there must be one state an entry.")
        if len(t.state) and not 0 <= t.state.min() <= t.state.max() < len(game.states):
            raise GameError(f"transitions lead to the states {t.state.min()} to {t.state.max()}; there are {len(game.states)}, from 0.")
        row_of = np.repeat(np.arange(len(t.start) - 1), np.diff(t.start))
        bad = row_of[~(t.prob >= 0)]
    else:
        bad = np.flatnonzero(~(t >= 0).all(1))
    if len(bad):
        raise GameError(f"{game.place(int(bad[0]))}: a probability of the next state is negative or not a number.")
    sums = row_sums(t)
    if sums.max() > 1 + PROB_TOLERANCE:
        row = int(sums.argmax())
        raise GameError(
            f"{game.place(row)}: the probabilities of the next states sum to {sums[row]:.12g}; at most 1 is allowed; the rest is the end."
        )


def row_sums(transitions: Float[np.ndarray, "profile state"] | SparseRows) -> Float[np.ndarray, " profile"]:
    """Probability at every profile that the game goes on."""
    if isinstance(transitions, np.ndarray):
        return transitions.sum(1)
    return np.diff(np.concatenate([[0.0], np.cumsum(transitions.prob)])[transitions.start])


def _check_end(game: MarkovGame) -> None:
    """Payoffs that are never discounted add up only if play gets to an end from everywhere."""
    for i in np.flatnonzero((game.discounts == 1).any(0)):
        fades = game.discounts[:, i] < 1
        ends = np.maximum.reduceat(row_sums(game.transitions) < 1 - PROB_TOLERANCE, game.profile_start[:-1])
        done = _reaches(game, fades | ends)
        if not done.all():
            state = quoted(game.states[int(np.flatnonzero(~done)[0])])
            raise GameError(
                f"from state {state} the game never ends, and {quoted(game.players[i])} does not discount there, so its payoffs could "
                "add up without limit; set its discount below 1, or let the game end with some probability."
            )


def _reaches(game: MarkovGame, goal: np.ndarray) -> np.ndarray:
    """States from which a goal can be reached."""
    t = game.transitions
    if isinstance(t, np.ndarray):
        row, to = np.nonzero(t > 0)
    else:
        row, to = np.repeat(np.arange(len(t.start) - 1), np.diff(t.start))[t.prob > 0], t.state[t.prob > 0]
    source = np.searchsorted(game.profile_start, row, side="right") - 1
    edges = np.unique(source * len(goal) + to)
    source, to = np.divmod(edges, len(goal))
    done = goal.copy()
    while True:
        more = done.copy()
        more[source[done[to]]] = True
        if np.array_equal(more, done):
            return done
        done = more
