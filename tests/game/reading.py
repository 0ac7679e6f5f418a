"""Trees compared: node by node with each other, and with what Gambit reads."""

import io

import pygambit
from pygambit import H

from openparley.game.tree import Chance, Choice, Node, Outcome, Terminal, Tree


def described(tree: Tree) -> list[tuple]:
    """Title, players, comment, and every node in order without its children; numbers as floats."""
    return [(tree.title, tree.players, tree.comment), *map(_node, tree.nodes())]


def assert_same(one: Tree, two: Tree) -> None:
    """The trees agree in everything that the format holds; where not, the first difference is named."""
    here, there = described(one), described(two)
    assert len(here) == len(there)
    for left, right in zip(here, there, strict=True):
        assert left == right


def _node(node: Node) -> tuple:
    if isinstance(node, Terminal):
        return "t", node.label, _outcome(node.outcome)
    if isinstance(node, Chance):
        return "c", node.label, node.number, node.name, node.actions, tuple(map(float, node.probs)), _outcome(node.outcome)
    infoset = node.infoset
    return "p", node.label, infoset.player, infoset.number, infoset.label, node.actions, _outcome(node.outcome)


def _outcome(outcome: Outcome | None) -> tuple | None:
    return outcome and (outcome.number, outcome.label, tuple(map(float, outcome.payoffs)))


def renumbered(tree: Tree) -> Tree:
    """The same tree with draws, and outcomes, numbered from 1 in the order of appearance, as Gambit does."""
    draws: dict[int, int] = {}
    outcomes: dict[int, int] = {}
    menus: dict[int, dict[int, int]] = {}
    for node in tree.nodes():
        if node.outcome is not None:
            outcomes.setdefault(node.outcome.number, len(outcomes) + 1)
        if isinstance(node, Chance):
            draws.setdefault(node.number, len(draws) + 1)
        if isinstance(node, Choice):
            own = menus.setdefault(node.infoset.player, {})
            own.setdefault(node.infoset.number, len(own) + 1)

    def same(node: Node, children: tuple[Node, ...]) -> Node:
        was = node.outcome
        outcome = was and Outcome(outcomes[was.number], was.label, was.payoffs)
        if isinstance(node, Terminal):
            return Terminal(outcome, node.label)
        if isinstance(node, Chance):
            return Chance(draws[node.number], node.name, node.actions, node.probs, children, node.label, outcome)
        infoset = type(node.infoset)(node.infoset.player, menus[node.infoset.player][node.infoset.number], node.infoset.label)
        return Choice(infoset, node.actions, children, (), node.label, outcome)

    return Tree(tree.title, tree.players, tree.rebuilt(same), tree.comment)


def assert_gambit_reads(text: str, tree: Tree) -> pygambit.ExtensiveGame:
    """Gambit's game from the text has the players, information sets, actions, probabilities and payoffs of the tree."""
    game = pygambit.read_efg(io.StringIO(text, newline=""))
    assert game.title == tree.title
    assert tuple(game.players) == tree.players
    members: dict[object, list[tuple[str, ...]]] = {}
    seen: dict[tuple[str, ...], object] = {}
    todo: list[tuple[Node, tuple[str, ...]]] = [(tree.root, ())]
    while todo:
        node, path = todo.pop()
        here = H.path(*path)
        assert _gambit_payoffs(game, here) == (node.outcome and tuple(map(float, node.outcome.payoffs)))
        if isinstance(node, Terminal):
            assert list(game.get_actions(here)) == []
            continue
        assert tuple(game.get_actions(here)) == node.actions
        if isinstance(node, Chance):
            assert game.get_player(here) not in tree.players
            assert {label: float(p) for label, p in game.get_action_probs(here).items()} == dict(
                zip(node.actions, map(float, node.probs), strict=True)
            )
        else:
            assert game.get_player(here) == tree.players[node.infoset.player]
        group = node.number if isinstance(node, Chance) else node.infoset
        members.setdefault(group, []).append(path)
        seen[path] = group
        todo.extend((child, (*path, action)) for action, child in zip(node.actions, node.children, strict=True))
    for path, group in seen.items():
        assert sorted(history.actions for history in game.get_members(H.path(*path))) == sorted(members[group])
    return game


def _gambit_payoffs(game: pygambit.ExtensiveGame, here: object) -> tuple[float, ...] | None:
    label = game.get_outcome(here)
    return None if label is None else tuple(float(payoff) for _, payoff in game.get_outcome_payoffs(label))
