"""Behaviour at all public histories, and a certificate for it by other code than the solver's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from openparley._display import Shown
from openparley.solve.histories.public_tree import PublicTree


@dataclass(frozen=True)
class PublicBehaviour(Shown):
    """Behaviour at every public history of a dispute.

    Attributes
    ----------
    precision
        Factor on the precisions of the actors.
    choices
        Probability of every edge for each type of whoever moves along it; zero behind its types, and at chance.
    """

    public: PublicTree
    precision: float
    choices: Float[np.ndarray, "edge type"]

    def node(self, *moves: int) -> int:
        """Node that moves, by their place in each menu, lead to from the opening; −1 where play has ended."""
        v = 0
        for move in moves:
            if v < 0:
                break
            v = int(self.public.child[self.public.edge_start[v] + move])
        return v

    def probs(self, node: int) -> Float[np.ndarray, "move type"]:
        """Choice probabilities at a node, for each type of the mover."""
        low, high = self.public.edge_start[node : node + 2]
        return self.choices[low:high, : self.public.kinds[self.public.mover[node]]]


def beliefs_of(behaviour: PublicBehaviour) -> Float[np.ndarray, "node player type"]:
    """Public belief about every player at every node, by Bayes' rule from the opening on."""
    public = behaviour.public
    widest = int(public.kinds.max())
    found = np.zeros((public.nodes, len(public.players), widest))
    for i, prior in enumerate(public.prior):
        found[0, i, : len(prior)] = prior / prior.sum()
    for low, high in zip(public.levels[:-1], public.levels[1:], strict=True):
        edges = slice(int(public.edge_start[low]), int(public.edge_start[high]))
        node = np.repeat(np.arange(low, high), np.diff(public.edge_start[low : high + 1]))
        child, mover = public.child[edges], public.mover[node]
        after = found[node]
        acts = np.flatnonzero(mover >= 0)
        joint = after[acts, mover[acts]] * behaviour.choices[edges][acts]
        total = joint.sum(1, keepdims=True)
        after[acts, mover[acts]] = np.where(total > 0, joint / np.where(total > 0, total, 1.0), after[acts, mover[acts]])
        drifts = np.flatnonzero(public.ends_round[edges])
        after[drifts] = np.einsum("eik,ikm->eim", after[drifts], public.drift)
        goes_on = child >= 0
        found[child[goes_on]] = after[goes_on]
    return found


def certify_public(behaviour: PublicBehaviour) -> dict[str, float]:
    """Largest logit residual, deviation of menus from summing to one, and gain from a best action, level by level.

    Returns
    -------
    ``logit_residual``, ``sum_error``, ``best_response_gap``; the last in utils over histories as if reached.
    """
    public, belief = behaviour.public, beliefs_of(behaviour)
    players, profiles = public.type_of.shape
    worth = np.zeros((public.nodes, players, profiles))
    found = []
    for low, high in reversed(list(zip(public.levels[:-1], public.levels[1:], strict=True))):
        first, last = int(public.edge_start[low]), int(public.edge_start[high])
        after = _after_edges(public, worth, first, last)
        start = public.edge_start[low:high] - first
        for who in np.unique(public.mover[low:high]):
            here = np.flatnonzero(public.mover[low:high] == who)
            for many in np.unique(np.diff(public.edge_start[low : high + 1])[here]):
                rows = here[np.diff(public.edge_start[low : high + 1])[here] == many]
                edge = start[rows][:, None] + np.arange(many)
                if who < 0:
                    prob = public.chance[public.option[first + edge]]
                    worth[low + rows] = np.einsum("na,najf->njf", prob, after[edge])
                    continue
                q = _expected(public, belief[low + rows], after[edge], int(who))
                score = public.log_base[public.option[first + edge]][:, :, None] + behaviour.precision * public.precision[who] * q
                weight = np.exp(score - score.max(1, keepdims=True))
                sigma = behaviour.choices[first + edge][:, :, : public.kinds[who]]
                off = np.abs(weight / weight.sum(1, keepdims=True) - sigma).max()
                found.append((off, np.abs(sigma.sum(1) - 1).max(), (q.max(1) - (sigma * q).sum(1)).max()))
                worth[low + rows] = np.einsum("naf,najf->njf", sigma[:, :, public.type_of[who]], after[edge])
    residual, sums, gap = np.array(found).reshape(-1, 3).max(0, initial=0.0).tolist()  # the maximum keeps what is not a number
    return {"logit_residual": residual, "sum_error": sums, "best_response_gap": gap}


def _after_edges(public: PublicTree, worth: np.ndarray, first: int, last: int) -> np.ndarray:
    """What every player of every profile gets from an edge on, the edge's own reward included."""
    child, terminal = public.child[first:last], public.terminal[first:last]
    after = np.where((child >= 0)[:, None, None], worth[child], 0.0)
    ends = np.flatnonzero(public.ends_round[first:last])
    after[ends] = public.discount[:, None] * np.einsum("fg,ejg->ejf", public.mix, after[ends])
    over = np.flatnonzero(terminal >= 0)
    after[over] += public.horizon[terminal[over]]
    return after + public.reward[public.option[first:last]]


def _expected(public: PublicTree, belief: np.ndarray, after: np.ndarray, who: int) -> Float[np.ndarray, "node move type"]:
    """What each type of the mover expects after every move, over the profiles of the others' types."""
    weight = np.tile(public.excess, (len(belief), 1))
    for j in range(len(public.players)):
        if j != who:
            weight *= belief[:, j, public.type_of[j]]
    found = np.zeros((*after.shape[:2], int(public.kinds[who])))
    for k in range(int(public.kinds[who])):
        mine = public.type_of[who] == k
        share = weight[:, mine] / weight[:, mine].sum(1, keepdims=True)
        found[:, :, k] = np.einsum("nf,naf->na", share, after[:, :, who][:, :, mine])
    return found
