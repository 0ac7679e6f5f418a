"""The machinery judged by records whose truth we know: play simulated from the model, told with gaps and errors."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from openparley.game.dispute import WORLD
from openparley.game.dispute_game import DisputeGame
from openparley.game.positions import ENDED
from openparley.infer.filter import HABIT, Filter, Filtered, habit_probs, weigh_worlds, world_drift
from openparley.infer.model import Model, Reporting, build_model
from openparley.infer.observe import Observed, Report
from openparley.record.case import open_case
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from openparley.solve.grid.behaviour import GridBehaviour, drift_beliefs
from tests.infer.small_model import reporting, small_model, solved, with_propensity
from tests.solve.small_dispute import small_parameters

RECORDS = 200
RECORDS_OF_A_CASE = 20
MOST_SIGMAS = 4.0
ROUNDS = 6


@dataclass(frozen=True)
class Told:
    """A simulated record and the accounts that were true in its last round; None where somebody would have told of the end."""

    reports: tuple[Report, ...]
    world: int


class Simulator:
    """Plays a model forward from accounts drawn from the prior and tells of it as the observation model says."""

    def __init__(self, model: Model, behaviour: GridBehaviour, told: Reporting) -> None:
        self.model, self.behaviour, self.told = model, behaviour, told
        self.filter = Filter(model, behaviour, told)
        self.worlds = weigh_worlds(model, behaviour, told)
        self.drift = world_drift(self.worlds, behaviour)

    def record(self, rng: np.random.Generator) -> Told | None:
        model, steps = self.model, self.model.positions.steps
        world = rng.choice(len(self.worlds.prior), p=self.worlds.prior)
        here = model.positions.opening(model.start)
        beliefs = {a: self.behaviour.parameters.motives[a].prior[None, :] for a in model.uncertain}
        reports: list[Report] = []
        ended = told_of_end = False
        listener = Filter(model, self.behaviour, self.told)  # habit repeats what those who hear the record take for done
        listener.begin()
        for t in range(model.today + 1):
            if ended and not told_of_end and rng.random() < self.filter.end_detection:
                return None  # a record that says so is of another kind than those we compare
            listener.open_round()
            for step, actor in enumerate(steps):
                if ended:
                    break
                option, beliefs = self._choose(t, step, here, beliefs, world, listener, rng)
                if actor != WORLD and (report := self._tell(t, actor, model.positions.labels[option], rng)):
                    reports.append(report)
                    listener.reports[t, actor] = report
                    told_of_end |= model.positions.ends[option] is not None and report.move == model.positions.labels[option]
                here = int(model.positions.successor[option])
                ended = here == ENDED
                listener.take(t, step)
            listener.end_round()
            beliefs = drift_beliefs(self.behaviour.parameters, beliefs)
            if t < model.today or any(r.round == t and r.actor == steps[-1] for r in reports):
                world = rng.choice(len(self.drift), p=self.drift[world])
        return Told(tuple(reports), int(world))

    def _choose(self, t, step, here, beliefs, world, listener, rng):
        places, actor = self.model.positions, self.model.positions.steps[step]
        sigma = self.behaviour.choices(t, step, np.array([here]), beliefs)[0]
        options = np.array(places.options(here))
        sigma = sigma[: len(options)]
        kind = self.worlds.of(actor)[world] if actor != WORLD else 0
        if kind == HABIT:
            counts = listener.habit[actor][self.filter.label[options]][None]
            probs = habit_probs(np.exp(self.behaviour.log_base[options])[None], counts, np.ones((1, len(options)), bool))[0]
        else:
            probs = sigma[:, kind]
        picked = rng.choice(len(options), p=probs / probs.sum())
        if actor in beliefs:
            joint = beliefs[actor] * sigma[picked]
            beliefs = {**beliefs, actor: joint / joint.sum()}
        return int(options[picked]), beliefs

    def _tell(self, t: int, actor: str, move: str, rng: np.random.Generator) -> Report | None:
        if rng.random() >= self.told.detection[actor][move]:
            return None
        if rng.random() < self.told.error:
            move = str(rng.choice([other for other in self.filter.moves[actor] if other != move]))
        return Report(t, actor, move, ("E001",))

    def filtered(self, told: Told) -> Filtered:
        model = replace(self.model, observed=Observed(told.reports, {}, {}))
        return Filter(model, self.behaviour, self.told).run()


def simulated(simulator: Simulator, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Posterior over worlds of each simulated record, and the true world of each."""
    rng = np.random.default_rng(seed)
    shares, truth = [], []
    while len(truth) < count:
        if (told := simulator.record(rng)) is not None:
            shares.append(simulator.filtered(told).world_share[-1])
            truth.append(told.world)
    return np.array(shares), np.array(truth)


