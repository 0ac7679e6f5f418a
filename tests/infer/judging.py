"""What the posterior said of simulated cases, beside the truth: ranks, intervals, shares of accounts, forecasts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from openparley.forecast.futures import Play, Start
from openparley.infer.engine import AdaptiveImportance, run_draws
from openparley.infer.filter import HABIT, Filtered, account_share
from openparley.infer.model import Model, Reporting
from openparley.infer.observe import Observed, Report
from openparley.infer.posterior import NONE_OF_THESE, Estimate
from openparley.infer.prior import draw_assumptions
from openparley.infer.summary import summarise
from openparley.infer.weights import effective_draws, estimate, normalised, pareto_smoothed
from tests.infer.calibrating import AHEAD, GRID, Pool, Simulator, Tendencies, Told, solved_at, told_case
from tests.infer.uniformity import rank_among, rank_within

FUTURES, PLAYED = 64, 32  # futures of a draw, and draws that they are played from
FEW_REPORTS = 10


@dataclass(frozen=True)
class Judged:
    """One case.

    Attributes
    ----------
    ranks, exact
        Rank of each true assumption and account among the weighted draws without the true one, as a user has them; and with the
        true one among them, which makes the rank uniform whatever the number of draws, if likelihood and simulator agree.
    covered
        Assumption → whether its 90 % and its 50 % interval holds the truth.
    accounts, forecasts
        Event → stated probability and whether it is true.
    few
        Smallest and largest share of any account while fewer than ten moves had been reported.
    """

    ranks: Mapping[str, float]
    covered: Mapping[str, tuple[bool, bool]]
    accounts: Mapping[str, tuple[float, bool]]
    effective_draws: float
    k_hat: float
    reports: int
    exact: Mapping[str, float] = field(default_factory=dict)
    exact_accounts: Mapping[str, tuple[float, bool]] = field(default_factory=dict)
    forecasts: Mapping[str, tuple[float, bool]] = field(default_factory=dict)
    few: tuple[float, float] = (1.0, 0.0)


def labels_of(model: Model, actor: str) -> tuple[str, ...]:
    return (*model.types[actor], NONE_OF_THESE)


def true_labels(model: Model, kinds: np.ndarray) -> dict[str, str]:
    """Account of every uncertain actor in a world."""
    return {a: NONE_OF_THESE if k == HABIT else model.types[a][k] for a, k in zip(model.uncertain, kinds, strict=True)}


def judge(pool: Pool, truth: int, told: Told, rng: np.random.Generator, *, forecast: bool = True) -> Judged:
    """Read a record told at one draw of the pool, with and without that draw."""
    found = pool.read(told.reports)
    evidence = np.array([each.log_evidence for each in found])
    others = np.arange(len(pool)) != truth
    all_weights = normalised(evidence[:, -1])
    weights, k_hat = pareto_smoothed(normalised(evidence[others, -1]))
    ranks, exact, covered = {}, {}, {}
    for name in pool.free:
        column = pool.values[name]
        exact[name] = rank_within(column, all_weights, truth, rng)
        ranks[name] = rank_among(column[others], weights, float(column[truth]), rng)
        covered[name] = _covers(estimate(column[others], weights), float(column[truth]))
    labels = true_labels(pool.model, found[0].worlds.types[told.world])
    accounts, exact_accounts = {}, {}
    for actor, label in labels.items():
        names = labels_of(pool.model, actor)
        share = account_share(found[0].worlds, np.array([each.world_share[-1] for each in found]), actor, names)
        for mean, into, ranked in ((weights @ share[others], accounts, ranks), (all_weights @ share, exact_accounts, exact)):
            into |= {f"{actor}.{name}": (float(p), name == label) for name, p in zip(names, mean, strict=True)}
            ranked[f"account of the {actor}"] = _rank_of_label(mean, names.index(label), rng)
    return Judged(
        ranks, covered, accounts, effective_draws(weights), k_hat, len(told.reports), exact, exact_accounts,
        forecasts(pool, found, all_weights * others, told, rng) if forecast else {}, few_reports(pool, found, evidence, told.reports),
    )  # fmt: skip


def _covers(interval: Estimate, truth: float) -> tuple[bool, bool]:
    return interval.low <= truth <= interval.high, interval.low50 <= truth <= interval.high50


def _rank_of_label(share: np.ndarray, label: int, rng: np.random.Generator) -> float:
    return float(share[:label].sum() + share[label] * rng.random())


def forecasts(
    pool: Pool, found: Sequence[Filtered], weights: np.ndarray, told: Told, rng: np.random.Generator
) -> dict[str, tuple[float, bool]]:
    """Probability that each outcome happens within the rounds ahead, from futures of draws taken by weight."""
    steps = (np.arange(PLAYED) + rng.random()) / PLAYED
    picked = np.minimum(np.searchsorted(np.cumsum(weights) / weights.sum(), steps), len(weights) - 1)
    happened = []
    for k in picked:
        each, branches = found[k], found[k].branches
        flat = rng.choice(branches.weight.size, size=FUTURES, p=branches.weight.ravel() / branches.weight.sum())
        branch, world = np.divmod(flat, branches.weight.shape[1])
        start = Start(branches.position[branch], {a: b[branch] for a, b in branches.beliefs.items()}, world, each.today, each.step)
        uniforms = rng.random((FUTURES, pool.model.rounds + 1, len(pool.model.positions.steps) + 1))
        first = Play(pool.behaviours[k], each.worlds, each.habit, 0).run(start, uniforms, pool.model.outcomes)
        happened.append((first >= 0) & (first < pool.model.today + AHEAD))
    stated = np.concatenate(happened).mean(0)
    true = [(outcome.when.actor, outcome.when.move) in told.ahead for outcome in pool.model.outcomes]
    return {o.id: (float(p), t) for o, p, t in zip(pool.model.outcomes, stated, true, strict=True)}


def few_reports(pool: Pool, found: Sequence[Filtered], evidence: np.ndarray, reports: tuple[Report, ...]) -> tuple[float, float]:
    """Smallest and largest share of an account at the end of any round by which fewer than ten moves were reported."""
    rounds = [t for t in range(evidence.shape[1]) if sum(r.round <= t for r in reports) < FEW_REPORTS]
    shares = [share for t in rounds for share in shares_at(pool.model, found, evidence, t).values()]
    return float(np.min(shares)), float(np.max(shares))


def shares_at(model: Model, found: Sequence[Filtered], evidence: np.ndarray, t: int) -> dict[str, np.ndarray]:
    """Shares of the accounts of every uncertain actor at the end of a round, as the posterior states them."""
    weights, _ = pareto_smoothed(normalised(evidence[:, t]))
    shares = np.array([each.world_share[t] for each in found])
    return {actor: weights @ account_share(found[0].worlds, shares, actor, labels_of(model, actor)) for actor in model.uncertain}


def judged_cases(
    pool: Pool, count: int, seed: int, *, rumours: bool = False, forecast: bool = True, done: Callable[[int], None] = lambda _: None
) -> list[Judged]:
    """Cases told at draws of the pool, each with its own random numbers; ``done`` is told how many there are already."""
    found = []
    for case in range(count):
        done(case)
        rng = np.random.default_rng([seed, case])
        draw, told = told_case(pool, rng, rumours=rumours, ahead=AHEAD if forecast else 0)
        found.append(judge(pool, draw, told, rng, forecast=forecast))
    return found


def engine_cases(model: Model, count: int, seed: int, engine: AdaptiveImportance) -> list[Judged]:
    """Cases whose truth comes fresh from the prior, each read by a whole run of the engine."""
    found = []
    for case in range(count):
        rng = np.random.default_rng([seed, case])
        values, told, labels = _fresh_case(model, rng)
        read = replace(model, observed=Observed(told.reports, {}, {}))
        settings = replace(engine, seed=engine.seed + case, grid=GRID, fine=0, processes=1)
        posterior = summarise(read, run_draws(read, settings, {}), settings)
        free = [row.id for row in model.assumptions if not row.fixed]
        ranks = {name: rank_among(posterior.draws[name], posterior.weights, values[name], rng) for name in free}
        covered = {name: _covers(posterior.assumptions[name].posterior, values[name]) for name in free}
        accounts = {}
        for actor, label in labels.items():
            now = posterior.accounts[actor].now
            accounts |= {f"{actor}.{name}": (now[name].value, name == label) for name in now}
            shares = np.array([now[name].value for name in now])
            ranks[f"account of the {actor}"] = _rank_of_label(shares, list(now).index(label), rng)
        worth = posterior.diagnostics
        found.append(Judged(ranks, covered, accounts, worth.effective_draws, worth.k_hat, len(told.reports)))
    return found


def _fresh_case(model: Model, rng: np.random.Generator) -> tuple[dict[str, float], Told, dict[str, str]]:
    """Assumptions, a record told at them, and the true account of every uncertain actor."""
    while True:
        values = draw_assumptions(model.assumptions, count=1, seed=int(rng.integers(2**31))).at(0)
        simulator = Simulator(model, solved_at(model, values), model.reporting(values))
        if (told := simulator.record(rng)) is not None:
            return values, told, true_labels(model, simulator.worlds.types[told.world])


@dataclass(frozen=True)
class Traced:
    """Shares of one actor's accounts as its reported moves add up.

    ``shares`` has a row for each number of reported moves, NaN where the record has fewer; ``label`` is the true account, and
    ``covered`` as in `Judged`.
    """

    label: str
    labels: tuple[str, ...]
    shares: np.ndarray
    covered: Mapping[str, tuple[bool, bool]]
    effective_draws: float


def traced_case(
    pool: Pool, told_by: Pool, label: str, numbers: Sequence[int], rng: np.random.Generator, *, actor: str = "sender"
) -> Traced:
    """A long record in which an actor plays by one account of ``told_by``, or from habit, read with the accounts of ``pool``."""
    truth, told = _told_with(told_by, label, actor, rng)
    found = pool.read(told.reports)
    others = np.arange(len(pool)) != truth if told_by is pool else np.ones(len(pool), bool)
    kept = [each for each, keep in zip(found, others, strict=True) if keep]
    evidence = np.array([each.log_evidence for each in kept])
    labels = labels_of(pool.model, actor)
    rounds = sorted(r.round for r in told.reports if r.actor == actor)
    rows = [
        shares_at(pool.model, kept, evidence, rounds[n - 1])[actor] if len(rounds) >= n else np.full(len(labels), np.nan) for n in numbers
    ]
    weights, _ = pareto_smoothed(normalised(evidence[:, -1]))
    covered = {}
    if told_by is pool:
        values = {name: pool.values[name] for name in pool.free}
        covered = {name: _covers(estimate(v[others], weights), float(v[truth])) for name, v in values.items()}
    return Traced(label, labels, np.array(rows), covered, effective_draws(weights))


def _told_with(pool: Pool, label: str, actor: str, rng: np.random.Generator) -> tuple[int, Told]:
    while True:
        draw = int(rng.integers(len(pool)))
        simulator = pool.simulator(draw)
        wanted = HABIT if label == NONE_OF_THESE else pool.model.types[actor].index(label)
        fits = simulator.worlds.of(actor) == wanted
        if label != NONE_OF_THESE:
            fits &= (simulator.worlds.types != HABIT).all(1)
        prior = simulator.worlds.prior * fits
        world = int(rng.choice(len(prior), p=prior / prior.sum()))
        habit = Tendencies(actor, rng) if label == NONE_OF_THESE else None
        if (told := simulator.record(rng, world=world, habit=habit)) is not None:
            return draw, told


def least_world_share(model: Model, found: Filtered, reporting: Reporting, reports: tuple[Report, ...], stay: np.ndarray) -> np.ndarray:
    """Lower bound of the share of every world at the end of each round, for a filter that drops no history.

    Whatever an account expects, the probability it gives to a report (or silence) is an average over true moves of P(report | move),
    and so lies between the smallest and the largest of these. One report can thus multiply a share by no less than their ratio,
    and drift by no less than the probability ``stay`` (world) of no change.
    """
    named = {(r.round, r.actor): r for r in reports}
    endings = model.layout.endings
    detected = {a: dict(zip(model.layout.moves[a], reporting.detected(a, model.layout.moves[a]), strict=True)) for a in model.layout.moves}
    loudest = max((float(detected[a][m]) for a, m in endings if a in model.actors), default=0.0)
    known = min((r.round for r in reports if (r.actor, r.move) in endings), default=model.rounds)
    bound, rows = found.worlds.prior.copy(), []
    for t in range(len(found.world_share)):
        stop = len(model.positions.steps) if t < found.today else found.step
        for step, actor in enumerate(model.positions.steps[:stop]):
            moves = model.layout.moves[actor]
            told = reporting.likelihood(actor, moves, named.get((t, actor)))
            over = reporting.after_the_end(actor, moves, named.get((t, actor))) * (1 - loudest if step == 0 and t <= known else 1.0)
            bound = bound * min(told.min(), over) / max(told.max(), over)
        bound = bound * stay if t < found.today else bound
        rows.append(bound)
    return np.array(rows)
