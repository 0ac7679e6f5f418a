"""The unrolling of a small dispute into a tree.

A tree is what other programs can solve: `openparley.game.efg` writes it for Gambit. It grows exponentially with the
rounds, so only small disputes are unrolled, as a second route to the answers of the solvers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product

import numpy as np

from openparley.errors import GameError
from openparley.game.dispute import WORLD, Dispute, Draw, End, Move, PublicState
from openparley.game.parameters import Parameters
from openparley.game.tree import Chance, Choice, Infoset, Node, Outcome, Terminal, Tree

MOST_NODES = 2_000_000  # about 1 GB; a larger tree is of no use to any solver of trees


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
        self.nodes = self.draws = self.outcomes = 0
        self.infosets: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Infoset] = {}
        self.used = dict.fromkeys(dispute.actors, 0)

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
        self.draws += 1
        return Chance(self.draws, f"{name} {self.draws}", labels, shares, tuple(then(types) for types in longer))

    def _play(self, round_: int, step: int, state: PublicState, kinds: Kinds, history: tuple[str, ...], paid: tuple[float, ...]) -> Node:
        self._count()
        mover = self.dispute.steps[step]
        # What has no chance would only be a branch that no solver weighs.
        options = [o for o in self.dispute.options(mover, state) if not (isinstance(o, Draw) and o.prob == 0)]
        labels = tuple(option.label for option in options)
        # The number is taken before the children are made, so that numbers rise in the order of the file.
        node = self._draw(options, labels) if mover == WORLD else self._choice(mover, kinds[mover], history, labels)
        return node(tuple(self._after(round_, step, option, kinds, (*history, option.label), paid) for option in options))

    def _draw(self, options: Sequence[Move | Draw], labels: tuple[str, ...]) -> Callable[[tuple[Node, ...]], Chance]:
        self.draws += 1
        probs = tuple(option.prob for option in options if isinstance(option, Draw))
        return partial(Chance, self.draws, f"{WORLD} {self.draws}", labels, probs)

    def _choice(
        self, mover: str, known: tuple[str, ...], history: tuple[str, ...], labels: tuple[str, ...]
    ) -> Callable[[tuple[Node, ...]], Choice]:
        base = tuple(float(self.motives[mover].propensity.get(label, 1.0)) for label in labels)
        return partial(Choice, self._infoset(mover, known, history), labels, propensities=() if all(m == 1 for m in base) else base)

    def _infoset(self, mover: str, known: tuple[str, ...], history: tuple[str, ...]) -> Infoset:
        key = (mover, known, history)
        if key not in self.infosets:
            self.used[mover] += 1
            label = " | ".join(part for part in (">".join(known), ", ".join(history)) if part)
            self.infosets[key] = Infoset(self.dispute.actors.index(mover), self.used[mover], label, known, history)
        return self.infosets[key]

    def _terminal(self, label: str, payoffs: tuple[float, ...]) -> Terminal:
        self.outcomes += 1
        return Terminal(Outcome(self.outcomes, label, payoffs))

    def _after(self, round_: int, step: int, option: Move | Draw, kinds: Kinds, history: tuple[str, ...], paid: tuple[float, ...]) -> Node:
        paid = self._pay(paid, option.interests, kinds)
        if isinstance(option.to, End):
            return self._terminal(option.to.label, self._pay(paid, option.to.interests, kinds))
        if step + 1 < len(self.dispute.steps):
            return self._play(round_, step + 1, option.to, kinds, history, paid)
        state = self.dispute.next_round(option.to)
        if round_ + 1 == self.rounds:
            over = self.dispute.horizon(state)
            return self._terminal(over.label, self._pay(paid, over.interests, kinds))
        drift = {actor: m.drift[m.types.index(kinds[actor][-1])] for actor, m in self.motives.items() if actor in kinds}
        return self._draw_types("drift", drift, kinds, lambda later: self._play(round_ + 1, 0, state, later, history, paid))

    def _pay(self, paid: tuple[float, ...], touched: Mapping[str, float], kinds: Kinds) -> tuple[float, ...]:
        now = {actor: types[-1] for actor, types in kinds.items()}
        weights = (self.motives[actor].weights_given(now[actor], now) for actor in self.dispute.actors)
        return tuple(
            before + sum(w.get(name, 0.0) * amount for name, amount in touched.items()) for before, w in zip(paid, weights, strict=True)
        )

    def _count(self) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise GameError(
                f"unrolled for {self.rounds} rounds, {type(self.dispute).__name__} has more than {MOST_NODES:,} nodes; take fewer rounds."
            )
