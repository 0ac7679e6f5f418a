r"""Stationary Markov logit equilibrium of a stochastic game with complete information.

Player i at state s chooses a with probability

    σ_i(a | s) ∝ m(a) · exp(λ_i Q_i(s, a)),   Q_i(s, a) = E_{σ_−i} [ u_i(s, a, ·) + δ_i Σ P(s' | s, a, ·) V_i(s') ],
    V_i(s) = Σ_a σ_i(a | s) Q_i(s, a):

values are expected payoffs, not log-sums, and every player reckons with everybody's noise, its own included. McKelvey
and Palfrey 1995 for one state; Eibelshäuser and Poensgen 2019 for many (neither checked).

A state's policies depend on other states only through the values that follow. So Newton's method eliminates the action
values state by state and solves one linear system in the values of every state and player. It is wrapped in
continuation from λ = 0, where the equilibrium is unique, so that the answer lies on the principal branch.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from openparley._display import Shown
from openparley.errors import ParameterError, SolveError, did_you_mean, one_of, quoted
from openparley.game.markov_game import MarkovGame
from openparley.solve.markov.certificate import certify_markov
from openparley.solve.markov.path import Corrected, Equations, Point, Traced, Tracer
from openparley.solve.solution import NOT_SETTLED, NOT_UNIQUE, SOLVED, STOPPED, Branch, Fold, Progress, Solution

ANSWERS_WITHIN = 0.05  # seconds between looks at the user's wish to stop
# The certificate goes from policies to values and back, so it sees the round-off of both ways.
CERTIFIED_WITHIN = 10.0
SHOWN = 12


@dataclass(frozen=True)
class MarkovLogit:
    """Settings of the stationary Markov logit solver.

    Attributes
    ----------
    precision
        λ ≥ 0, per util: one for all players, or one each.
    tolerance
        Largest last change of a choice probability at which the equilibrium counts as settled.
    max_seconds
        Wall-clock budget; None for no limit.
    trace_past
        The branch is followed until λ is this multiple of the precision, at least 1: a fold behind the wanted point may
        bring the branch back to it, and what it passes there is reported.
    certified
        Whether the certificate is computed.
    """

    precision: float | tuple[float, ...] = 1.0
    tolerance: float = 1e-12
    max_seconds: float | None = None
    trace_past: float = 1.0
    certified: bool = True

    def __post_init__(self) -> None:
        each = np.atleast_1d(self.precision)
        if not (np.isfinite(each).all() and (each >= 0).all()):
            raise ParameterError(f"precision must be 0 or more and finite; found {self.precision}.")
        if not self.tolerance > 0:
            raise ParameterError(f"tolerance must be above 0; found {self.tolerance}.")
        if self.max_seconds is not None and not self.max_seconds > 0:
            raise ParameterError(f"max_seconds must be above 0, or None for no limit; found {self.max_seconds}.")
        if not 1 <= self.trace_past < np.inf:
            raise ParameterError(f"trace_past must be 1 or more and finite; found {self.trace_past}.")

    def of_players(self, game: MarkovGame) -> Float[np.ndarray, " player"]:
        """λ of every player."""
        each = np.atleast_1d(np.asarray(self.precision, float))
        if len(each) not in (1, len(game.players)):
            raise ParameterError(f"precision is one number, or one for each of {one_of(game.players)}; found {len(each)} numbers.")
        return np.broadcast_to(each, len(game.players)).copy()


@dataclass(frozen=True, eq=False)
class MarkovBehaviour(Shown):
    """A stationary Markov profile.

    Attributes
    ----------
    policies
        Choice probabilities; 0 beyond the end of a menu.
    values
        Expected discounted utils from a state on.
    """

    game: MarkovGame
    policies: Float[np.ndarray, "state player action"]
    values: Float[np.ndarray, "state player"]

    def policy(self, state: str, player: str) -> dict[str, float]:
        """Action → probability at a state.

        Raises
        ------
        SolveError
            If the game has no such state or player.
        """
        s, i = _index("state", state, self.game.states), _index("player", player, self.game.players)
        return dict(zip(self.game.menus[s][i], self.policies[s, i].tolist(), strict=False))

    def value(self, state: str, player: str) -> float:
        """Expected discounted utils of a player from a state on."""
        return float(self.values[_index("state", state, self.game.states), _index("player", player, self.game.players)])


def _index(what: str, label: str, labels: tuple[str, ...]) -> int:
    if label not in labels:
        raise SolveError(f"no {what} {quoted(label)}; there is {one_of(labels)}.", hint=did_you_mean(label, labels))
    return labels.index(label)


def solve_markov_logit(
    game: MarkovGame, method: MarkovLogit = MarkovLogit(), progress: Progress | None = None
) -> Solution[MarkovBehaviour]:
    """Solve a stochastic game for its stationary Markov logit equilibrium on the principal branch.

    Parameters
    ----------
    progress
        Called with the λ reached and the λ wanted, as shares of ``precision``; what it raises ends the work.

    Returns
    -------
    The solution. Its status begins “solved” if the tolerance was met and the branch has neither fold nor crossing up to
    the wanted precision, which does not exclude equilibria off the branch.

    Raises
    ------
    SolveError
        If the game is too large for a full matrix.
    ParameterError
        If there are neither one precision nor one for every player.

    Notes
    -----
    Time grows with the cube of states × players where transitions are full, memory with their square. The work runs in a
    thread of its own, so that an interrupt is answered at once.
    """
    precision = method.of_players(game)
    work = _Work(game, method, precision)
    traced, stopped = work.run(progress)
    eq = work.equations
    behaviours = tuple(_behaviour(game, eq, found.point) for found in traced.found)
    reached = traced.found[0] if traced.found else None
    behaviour = behaviours[0] if behaviours else _behaviour(game, eq, traced.last)
    at = precision * (1.0 if reached else traced.last.share)
    certificate = certify_markov(game, behaviour.policies, at) if method.certified else None
    top = float(precision.max())
    folds = tuple(Fold(fold.precision * top, fold.kind) for fold in traced.folds)
    stats = {
        "states": float(len(game.states)),
        "points": float(len(traced.shares)),
        "factorisations": float(traced.factored),
        "last_step": reached.last_step if reached else float("nan"),
        "precision_reached": float(at.max()),
        "seconds": time.monotonic() - work.started,
    }
    shown, labels = _shown(game, traced)
    ended = stopped or traced.ended or "the wanted precision was reached"
    furthest = float(traced.shares.max(initial=0.0)) * top
    return Solution(
        behaviour,
        _status(method, traced, reached, certificate, folds, stopped, top, len(game.players)),
        {"concept": "stationary Markov logit equilibrium", "solver": "logit policy Newton with continuation", **_settings(method, game)},
        stats,
        behaviours,
        Branch(traced.shares * top, shown, labels, folds, furthest, not stopped and traced.complete, ended),
        certificate,
    )


def _settings(method: MarkovLogit, game: MarkovGame) -> dict[str, float | None]:
    lambdas = {f"precision.{name}": float(x) for name, x in zip(game.players, method.of_players(game), strict=True)}
    return {**lambdas, "tolerance": method.tolerance, "max_seconds": method.max_seconds, "trace_past": method.trace_past}


def _status(
    method: MarkovLogit,
    traced: Traced,
    reached: Corrected | None,
    certificate: dict[str, float] | None,
    folds: tuple[Fold, ...],
    stopped: str,
    top: float,
    players: int,
) -> str:
    """What happened, in a sentence; the gravest thing first."""
    of = "" if players == 1 or np.ndim(method.precision) == 0 else " (of the most precise player; the others in proportion)"
    if reached is None:
        begins, why = (STOPPED, stopped) if stopped else (NOT_SETTLED, traced.ended)
        return f"{begins}: {why}; the behaviour is the equilibrium at λ = {traced.last.share * top:.4g}{of}, not at {top:.4g}"
    if reached.last_step > method.tolerance:
        return f"{NOT_SETTLED}: the last step changed choices by {reached.last_step:.2g}, more than the tolerance of {method.tolerance:g}"
    if certificate is not None and not certificate["logit_residual"] <= CERTIFIED_WITHIN * method.tolerance:
        return f"{NOT_SETTLED}: recomputed from the policies, choices differ by {certificate['logit_residual']:.2g} from logit responses"
    before = [fold for fold in folds if fold.precision <= top]
    many = len(traced.found)
    if before or many > 1:
        smallest = min(before or folds, key=lambda fold: fold.precision)
        word = "turns back" if smallest.kind == "fold" else "is crossed by another"
        first = f"the principal branch {word} at λ = {smallest.precision:.4g}{of}"
        met = f"; {many} equilibria were met at λ = {top:.4g}, the first on the branch is given" if many > 1 else ""
        return f"{NOT_UNIQUE}: {first}{met}"
    return f"{STOPPED}: {stopped}, after the wanted precision but before the branch was traced past it" if stopped else (
        f"{NOT_SETTLED}: the equilibrium is settled, but {traced.ended}" if traced.ended else SOLVED
    )  # fmt: skip


def _behaviour(game: MarkovGame, eq: Equations, point: Point) -> MarkovBehaviour:
    policies = np.zeros(game.propensities.shape)
    policies[game.propensities > 0] = eq.respond(point.q, point.share)[eq.used]
    return MarkovBehaviour(game, policies, point.values)


def _shown(game: MarkovGame, traced: Traced) -> tuple[np.ndarray, tuple[str, ...]]:
    """The first state's choices along the branch, with their names."""
    names = [f"{player} {action} at {game.states[0]}" for player, menu in zip(game.players, game.menus[0], strict=True) for action in menu][
        :SHOWN
    ]
    return traced.shown[:, : len(names)], tuple(names)


