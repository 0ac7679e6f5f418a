"""Indicators: which reports to watch for, as they would tell the accounts apart most.

Of a move it is asked whether the record will hold a report of it by the end of a few rounds. The expected gain is the mutual
information of that answer and the account now, in nats: by how much the answer is expected to lower what is not known about
the account. It is taken from futures that begin in what the record leaves open. Each future says how likely a report is to
have come by then, given its moves; misreadings of other moves are in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from jaxtyping import Bool, Float, Int

from openparley._display import Shown
from openparley.forecast.futures import Play, Start, beginning
from openparley.forecast.levers import Resumed, sampled
from openparley.forecast.predicting import PREFIX
from openparley.game.dispute_game import DisputeGame
from openparley.infer.draw import WORKSPACE, Drawn, Table
from openparley.infer.engine import Run
from openparley.infer.filter import HABIT
from openparley.infer.model import Model
from openparley.infer.posterior import NONE_OF_THESE, Round
from openparley.infer.reporting import Reporting
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid

LOOKOUT = "lookout"  # name under which the task of a run goes
WINDOW = 4  # rounds ahead that a run watches for
MOST = 64  # draws that indicators are taken from: their null distribution is permuted, which grows with the futures
PERMUTATIONS = 200
CHUNK = 20  # permutations at a time, for memory
NULL_LEVEL = 0.95


@dataclass(frozen=True)
class Prob:
    """A probability with its Monte Carlo standard error."""

    value: float
    mcse: float


@dataclass(frozen=True)
class Indicator(Shown):
    """One report to watch for.

    Attributes
    ----------
    actor, move
        What would be reported.
    about
        Actor whose accounts it tells apart.
    between
        The two accounts; empty for all of them, “none” included.
    gain
        Expected information gain in nats, corrected for the finite number of futures.
    null
        What 95 % of such gains stay below where the report has nothing to do with the account, before the correction.
    probs
        Account → probability that the report comes by the end of the window.
    by
        Last day of the window.
    half_by
        End of the round by which half of that probability has come, under the account that expects the report most.
    read_from
        Where it would be seen: the kinds of entry that a rule of the case reads as this move.
    outlets
        Outlets that have reported moves of this actor, with how many reports.
    last_seen
        First day of the round in which it was last reported; None if never.
    """

    actor: str
    move: str
    about: str
    between: tuple[str, ...]
    gain: float
    null: float
    probs: Mapping[str, Prob]
    by: date
    half_by: date
    read_from: str = ""
    outlets: str = ""
    last_seen: date | None = None


@dataclass(frozen=True)
class Watch:
    """Job of a draw, its game solved again: how likely each report is to come within a window, in every future.

    Attributes
    ----------
    rounds
        Rounds of the window, the one in which the futures begin included.
    """

    rounds: int
    seed: int = 0
    grid: BeliefGrid | None = None
    prefix: str = PREFIX

    def __call__(self, model: Model, index: int, values: Mapping[str, float], futures: Table) -> Table:
        """``said`` (future, move): probability by the end of the window; ``by_round`` (round, world, move): sums over futures."""
        assert self.grid is not None
        resumed, parameters = Resumed.of(model, futures, self.seed, index), model.parameters(values)
        shift = resumed.start.round
        game = DisputeGame(model.positions, parameters, model.rounds - shift, model.dispute(parameters))
        solved = solve_belief_grid(game, self.grid, workspace=WORKSPACE).behaviour
        play = Play(solved, resumed.worlds, resumed.habit, shift)
        said = said_by_round(play, resumed.start, resumed.uniforms, model, model.reporting(values), self.rounds)
        return _sums(said, resumed.start.world, len(resumed.worlds.types))


@dataclass(frozen=True)
class Lookout:
    """Task of a draw: what `Watch` gives, from the futures of `openparley.forecast.futures.Futures`, while the solution exists.

    Attributes
    ----------
    count
        Futures a draw, as many as that task has.
    rounds
        Rounds of the window; fewer where the forecast ends before.
    """

    count: int
    rounds: int = WINDOW

    def __call__(self, drawn: Drawn) -> Table:
        """As `Watch`; without rows where no round is left."""
        model, found = drawn.model, drawn.filtered
        start, uniforms, _ = beginning(drawn, self.count)
        rounds = max(0, min(self.rounds, model.horizon - start.round))
        play = Play(drawn.behaviour, found.worlds, found.habit, 0)
        return _sums(said_by_round(play, start, uniforms, model, drawn.reporting, rounds), start.world, len(found.worlds.types))


def _sums(by_round: Float[np.ndarray, "round future move"], world: Int[np.ndarray, " future"], worlds: int) -> Table:
    """What is kept of a draw."""
    said = by_round[-1] if len(by_round) else np.zeros(by_round.shape[1:])
    return {"said": said.astype(np.float32), "by_round": np.einsum("tfm,fw->twm", by_round, np.eye(worlds)[world])}


def watched_moves(model: Model) -> list[tuple[str, str]]:
    """Every (actor, move) of the game, the world's draws included, in the order of the tables."""
    return [(actor, move) for actor, moves in model.layout.moves.items() for move in moves]


