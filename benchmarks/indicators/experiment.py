"""Play simulated from a known account, read through three reports: those with the most expected gain, or three at random.

One follower looks only for the three reports that `openparley.forecast.indicators` ranks first about the account, the other for
three drawn from all reports of the game; both know the model and its numbers, and both see a report that they follow whenever
the move was made and detected. Everything else is as silence to them. Both follow the same play.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from openparley.forecast.futures import Futures, Play
from openparley.forecast.indicators import gains, said_by_round, watched_moves
from openparley.forecast.levers import Resumed
from openparley.infer.draw import Drawn
from openparley.infer.filter import Filter
from openparley.infer.observe import Observed, Report
from openparley.infer.reporting import Reporting

FOLLOWED = 3
IDENTIFIED = 0.8
LEVEL_Z = 1.96

Names = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Read:
    """What one follower made of many continuations.

    Attributes
    ----------
    share
        Posterior share of the true account after each round.
    """

    share: Float[np.ndarray, "continuation round"]

    @property
    def log_score(self) -> Float[np.ndarray, " continuation"]:
        """Log of the share of the true account after the last round."""
        return np.log(self.share[:, -1])

    @property
    def rounds(self) -> Int[np.ndarray, " continuation"]:
        """Rounds until the share is above `IDENTIFIED`; one more than there are if never."""
        above = self.share > IDENTIFIED
        return np.where(above.any(1), above.argmax(1) + 1, self.share.shape[1] + 1)


def top_reports(one: Drawn, about: str, rounds: int, futures: int) -> Names:
    """The reports that are expected to say most about an actor's account, before anything has happened."""
    table = Futures(futures)(one) | {"types": one.filtered.worlds.types, "prior": one.filtered.worlds.prior}
    resumed = Resumed.of(one.model, table, one.seed, one.index)
    play = Play(one.behaviour, resumed.worlds, resumed.habit, 0)
    said = said_by_round(play, resumed.start, resumed.uniforms, one.model, one.reporting, rounds)[-1]
    kinds = one.filtered.worlds.of(about)[table["world"]]
    named = kinds >= 0
    weight, draw = np.ones(int(named.sum())), np.zeros(int(named.sum()), np.int64)
    gain = gains(kinds[named], said[named], weight, draw, rng=np.random.default_rng(one.seed))[0]
    names = watched_moves(one.model)
    return tuple(names[m] for m in np.argsort(-gain, kind="stable")[:FOLLOWED])


def random_reports(one: Drawn, rng: np.random.Generator) -> Names:
    """Three reports drawn from all."""
    names = watched_moves(one.model)
    return tuple(names[m] for m in rng.choice(len(names), FOLLOWED, replace=False))


def simulated(one: Drawn, count: int, rounds: int) -> tuple[Int[np.ndarray, " continuation"], list[list[tuple[int, str, str]]]]:
    """World and moves (round, actor, move) of continuations from the start, each under accounts drawn from the prior."""
    table = Futures(count)(one) | {"types": one.filtered.worlds.types, "prior": one.filtered.worlds.prior}
    resumed = Resumed.of(one.model, table, one.seed, one.index)
    made: list[list[tuple[int, str, str]]] = [[] for _ in range(count)]
    places = one.model.positions
    play = Play(one.behaviour, resumed.worlds, resumed.habit, 0)
    for moment in play.moments(resumed.start, resumed.uniforms, until=rounds):
        for future, option in zip(moment.alive.tolist(), moment.option.tolist(), strict=True):
            made[future].append((moment.round, places.steps[moment.step], places.labels[option]))
    return table["world"], made


def read(
    one: Drawn,
    about: str,
    world: Int[np.ndarray, " continuation"],
    made: list[list[tuple[int, str, str]]],
    follow: list[Names],
    uniforms: Float[np.ndarray, "continuation round step"],
) -> Read:
    """Filter every continuation through the reports that its follower looks for.

    Parameters
    ----------
    uniforms
        A move of that round and step is reported to whoever follows it if its detection is above this.
    """
    kinds = one.filtered.worlds.of(about)
    rounds, steps = uniforms.shape[1], one.model.positions.steps
    share = np.zeros((len(made), rounds))
    for n, moves in enumerate(made):
        names = set(follow[n])
        detection = one.reporting.detection
        reports = tuple(
            Report(t, actor, move, ("E",))
            for t, actor, move in moves
            if (actor, move) in names and uniforms[n, t, steps.index(actor)] < detection.get(actor, {}).get(move, 0.0)
        )
        found = Filter(one.model, one.behaviour, only(one.reporting, names), observed=Observed(reports, {}, {}))
        found.begin()
        for t in range(rounds):
            found.open_round()
            for step in range(len(steps)):
                found.take(t, step)
            found.end_round()
            share[n, t] = found.now.weight[:, kinds == kinds[world[n]]].sum()
    return Read(share)


def only(reporting: Reporting, names: set[tuple[str, str]]) -> Reporting:
    """The observation model of somebody who looks for these reports alone."""
    detection = {a: {m: d if (a, m) in names else 0.0 for m, d in row.items()} for a, row in reporting.detection.items()}
    return Reporting(detection, 0.0, reporting.none)


@dataclass(frozen=True)
class Both:
    """The two followers of the same continuations."""

    top: Read
    at_random: Read
    names: Names


def compare(one: Drawn, about: str, *, continuations: int, rounds: int, futures: int, seed: int) -> Both:
    """Both followers on continuations in which the actor's account is one of those listed; each has random reports of its own."""
    rng = np.random.default_rng(seed)
    names = top_reports(one, about, rounds, futures)
    other = replace(one, seed=seed)  # continuations other than the futures that ranked the reports
    world, made = simulated(other, continuations, rounds)
    named = np.flatnonzero(one.filtered.worlds.of(about)[world] >= 0)
    made = [made[n] for n in named]
    uniforms = rng.random((len(named), rounds, len(one.model.positions.steps)))
    top = read(one, about, world[named], made, [names] * len(named), uniforms)
    at_random = read(one, about, world[named], made, [random_reports(one, rng) for _ in named], uniforms)
    return Both(top, at_random, names)


def mean_interval(values: Float[np.ndarray, " continuation"]) -> tuple[float, float, float]:
    """Mean with a normal 95 % interval over continuations."""
    mean, half = float(values.mean()), LEVEL_Z * float(values.std(ddof=1)) / len(values) ** 0.5
    return mean, mean - half, mean + half
