"""Records whose truth is known: play simulated from a model or from habit, told with gaps and errors, and read again.

The game is the threat of sanctions, so small that one draw of the assumptions is solved in a few milliseconds and filtered in as
many. Solved draws do not depend on a record; one pool of them serves every simulated case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

import numpy as np

from openparley.game.dispute import WORLD
from openparley.game.dispute_game import DisputeGame
from openparley.game.families import FAMILIES
from openparley.game.positions import ENDED, enumerate_positions
from openparley.infer.filter import HABIT, HABIT_WEIGHT, Filter, Filtered, habit_probs, weigh_worlds, world_drift
from openparley.infer.model import Model, Reporting
from openparley.infer.observe import Observed, Report
from openparley.infer.posterior import Round
from openparley.infer.prior import draw_assumptions
from openparley.record.casefile import Assumption, Outcome, When
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from openparley.solve.grid.behaviour import GridBehaviour, drift_beliefs

FAMILY = "sanctions_threat"
# Solver and simulator use the same solution, so its error cannot make a check fail.
GRID = BeliefGrid(nodes=4, tolerance=1e-5, roots_checked=0, threads=1)
ROUNDS, TODAY, AHEAD = 14, 10, 3
OUTCOMES = (
    Outcome(id="concession", name="Concession", what="It gives way.", when=When(actor="target", move="concede"), headline=True),
    Outcome(id="sanctions", name="Sanctions", what="They come.", when=When(actor="sender", move="impose")),
    Outcome(id="threat", name="Threat", what="It threatens.", when=When(actor="sender", move="threaten")),
    Outcome(id="backs_down", name="Backs down", what="It lets the threat go.", when=When(actor="sender", move="back_down")),
)
Row = tuple[str, float, float, float, Literal["pert", "lognormal", "fixed"]]
SENDER: dict[str, Row] = {
    "H1": ("weight.sender.H1.sanctions", -0.09, -0.05, -0.01, "pert"),
    "H2": ("weight.sender.H2.sanctions", -1.2, -0.8, -0.5, "pert"),
    "H5": ("weight.sender.H5.sanctions", 0.3, 0.6, 1.0, "pert"),  # it likes sanctions for their own sake
}
TARGET: dict[str, Row] = {
    "H3": ("weight.target.H3.concession", -6.0, -4.0, -2.0, "pert"),
    "H4": ("weight.target.H4.concession", -20.0, -14.0, -11.0, "pert"),
}


Beliefs = Mapping[str, np.ndarray]


def fixed(sets: str, value: float) -> Row:
    return sets, value, value, value, "fixed"


COMMON: tuple[Row, ...] = (
    fixed("weight.sender.*.backed_down", -1.0),
    fixed("weight.target.*.sanctions", -1.0),
    fixed("discount.sender", 0.9),
    fixed("discount.target", 0.9),
    fixed("none.sender", 0.1),
    fixed("none.target", 0.1),
    ("weight.sender.*.concession", 1.0, 2.0, 4.0, "pert"),
    ("precision.sender", 1.0, 1.8, 2.8, "pert"),
    ("precision.target", 0.3, 0.5, 0.8, "pert"),
    ("propensity.sender.threaten", 0.3, 0.6, 1.2, "pert"),
    ("prior.sender.H1", 0.5, 1.0, 2.0, "lognormal"),
    ("prior.target.H3", 0.5, 1.0, 2.0, "lognormal"),
    ("error.event", 0.02, 0.05, 0.1, "pert"),
)
SHORT: tuple[Row, ...] = (
    ("drift.sender", 0.002, 0.02, 0.06, "pert"),
    ("propensity.target.concede", 0.02, 0.08, 0.2, "pert"),
    ("detection.default", 0.4, 0.6, 0.8, "pert"),
    ("detection.sender.hold", 0.1, 0.2, 0.4, "pert"),
)
# For long records: motives that stay, a target that gives way so seldom that the dispute goes on, most moves reported.
LONG: tuple[Row, ...] = (
    ("propensity.target.concede", 0.0005, 0.001, 0.002, "pert"),
    ("detection.default", 0.8, 0.9, 0.97, "pert"),
)


def sanctions_model(
    rows: Sequence[Row] = SHORT, *, rounds: int = ROUNDS, today: int = TODAY, sender: Sequence[str] = ("H1", "H2")
) -> Model:
    """The threat of sanctions with these accounts of the sender; the record ends where round ``today`` begins."""
    kind = FAMILIES[FAMILY]
    start = kind.State()
    listed = [*COMMON, *rows, *(SENDER[key] for key in sender), *TARGET.values()]
    assumptions = tuple(
        Assumption(
            id=sets.replace(".*", "").replace(".", "-"), sets=sets, statement="Stated.", low=low, likely=likely, high=high,
            distribution=name, basis=("default",), status="caveated",
        )
        for sets, low, likely, high, name in listed
    )  # fmt: skip
    days = [date(2026, 1, 5) + timedelta(days=7 * t) for t in range(rounds)]
    calendar = tuple(Round(t, day, day + timedelta(days=6)) for t, day in enumerate(days))
    types = {"sender": tuple(sender), "target": tuple(TARGET)}
    positions = enumerate_positions(kind({}), start)
    return Model("simulated", FAMILY, types, start, positions, rounds, today, calendar, assumptions, OUTCOMES, {}, {}, Observed((), {}, {}))


def solved_at(model: Model, values: Mapping[str, float]) -> GridBehaviour:
    parameters = model.parameters(values)
    return solve_belief_grid(DisputeGame(model.positions, parameters, model.rounds, model.dispute(parameters)), GRID).behaviour


@dataclass(frozen=True)
class Told:
    """A simulated record, what was true, and what came of it.

    ``start`` and ``world`` are the true world in the first round and where the record ends; ``ahead`` holds the (actor, move) of
    the rounds after.
    """

    reports: tuple[Report, ...]
    start: int
    world: int
    ended: bool
    ahead: frozenset[tuple[str, str]]


class Tendencies:
    """Habit as it is, not as the filter counts it: in each menu fixed tendencies that nobody knows, drawn from the predictor's prior."""

    def __init__(self, actor: str, rng: np.random.Generator) -> None:
        self.actor, self.rng, self.known = actor, rng, dict[tuple[str, ...], np.ndarray]()

    def probs(self, menu: tuple[str, ...], base: np.ndarray) -> np.ndarray:
        if menu not in self.known:
            self.known[menu] = self.rng.dirichlet(HABIT_WEIGHT * len(base) * base / base.sum())
        return self.known[menu]


