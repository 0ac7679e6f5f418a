"""Agent logit quantal response equilibrium with public beliefs, by backward induction on a grid of beliefs.

At position v and public belief b the mover i of type θ chooses a with probability

    σ(a | v, b, θ) ∝ m(a) · exp(λ Q(v, b, θ, a)),   Q = r(v, a; θ) + W(v', bᵃ, θ),   bᵃ(θ) ∝ b(θ) σ(a | v, b, θ):

a small fixed point at every (v, b), solved by iteration from the behaviour one round later. McKelvey and Palfrey 1998
(not checked); the conventions for λ and for payoffs given an information set are Gambit's.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from openparley.errors import ParameterError, SolveError
from openparley.game.dispute import WORLD
from openparley.game.dispute_game import DisputeGame
from openparley.game.positions import chance_probs, log_propensities, rewards, rewards_given
from openparley.solve.crew import Crew, usual_threads
from openparley.solve.grid import kernels, newton
from openparley.solve.grid.behaviour import GridBehaviour
from openparley.solve.grid.extras import StepExtras, step_extras, with_horizon
from openparley.solve.grid.layout import Layout, lay_out
from openparley.solve.grid.reach import usual_reach
from openparley.solve.grid.roots import StageRoots, check_roots
from openparley.solve.grid.splits import Spacing, SplitGrid, interpolation_weights, split_grid
from openparley.solve.grid.workspace import Workspace
from openparley.solve.solution import NOT_SETTLED, NOT_UNIQUE, SOLVED, STOPPED, Progress, Solution

USUAL_NODES = 7  # of an actor that a mapping of nodes does not name
DRAWS_PER_MOVE = 16  # points of a world step that take as long as one of a move
HALF_FROM = 1e-6  # tolerance from which tables are kept in single precision, whose rounding (6e-8 of a value) is smaller


@dataclass(frozen=True)
class BeliefGrid:
    """Settings of the belief-grid solver.

    Attributes
    ----------
    nodes
        Nodes for each split of a belief, the two ends included: one number, or one an actor.
    tolerance
        Largest change in a choice probability at which a stage counts as solved. From 1e-6 on the tables are kept in
        single precision, which takes half the memory.
    most_passes
        Passes after which a stage is given up and named in the status.
    max_seconds
        Wall-clock budget; None for no limit. When it ends, the rounds solved so far, the last ones, are returned.
    spacing
        ``"chebyshev"`` or ``"log_odds"``, see `openparley.solve.grid.splits`: the former up to about 7 nodes, the latter from
        about 10 on.
    reach
        Log odds of the outermost inner node with ``log_odds``, one or one an actor; None for what beliefs can attain,
        at most where the cubics and the straight lines beyond them are about equally exact.
    threads
        Threads that share out the positions; None for one a core, and one in a worker process. The answer does not
        depend on it.
    roots_checked
        Stages that are searched for further answers, see `openparley.solve.grid.roots`. It does not change what is found.
    """

    nodes: int | Mapping[str, int] = USUAL_NODES
    tolerance: float = 1e-7
    most_passes: int = 3000
    max_seconds: float | None = None
    spacing: Spacing = "chebyshev"
    reach: float | Mapping[str, float] | None = None
    threads: int | None = None
    roots_checked: int = 64

    def __post_init__(self) -> None:
        if self.threads is not None and self.threads < 1:
            raise ParameterError(f"a solve needs at least 1 thread; found {self.threads}. Leave it out for one a core.")

    def nodes_for(self, actor: str) -> int:
        """Nodes for each split of an actor's belief."""
        return self.nodes if isinstance(self.nodes, int) else self.nodes.get(actor, USUAL_NODES)

    def reach_for(self, actor: str) -> float | None:
        """Reach that was set for an actor; None for the usual one."""
        return self.reach.get(actor) if isinstance(self.reach, Mapping) else self.reach


