"""What anybody can recompute about a stationary Markov profile: plain NumPy, nothing of the solver's own code.

Values follow from the policies alone, by solving the linear equations of policy evaluation; action values from the
values; logit choices from the action values; and the best a player could do from policy iteration against the others.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.sparse import csr_array, eye_array
from scipy.sparse.linalg import spsolve

from openparley.game.markov_game import MarkovGame

MOST_IMPROVEMENTS = 200  # of a policy; policy iteration takes a handful


def certify_markov(
    game: MarkovGame, policies: Float[np.ndarray, "state player action"], precision: Float[np.ndarray, " player"]
) -> dict[str, float]:
    """How far a profile is from equilibrium.

    Returns
    -------
    ``logit_residual``: max |σ − logit(Q)|, Q being recomputed from σ. ``value_residual``: what the linear solve left of
    policy evaluation, in utils. ``best_response_gap.<player>``: the most utils that the player would gain, at the state
    where that is most, by the best reply to the others.
    """
    shares = _profile_shares(game, policies)
    result = {"logit_residual": 0.0, "value_residual": 0.0}
    for i, player in enumerate(game.players):
        others = _profile_shares(game, policies, without=i)
        reward, onward = _reduced(game, i, others)
        value, missed = _evaluate(game, i, shares)
        q = reward + game.discounts[:, i, None] * (onward @ value).reshape(reward.shape)
        result["logit_residual"] = max(result["logit_residual"], float(np.abs(_logit(game, i, q, precision[i]) - policies[:, i]).max()))
        result["value_residual"] = max(result["value_residual"], missed)
        result[f"best_response_gap.{player}"] = float((_best(game, i, reward, onward, value) - value).max())
    return result


def _profile_shares(game: MarkovGame, policies: np.ndarray, without: int | None = None) -> Float[np.ndarray, " profile"]:
    """Probability of every profile, given one player's own action if that player is left out."""
    shares = np.ones(len(game.payoffs))
    for i in range(len(game.players)):
        if i != without:
            shares *= policies[_state_of(game), i, _action_of(game, i)]
    return shares


def _state_of(game: MarkovGame) -> np.ndarray:
    return np.repeat(np.arange(len(game.states)), np.diff(game.profile_start))


def _action_of(game: MarkovGame, player: int) -> np.ndarray:
    """The player's action at every profile."""
    counts = game.counts
    later = counts[:, player + 1 :].prod(1)
    state = _state_of(game)
    within = np.arange(len(state)) - game.profile_start[state]
    return within // later[state] % counts[state, player]


def _rows(game: MarkovGame) -> np.ndarray | csr_array:
    t = game.transitions
    if isinstance(t, np.ndarray):
        return t
    return csr_array((t.prob, t.state, t.start), shape=(len(game.payoffs), len(game.states)))


def _grouped(game: MarkovGame, weights: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray | csr_array:
    """Transition rows weighted and added up by group."""
    chosen = csr_array((weights, (group, np.arange(len(weights)))), shape=(groups, len(weights)))
    return chosen @ _rows(game)


def _reduced(game: MarkovGame, player: int, others: np.ndarray) -> tuple[np.ndarray, np.ndarray | csr_array]:
    """The decision problem that the others' policies leave a player: payoffs (state, action) and rows of it."""
    width = game.propensities.shape[2]
    group = _state_of(game) * width + _action_of(game, player)
    reward = np.bincount(group, others * game.payoffs[:, player], len(game.states) * width)
    return reward.reshape(-1, width), _grouped(game, others, group, len(reward))


def _solve(matrix: np.ndarray | csr_array, discount: np.ndarray, right: np.ndarray) -> np.ndarray:
    if isinstance(matrix, np.ndarray):
        return np.linalg.solve(np.eye(len(right)) - discount[:, None] * matrix, right)
    system = eye_array(len(right)) - csr_array(matrix.multiply(discount[:, None]))
    return np.asarray(spsolve(system.tocsc(), right)).reshape(-1)


def _evaluate(game: MarkovGame, player: int, shares: np.ndarray) -> tuple[np.ndarray, float]:
    many = len(game.states)
    reward = np.bincount(_state_of(game), shares * game.payoffs[:, player], many)
    onward = _grouped(game, shares, _state_of(game), many)
    discount = game.discounts[:, player]
    value = _solve(onward, discount, reward)
    return value, float(np.abs(reward + discount * (onward @ value) - value).max())


def _logit(game: MarkovGame, player: int, q: np.ndarray, precision: float) -> np.ndarray:
    base = game.propensities[:, player]
    logits = np.where(base > 0, np.log(np.where(base > 0, base, 1.0)) + precision * q, -np.inf)
    odds = np.exp(logits - logits.max(1, keepdims=True))
    return odds / odds.sum(1, keepdims=True)


def _best(game: MarkovGame, player: int, reward: np.ndarray, onward: np.ndarray | csr_array, value: np.ndarray) -> np.ndarray:
    """Values of the best reply, by policy iteration that starts from the profile's own values."""
    allowed = game.propensities[:, player] > 0
    discount = game.discounts[:, player]
    chosen, best = None, value
    for _ in range(MOST_IMPROVEMENTS):
        q = np.where(allowed, reward + discount[:, None] * (onward @ best).reshape(reward.shape), -np.inf)
        better = q.argmax(1)
        if chosen is not None:
            now = q[np.arange(len(q)), chosen]
            # Only a real improvement counts, or round-off would let equally good actions alternate for ever.
            better = np.where(q.max(1) > now + 1e-12 * (1 + np.abs(now)), better, chosen)
            if np.array_equal(better, chosen):
                return best
        chosen = better
        rows = np.arange(len(q)) * reward.shape[1] + chosen
        best = _solve(onward[rows], discount, reward[np.arange(len(q)), chosen])
    return best