def said_by_round(
    play: Play, start: Start, uniforms: Float[np.ndarray, "future _ step"], model: Model, reporting: Reporting, rounds: int
) -> Float[np.ndarray, "round future move"]:
    """Probability, given the moves of each future, that a report of each move has come by the end of each round of the window."""
    moves, label = model.layout.moves, model.layout.label
    # probability of a report that names each move (column), after each move made (row), for each actor
    told = {a: reporting.detected(a, names)[:, None] * reporting.named(a, names) for a, names in moves.items()}
    offset = dict(zip(moves, np.cumsum([0, *(len(names) for names in moves.values())]).tolist(), strict=False))
    silent = np.ones((rounds, len(start.position), len(watched_moves(model))))
    for moment in play.moments(start, uniforms, until=start.round + rounds):
        actor = model.positions.steps[moment.step]
        columns = slice(offset[actor], offset[actor] + len(moves[actor]))
        # what is said in a round stays said in all later ones
        silent[moment.round - start.round :, moment.alive, columns] *= 1.0 - told[actor][label[moment.option]]
    return 1.0 - silent


def information(
    kinds: Int[np.ndarray, "*permutation future"], said: Float[np.ndarray, "future move"], weight: Float[np.ndarray, " future"]
) -> Float[np.ndarray, "*permutation move"]:
    """Mutual information in nats of the account (``kinds``, or many permutations of it) and whether each report comes."""
    there = np.unique(kinds.reshape(-1, kinds.shape[-1])[0])
    inside = (kinds[..., None, :] == there[:, None]) * (weight / weight.sum())
    share = inside.sum(-1)
    flat = inside.reshape(-1, inside.shape[-1])
    by_account = (flat @ said).reshape(*share.shape, -1) / share[..., None]
    all_told = _entropy((share[..., None, :] @ by_account)[..., 0, :])
    return np.maximum(all_told - (share[..., None] * _entropy(by_account)).sum(-2), 0.0)


