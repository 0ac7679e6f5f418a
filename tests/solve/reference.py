"""Second routes to the behaviour of a small dispute: every public history written out, and Gambit (in `gambit.py`).

`exact_behaviour` iterates between beliefs at all public histories and choices at all public histories, with no grid
and nothing of `openparley.solve`; `tabulated_behaviour` follows a solution along the same histories.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from openparley.game.dispute import WORLD, Dispute, End, PublicState
from openparley.game.parameters import Parameters
from openparley.game.positions import Position
from tests.solve.gambit import GambitBehaviour, gambit_behaviour, gambit_branch

if TYPE_CHECKING:
    from openparley.solve.solution import Solution

__all__ = ["exact_behaviour", "gambit_behaviour", "gambit_branch", "gap_to_gambit", "largest_gap", "tabulated_behaviour"]

History = tuple[str, ...]
Behaviour = dict[History, np.ndarray]
"""Public history at which an actor moves → its choice probabilities, (option, type)."""

EXACT_TOLERANCE = 1e-13
MOST_SWEEPS = 2000


@dataclass(eq=False)
class PublicNode:
    """A public history and what may follow it; without a mover it is an end or the horizon."""

    history: History
    round_: int
    state: PublicState | None
    step: int = -1
    mover: str = ""
    labels: list[str] = field(default_factory=list)
    gains: list[np.ndarray] = field(default_factory=list)
    probs: list[float] = field(default_factory=list)
    after: list["PublicNode"] = field(default_factory=list)
    round_ends: bool = False
    """A round end with a round after it lies between this node and those that follow."""
    value: np.ndarray | None = None


class _Public:
    """The public histories of a dispute; values are one number per (actor, type) slot."""

    def __init__(self, dispute: Dispute, parameters: Parameters, start: PublicState, rounds: int) -> None:
        self.dispute, self.motives, self.rounds = dispute, parameters.motives, rounds
        self.slots, total = {}, 0
        for actor in dispute.actors:
            count = len(self.motives[actor].types)
            self.slots[actor] = slice(total, total + count)
            total += count
        self.total = total
        self.root = self._node((), 0, 0, start)

    def _gain(self, touched) -> np.ndarray:
        rows = [self.motives[actor].weights[kind] for actor in self.dispute.actors for kind in self.motives[actor].types]
        return np.array([sum(row.get(name, 0.0) * amount for name, amount in touched.items()) for row in rows])

    def _node(self, history: History, round_: int, step: int, state: PublicState) -> PublicNode:
        if step == len(self.dispute.steps):
            round_, step, state = round_ + 1, 0, self.dispute.next_round(state)
        if round_ == self.rounds:
            return PublicNode(history, round_, state, value=self._gain(self.dispute.horizon(state).interests))
        node = PublicNode(history, round_, state, step, self.dispute.steps[step])
        node.round_ends = step + 1 == len(self.dispute.steps) and round_ + 1 < self.rounds
        for option in self.dispute.options(node.mover, state):
            node.labels.append(option.label)
            gain = self._gain(option.interests)
            longer = (*history, option.label)
            if isinstance(option.to, End):
                node.gains.append(gain + self._gain(option.to.interests))
                node.after.append(PublicNode(longer, round_, None, value=np.zeros(self.total)))
            else:
                node.gains.append(gain)
                node.after.append(self._node(longer, round_, step + 1, option.to))
            node.probs.append(getattr(option, "prob", 0.0))
        return node

    def walk(self) -> Iterator[PublicNode]:
        todo = [self.root]
        while todo:
            node = todo.pop()
            if node.mover:
                yield node
                todo.extend(node.after)


def bayes(belief: np.ndarray, likelihood: np.ndarray) -> np.ndarray:
    joint = belief * likelihood
    return joint / joint.sum() if joint.sum() > 0 else belief


def exact_behaviour(dispute: Dispute, parameters: Parameters, start: PublicState, rounds: int) -> Behaviour:
    """Agent logit QRE by sweeping back and forth over all public histories; for precisions at which this settles."""
    public = _Public(dispute, parameters, start, rounds)
    sigma: Behaviour = {}
    for node in public.walk():
        if node.mover != WORLD:
            sigma[node.history] = np.full((len(node.labels), len(parameters.motives[node.mover].types)), 1 / len(node.labels))
    for _ in range(MOST_SWEEPS):
        priors = {actor: parameters.motives[actor].prior for actor in dispute.actors}
        beliefs = _beliefs(public, sigma, priors)
        fresh: Behaviour = {}
        _value(public, public.root, sigma, beliefs, fresh)
        change = max(np.abs(fresh[h] - sigma[h]).max() for h in sigma)
        sigma = fresh
        if change < EXACT_TOLERANCE:
            return sigma
    raise AssertionError(f"the reference did not settle: {change:.2g} after {MOST_SWEEPS} sweeps")


def _beliefs(public: _Public, sigma: Behaviour, priors: dict[str, np.ndarray]) -> dict[History, dict[str, np.ndarray]]:
    found = {}
    todo = [(public.root, priors)]
    while todo:
        node, belief = todo.pop()
        if not node.mover:
            continue
        found[node.history] = belief
        for a, after in enumerate(node.after):
            then = dict(belief)
            if node.mover != WORLD:
                then[node.mover] = bayes(belief[node.mover], sigma[node.history][a])
            if node.round_ends:
                then = {actor: b @ public.motives[actor].drift for actor, b in then.items()}
            todo.append((after, then))
    return found


def _value(public: _Public, node: PublicNode, sigma: Behaviour, beliefs: dict, fresh: Behaviour) -> np.ndarray:
    if not node.mover:
        assert node.value is not None
        return node.value
    worth = []
    for gain, after in zip(node.gains, node.after, strict=True):
        later = _value(public, after, sigma, beliefs, fresh)
        if node.round_ends and after.mover:
            later = later.copy()
            for actor, at in public.slots.items():
                motives = public.motives[actor]
                later[at] = motives.discount * motives.drift @ later[at]
        worth.append(gain + later)
    q = np.array(worth)
    if node.mover == WORLD:
        return np.array(node.probs) @ q
    motives, at = public.motives[node.mover], public.slots[node.mover]
    base = np.array([motives.propensity.get(label, 1.0) for label in node.labels])
    score = np.log(base)[:, None] + motives.precision * q[:, at]
    weight = np.exp(score - score.max(0))
    mine = weight / weight.sum(0)
    fresh[node.history] = mine
    value = (mine @ beliefs[node.history][node.mover]) @ q
    value[at] = (mine * q[:, at]).sum(0)
    return value


def tabulated_behaviour(
    solution: "Solution", dispute: Dispute, start: PublicState
) -> tuple[Behaviour, dict[History, dict[str, np.ndarray]]]:
    """What a solution says at every public history, with the beliefs that its own choices lead to."""
    parameters = solution.parameters
    public = _Public(dispute, parameters, start, solution.rounds)
    sigma: Behaviour = {}
    found = {}
    todo = [(public.root, {actor: parameters.motives[actor].prior for actor in dispute.actors})]
    while todo:
        node, belief = todo.pop()
        if not node.mover:
            continue
        found[node.history] = belief
        if node.mover != WORLD:
            where = np.array([solution.positions.index[Position(node.step, node.state)]])
            rows = {actor: b[None, :] for actor, b in belief.items()}
            sigma[node.history] = solution.choices(node.round_, node.step, where, rows)[0, : len(node.labels)]
        for a, after in enumerate(node.after):
            then = dict(belief)
            if node.mover != WORLD:
                then[node.mover] = bayes(belief[node.mover], sigma[node.history][a])
            if node.round_ends:
                then = {actor: b @ parameters.motives[actor].drift for actor, b in then.items()}
            todo.append((after, then))
    return sigma, found


def largest_gap(one: Behaviour, two: Behaviour) -> float:
    assert one.keys() == two.keys()
    return max(float(np.abs(one[h] - two[h]).max()) for h in one)


def gap_to_gambit(behaviour: Behaviour, gambit: GambitBehaviour, parameters: Parameters) -> float:
    """Largest difference over every information set of an unrolled dispute; types only matter as they are now.

    The motives are given in the order in which the actors move.
    """
    actors = tuple(parameters.motives)
    worst = 0.0
    for infoset, probs in gambit.items():
        kind = parameters.motives[actors[infoset.player]].types.index(infoset.known[-1])
        ours = behaviour[infoset.history][:, kind]
        worst = max(worst, float(np.abs(ours - np.array(list(probs.values()))).max()))
    return worst
