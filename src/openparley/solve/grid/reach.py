"""How far public beliefs can move: the log odds that a grid has to cover."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from openparley.game.dispute_game import DisputeGame
from openparley.game.positions import ENDED, rewards, rewards_given
from openparley.solve.grid.splits import log_odds_from_beliefs

NEAREST = 2.0  # a grid that reached less far would leave nearly all to the straight lines
# The straight line beyond the outermost inner node is off in proportion to the square of the share there, exp(−2 reach),
# the cubic to the fourth power of the spacing. On the bargaining game of the benchmarks (λ 1 to 5, 25 to 201 nodes) the
# whole solve was most exact where the former is this share of the latter.
BALANCE = 1.0 / 40.0


def balanced_reach(nodes: int) -> float:
    """The reach at which straight lines and cubics are off alike: 5 for 51 nodes a split, 7 for 201."""
    reach = NEAREST
    for _ in range(50):  # a contraction
        reach = max(-0.5 * np.log(BALANCE * (2.0 * reach / (nodes - 3)) ** 4), NEAREST)
    return float(reach)


def usual_reach(game: DisputeGame, actor: str, nodes: int) -> float:
    """Log odds that a grid covers unless told: what beliefs about an actor can attain, at most the balanced reach."""
    return attainable_log_odds(game, actor, balanced_reach(nodes))


def attainable_log_odds(game: DisputeGame, actor: str, most: float) -> float:
    """Bound on the log odds that the public belief about an actor can reach from its prior; ``most`` if it is larger.

    Notes
    -----
    A move m is chosen by two types with probabilities whose logs differ by at most λ times what their payoffs spread
    over the menu, and payoffs are bounded by the best and the worst play of everybody. Drift draws beliefs back at
    every round end: no share is below its column's smallest entry then.
    """
    motives = game.parameters.motives[actor]
    prior = np.abs(log_odds_from_beliefs(motives.prior[None, :]))
    known = float(prior[prior < np.log(1e12)].max(initial=0.0))
    least = float(motives.drift.min(0).min())
    drawn_back = np.log((1 - least) / least) if least > 0 else np.inf
    total, largest, reach = known, 0.0, known
    for shift in _shifts(game, actor):
        total, largest = total + shift, max(largest, shift)
        if (reach := min(total, max(known, drawn_back) + largest)) >= most:
            return most
    return float(np.clip(reach, NEAREST, most))


def _shifts(game: DisputeGame, actor: str) -> Iterator[float]:
    """Largest change of log odds in each round, the last one first."""
    places, motives = game.positions, game.parameters.motives[actor]
    (low, worst), (high, best) = _gains(game, actor)
    types = len(motives.types)
    for _ in range(game.rounds):
        shift = 0.0
        for s in range(len(places.steps) - 1, -1, -1):
            start, stop = int(places.step_start[s]), int(places.step_start[s + 1])
            first, last = int(places.option_start[start]), int(places.option_start[stop])
            after = places.successor[first:last] - places.step_start[(s + 1) % len(places.steps)]
            over = places.successor[first:last] == ENDED
            inner = places.option_start[start:stop] - first
            ahead = [np.where(over[:, None], 0.0, values[np.maximum(after, 0)]) for values in (worst, best)]
            worst = np.minimum.reduceat(low[first:last] + ahead[0], inner)
            best = np.maximum.reduceat(high[first:last] + ahead[1], inner)
            if places.steps[s] == actor:
                spread = np.sort(best - worst, axis=1)
                shift += motives.precision * float((spread[:, -1] + spread[:, max(types - 2, 0)]).max())
        worst, best = (motives.discount * values @ motives.drift.T for values in (worst, best))
        yield shift


def _gains(
    game: DisputeGame, actor: str
) -> tuple[tuple[Float[np.ndarray, "option type"], Float[np.ndarray, "opening type"]], tuple[np.ndarray, np.ndarray]]:
    """Least and most that every option and opening at the horizon is worth to the actor's types."""
    places, parameters = game.positions, game.parameters
    actors = places.dispute.actors
    counts = [len(parameters.motives[name].types) for name in actors]
    starts = np.cumsum([0, *counts])
    me = actors.index(actor)
    own = slice(starts[me], starts[me + 1])
    ranges = []
    for base, given in zip(rewards(places, parameters), rewards_given(places, parameters), strict=True):
        groups = [given[:, me, starts[k] : starts[k + 1]] for k in range(len(actors)) if k != me]
        least = sum((group.min(1) for group in groups), np.zeros(len(base)))
        most = sum((group.max(1) for group in groups), np.zeros(len(base)))
        ranges.append((base[:, own] + least[:, None], base[:, own] + most[:, None]))
    (low, high), (low_end, high_end) = ranges
    return (low, low_end), (high, high_end)