class _Stop(Exception):
    """The work is to end."""


class _Work:
    """One solve, in a thread of its own."""

    def __init__(self, game: MarkovGame, method: MarkovLogit, precision: np.ndarray) -> None:
        self.started = time.monotonic()
        self.method = method
        self.stop, self.done = threading.Event(), threading.Event()
        self.equations = Equations(game, precision, self._pulse)
        self.tracer = Tracer(self.equations, method.tolerance, method.trace_past)
        self.traced: Traced | None = None
        self.failed: BaseException | None = None
        self.out_of_time = False

    def run(self, progress: Progress | None) -> tuple[Traced, str]:
        """The branch as far as it was traced, and in words why the work was ended early, if it was."""
        worker = threading.Thread(target=self._work, name="markov-logit", daemon=True)
        worker.start()
        try:
            while not self.done.wait(ANSWERS_WITHIN):
                self._report(progress)
        except BaseException:
            self.stop.set()
            raise
        self._report(progress)
        if self.failed is not None:
            raise self.failed
        assert self.traced is not None
        return self.traced, f"the time budget of {self.method.max_seconds:g} s ended" if self.out_of_time else ""

    def _report(self, progress: Callable[[float, float], None] | None) -> None:
        if progress is not None:
            progress(min(self.tracer.reached, self.method.trace_past), self.method.trace_past)

    def _pulse(self) -> None:
        if self.stop.is_set():
            raise _Stop
        if self.method.max_seconds is not None and time.monotonic() - self.started > self.method.max_seconds:
            self.out_of_time = True
            raise _Stop

    def _work(self) -> None:
        try:
            self.traced = self.tracer.run()
        except _Stop:
            self.traced = self.tracer.traced("the work was ended")
        except BaseException as error:  # raised again in the thread that asked
            self.failed = error
        finally:
            self.done.set()