def _entropy(prob: np.ndarray) -> np.ndarray:
    """Entropy in nats of a yes or no."""
    prob = np.clip(prob, 0.0, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(prob > 0, prob * np.log(prob), 0.0) + np.where(prob < 1, (1 - prob) * np.log1p(-prob), 0.0)
    return -terms


def gains(
    kinds: Int[np.ndarray, " future"],
    said: Float[np.ndarray, "future move"],
    weight: Float[np.ndarray, " future"],
    draw: Int[np.ndarray, " future"],
    *,
    rng: np.random.Generator,
) -> tuple[Float[np.ndarray, " move"], Float[np.ndarray, " move"], Bool[np.ndarray, " move"]]:
    """Expected gain of each report, corrected, what chance alone reaches in 5 % of cases, and which gains are above that.

    Accounts are permuted among the futures of each draw: what is then left is the bias of a finite number of futures, and
    what the draws' assumptions, not the accounts, have to do with the report. Its mean is taken off.
    """
    found = information(kinds, said, weight)
    order = np.argsort(draw, kind="stable")
    chunks = [
        information(np.array([_within_draws(kinds, draw, order, rng) for _ in range(CHUNK)]), said, weight)
        for _ in range(PERMUTATIONS // CHUNK)
    ]
    by_chance = np.concatenate(chunks)
    null = np.quantile(by_chance, NULL_LEVEL, axis=0)
    corrected = found - by_chance.mean(0)
    return np.maximum(corrected, 0.0), null, (found > null) & (corrected > 0)


def _within_draws(kinds: np.ndarray, draw: np.ndarray, order: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The accounts in a random order within each draw."""
    shuffled = np.empty_like(kinds)
    shuffled[order] = kinds[np.argsort(draw + rng.random(len(kinds)))]
    return shuffled


def registered_indicators(model: Model, run: Run, weights: Float[np.ndarray, " draw"], *, seed: int) -> list[Indicator]:
    """Indicators from what the task `Lookout` gave in every draw of a run; none where no round is left.

    Parameters
    ----------
    weights
        Posterior weights of the draws; of many draws a sample by weight is taken.
    """
    first = int(run.tables[0][f"{PREFIX}.start.when"][0])
    if first >= model.horizon:
        return []
    draws, share = sampled(weights, MOST, seed=seed)
    tables = [{key: run.tables[k][f"{LOOKOUT}.{key}"] for key in ("said", "by_round")} for k in draws]
    worlds = [run.tables[k][f"{PREFIX}.world"] for k in draws]
    return find_indicators(model, tables, worlds, share, run.tables[0]["world_types"], first=first, seed=seed)


def find_indicators(
    model: Model,
    tables: Sequence[Table],
    worlds: Sequence[np.ndarray],
    weights: Float[np.ndarray, " draw"],
    types: Int[np.ndarray, "world actor"],
    *,
    first: int,
    seed: int,
) -> list[Indicator]:
    """Indicators from what `Watch` gave in some draws, about every actor and every pair of its accounts, best first.

    Parameters
    ----------
    worlds
        World of every future, by draw.
    weights
        Weights of the draws; they sum to one.
    types
        Type index of each uncertain actor in each world.
    first
        First round of the window.
    """
    said = np.concatenate([table["said"] for table in tables]).astype(float)
    counts = np.array([len(table["said"]) for table in tables])
    draw = np.repeat(np.arange(len(tables)), counts)
    weight, world = (weights / counts)[draw], np.concatenate(worlds)
    by_round = np.sum([w / n * table["by_round"] for w, n, table in zip(weights, counts, tables, strict=True)], axis=0)
    window = model.calendar[first : first + len(by_round)]
    found: list[Indicator] = []
    for index, about in enumerate(model.uncertain):
        kinds = types[world, index]
        labels = dict([*enumerate(model.types[about]), (HABIT, NONE_OF_THESE)])
        there = [kind for kind in labels if (kinds == kind).any() and weight[kinds == kind].sum() > 0]
        pairs = [(a, b) for i, a in enumerate(there) for b in there[i + 1 :] if HABIT not in (a, b)]
        for group in [tuple(there), *(pair for pair in pairs if len(there) > len(pair))]:
            if len(group) < 2:
                continue
            one = np.isin(kinds, group) & (weight > 0)
            rng = np.random.default_rng([seed, 5, index, *(kind + 1 for kind in group)])
            gain, null, above = gains(kinds[one], said[one], weight[one], draw[one], rng=rng)
            for m in np.flatnonzero(above).tolist():
                probs = {labels[kind]: _prob(said[one, m], weight[one], kinds[one] == kind) for kind in group}
                likeliest = max(group, key=lambda kind, known=probs: known[labels[kind]].value)
                half = _half(by_round[:, types[:, index] == likeliest, m].sum(1))
                between = () if group == tuple(there) else tuple(labels[kind] for kind in group)
                found.append(_indicator(model, m, about, between, float(gain[m]), float(null[m]), probs, half, window))
    return sorted(found, key=lambda row: (model.uncertain.index(row.about), row.between, -row.gain, row.actor, row.move))


def _prob(said: np.ndarray, weight: np.ndarray, inside: np.ndarray) -> Prob:
    share = weight[inside] / weight[inside].sum()
    value = float(share @ said[inside])
    return Prob(value, float(np.sqrt(np.square(share) @ np.square(said[inside] - value))))


def _half(path: Float[np.ndarray, " round"]) -> int:
    """Round of the window by which half of what comes in it has come."""
    return int(np.searchsorted(path, 0.5 * path[-1]))


def _indicator(
    model: Model,
    m: int,
    about: str,
    between: tuple[str, ...],
    gain: float,
    null: float,
    probs: Mapping[str, Prob],
    half: int,
    window: Sequence[Round],
) -> Indicator:
    actor, move = watched_moves(model)[m]
    seen = [report.round for report in model.observed.reports if report.actor == actor and move in report.shares]
    last = model.calendar[max(seen)].start if seen else None
    return Indicator(actor, move, about, between, gain, null, probs, window[-1].end, window[half].end, last_seen=last)
