"""Agent logit quantal response equilibrium on the principal branch, with every other equilibrium that the branch meets.

The branch starts at λ = 0, where everybody chooses by base propensity alone, and is followed past the wanted precision,
because it may turn back and meet that precision again. Trees in which all moves are public are solved through the
beliefs at public histories (`sweep`), other trees through all choice probabilities (`agent_logit`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from openparley.errors import ParameterError
from openparley.game.dispute import PublicState
from openparley.game.dispute_game import DisputeGame
from openparley.game.tree import Infoset, Tree
from openparley.solve.branch import Crossing, System, Traced, follow
from openparley.solve.branch_status import lambda_in_words, status_of
from openparley.solve.crew import usual_threads
from openparley.solve.histories.behaviour import PublicBehaviour, certify_public
from openparley.solve.histories.public_tree import recognise, unfold
from openparley.solve.histories.sweep import Sweep
from openparley.solve.solution import Progress, Solution
from openparley.solve.trees.agent_logit import AgentLogit
from openparley.solve.trees.behaviour import TreeBehaviour, certify_tree, describe

TRACE = 2.0  # how far past the wanted precision, as a multiple of it: folds that turn back often lie there
MOST_EIGENVALUES = 250  # unknowns up to which eigenvalues are looked at
MOST_SHOWN = 60  # probabilities kept for a picture


@dataclass(frozen=True)
class LogitQRE:
    """Settings of the exact solver.

    Attributes
    ----------
    precision
        λ ≥ 0, per util. For a dispute, a factor on the precisions that its actors have.
    trace
        How far the branch is followed, as a multiple of ``precision``; at least 1.
    max_seconds
        Wall-clock budget; None for no limit.
    threads
        Cores used by large trees of public histories; None for all there are.
    picture
        Keep the probabilities along the branch in ``branch.shown``.
    """

    precision: float = 1.0
    trace: float = TRACE
    max_seconds: float | None = None
    threads: int | None = None
    picture: bool = False

    def __post_init__(self) -> None:
        _check_precision(self.precision)
        if not 1 <= self.trace < np.inf:
            raise ParameterError(f"the branch is followed to at least the wanted precision itself: trace ≥ 1, finite; found {self.trace}.")
        if self.max_seconds is not None and not self.max_seconds >= 0:
            raise ParameterError(f"max_seconds must be 0 or more, or None for no limit; found {self.max_seconds}.")
        if self.threads is not None and self.threads < 1:
            raise ParameterError(f"threads must be 1 or more, or None for one a core; found {self.threads}.")


def _check_precision(precision: float) -> None:
    if not (precision >= 0 and np.isfinite(precision)):
        raise ParameterError(f"precision must be a finite number, 0 or more; found {precision}.")


def solve_tree(
    tree: Tree, method: LogitQRE, progress: Progress | None = None, *, cancel: Callable[[], bool] | None = None
) -> Solution[TreeBehaviour]:
    """Solve a finite tree; ``cancel``, asked after every step, ends the work early.

    Raises
    ------
    SolveError
        If an information set is met twice on one path.
    """
    return solve_tree_path(tree, method, (method.precision,), progress, cancel=cancel)[0]


def solve_tree_path(
    tree: Tree,
    method: LogitQRE,
    precisions: Sequence[float],
    progress: Progress | None = None,
    *,
    cancel: Callable[[], bool] | None = None,
) -> tuple[Solution[TreeBehaviour], ...]:
    """Solve a tree at several precisions, following the branch once; ``method.precision`` is left aside.

    Raises
    ------
    ParameterError
        If there is no precision, or one is negative or not finite.
    SolveError
        If an information set is met twice on one path.
    """
    if not precisions:
        raise ParameterError("at least one precision is wanted; found none.")
    for precision in precisions:
        _check_precision(precision)
    system, read, name = tree_system(tree)
    shown = list(tree.infosets().items())[:MOST_SHOWN] if method.picture else []
    labels = tuple(_label(tree, h, a) for h, actions in shown for a in actions)[:MOST_SHOWN]

    def watch(unknowns: np.ndarray, precision: float) -> np.ndarray:
        choices = read(unknowns, precision)
        return np.concatenate([choices[h] for h, _ in shown])[:MOST_SHOWN]

    traced = follow(
        system, to=method.trace * max(precisions), wanted=tuple(float(p) for p in precisions), max_seconds=method.max_seconds,
        watch=watch if shown else None, labels=labels, progress=progress, cancel=cancel,
    )  # fmt: skip

    settings = {"concept": "agent logit QRE", "solver": name, "trace": method.trace, "max_seconds": method.max_seconds}
    solutions = []
    for precision in map(float, precisions):
        points = shown_of(traced, precision)
        everything = tuple(describe(tree, read(point.unknowns, point.precision), point.precision) for point in points)
        hidden = _crossed_unseen(system, points[0], traced)
        solutions.append(_answer(traced, precision, everything, certify_tree, settings, hidden=hidden))
    return tuple(solutions)


def _crossed_unseen(system: System, answer: Crossing, traced: Traced) -> bool:
    """Whether branches have crossed before an answer in even number, which the determinant does not show; small trees only."""
    turned = any(fold.precision <= answer.precision for fold in traced.branch.folds)
    if turned or not isinstance(system, AgentLogit) or not 0 < system.unknowns <= MOST_EIGENVALUES:
        return False
    return system.passed_zero(answer.unknowns, answer.precision) >= 2


def shown_of(traced: Traced, precision: float) -> tuple[Crossing, ...]:
    """Every equilibrium at a precision, or the last point of the branch where it was not reached."""
    return traced.crossings[precision] or (traced.last,)


def solve_histories(
    game: DisputeGame,
    method: LogitQRE = LogitQRE(),
    *,
    start: PublicState | None = None,
    progress: Progress | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Solution[PublicBehaviour]:
    """Solve a dispute exactly over all its public histories, which grow exponentially with the rounds.

    Parameters
    ----------
    start
        State that play opens in; the state of defaults unless given.

    Raises
    ------
    SolveError
        If there are too many histories.
    """
    opening = game.positions.dispute.State() if start is None else start
    public, wanted = unfold(game, opening), float(method.precision)
    sweep = Sweep(public, threads=method.threads or usual_threads())
    traced = follow(
        sweep, to=method.trace * wanted, wanted=(wanted,), max_seconds=method.max_seconds, progress=progress, cancel=cancel
    )  # fmt: skip
    settings = {"concept": "agent logit QRE", "solver": "public histories", "trace": method.trace, "max_seconds": method.max_seconds}

    everything = tuple(
        PublicBehaviour(public, found.precision, sweep.behaviour(found.unknowns, found.precision)) for found in shown_of(traced, wanted)
    )
    del sweep  # its tables are as large as the game; the certificate needs room
    return _answer(traced, wanted, everything, certify_public, settings, _in_words(public.precision))


def _in_words(precisions: Float[np.ndarray, " player"]) -> Callable[[float], str]:
    """How a factor on the actors' precisions reads: as λ where all have the same, as a factor otherwise."""
    if np.ptp(precisions) == 0:
        return lambda factor: lambda_in_words(factor * float(precisions[0]))
    return lambda factor: f"{factor:.6g} times the actors’ λ"


