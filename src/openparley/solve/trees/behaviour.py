"""What is done at every information set of a tree, what it is worth, and a certificate for it.

Everything here is computed from the tree and the choice probabilities alone, node by node, by no code of the solvers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int

from openparley._display import Shown
from openparley.game.tree import LEAST_PRIOR, Choice, Infoset, Node, Terminal, Tree

MOST_REGRET_NODES = 200_000

Choices = Mapping[Infoset, Float[np.ndarray, " action"]]


@dataclass(frozen=True)
class TreeBehaviour(Shown):
    """Behaviour on a tree at one precision.

    Attributes
    ----------
    probs
        Information set → probability of each action.
    values
        Information set → payoff that the player expects after each action, given that the set is reached.
    reach
        Information set → probability that it is reached.
    beliefs
        Information set → probability of each of its nodes given that it is reached, in the order of appearance.
    payoffs
        What every player expects of the game, in the order of the tree's players.
    """

    tree: Tree
    precision: float
    probs: Mapping[Infoset, Float[np.ndarray, " action"]]
    values: Mapping[Infoset, Float[np.ndarray, " action"]]
    reach: Mapping[Infoset, float]
    beliefs: Mapping[Infoset, Float[np.ndarray, " member"]]
    payoffs: Float[np.ndarray, " player"]


class _Nodes:
    """The nodes of a tree by depth, with their parents, and every action of every information set as a column."""

    def __init__(self, tree: Tree) -> None:
        self.infosets = tree.infosets()
        sizes = [len(actions) for actions in self.infosets.values()]
        ends = np.cumsum(sizes)
        self.first = {h: int(end) - size for h, end, size in zip(self.infosets, ends, sizes, strict=True)}
        self.columns = int(ends[-1]) if len(ends) else 0
        parent, column, chance, paid = [-1], [-1], [1.0], []
        self.levels, self.members = [0], {h: [] for h in self.infosets}
        nothing = (0.0,) * len(tree.players)
        level: list[Node] = [tree.root]
        while level:
            deeper: list[Node] = []
            for v, node in enumerate(level, self.levels[-1]):
                paid.append([float(x) for x in node.outcome.payoffs] if node.outcome else nothing)
                if isinstance(node, Terminal):
                    continue
                deeper.extend(node.children)
                parent.extend([v] * len(node.children))
                if isinstance(node, Choice):
                    start = self.first[node.infoset]
                    self.members[node.infoset].append(v)
                    column.extend(range(start, start + len(node.children)))
                    chance.extend([1.0] * len(node.children))
                else:
                    column.extend([-1] * len(node.children))
                    chance.extend(float(p) for p in node.probs)
            self.levels.append(self.levels[-1] + len(level))
            level = deeper
        self.parent, self.column = np.array(parent), np.array(column)
        # what follows a draw without a chance is played as if it had the least chance
        self.log_chance = np.log(np.maximum(chance, LEAST_PRIOR))
        self.paid = np.array(paid).reshape(len(parent), -1)
        self.first_child = np.searchsorted(self.parent, np.arange(len(parent)))

    def log_steps(self, choices: Choices) -> Float[np.ndarray, " node"]:
        """Logarithm of the probability of the step to each node."""
        with np.errstate(divide="ignore"):
            logs = np.log(self._row(choices))
        return np.where(self.column >= 0, logs[self.column], self.log_chance)

    def _row(self, choices: Choices) -> np.ndarray:
        return np.concatenate([np.zeros(0), *(choices[h] for h in self.infosets), np.ones(1)])

    def log_reach(self, log_steps: Float[np.ndarray, " node"]) -> Float[np.ndarray, " node"]:
        """Logarithm of the product of the steps that lead to each node."""
        reach = log_steps.copy()
        for low, high in zip(self.levels[1:-1], self.levels[2:], strict=True):
            reach[low:high] += reach[self.parent[low:high]]
        return reach

    def worth(self, log_steps: Float[np.ndarray, " node"]) -> Float[np.ndarray, "node player"]:
        """What every player expects from a node on, its own outcome included."""
        worth, prob = self.paid.copy(), np.exp(log_steps)
        for low, high in reversed(list(zip(self.levels[1:-1], self.levels[2:], strict=True))):
            np.add.at(worth, self.parent[low:high], prob[low:high, None] * worth[low:high])
        return worth

    def after(self, infoset: Infoset) -> Int[np.ndarray, "member action"]:
        """Nodes that follow each member of an information set."""
        return self.first_child[self.members[infoset]][:, None] + np.arange(len(self.infosets[infoset]))


@lru_cache(maxsize=4)
def _nodes(tree: Tree) -> _Nodes:
    return _Nodes(tree)


def describe(tree: Tree, choices: Choices, precision: float) -> TreeBehaviour:
    """Everything that follows from choice probabilities."""
    nodes = _nodes(tree)
    steps = nodes.log_steps(choices)
    log_reach, worth = nodes.log_reach(steps), nodes.worth(steps)
    values, reach, beliefs = {}, {}, {}
    for infoset, members in nodes.members.items():
        logs = log_reach[members]
        top = logs.max()
        share = np.exp(logs - top) if np.isfinite(top) else np.ones(len(members))
        reach[infoset] = float(np.exp(logs).sum())
        beliefs[infoset] = share / share.sum()
        values[infoset] = beliefs[infoset] @ worth[nodes.after(infoset), infoset.player]
    return TreeBehaviour(tree, precision, dict(choices), values, reach, beliefs, worth[0])


def certify_tree(behaviour: TreeBehaviour) -> dict[str, float]:
    """How far behaviour is from what it claims to be, recomputed from the tree.

    Returns
    -------
    ``logit_residual``
        Largest |σ − logit(V)|, with V recomputed at the behaviour.
    ``sum_error``
        Largest deviation of a menu's probabilities from summing to one.
    ``best_response_gap``
        Largest gain in payoff, over information sets as if reached, of the best action over what is done there.
    ``regret``
        Largest gain of any player over the whole game from its best response to the others; left out for trees of more
        than `MOST_REGRET_NODES` nodes, and meaningful under perfect recall only.
    """
    again = describe(behaviour.tree, behaviour.probs, behaviour.precision)
    base = {node.infoset: node.propensities for node in behaviour.tree.nodes() if isinstance(node, Choice)}
    found = []
    for infoset, probs in behaviour.probs.items():
        value = again.values[infoset]
        score = behaviour.precision * value + (np.log(base[infoset]) if base[infoset] else 0.0)
        weight = np.exp(score - score.max())
        found.append((np.abs(weight / weight.sum() - probs).max(), abs(probs.sum() - 1.0), value.max() - probs @ value))
    residual, sums, gap = np.array(found).reshape(-1, 3).max(0, initial=0.0).tolist()  # the maximum keeps what is not a number
    certificate = {"logit_residual": residual, "sum_error": sums, "best_response_gap": gap}
    if (worst := regret(behaviour)) is not None:
        certificate["regret"] = worst
    return certificate


def regret(behaviour: TreeBehaviour) -> float | None:
    """Largest gain of a player from its best response to the others' behaviour; None for a tree too large to tell."""
    nodes = _nodes(behaviour.tree)
    if len(nodes.parent) > MOST_REGRET_NODES:
        return None
    gains = [_best_worth(nodes, behaviour.probs, i) - behaviour.payoffs[i] for i in range(len(behaviour.tree.players))]
    return float(max(gains, default=0.0))


def _best_worth(nodes: _Nodes, choices: Choices, player: int) -> float:
    """What a player can expect at most against the others' choices, under perfect recall: its last decisions first."""
    steps = nodes.log_steps(choices)
    own = [infoset for infoset in nodes.members if infoset.player == player]
    mine = np.zeros(nodes.columns + 1, bool)
    for infoset in own:
        mine[nodes.first[infoset] : nodes.first[infoset] + len(nodes.infosets[infoset])] = True
    mine_step = mine[nodes.column] & (nodes.column >= 0)
    others = np.exp(nodes.log_reach(np.where(mine_step, 0.0, steps)))
    own_before = nodes.log_reach(mine_step.astype(float))
    for depth in sorted({float(own_before[nodes.members[h][0]]) for h in own}, reverse=True):
        worth = nodes.worth(steps)[:, player]
        for infoset in own:
            members = nodes.members[infoset]
            if own_before[members[0]] == depth:
                after = nodes.after(infoset)
                best = int(np.argmax(others[members] @ worth[after]))
                steps[after] = -np.inf
                steps[after[:, best]] = 0.0
    return float(nodes.worth(steps)[0, player])