class Simulator:
    """Plays a model forward from accounts drawn from the prior and tells of it as the observation model says.

    The record ends where the round of the cut-off begins, so that no silence of a round that is not over is left out. Once the
    dispute has ended nothing is reported of it any more, or, with ``rumours``, each move as often as the filter allows for.
    """

    def __init__(self, model: Model, behaviour: GridBehaviour, told: Reporting, *, rumours: bool = False) -> None:
        self.model, self.behaviour, self.told, self.rumours = model, behaviour, told, rumours
        self.filter = Filter(model, behaviour, told)
        self.worlds = weigh_worlds(model, behaviour, told)
        self.drift = world_drift(self.worlds, behaviour)
        self.detected = {actor: told.detected(actor, moves) for actor, moves in self.filter.moves.items()}

    def record(self, rng: np.random.Generator, *, world: int | None = None, habit: Tendencies | None = None, ahead: int = 0) -> Told | None:
        """One record; None where somebody would have told of the end, because such a record is of another kind than those we compare."""
        model, steps = self.model, self.model.positions.steps
        world = int(rng.choice(len(self.worlds.prior), p=self.worlds.prior)) if world is None else world
        start = now = world
        here = int(model.positions.opening(model.start))
        beliefs: Beliefs = {a: self.behaviour.parameters.motives[a].prior[None, :] for a in model.uncertain}
        reports: list[Report] = []
        later = set[tuple[str, str]]()
        told_of_end = False
        listener = Filter(model, self.behaviour, self.told)  # habit repeats what those who hear the record take for done
        listener.begin()
        for t in range(model.today + ahead):
            heard = t < model.today
            if heard and here == ENDED and not told_of_end and rng.random() < self.filter.end_detection:
                return None
            if heard:
                listener.open_round()
            for step, actor in enumerate(steps):
                report = self._rumour(t, actor, rng) if here == ENDED else None
                if here != ENDED:
                    option, beliefs = self._choose(t, step, here, beliefs, world, listener, habit, rng)
                    move, here = model.positions.labels[option], int(model.positions.successor[option])
                    report = self._tell(t, actor, move, rng)
                    later |= {(actor, move)} if not heard else set()
                if heard:
                    if report is not None:
                        reports.append(report)
                        listener.reports[t, actor] = report
                        if (actor, report.move) in model.layout.endings:
                            told_of_end, listener.end_told = True, min(listener.end_told, t)
                    listener.take(t, step)
            if heard:
                listener.end_round()
            beliefs = drift_beliefs(self.behaviour.parameters, beliefs)
            world = int(rng.choice(len(self.drift), p=self.drift[world]))
            now = world if heard else now
        return Told(tuple(reports), start, now, here == ENDED, frozenset(later))

    def _choose(
        self,
        t: int,
        step: int,
        here: int,
        beliefs: Beliefs,
        world: int,
        listener: Filter,
        habit: Tendencies | None,
        rng: np.random.Generator,
    ) -> tuple[int, Beliefs]:
        places, actor = self.model.positions, self.model.positions.steps[step]
        sigma = self.behaviour.choices(t, step, np.array([here]), beliefs)[0]
        options = np.array(places.options(here))
        sigma = sigma[: len(options)]
        kind = self.worlds.of(actor)[world] if actor != WORLD else 0
        base = np.exp(self.behaviour.log_base[options])
        if habit is not None and actor == habit.actor:
            probs = habit.probs(tuple(places.labels[o] for o in options), base)
        elif kind == HABIT:
            counts = listener.habit[actor][self.filter.label[options]][None]
            probs = habit_probs(base[None], counts, np.ones((1, len(options)), bool))[0]
        else:
            probs = sigma[:, kind]
        picked = rng.choice(len(options), p=probs / probs.sum())
        if actor in beliefs:
            joint = beliefs[actor] * sigma[picked]
            beliefs = {**beliefs, actor: joint / joint.sum()}
        return int(options[picked]), beliefs

    def _tell(self, t: int, actor: str, move: str, rng: np.random.Generator) -> Report | None:
        moves = self.filter.moves[actor]
        row = moves.index(move)
        if rng.random() >= self.detected[actor][row]:
            return None
        return Report(t, actor, str(rng.choice(moves, p=self.filter.named[actor][row])), ("E001",))

    def _rumour(self, t: int, actor: str, rng: np.random.Generator) -> Report | None:
        """A report of a move that nobody made, where the filter allows for one."""
        moves = self.filter.moves[actor]
        each = self.told.after_the_end(actor, moves, Report(t, actor, moves[0], ("E001",)))
        picked = int(rng.random() / each) if each and self.rumours else len(moves)
        return Report(t, actor, moves[picked], ("E001",)) if picked < len(moves) else None

    def filtered(self, told: Told) -> Filtered:
        model = replace(self.model, observed=Observed(told.reports, {}, {}))
        return Filter(model, self.behaviour, self.told).run()


