"""Finite games in extensive form: the trees that Gambit's file format describes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

LEAST_PRIOR = 1e-300
"""Stands for the chance of a draw that has none, so that what is believed behind it is defined."""
Number = Fraction | float
"""A payoff or probability; a fraction where a file states one, so that nothing is lost on the way back."""


@dataclass(frozen=True)
class Infoset:
    """What a player knows when it chooses.

    Attributes
    ----------
    player
        Index into the tree's players, from 0.
    number
        From 1, one count a player, as in Gambit's files.
    known
        In an unrolled dispute, what only this actor has seen, in order: its own type round by round.
    history
        In an unrolled dispute, the public moves and draws so far, in order.
    """

    player: int
    number: int
    label: str = ""
    known: tuple[str, ...] = ()
    history: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What every player gets, in the order of the tree's players, when play passes a node or ends there.

    Attributes
    ----------
    number
        From 1; nodes with one number have one outcome.
    """

    number: int
    label: str
    payoffs: tuple[Number, ...]


@dataclass(frozen=True, eq=False)
class Choice:
    """A player chooses.

    Attributes
    ----------
    propensities
        Base propensity m(a) of each action; empty where all are 1.
    outcome
        Paid when play passes here, besides whatever follows.
    """

    infoset: Infoset
    actions: tuple[str, ...]
    children: tuple[Node, ...]
    propensities: tuple[float, ...] = ()
    label: str = ""
    outcome: Outcome | None = None


@dataclass(frozen=True, eq=False)
class Chance:
    """Nature draws; ``number`` and ``name`` are those of its information set."""

    number: int
    name: str
    actions: tuple[str, ...]
    probs: tuple[Number, ...]
    children: tuple[Node, ...]
    label: str = ""
    outcome: Outcome | None = None


@dataclass(frozen=True, eq=False)
class Terminal:
    """A complete path; worth nothing to anybody where it has no outcome."""

    outcome: Outcome | None = None
    label: str = ""


Node = Choice | Chance | Terminal


@dataclass(frozen=True, eq=False)
class Tree:
    """A finite game in extensive form."""

    title: str
    players: tuple[str, ...]
    root: Node
    comment: str = ""

    def nodes(self) -> Iterator[Node]:
        """All nodes, each before its children."""
        todo: list[Node] = [self.root]
        while todo:
            node = todo.pop()
            yield node
            if not isinstance(node, Terminal):
                todo.extend(reversed(node.children))

    def rebuilt(self, node: Callable[[Node, tuple[Node, ...]], Node]) -> Node:
        """The root of a tree made from this one, children first.

        Parameters
        ----------
        node
            Makes the new node from an old one and its new children.
        """
        done: list[Node] = []
        for old in reversed(tuple(self.nodes())):
            width = 0 if isinstance(old, Terminal) else len(old.children)
            children = tuple(reversed(done[len(done) - width :]))
            del done[len(done) - width :]
            done.append(node(old, children))
        return done[0]

    def infosets(self) -> dict[Infoset, tuple[str, ...]]:
        """Every information set with its actions, in the order of first appearance."""
        return {node.infoset: node.actions for node in self.nodes() if isinstance(node, Choice)}

    def members(self) -> dict[Infoset, list[Choice]]:
        """The nodes of every information set, in the order of appearance."""
        found: dict[Infoset, list[Choice]] = {}
        for node in self.nodes():
            if isinstance(node, Choice):
                found.setdefault(node.infoset, []).append(node)
        return found
