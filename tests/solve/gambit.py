"""Gambit's agent logit equilibria of any tree, by our information sets and action labels."""

import pygambit

from openparley.game.efg import write_efg
from openparley.game.tree import Chance, Choice, Infoset, Node, Outcome, Terminal, Tree

GambitBehaviour = dict[Infoset, dict[str, float]]
"""Information set → action → probability, in the order of the actions; see `action_names` for labels that repeat."""
_Where = dict[tuple[str, tuple[str, ...]], tuple[Infoset, tuple[str, ...]]]


def gambit_behaviour(tree: Tree, precision: float, path: str) -> GambitBehaviour:
    """Gambit's answer where the principal branch first meets λ = ``precision``; ``path`` is where the file goes."""
    return gambit_answer(tree, precision, path)[1]


def gambit_answer(tree: Tree, precision: float, path: str) -> tuple[float, GambitBehaviour]:
    """The same with the λ that Gambit really stopped at, which may be some 1e-9 off."""
    game, where = gambit_game(tree, path)
    found = pygambit.qre.logit_solve_lambda(game, lam=[precision])[0]
    return float(found.lam), _named(found.profile, where)


def gambit_branch(tree: Tree, path: str, most: float) -> list[tuple[float, GambitBehaviour]]:
    """Gambit's points (λ, behaviour) along the principal branch, from λ = 0 to where it first meets λ = ``most``.

    Points that Gambit traces in a perturbed game, to get across a pitchfork, are left out.
    """
    game, where = gambit_game(tree, path)
    points: list[tuple[float, GambitBehaviour]] = []
    perturbed = passed = False

    def keep(event: object) -> None:
        nonlocal perturbed, passed
        if isinstance(event, pygambit.LogitPerturbationEvent):
            perturbed = event.active
        if isinstance(event, pygambit.LogitPathEvent):
            # What comes after the first point beyond ``most`` is Gambit's search for it.
            passed = passed or event.qre.lam >= most
            if not perturbed and not passed:
                points.append((float(event.qre.lam), _named(event.qre.profile, where)))

    last = pygambit.qre.logit_solve_lambda(game, lam=[most], event_callback=keep)[0]
    return [*points, (float(last.lam), _named(last.profile, where))]


def gambit_game(tree: Tree, path: str) -> tuple[pygambit.Game, _Where]:
    """Gambit's game, and for its information sets – by player and actions to the first member – ours with its actions."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(write_efg(plain(tree)))
    where: _Where = {}
    todo: list[tuple[Node, tuple[str, ...]]] = [(tree.root, ())]
    while todo:
        node, history = todo.pop()
        if isinstance(node, Terminal):
            continue
        if isinstance(node, Choice):
            where[f"p{node.infoset.player}", history] = node.infoset, node.actions
        todo.extend((child, (*history, f"a{k}")) for k, child in enumerate(node.children))
    return pygambit.read_efg(path), where


def plain(tree: Tree) -> Tree:
    """The same game with labels that Gambit takes as they are: players, actions and outcomes by number, the rest empty."""

    def same(node: Node, children: tuple[Node, ...]) -> Node:
        outcome = node.outcome and Outcome(node.outcome.number, f"o{node.outcome.number}", node.outcome.payoffs)
        if isinstance(node, Terminal):
            return Terminal(outcome)
        actions = tuple(f"a{k}" for k in range(len(node.actions)))
        if isinstance(node, Chance):
            return Chance(node.number, "", actions, node.probs, children, "", outcome)
        infoset = Infoset(node.infoset.player, node.infoset.number)
        return Choice(infoset, actions, children, node.propensities, "", outcome)

    return Tree("", tuple(f"p{i}" for i in range(len(tree.players))), tree.rebuilt(same))


def action_names(actions: tuple[str, ...]) -> tuple[str, ...]:
    """Names of a menu's actions that differ: its labels, with the place of the action where a label is empty or repeats."""
    return tuple(label if label and actions.count(label) == 1 else f"{label}#{k}" for k, label in enumerate(actions))


def _named(profile: pygambit.MixedBehaviorProfile, where: _Where) -> GambitBehaviour:
    answer: GambitBehaviour = {}
    for player in profile.game.players:
        for history, probs in profile[player]:
            infoset, actions = where[player, tuple(transition.action for transition in history)]
            assert infoset not in answer
            answer[infoset] = {name: float(probs[f"a{k}"]) for k, name in enumerate(action_names(actions))}
    return answer