def solve_belief_grid(
    game: DisputeGame, method: BeliefGrid = BeliefGrid(), progress: Progress | None = None, *, workspace: Workspace | None = None
) -> Solution[GridBehaviour]:
    """Solve a dispute on a grid of public beliefs.

    Parameters
    ----------
    progress
        Called with (rounds solved, rounds) after each.
    workspace
        Memory to take tables from, for many solves one after another; fresh memory unless given.

    Returns
    -------
    The solution. Its ``status`` says so when a stage missed its tolerance, or when the time budget ended; the behaviour
    then covers the last rounds only and refuses to speak of earlier ones.

    Raises
    ------
    SolveError
        If the time budget ends before any round is solved.
    """
    started = time.monotonic()
    with Crew(method.threads or usual_threads()) as crew:
        work = _Work(game, method, crew, workspace)
        while work.done < game.rounds:
            if method.max_seconds is not None and time.monotonic() - started > method.max_seconds:
                break
            work.one_round()
            if progress:
                progress(work.done, game.rounds)
    if not work.done:
        raise SolveError(
            f"the time budget of {method.max_seconds} s ended with 0 of {game.rounds} rounds solved.",
            hint="Raise max_seconds or lower nodes.",
        )
    behaviour = work.behaviour()
    roots = check_roots(behaviour, method.roots_checked)
    return Solution(behaviour, _status(work, roots), _settings(work), _stats(work, roots), (behaviour,))


def _status(work: _Work, roots: StageRoots) -> str:
    method, rounds = work.method, work.game.rounds
    missed = (
        f"{work.unsettled} stages kept a residual above {method.tolerance:g} (largest {work.worst:.2g}); "
        "lower the precision or raise most_passes"
    )
    if work.done < rounds:
        also = f"; {missed}" if work.unsettled else ""
        return f"{STOPPED}: the time budget of {method.max_seconds:g} s ended with the last {work.done} of {rounds} rounds solved{also}"
    if not roots.unique:
        return f"{NOT_UNIQUE}: {roots}" + (f"; {missed}" if work.unsettled else "")
    if work.unsettled:
        return f"{NOT_SETTLED}: {missed}"
    if roots.rough:
        sharp = f"values bend sharply between nodes at {roots.rough} of {roots.checked} sampled stages"
        return f"{NOT_SETTLED}: {sharp} (log odds off by about {roots.roughest:.2g}); raise nodes or lower the precision"
    one = f", and {roots.checked} sampled stages have one answer each" if roots.checked else ""
    return f"{SOLVED}: every stage met its tolerance of {method.tolerance:g}{one}"


def _settings(work: _Work) -> dict[str, object]:
    method = work.method
    settings: dict[str, object] = {
        "concept": "agent logit QRE", "solver": "belief grid", "spacing": method.spacing, "tolerance": method.tolerance,
        "most_passes": method.most_passes,
    }  # fmt: skip
    uncertain = [actor for actor in work.actors if work.grids[actor].sizes]
    settings |= {f"nodes.{actor}": method.nodes_for(actor) for actor in uncertain}
    return settings | {f"reach.{actor}": work.grids[actor].reach for actor in uncertain if work.grids[actor].reach}


def _stats(work: _Work, roots: StageRoots) -> dict[str, float]:
    return {
        "positions": float(len(work.positions)),
        "grid_points": float(np.prod(work.shape)),
        "rounds": float(work.done),
        "passes": float(work.passes),
        "worst_residual": work.worst,
        "unsettled": float(work.unsettled),
        "roots_checked": float(roots.checked),
        "stages_with_several_roots": float(roots.several),
        "stages_with_folds": float(roots.folded),
        "smallest_fold": roots.smallest_fold,
        "roots_apart": roots.spread,
        "roughest": roots.roughest,
    }


def grids_for(game: DisputeGame, method: BeliefGrid) -> dict[str, SplitGrid]:
    """The grid of every actor; one point where its motive is known."""
    grids = {}
    for actor in game.played.actors:
        types = len(game.parameters.motives[actor].types)
        if types == 1:
            grids[actor] = split_grid(1, 2)
            continue
        reach = 0.0
        if method.spacing == "log_odds":
            reach = method.reach_for(actor) or usual_reach(game, actor, method.nodes_for(actor))
        grids[actor] = split_grid(types, method.nodes_for(actor), method.spacing, reach)
    return grids


