"""What must hold of a tree before anything is solved on it, and whether its players remember."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from openparley.errors import one_of, quoted
from openparley.game.tree import Chance, Choice, Infoset, Node, Number, Outcome, Terminal, Tree

NOTE = "note: "
"""How a message begins that is worth knowing but no reason to refuse the game."""
PROB_TOLERANCE = 1e-9
"""How far float probabilities of a draw may miss one in all; fractions must sum to one exactly."""
LISTED = 6
"""Moves named of a long path; the last ones tell most."""


@dataclass(frozen=True, eq=False)
class _Step:
    """The last action on a path from the root, and those before it."""

    action: str
    before: _Step | None


_Path = _Step | None


def check_tree(tree: Tree) -> list[str]:
    """Everything about a tree that is wrong, then, marked `NOTE`, what is only odd.

    Wrong are players that do not exist, payoffs that are not one a player, draws whose probabilities do not sum to one,
    nodes of one information set, draw or outcome number that differ, actions without a node behind them, and information
    sets that are met twice on one path (absent-mindedness: what a player does there is no longer a choice at each node).
    Noted are imperfect recall, actions of one menu that share a label, and a game in which nobody chooses.

    Returns
    -------
    Messages that name the place, what was found and what is allowed; empty when all is well.
    """
    checker = _Checker(tree)
    messages = [text for node, path in _walk(tree) for text in checker.node(node, path)]
    if not messages:  # recall means nothing while numbers clash
        messages += _forgotten(tree)
    return sorted(dict.fromkeys(messages), key=lambda text: text.startswith(NOTE)) + checker.notes(tree)


def perfect_recall(tree: Tree) -> bool:
    """Whether every player always remembers what he knew and did.

    That is, all nodes of an information set are reached by the same own moves at the same own information sets.
    """
    return not any(True for _ in _forgetful(tree))


@dataclass
class _Checker:
    """Remembers what every number stood for where it was first met."""

    tree: Tree
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    draws: dict[int, Chance] = field(default_factory=dict)
    choices: dict[tuple[int, int], Choice] = field(default_factory=dict)

    def node(self, node: Node, path: _Path) -> Iterator[str]:
        """What is wrong at one node."""
        if (outcome := node.outcome) is not None:
            for text in self.outcome(outcome):
                yield f"outcome {outcome.number} {quoted(outcome.label)} {_place(path)} {text}"
        match node:
            case Chance():
                for text in (*_menu(node), *self.draw(node)):
                    yield f"draw {node.number} {quoted(node.name)} {_place(path)} {text}"
            case Choice(infoset=infoset) if not 0 <= infoset.player < len(self.tree.players):
                cast = f"0 to {len(self.tree.players) - 1}" if self.tree.players else "none"
                yield f"the node {_place(path)} belongs to player {infoset.player} (counted from 0); players are {cast}."
            case Choice():
                for text in (*_menu(node), *self.choice(node)):
                    yield f"{_named(self.tree, node.infoset)} {_place(path)} {text}"

    def outcome(self, outcome: Outcome) -> Iterator[str]:
        """What an outcome does that it should not."""
        payoffs, players = outcome.payoffs, self.tree.players
        if outcome.number < 1:
            yield "is numbered below 1; outcomes are numbered from 1."
        if len(payoffs) != len(players):
            yield f"has {len(payoffs)} payoffs; one for each of the {len(players)} players is needed."
        if not all(map(math.isfinite, payoffs)):
            yield f"has the payoffs {', '.join(map(str, payoffs))}; finite numbers are allowed."
        if self.outcomes.setdefault(outcome.number, outcome) != outcome:
            yield "differs from another outcome of that number; number it otherwise, or make both alike."

    def draw(self, node: Chance) -> Iterator[str]:
        """What a draw does that it should not."""
        if node.number < 1:
            yield "is numbered below 1; draws are numbered from 1."
        if len(node.probs) != len(node.actions):
            yield f"has {len(node.probs)} probabilities for {len(node.actions)} actions; one each is needed."
        elif node.actions and not _sums_to_one(node.probs):
            listed = ", ".join(f"{quoted(label)} {p}" for label, p in zip(node.actions, node.probs, strict=True))
            yield f"has the probabilities {listed}; they must be 0 or more and sum to one."
        first = self.draws.setdefault(node.number, node)
        if (first.name, first.actions, first.probs) != (node.name, node.actions, node.probs):
            yield "differs from another draw of that number in its name, actions or probabilities; number it otherwise."

    def choice(self, node: Choice) -> Iterator[str]:
        """What an information set does that it should not, here against its other nodes."""
        base = node.propensities
        if node.infoset.number < 1:
            yield "is numbered below 1; information sets are numbered from 1."
        if base and (len(base) != len(node.actions) or not all(math.isfinite(m) and m > 0 for m in base)):
            yield f"has the base propensities {base}; a number above 0 for each action is needed."
        first = self.choices.setdefault((node.infoset.player, node.infoset.number), node)
        if first.infoset != node.infoset:
            yield f"shares its number with another, {_named(self.tree, first.infoset)}; number it otherwise."
        elif first.actions != node.actions:
            here, there = one_of(node.actions or ("none",)), one_of(first.actions or ("none",))
            yield f"offers {here}, at another of its nodes {there}; a player would know them apart. Make two information sets of it."
        elif first.propensities != base:
            yield "has other base propensities than at another of its nodes; make them alike."

    def notes(self, tree: Tree) -> list[str]:
        """What is only odd."""
        menus = [(f"draw {number}", node) for number, node in self.draws.items()]
        menus += [(_named(tree, node.infoset), node) for node in self.choices.values() if 0 <= node.infoset.player < len(tree.players)]
        shared = [(name, label) for name, node in menus for label in dict.fromkeys(node.actions) if node.actions.count(label) > 1]
        found = [f"actions of {name} share the label {quoted(label)}; only their numbers tell them apart." for name, label in shared]
        if not any(len(node.actions) > 1 for node in self.choices.values()):
            found.append("no player of this game ever has a choice.")
        return [NOTE + text for text in found]


def _menu(node: Chance | Choice) -> Iterator[str]:
    if not node.actions:
        yield "has no action; at least one is needed."
    if len(node.actions) != len(node.children):
        yield f"has {len(node.actions)} actions and {len(node.children)} nodes behind them; one each is needed."


def _sums_to_one(probs: tuple[Number, ...]) -> bool:
    if not all(math.isfinite(p) and p >= 0 for p in probs):
        return False
    exact = all(isinstance(p, Fraction) for p in probs)
    return sum(probs) == 1 if exact else abs(math.fsum(probs) - 1) <= PROB_TOLERANCE


def _walk(tree: Tree) -> Iterator[tuple[Node, _Path]]:
    todo: list[tuple[Node, _Path]] = [(tree.root, None)]
    while todo:
        node, path = todo.pop()
        yield node, path
        if not isinstance(node, Terminal):
            named = (*node.actions, *("?" for _ in node.children[len(node.actions) :]))
            todo.extend(reversed([(child, _Step(label, path)) for child, label in zip(node.children, named, strict=False)]))


def _place(path: _Path) -> str:
    moves: list[str] = []
    while path is not None and len(moves) <= LISTED:
        moves.append(path.action)
        path = path.before
    if not moves:
        return "at the root"
    return "after " + ("… " if len(moves) > LISTED else "") + ", ".join(map(quoted, reversed(moves[:LISTED])))


def _named(tree: Tree, infoset: Infoset) -> str:
    label = f" {quoted(infoset.label)}" if infoset.label else ""
    return f"information set {infoset.number}{label} of player {quoted(tree.players[infoset.player])}"


# Recall


@dataclass(frozen=True, eq=False)
class _Past:
    """Own moves so far, the last one first."""

    infoset: Infoset
    action: str
    before: _Past | None

    def moves(self) -> Iterator[_Past]:
        step: _Past | None = self
        while step is not None:
            yield step
            step = step.before


def _forgetful(tree: Tree) -> Iterator[tuple[Infoset, _Past | None, _Past | None]]:
    """Information sets that are reached by two different sequences of own moves, each with two such sequences."""
    pasts: dict[tuple[int, Infoset, int], _Past] = {}  # one object for one sequence
    first: dict[Infoset, _Past | None] = {}
    todo: list[tuple[Node, dict[int, _Past]]] = [(tree.root, {})]
    while todo:
        node, own = todo.pop()
        if isinstance(node, Terminal):
            continue
        if isinstance(node, Chance):
            todo.extend((child, own) for child in reversed(node.children))
            continue
        past = own.get(node.infoset.player)
        if first.setdefault(node.infoset, past) is not past:
            yield node.infoset, first[node.infoset], past
        for k in reversed(range(len(node.children))):
            key = (id(past), node.infoset, k)
            if key not in pasts:
                pasts[key] = _Past(node.infoset, node.actions[k], past)
            todo.append((node.children[k], {**own, node.infoset.player: pasts[key]}))


def _forgotten(tree: Tree) -> Iterator[str]:
    for infoset, one, other in _forgetful(tree):
        name = _named(tree, infoset)
        if any(step.infoset == infoset for past in (one, other) if past for step in past.moves()):
            yield (
                f"{name} is met twice on one path, so the player does not remember having moved there (absent-mindedness); "
                "no solver here takes such a game. Give the second visit an information set of its own."
            )
        else:
            yield (
                f"{NOTE}{name} has imperfect recall: it is reached {_own(one)} and also {_own(other)}, "
                "so the player has forgotten what was known or done."
            )


def _own(past: _Past | None) -> str:
    return "without a move of one's own" if past is None else "after own " + ", ".join(quoted(s.action) for s in reversed([*past.moves()]))