Read = Callable[[np.ndarray, float], Mapping[Infoset, Float[np.ndarray, " action"]]]


def tree_system(tree: Tree) -> tuple[System, Read, str]:
    """The smaller system that a tree allows, and how choice probabilities are read from its unknowns."""
    found = recognise(tree)
    if found is None:
        return general_system(tree)
    sweep, edge_start = Sweep(found.public), found.public.edge_start

    def read(unknowns: np.ndarray, precision: float) -> Mapping[Infoset, np.ndarray]:
        sigma = sweep.behaviour(unknowns, precision)
        return {h: sigma[edge_start[v] : edge_start[v + 1], k] for (v, k), h in found.infosets.items()}

    return sweep, read, "public histories"


def general_system(tree: Tree) -> tuple[System, Read, str]:
    """The system of all choice probabilities, which any tree allows."""
    system = AgentLogit(tree)

    def read(unknowns: np.ndarray, precision: float) -> Mapping[Infoset, np.ndarray]:
        return {h: np.exp(unknowns[system.first[k] : system.first[k + 1]]) for k, h in enumerate(system.infosets)}

    return system, read, "log probabilities"


def _answer(
    traced: Traced,
    precision: float,
    everything: tuple[Any, ...],
    certify: Callable[[Any], Mapping[str, float]],
    settings: Mapping[str, Any],
    in_words: Callable[[float], str] = lambda_in_words,
    *,
    hidden: bool = False,
) -> Solution[Any]:
    """The solution at one precision of a traced branch; where that was not reached, the furthest point, marked as such."""
    met = traced.crossings[precision]
    certificate = certify(everything[0])
    stats = {
        "steps": float(traced.steps), "linearisations": float(traced.linearisations), "equilibria": float(len(met)),
        "unknowns": float(len(traced.last.unknowns)), "correction": max(point.correction for point in shown_of(traced, precision)),
    }  # fmt: skip
    status = status_of(traced, precision, certificate["logit_residual"], in_words, hidden=hidden)
    return Solution(
        everything[0], status, dict(settings) | {"precision": precision}, stats, everything if met else (), traced.branch, certificate
    )  # fmt: skip


def _label(tree: Tree, infoset: Infoset, action: str) -> str:
    player = tree.players[infoset.player] or f"player {infoset.player + 1}"
    return f"{player}, {infoset.label or infoset.number}: {action}"