class _Work:
    """Arrays shared by the rounds of one solve, and what has been solved so far."""

    def __init__(self, game: DisputeGame, method: BeliefGrid, crew: Crew, workspace: Workspace | None = None) -> None:
        self.game, self.method, self.crew = game, method, crew
        self.positions, self.parameters = game.positions, game.parameters
        self.actors = game.played.actors
        self.grids = grids_for(game, method)
        self.shape = tuple(self.grids[a].points for a in self.actors)
        counts = [len(self.parameters.motives[actor].types) for actor in self.actors]
        self.slots = dict(zip(self.actors, np.cumsum([0, *counts[:-1]]).tolist(), strict=True))
        self.actor_of = np.repeat(np.arange(len(self.actors)), counts)
        self.reward, self.horizon = rewards(self.positions, self.parameters)
        self.given, at_horizon = rewards_given(self.positions, self.parameters)
        self.given_last = with_horizon(self.positions, self.given, at_horizon)
        self.chance = chance_probs(self.positions, self.parameters.chance, game.played)
        self.log_base = log_propensities(self.positions, self.parameters)
        self.extras = [self._extras(s, self.given) for s in range(len(self.positions.steps))]
        self.kept = np.float32 if method.tolerance >= HALF_FROM else np.float64
        grids = [self.grids[actor] for actor in self.actors]
        self.layouts = [lay_out(grids, axis) for axis in range(len(grids))]
        self.workspace, self.room = workspace or Workspace(), np.empty(0, self.kept)
        self.between: dict[int, np.ndarray] = {}
        self.drifting = self._drifting()
        # the layout in which each of them takes its turn, then that of whoever reads the openings at the end of a round
        self.round_end = [lay_out(grids, self.actors.index(a), own_first=True) for a in self.drifting] + [self._reader(-1)]
        self.policy = {s: self._even_policy(s) for s, name in enumerate(self.positions.steps) if name != WORLD}
        self.ahead = self._at_horizon()
        self.reads: list[tuple[np.ndarray, ...]] = []
        self.passes, self.worst, self.unsettled = 0, 0.0, 0

    @property
    def done(self) -> int:
        """Rounds solved."""
        return len(self.reads)

    def behaviour(self) -> GridBehaviour:
        """What has been solved."""
        return GridBehaviour(
            self.positions, self.parameters, self.game.rounds, tuple(reversed(self.reads)), self.grids, self.reward, self.given,
            self.given_last, self.chance, self.log_base, self.method.tolerance, self.method.most_passes, self.game.rounds - self.done,
            self.game.played,
        )  # fmt: skip

    def one_round(self) -> None:
        """Solve one round earlier than before."""
        later, last_round = self.ahead, not self.reads
        read: list[np.ndarray] = []
        for s in range(len(self.positions.steps) - 1, -1, -1):
            read.append(later)
            extras = self._extras(s, self.given_last) if last_round else self.extras[s]
            reader = self._reader(s - 1) if s else self.round_end[0]
            rows = int(np.diff(self.positions.step_start)[s])
            values = self._table(rows, reader) if s or not self.drifting else self._between(0)
            actor = self.positions.steps[s]
            (self._draw if actor == WORLD else self._move)(s, actor, later, extras, reader, values)
            later = values
        self.ahead = self._carry_over(later)
        self.reads.append(tuple(reversed(read)))

    def _draw(self, s: int, actor: str, later: np.ndarray, extras: StepExtras, reader: Layout, values: np.ndarray) -> None:
        places = self.positions
        start, stop, after = self._range(s)
        flat, out = later.reshape(*later.shape[:2], -1), values.reshape(*values.shape[:2], -1)
        source = self._reader(s).entries_for(reader)

        def draw(first: int, last: int) -> None:
            kernels.chance_step(
                flat, after, out[first - start : last - start], source, first, last, places.option_start, places.successor, self.reward,
                self.chance, self.actor_of, extras.row, extras.by_lane, self.crew.cancel,
            )  # fmt: skip

        self.crew.share_out(draw, start, stop, out.shape[2] // DRAWS_PER_MOVE + 1)

    def _move(self, s: int, actor: str, later: np.ndarray, extras: StepExtras, reader: Layout, values: np.ndarray) -> None:
        places, motives, grid = self.positions, self.parameters.motives[actor], self.grids[actor]
        start, stop, after = self._range(s)
        out, source = values.reshape(*values.shape[:2], -1), self._reader(s).entries_for(reader)
        where = (places.option_start, places.successor, self.reward, self.log_base, motives.precision, self.slots[actor])
        how = (
            self.policy[s], int(places.option_start[start]), self.method.tolerance, self.method.most_passes, self.actors.index(actor),
            self.actor_of, extras.row, extras.by_lane, extras.by_type, self.crew.cancel,
        )  # fmt: skip
        believed = (len(motives.types), grid.beliefs, np.array(grid.sizes, np.int64), grid.nodes, grid.coefficients)

        def move(first: int, last: int) -> tuple[int, float, int]:
            here = out[first - start : last - start]
            if not grid.reach:
                return kernels.mover_step(later, after, here, source, first, last, *where, *believed, *how)
            own = np.empty((last - first, *later.shape[1:]))
            found = newton.log_odds_step(later, after, own, first, last, *where, *believed, grid.reach, *how)
            here[:] = own.reshape(here.shape)[:, :, source]
            return found

        for passes, worst, unsettled in self.crew.share_out(move, start, stop, int(np.prod(self.shape))):
            self.passes += passes
            self.worst = max(self.worst, worst)
            self.unsettled += unsettled

    def _reader(self, s: int) -> Layout:
        """Layout of what a step reads; the first actor's at a world step, and the last step's for step −1."""
        actor = self.positions.steps[s]
        return self.layouts[self.actors.index(actor) if actor != WORLD else 0]

    def _table(self, rows: int, reader: Layout) -> np.ndarray:
        """Room for values that are kept, cut from blocks that hold a round each."""
        shape = (rows, len(self.actor_of), *reader.shape)
        entries = int(np.prod(shape))
        if len(self.room) < entries:
            self.room = self.workspace.block(max(entries, len(self.positions) * int(np.prod(shape[1:]))), self.kept)
        table, self.room = self.room[:entries], self.room[entries:]
        return table.reshape(shape)

    def _between(self, turn: int) -> np.ndarray:
        """Room for the openings' values before an actor's types drift; the same in every round."""
        if turn not in self.between:
            self.between[turn] = np.empty((*self.horizon.shape, *self.round_end[turn].shape))
        return self.between[turn]

    def _range(self, s: int) -> tuple[int, int, int]:
        """First position of a step, the one behind its last, and the first of the step after."""
        start = self.positions.step_start
        return int(start[s]), int(start[s + 1]), int(start[(s + 1) % len(self.positions.steps)])

    def _extras(self, s: int, given: np.ndarray) -> StepExtras:
        return step_extras(self.positions, s, given, self.grids, self.slots)

    def _at_horizon(self) -> Float[np.ndarray, "opening slot _ _"]:
        """Values of the openings when no round is left, but for what depends on others' types (`with_horizon`)."""
        shape = (*self.horizon.shape, *self._reader(-1).shape)
        return np.broadcast_to(self.horizon[:, :, None, None], shape).astype(self.kept)

    def _even_policy(self, s: int) -> np.ndarray:
        """Starting behaviour of a step: uniform, by option of the step; logs where the grid is one in log odds."""
        places = self.positions
        grid, points = self.grids[places.steps[s]], int(np.prod(self.shape))
        opening = places.option_start[places.step_start[s] : places.step_start[s + 1] + 1]
        policy = np.empty((int(opening[-1] - opening[0]), grid.beliefs.shape[1], points))
        for first, last in zip(opening[:-1] - opening[0], opening[1:] - opening[0], strict=True):
            policy[first:last] = -np.log(last - first) if grid.reach else 1.0 / (last - first)
        return policy

    def _drifting(self) -> list[str]:
        """Uncertain actors whose types drift or who discount."""
        motives = {actor: self.parameters.motives[actor] for actor in self.actors if self.grids[actor].points > 1}
        return [actor for actor, one in motives.items() if one.discount != 1 or not np.array_equal(one.drift, np.eye(len(one.types)))]

    def _carry_over(self, opening: np.ndarray) -> np.ndarray:
        """Round end: values read at the drifted beliefs, then averaged over what each type turns into, discounted."""
        known = [self.parameters.motives[a].discount if self.grids[a].points == 1 else 1.0 for a in self.actors]
        scale = np.array(known)[self.actor_of]
        if not self.drifting:
            return opening if (scale == 1).all() else (opening * scale[:, None, None]).astype(self.kept)
        for i, actor in enumerate(self.drifting):
            motives, grid = self.parameters.motives[actor], self.grids[actor]
            matrix = np.ascontiguousarray(interpolation_weights(grid, grid.beliefs @ motives.drift).T)
            layout, reader = self.round_end[i : i + 2]
            values = self._table(len(opening), reader) if actor == self.drifting[-1] else self._between(i + 1)
            with_known = scale if i == 0 else np.ones(len(scale))
            mix, source = motives.discount * motives.drift, layout.entries_for(reader)
            self._drift(opening, matrix, mix, with_known, self.slots[actor], source, values)
            opening = values
        return opening

    def _drift(
        self, opening: np.ndarray, matrix: np.ndarray, mix: np.ndarray, scale: np.ndarray, slot: int, source: np.ndarray, values: np.ndarray
    ) -> None:
        out = values.reshape(*values.shape[:2], -1)

        def carry(first: int, stop: int) -> None:
            kernels.carry_over(opening[first:stop], matrix, mix, scale, slot, source, out[first:stop])

        self.crew.share_out(carry, 0, len(opening), int(np.prod(self.shape)) // 2 + 1)
