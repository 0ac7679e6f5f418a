"""Backward induction: what nobody wants to change anywhere, in games where everybody sees everything.

The answer is a subgame perfect equilibrium in pure strategies. Where the best choice is tied there are several, which may
be worth different things to the others; the first of the tied choices is taken and the status says where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from jaxtyping import Float, Int

from openparley._display import Shown
from openparley.errors import GameError, ParameterError, quoted
from openparley.game.dispute import WORLD
from openparley.game.dispute_game import DisputeGame
from openparley.game.positions import ENDED, Positions, chance_probs
from openparley.game.stationary import known_rewards
from openparley.game.tree import Chance, Choice, Infoset, Node, Number, Outcome, Terminal, Tree
from openparley.solve.solution import NOT_UNIQUE, SOLVED, Solution

NAMED_TIES = 3  # in the status; all of them are in the behaviour


@dataclass(frozen=True)
class BackwardInduction:
    """Settings.

    Attributes
    ----------
    tie_tolerance
        Two choices tie if their values differ by no more than this, as a share of the larger (or of 1 util); payoffs given
        as fractions are compared exactly.
    """

    tie_tolerance: float = 1e-12

    def __post_init__(self) -> None:
        if not 0 <= self.tie_tolerance < 1:
            raise ParameterError(f"tie_tolerance must be from 0 up to 1; found {self.tie_tolerance}.")

    def tied(self, value: Number, best: Number) -> bool:
        """Whether a value is as good as the best."""
        if isinstance(value, Fraction | int) and isinstance(best, Fraction | int):
            return value == best
        return best - value <= self.tie_tolerance * max(1.0, abs(best), abs(value))


@dataclass(frozen=True, eq=False)
class TreePlan(Shown):
    """What everybody does in a tree.

    Attributes
    ----------
    choices
        The action at every information set, reached or not.
    values
        Expected payoffs of all players from every information set on, what was paid before left out.
    expected
        Expected payoffs of the whole game.
    ties
        Information set → the actions that are as good as each other.
    """

    choices: Mapping[Infoset, str]
    values: Mapping[Infoset, tuple[Number, ...]]
    expected: tuple[Number, ...]
    ties: Mapping[Infoset, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class DisputePlan(Shown):
    """What everybody does in a dispute of known types, by round (from 0) and position.

    Attributes
    ----------
    chosen
        Option that the mover chooses; −1 where the world draws.
    values
        Expected utils of every actor from the position on, discounted to the round.
    ties
        (round, position) → the moves that are as good as each other.
    """

    positions: Positions
    chosen: Int[np.ndarray, "round position"]
    values: Float[np.ndarray, "round position actor"]
    ties: Mapping[tuple[int, int], tuple[str, ...]]

    def choice(self, round_: int, position: int) -> str:
        """Label of the move chosen."""
        return self.positions.labels[self.chosen[round_, position]]


def backward_induction(tree: Tree, method: BackwardInduction = BackwardInduction()) -> Solution[TreePlan]:
    """Subgame perfect equilibrium in pure strategies of a tree with perfect information.

    Raises
    ------
    GameError
        If a player cannot tell two nodes apart; the message names the information set.
    """
    _check_perfect(tree)
    worth: dict[int, tuple[Number, ...]] = {}
    picked: dict[int, int] = {}
    values: dict[Infoset, tuple[Number, ...]] = {}
    choices: dict[Infoset, str] = {}
    ties: dict[Infoset, tuple[str, ...]] = {}
    order = list(tree.nodes())
    for node in reversed(order):  # children first
        if id(node) in worth:
            continue
        if isinstance(node, Choice):
            player = node.infoset.player
            own = [worth[id(child)][player] for child in node.children]
            best = max(own)
            equal = [a for a, value in enumerate(own) if method.tied(value, best)]
            picked[id(node)] = equal[0]
            choices[node.infoset] = node.actions[equal[0]]
            values[node.infoset] = onward = worth[id(node.children[equal[0]])]
            if len(equal) > 1:
                ties[node.infoset] = tuple(node.actions[a] for a in equal)
        else:
            onward = _drawn(node, worth, len(tree.players))
        worth[id(node)] = _plus(onward, node.outcome)
    named = [f"{tree.players[infoset.player]} {_name(infoset)} ({' = '.join(actions)})" for infoset, actions in reversed(ties.items())]
    plan = TreePlan(dict(reversed(choices.items())), dict(reversed(values.items())), worth[id(tree.root)], dict(reversed(ties.items())))
    return Solution(
        plan,
        _status(named),
        {"concept": "subgame perfect equilibrium", "solver": "backward induction", "tie_tolerance": method.tie_tolerance},
        {"nodes": float(len(order)), "infosets": float(len(choices)), "ties": float(len(ties))},
        (plan,),
        certificate={"deviation_gain": _deviation_gain(tree, order, plan)},
    )


def _check_perfect(tree: Tree) -> None:
    for infoset, members in tree.members().items():
        if len({id(node) for node in members}) > 1:
            raise GameError(
                f"{quoted(tree.title)}: backward induction needs perfect information, but {quoted(tree.players[infoset.player])} "
                f"cannot tell {len(members)} nodes apart at {_name(infoset)} ({', '.join(members[0].actions)}). "
                "Solve it with the logit solver instead."
            )


def _name(infoset: Infoset) -> str:
    return f"infoset {infoset.number}" + (f" {quoted(infoset.label)}" if infoset.label else "")


def _drawn(node: Chance | Terminal, worth: Mapping[int, tuple[Number, ...]], players: int) -> tuple[Number, ...]:
    total: tuple[Number, ...] = (Fraction(0),) * players
    if isinstance(node, Chance):
        for prob, child in zip(node.probs, node.children, strict=True):
            total = tuple(t + prob * w for t, w in zip(total, worth[id(child)], strict=True))
    return total


def _plus(worth: tuple[Number, ...], outcome: Outcome | None) -> tuple[Number, ...]:
    return worth if outcome is None else tuple(w + paid for w, paid in zip(worth, outcome.payoffs, strict=True))


def _deviation_gain(tree: Tree, order: list[Node], plan: TreePlan) -> float:
    """The most that one other choice, at one node, would add for the player who makes it; the plan is followed elsewhere."""
    worth: dict[int, np.ndarray] = {}
    gain = 0.0
    for node in reversed(order):
        value = np.zeros(len(tree.players)) if node.outcome is None else np.array([float(x) for x in node.outcome.payoffs])
        if isinstance(node, Chance):
            value = value + np.array([float(p) for p in node.probs]) @ np.array([worth[id(child)] for child in node.children])
        elif isinstance(node, Choice):
            follow = worth[id(node.children[node.actions.index(plan.choices[node.infoset])])]
            gain = max(gain, *(float((worth[id(child)] - follow)[node.infoset.player]) for child in node.children))
            value = value + follow
        worth[id(node)] = value
    return gain


def backward_induction_dispute(game: DisputeGame, method: BackwardInduction = BackwardInduction()) -> Solution[DisputePlan]:
    """Subgame perfect equilibrium in pure strategies of a dispute in which every actor has one type.

    Base propensities and precision play no part.

    Raises
    ------
    GameError
        If an actor has more than one type.
    """
    positions, parameters, rounds = game.positions, game.parameters, game.rounds
    reward, horizon = known_rewards(positions, parameters)
    chance = chance_probs(positions, parameters.chance, game.played)
    actors = positions.dispute.actors
    discount = np.array([parameters.motives[actor].discount for actor in actors])
    chosen = np.full((rounds, len(positions)), ENDED)
    values = np.zeros((rounds, len(positions), len(actors)))
    ties: dict[tuple[int, int], tuple[str, ...]] = {}
    opening = horizon
    for round_ in range(rounds - 1, -1, -1):
        for step in range(len(positions.steps) - 1, -1, -1):
            later = np.zeros((len(positions), len(actors)))
            if step + 1 < len(positions.steps):
                later = values[round_]
            else:
                later[: len(opening)] = opening
            equal = _one_step(positions, step, reward, chance, later, chosen[round_], values[round_], method.tie_tolerance)
            ties |= {(round_, v): tuple(positions.labels[o] for o in tied) for v, tied in equal.items()}
        opening = values[round_, : positions.step_start[1]] * discount
    ties = dict(sorted(ties.items()))
    named = [f"{positions.mover(v)} in round {r + 1}, {positions.places[v]} ({' = '.join(moves)})" for (r, v), moves in ties.items()]
    plan = DisputePlan(positions, chosen, values, ties)
    return Solution(
        plan,
        _status(named),
        {
            "concept": "subgame perfect equilibrium", "solver": "backward induction", "rounds": rounds,
            "tie_tolerance": method.tie_tolerance,
        },
        {"positions": float(len(positions)), "rounds": float(rounds), "ties": float(len(ties))},
        (plan,),
    )  # fmt: skip


def _one_step(
    positions: Positions,
    step: int,
    reward: np.ndarray,
    chance: np.ndarray,
    later: np.ndarray,
    chosen: np.ndarray,
    values: np.ndarray,
    tolerance: float,
) -> dict[int, list[int]]:
    """Fill in the choices and values of the positions of a step; returns the options that tie, by position."""
    first, last = int(positions.step_start[step]), int(positions.step_start[step + 1])
    if first == last:
        return {}
    begin, end = int(positions.option_start[first]), int(positions.option_start[last])
    starts = positions.option_start[first:last] - begin
    to = positions.successor[begin:end]
    q = reward[begin:end] + np.where((to == ENDED)[:, None], 0.0, later[to])
    actor = positions.steps[step]
    if actor == WORLD:
        values[first:last] = np.add.reduceat(chance[begin:end, None] * q, starts, axis=0)
        return {}
    own = q[:, positions.dispute.actors.index(actor)]
    widths = np.diff([*starts, end - begin])
    best = np.repeat(np.maximum.reduceat(own, starts), widths)
    level = best - own <= tolerance * np.maximum(1.0, np.maximum(np.abs(best), np.abs(own)))
    places = np.arange(len(own))
    pick = np.minimum.reduceat(np.where(level, places, len(own)), starts)
    chosen[first:last] = begin + pick
    values[first:last] = q[pick]
    many = np.add.reduceat(level.astype(int), starts)
    return {
        first + int(k): (begin + places[starts[k] : starts[k] + widths[k]][level[starts[k] : starts[k] + widths[k]]]).tolist()
        for k in np.flatnonzero(many > 1)
    }


def _status(named: list[str]) -> str:
    if not named:
        return SOLVED
    more = f" and {len(named) - NAMED_TIES} more" if len(named) > NAMED_TIES else ""
    count = "1 tie" if len(named) == 1 else f"{len(named)} ties"
    return f"{NOT_UNIQUE}: {count} at {'; '.join(named[:NAMED_TIES])}{more}; the first of the tied choices is given"
