"""What is shown of theory: behaviour in a game, the branch it was found on, a certificate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from openparley.brief.notebook.fields import fields_view, meaning, spaced
from openparley.brief.notebook.grids import Grid, of_rows
from openparley.brief.notebook.view import View
from openparley.brief.words import capital, counted, small

if TYPE_CHECKING:
    from openparley.game.tree import Infoset, Tree
    from openparley.solve.backward_induction import DisputePlan, TreePlan
    from openparley.solve.histories.behaviour import PublicBehaviour
    from openparley.solve.markov_logit import MarkovBehaviour
    from openparley.solve.solution import Branch, Solution
    from openparley.solve.trees.behaviour import TreeBehaviour


def tree_grid(behaviour: TreeBehaviour) -> Grid:
    """One row an action of every information set."""
    tree = behaviour.tree
    rows = [
        (*_place(infoset, tree), action, float(behaviour.probs[infoset][k]), float(behaviour.values[infoset][k]), behaviour.reach[infoset])
        for infoset, actions in tree.infosets().items()
        for k, action in enumerate(actions)
    ]
    return Grid(("player", "infoset", "label", "action", "prob", "value", "reach"), rows)


def _place(infoset: Infoset, tree: Tree | None) -> tuple[str, int, str]:
    return (tree.players[infoset.player] if tree else str(infoset.player + 1), infoset.number, infoset.label)


def plan_grid(plan: TreePlan) -> Grid:
    """One row an information set; ties are named."""
    rows = [(*_place(infoset, None), action, plan.ties.get(infoset, ())) for infoset, action in plan.choices.items()]
    return Grid(("player", "infoset", "label", "action", "ties"), rows)


def dispute_grid(plan: DisputePlan) -> Grid:
    """One row a round and position."""
    positions = plan.positions
    rows = []
    for round_ in range(len(plan.chosen)):
        for v in range(len(positions)):
            mover = positions.mover(v)
            chosen = plan.choice(round_, v) if plan.chosen[round_, v] >= 0 else ""
            rows.append((round_, mover, str(positions.places[v]), chosen, plan.ties.get((round_, v), ())))
    return Grid(("round", "actor", "position", "move", "ties"), rows)


def markov_grid(behaviour: MarkovBehaviour) -> Grid:
    """One row a state, player and action."""
    game = behaviour.game
    rows = [
        (state, player, action, float(behaviour.policies[s, i, k]), float(behaviour.values[s, i]))
        for s, state in enumerate(game.states)
        for i, player in enumerate(game.players)
        for k, action in enumerate(game.menus[s][i])
    ]
    return Grid(("state", "player", "action", "prob", "value"), rows)


def public_grid(behaviour: PublicBehaviour) -> Grid:
    """One row a public history, move (by its place in the menu) and type of the mover; chance is left out."""
    public, rows = behaviour.public, list[tuple[Any, ...]]()
    for node, mover in enumerate(public.mover.tolist()):
        if mover >= 0:
            for move, probs in enumerate(behaviour.probs(node).tolist()):
                rows += [(node, public.players[mover], move, kind, prob) for kind, prob in enumerate(probs)]
    return Grid(("node", "actor", "move", "type", "prob"), rows)


def branch_grid(branch: Branch) -> Grid:
    """One row a point of the branch and action that was kept for a picture; λ alone where none was."""
    if not branch.labels:
        return Grid(("point", "precision"), list(enumerate(branch.precisions.tolist())))
    rows = [
        (point, precision, label, prob)
        for point, (precision, probs) in enumerate(zip(branch.precisions.tolist(), branch.shown.tolist(), strict=True))
        for label, prob in zip(branch.labels, probs, strict=True)
    ]
    return Grid(("point", "precision", "action", "prob"), rows)


BEHAVIOURS: Mapping[str, Callable[[Any], Grid]] = {
    "DisputePlan": dispute_grid,
    "MarkovBehaviour": markov_grid,
    "PublicBehaviour": public_grid,
    "TreeBehaviour": tree_grid,
    "TreePlan": plan_grid,
}


def behaviour_view(behaviour: Any) -> View:
    """What is done everywhere that the solution covers."""
    grid = BEHAVIOURS[type(behaviour).__name__](behaviour)
    return View(spaced(type(behaviour).__name__), (meaning(type(behaviour)),), grid, {"behaviour": lambda: grid})


def grid_view(behaviour: Any) -> View:
    """What was tabulated; choices are asked for at a position and a belief, so there is no table of all of them."""
    steps = ", ".join(behaviour.positions.steps)
    row = {"rounds": behaviour.rounds, "first_round": behaviour.first_round, "positions": len(behaviour.positions)}
    said = f"Steps of a round: {steps}. `choices` gives probabilities at a position and a belief."
    shown = Grid(("", ""), list(row.items()))
    return View("Behaviour over public beliefs", (said,), shown, {"grid": lambda: of_rows([row])})


def solution_view(solution: Solution[Any]) -> View:
    """The status first: no number without it."""
    behaviour = solution.behaviour
    inner = (grid_view if type(behaviour).__name__ == "GridBehaviour" else behaviour_view)(behaviour)
    checks = {**solution.stats, **(solution.certificate or {})}
    said = [f"{capital(solution.status)}.", ", ".join(f"{name}: {value}" for name, value in solution.settings.items())]
    said.append(", ".join(f"{name.replace('_', ' ')} {small(float(value))}" for name, value in checks.items()))
    tables = {
        **inner.tables,
        "stats": lambda: of_rows({"name": name, "value": float(value)} for name, value in checks.items()),
        **({"branch": lambda: branch_grid(solution.branch)} if solution.branch else {}),  # type: ignore[arg-type]
    }
    return View("Solution", tuple(filter(None, said)), inner.summary, tables)


def branch_view(branch: Branch) -> View:
    """How far the branch was followed, and where it turns."""
    said = f"Followed to λ = {branch.traced_to:.6g}: {branch.ended}."
    rows = [(fold.kind, fold.precision) for fold in branch.folds]
    noted = f"{counted(len(branch.precisions), 'point')}."
    return View("Branch of equilibria", (said, noted), Grid(("kind", "λ"), rows), {"branch": lambda: branch_grid(branch)})


VIEWS: Mapping[str, Callable[[Any], View]] = {
    **dict.fromkeys(BEHAVIOURS, behaviour_view),
    "Branch": branch_view,
    "Certificate": fields_view,
    "GridBehaviour": grid_view,
    "Solution": solution_view,
}
