"""Finite extensive-form trees, and the unrolling of a dispute into one.

A tree is what other programs can solve: `openparley.game.efg` writes it for Gambit. It grows exponentially with the
rounds, so only small disputes are unrolled, as a second route to the answers of the solvers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from openparley.errors import GameError
from openparley.game.dispute import WORLD, Dispute, Draw, End, Move, PublicState
from openparley.game.parameters import Parameters

MOST_NODES = 2_000_000  # about 1 GB; a larger tree is of no use to any solver of trees


@dataclass(frozen=True)
class Infoset:
    """What an actor knows when it chooses.

    Attributes
    ----------
    known
        What only this actor has seen, in order: in an unrolled dispute its own type round by round.
    history
        Public moves and draws so far, in order.
    """

    player: str
    known: tuple[str, ...]
    history: tuple[str, ...]

    def __str__(self) -> str:
        return " | ".join(part for part in (">".join(self.known), ", ".join(self.history)) if part)


@dataclass(frozen=True, eq=False)
class Choice:
    """A player chooses."""

    infoset: Infoset
    actions: tuple[str, ...]
    propensities: tuple[float, ...]
    children: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Chance:
    """Nature draws; ``name`` says what."""

    name: str
    actions: tuple[str, ...]
    probs: tuple[float, ...]
    children: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Terminal:
    """A complete path: how it ended and what each player got, in the order of the tree's players."""

    outcome: str
    payoffs: tuple[float, ...]


Node = Choice | Chance | Terminal


@dataclass(frozen=True, eq=False)
class Tree:
    """A finite game in extensive form."""

    title: str
    players: tuple[str, ...]
    root: Node

    def nodes(self) -> Iterator[Node]:
        """All nodes, each before its children."""
        todo: list[Node] = [self.root]
        while todo:
            node = todo.pop()
            yield node
            if not isinstance(node, Terminal):
                todo.extend(reversed(node.children))

    def infosets(self) -> dict[Infoset, tuple[str, ...]]:
        """Every information set with its actions, in the order of first appearance."""
        return {node.infoset: node.actions for node in self.nodes() if isinstance(node, Choice)}


def unroll(dispute: Dispute, parameters: Parameters, start: PublicState, rounds: int) -> Tree:
    """Write a dispute of a few rounds out as a tree.

    Nature draws every actor's type; only the actor sees it. A type drifts by a draw at each round's end but the last,
    seen by its actor alone. Moves and the world's draws are public. Payoffs add up with the weights of the type that
    the actor has at the time; what the dispute is worth at the horizon is weighed by the type of the last round.

    Raises
    ------
    GameError
        If there is no round, a discount is below 1 (λ would apply to other payoffs in Gambit than here), or the tree
        has more than `MOST_NODES` nodes.
    """
    if rounds < 1:
        raise GameError(f"a dispute is unrolled for at least 1 round; found {rounds}.")
    for actor in dispute.actors:
        if actor not in parameters.motives:
            raise GameError(f"actor “{actor}” of {type(dispute).__name__} has no motives; given: {', '.join(parameters.motives)}.")
        if (discount := parameters.motives[actor].discount) != 1:
            raise GameError(f"only disputes without discounting are unrolled; “{actor}” discounts by {discount}. Set it to 1.")
    maker = _Unroller(dispute, parameters, rounds)
    return Tree(type(dispute).__name__, dispute.actors, maker.type_draw(start))


Kinds = Mapping[str, tuple[str, ...]]
"""Actor → its types so far, round by round."""


class _Unroller:
    def __init__(self, dispute: Dispute, parameters: Parameters, rounds: int) -> None:
        self.dispute, self.motives, self.rounds = dispute, parameters.motives, rounds
        self.nodes = 0

    def type_draw(self, start: PublicState) -> Node:
        """Nature's first draw: the types of all actors at once, independently."""
        actors = self.dispute.actors
        none: Kinds = {actor: () for actor in actors}
        priors = {actor: self.motives[actor].prior for actor in actors}
        return self._draw_types("types", priors, none, lambda kinds: self._play(0, 0, start, kinds, (), (0.0,) * len(actors)))

    def _draw_types(self, name: str, probs: Mapping[str, np.ndarray], kinds: Kinds, then: Callable[[Kinds], Node]) -> Node:
        """One draw for all actors; types without a chance are left out, and no node is made where nothing is uncertain."""
        self._count()
        per_actor = [
            [(label, float(p)) for label, p in zip(self.motives[actor].types, probs[actor], strict=True) if p > 0]
            for actor in self.dispute.actors
        ]
        drawn = list(product(*per_actor))
        longer = [{actor: (*kinds[actor], kind) for actor, (kind, _) in zip(self.dispute.actors, row, strict=True)} for row in drawn]
        if len(drawn) == 1:
            return then(longer[0])
        labels = tuple(" ".join(kind for kind, _ in row) for row in drawn)
        shares = tuple(float(np.prod([p for _, p in row])) for row in drawn)
        return Chance(name, labels, shares, tuple(then(types) for types in longer))

    def _play(self, round_: int, step: int, state: PublicState, kinds: Kinds, history: tuple[str, ...], paid: tuple[float, ...]) -> Node:
        self._count()
        mover = self.dispute.steps[step]
        options = self.dispute.options(mover, state)
        open_ = [option for option in options if not (isinstance(option, Draw) and option.prob == 0)]
        labels = tuple(option.label for option in open_)
        children = tuple(self._after(round_, step, option, kinds, (*history, option.label), paid) for option in open_)
        if mover == WORLD:
            return Chance(WORLD, labels, tuple(option.prob for option in open_ if isinstance(option, Draw)), children)
        base = tuple(float(self.motives[mover].propensity.get(label, 1.0)) for label in labels)
        return Choice(Infoset(mover, kinds[mover], history), labels, base, children)

    def _after(self, round_: int, step: int, option: Move | Draw, kinds: Kinds, history: tuple[str, ...], paid: tuple[float, ...]) -> Node:
        paid = self._pay(paid, option.interests, kinds)
        if isinstance(option.to, End):
            return Terminal(option.to.label, self._pay(paid, option.to.interests, kinds))
        if step + 1 < len(self.dispute.steps):
            return self._play(round_, step + 1, option.to, kinds, history, paid)
        state = self.dispute.next_round(option.to)
        if round_ + 1 == self.rounds:
            over = self.dispute.horizon(state)
            return Terminal(over.label, self._pay(paid, over.interests, kinds))
        drift = {actor: m.drift[m.types.index(kinds[actor][-1])] for actor, m in self.motives.items() if actor in kinds}
        return self._draw_types("drift", drift, kinds, lambda later: self._play(round_ + 1, 0, state, later, history, paid))

    def _pay(self, paid: tuple[float, ...], touched: Mapping[str, float], kinds: Kinds) -> tuple[float, ...]:
        weights = (self.motives[actor].weights[kinds[actor][-1]] for actor in self.dispute.actors)
        return tuple(
            before + sum(w.get(name, 0.0) * amount for name, amount in touched.items()) for before, w in zip(paid, weights, strict=True)
        )

    def _count(self) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise GameError(
                f"unrolled for {self.rounds} rounds, {type(self.dispute).__name__} has more than {MOST_NODES:,} nodes; take fewer rounds."
            )