@dataclass(frozen=True)
class Pool:
    """Draws of the assumptions from their prior, each solved."""

    model: Model
    seed: int
    values: Mapping[str, np.ndarray]
    behaviours: tuple[GridBehaviour, ...]
    reportings: tuple[Reporting, ...]

    @classmethod
    def solve(cls, model: Model, count: int, seed: int) -> "Pool":
        draws = draw_assumptions(model.assumptions, count=count, seed=seed)
        each = [draws.at(k) for k in range(count)]
        return cls(model, seed, draws.values, tuple(solved_at(model, v) for v in each), tuple(model.reporting(v) for v in each))

    def __len__(self) -> int:
        return len(self.behaviours)

    @cached_property
    def free(self) -> tuple[str, ...]:
        """Assumptions that are not points."""
        return tuple(row.id for row in self.model.assumptions if not row.fixed)

    def simulator(self, draw: int, *, rumours: bool = False) -> Simulator:
        return Simulator(self.model, self.behaviours[draw], self.reportings[draw], rumours=rumours)

    def read(self, reports: tuple[Report, ...]) -> list[Filtered]:
        """The record filtered at every draw."""
        observed = Observed(reports, {}, {})
        pairs = zip(self.behaviours, self.reportings, strict=True)
        return [Filter(self.model, behaviour, told, observed=observed).run() for behaviour, told in pairs]


def told_case(pool: Pool, rng: np.random.Generator, *, rumours: bool = False, ahead: int = 0) -> tuple[int, Told]:
    """A draw of the pool, each as likely, and a record told at it; both anew where somebody would have told of the end."""
    while True:
        draw = int(rng.integers(len(pool)))
        if (told := pool.simulator(draw, rumours=rumours).record(rng, ahead=ahead)) is not None:
            return draw, told