def small(*, drifting: bool, detection: float | None, error: float) -> Simulator:
    parameters = with_propensity(small_parameters(2.0), "party_a", settle=0.05)  # so that there is play to learn from
    if not drifting:
        still = {actor: replace(motives, drift=np.eye(len(motives.types))) for actor, motives in parameters.motives.items()}
        parameters = replace(parameters, motives=still)
    model = small_model(parameters, rounds=ROUNDS, today=ROUNDS - 1)
    told = reporting(model, detection=detection, error=error)
    told = replace(told, detection={**told.detection, "party_a": {"stall": 0.3, "settle": 0.97}})
    return Simulator(model, solved(model, parameters), told)


@pytest.fixture(scope="module")
def small_records() -> tuple[np.ndarray, np.ndarray]:
    return simulated(small(drifting=True, detection=None, error=0.05), RECORDS, seed=11)


def test_posterior_moves_toward_the_truth() -> None:
    simulator = small(drifting=False, detection=0.9, error=0.02)
    shares, truth = simulated(simulator, RECORDS // 2, seed=13)
    gain = np.log(shares[np.arange(len(truth)), truth] / simulator.worlds.prior[truth])
    assert gain.mean() > 2 * gain.std() / np.sqrt(len(gain))


def test_odds_are_calibrated(small_records: tuple[np.ndarray, np.ndarray]) -> None:
    """Over records of the prior, each world is true as often as the posterior says, whatever function of it we look at."""
    shares, truth = small_records
    hit = np.eye(shares.shape[1])[truth] - shares
    for weight in (shares, shares > 0.2):
        excess = (weight * hit).sum(1)
        assert abs(excess.mean()) < MOST_SIGMAS * excess.std() / np.sqrt(len(excess))
    for world in range(shares.shape[1]):
        column = hit[:, world]
        spread = np.sqrt((shares[:, world] * (1 - shares[:, world])).mean())
        assert abs(column.mean()) < MOST_SIGMAS * spread / np.sqrt(len(column))


def test_rank_of_the_truth_is_uniform(small_records: tuple[np.ndarray, np.ndarray]) -> None:
    """Simulation-based calibration: the randomised rank of the true world in its posterior is uniform."""
    shares, truth = small_records
    rng = np.random.default_rng(3)
    below = np.cumsum(shares, axis=1)[np.arange(len(truth)), truth]
    own = shares[np.arange(len(truth)), truth]
    ranks = np.sort(below - own * rng.random(len(truth)))
    distance = np.abs(ranks - (np.arange(len(ranks)) + 0.5) / len(ranks)).max()
    assert distance < 1.63 / np.sqrt(len(ranks))  # Kolmogorov–Smirnov at 1 %


def test_truth_is_favoured_in_the_bundled_game() -> None:
    """The same on the mediated ceasefire at the likeliest values of strait-talks."""
    whole = build_model(open_case("strait-talks"))
    model = replace(whole, rounds=whole.today + 1)
    draw = {row.id: row.likely for row in model.assumptions}
    parameters, told = model.parameters(draw), model.reporting(draw)
    told = replace(told, detection={a: {move: max(p, 0.6) for move, p in moves.items()} for a, moves in told.detection.items()})
    game = DisputeGame(model.positions, parameters, model.rounds, model.dispute(parameters))
    simulator = Simulator(model, solve_belief_grid(game, BeliefGrid(nodes=4, tolerance=1e-4)).behaviour, told)
    shares, truth = simulated(simulator, RECORDS_OF_A_CASE, seed=12)
    gain = np.log(shares[np.arange(len(truth)), truth] / simulator.worlds.prior[truth])
    assert gain.mean() > 2 * gain.std() / np.sqrt(len(gain))
    assert np.exp(gain.mean()) > 1.2
