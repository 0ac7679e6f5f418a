"""Where the principal branch leads as λ grows: a sequential equilibrium, approached and not assumed.

McKelvey and Palfrey 1998 show that limits of agent logit equilibria are sequential equilibria (not checked). What is
returned is the branch at the largest λ that was needed, with the gain that any player could still make.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openparley.game.tree import Tree
from openparley.solve.branch import ENOUGH, follow
from openparley.solve.logit_qre import general_system
from openparley.solve.solution import NOT_SETTLED, NOT_UNIQUE, SOLVED, STOPPED, Progress, Solution
from openparley.solve.trees.behaviour import TreeBehaviour, certify_tree, describe

RESIDUAL = 1e-6  # largest deviation from logit choice at the λ that was reached


@dataclass(frozen=True)
class SequentialEquilibrium:
    """Settings of the limit of the logit branch.

    Attributes
    ----------
    gap
        Largest gain of a player from its best action at any information set, as if reached, that counts as none; as a
        share of the range of payoffs.
    most_precision
        λ, per util, at which the search ends.
    max_seconds
        Wall-clock budget; None for no limit.
    """

    gap: float = 1e-5
    most_precision: float = 1e7
    max_seconds: float | None = 60.0


def solve_sequential(
    tree: Tree, method: SequentialEquilibrium = SequentialEquilibrium(), progress: Progress | None = None
) -> Solution[TreeBehaviour]:
    """Follow the branch until nobody gains more than the gap anywhere.

    Raises
    ------
    SolveError
        If an information set is met twice on one path.
    """
    # not through beliefs at public histories: choices answer to a belief with λ, so that at large λ they are lost in rounding
    system, read, name = general_system(tree)
    paid = [float(x) for node in tree.nodes() if node.outcome for x in node.outcome.payoffs]
    least = method.gap * max(max(paid, default=0.0) - min(paid, default=0.0), 1e-300)

    def enough(unknowns: np.ndarray, precision: float) -> bool:
        behaviour = describe(tree, read(unknowns, precision), precision)
        return max((float(v.max() - behaviour.probs[h] @ v) for h, v in behaviour.values.items()), default=0.0) <= least

    traced = follow(system, to=method.most_precision, max_seconds=method.max_seconds, progress=progress, enough=enough)
    behaviour = describe(tree, read(traced.last.unknowns, traced.last.precision), traced.last.precision)
    certificate = certify_tree(behaviour)
    left = f"at λ = {behaviour.precision:.4g} the best action at an information set gains at most {certificate['best_response_gap']:.1e}"
    folds = traced.branch.folds
    turned = f"; the branch folds or is crossed {len(folds)} times on the way, first at λ = {folds[0].precision:.4g}" if folds else ""
    if not certificate["logit_residual"] <= RESIDUAL:
        missed = f"{certificate['logit_residual']:.1e}"
        status = f"{NOT_SETTLED}: what is shown misses logit choice at λ = {behaviour.precision:.4g} by {missed}{turned}."
    elif traced.branch.ended != ENOUGH:
        begin = NOT_SETTLED if "lost" in traced.branch.ended else STOPPED
        status = f"{begin}: the limit was not reached ({traced.branch.ended}); {left}{turned}."
    elif any(fold.kind != "fold" for fold in folds):
        status = f"{NOT_UNIQUE}: another branch crosses on the way, as in games with a symmetry; {left}{turned}."
    else:
        status = f"{SOLVED}: {left}{turned}."
    settings = {"concept": "sequential equilibrium", "solver": f"limit of the logit branch, {name}", "gap": method.gap}
    stats = {"steps": float(traced.steps), "linearisations": float(traced.linearisations), "unknowns": float(len(traced.last.unknowns))}
    return Solution(behaviour, status, settings, stats, (behaviour,), traced.branch, certificate)
