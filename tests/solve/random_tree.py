"""Small random games in extensive form, for properties that hold in all of them and for comparison with other solvers."""

from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st

from openparley.game.tree import Chance, Choice, Infoset, Node, Outcome, Terminal, Tree

MOST_INFOSETS = 40
MOST_ACTIONS = 120
MOST_NODES = 400
PAID_WITHIN = 0.15  # share of inner nodes with an outcome, where there are any

seeds = st.integers(0, 1_000_000)


def random_tree(
    seed: int, *, players: int | None = None, depth: int = 5, infosets: int = MOST_INFOSETS, actions: int = MOST_ACTIONS
) -> Tree:
    """A game of 2 or 3 players with chance, imperfect information and perfect recall, payoffs of order 1.

    Who moves after how many moves is common knowledge; every move, chance included, is seen by everybody, by nobody or by
    some, each player sees his own, and a player tells apart exactly the nodes at which he has seen different things: so
    information sets with perfect recall. In half of the games some inner nodes carry payoffs.

    Parameters
    ----------
    depth
        Largest number of moves on a path.
    infosets, actions
        The game has at most so many information sets and actions at them in all.
    """
    rng = np.random.default_rng([seed, 0])
    names = ("Ann", "Bob", "Cyd")[: players or int(rng.integers(2, 4))]
    # A draw that comes out too large is made again, shorter; the game of one move is always small enough.
    for longest in range(depth, 0, -1):
        maker = _Maker(rng, names, longest, paid_within=PAID_WITHIN * float(rng.random() < 0.5))
        tree = Tree(f"random {seed}", names, maker.grow((), ("",) * len(names)))
        menus = tree.infosets()
        if 0 < len(menus) <= infosets and sum(map(len, menus.values())) <= actions and maker.nodes <= MOST_NODES:
            return tree
    raise ValueError(f"seed {seed}: no game with at most {infosets} information sets and {actions} actions was found")


def random_public_tree(
    seed: int, *, players: int | None = None, rounds: int = 4, infosets: int = MOST_INFOSETS, actions: int = MOST_ACTIONS
) -> Tree:
    """A game in which nature draws private types of one or two players, then only public moves and public draws follow.

    With two informed players the prior is a product in half of the games. What is paid depends on the types. `Infoset.known`
    is the type of an informed player, `Infoset.history` the public moves and draws, as in an unrolled dispute.

    Parameters
    ----------
    rounds
        Largest number of public moves and draws on a path.
    """
    rng = np.random.default_rng([seed, 1])
    names = ("Ann", "Bob", "Cyd")[: players or int(rng.integers(2, 4))]
    for longest in range(rounds, 0, -1):
        tree = _Public(rng, names, longest).tree(f"random public {seed}")
        menus = tree.infosets()
        if 0 < len(menus) <= infosets and sum(map(len, menus.values())) <= actions:
            return tree
    raise ValueError(f"seed {seed}: no game with at most {infosets} information sets and {actions} actions was found")


@dataclass
class _Counts:
    rng: np.random.Generator
    names: tuple[str, ...]
    draws: int = 0
    outcomes: int = 0
    nodes: int = 0
    infosets: dict[tuple[int, str, tuple[str, ...], tuple[str, ...]], Infoset] = field(default_factory=dict)

    def infoset(self, player: int, label: str, known: tuple[str, ...] = (), history: tuple[str, ...] = ()) -> Infoset:
        key = (player, label, known, history)
        if key not in self.infosets:
            number = 1 + sum(other == player for other, *_ in self.infosets)
            self.infosets[key] = Infoset(player, number, label, known, history)
        return self.infosets[key]

    def outcome(self, scale: float = 1.0) -> Outcome:
        self.outcomes += 1
        payoffs = np.round(self.rng.normal(0, scale, len(self.names)), 3)
        return Outcome(self.outcomes, f"o{self.outcomes}", tuple(payoffs.tolist()))

    def shares(self, count: int) -> tuple[float, ...]:
        """Probabilities in thousandths, none below 0.05."""
        cuts = np.sort(self.rng.choice(np.arange(1, 1000 - 50 * count), count - 1, replace=False))
        parts = np.diff(np.concatenate([[0], cuts, [1000 - 50 * count]])) + 50
        return tuple((parts / 1000).tolist())


class _Maker(_Counts):
    """Grows a general tree; ``seen`` is what each player has seen."""

    def __init__(self, rng: np.random.Generator, names: tuple[str, ...], depth: int, paid_within: float) -> None:
        super().__init__(rng, names)
        self.depth, self.paid_within = depth, paid_within
        self.movers = [int(rng.integers(-1, len(names))) for _ in range(depth)]  # -1 is chance
        if -1 in self.movers and set(self.movers) == {-1}:
            self.movers[-1] = 0
        self.widths = [2 if rng.random() < 0.65 else 3 for _ in range(depth)]
        self.watched = [tuple(bool(rng.random() < 0.6) for _ in names) for _ in range(depth)]
        self.stops = rng.random() < 0.6

    def grow(self, path: tuple[int, ...], seen: tuple[str, ...]) -> Node:
        self.nodes += 1
        at = len(path)
        if at == self.depth:
            return Terminal(self.outcome(), f"n{self.nodes}" if self.rng.random() < 0.3 else "")
        mover, width = self.movers[at], self.widths[at]
        paid = self.outcome(0.5) if self.rng.random() < self.paid_within else None
        probs, infoset, number = (), None, 0
        if mover < 0:
            self.draws += 1
            probs, number = self.shares(width), self.draws
        else:
            infoset = self.infoset(mover, f"{at}:{seen[mover]}")
        actions = tuple("lmr"[k] if mover >= 0 else f"w{k}" for k in range(width))
        children = tuple(self.after(path, seen, mover, k, actions[k]) for k in range(width))
        if infoset is None:
            return Chance(number, f"draw {number}", actions, probs, children, "", paid)
        return Choice(infoset, actions, children, (), "", paid)

    def after(self, path: tuple[int, ...], seen: tuple[str, ...], mover: int, k: int, action: str) -> Node:
        at = len(path)
        # Play that stops must not tell a player who goes on what he has not seen: so it stops on what all see.
        if self.stops and all(self.watched[at]) and k == self.widths[at] - 1:
            self.nodes += 1
            return Terminal(self.outcome())
        later = tuple(
            was + (action if i == mover or self.watched[at][i] else ".") if at < self.depth else was for i, was in enumerate(seen)
        )
        return self.grow((*path, k), later)


class _Public(_Counts):
    """Grows a tree of public moves after a draw of private types; ``nodes`` with one history differ only in the types."""

    def __init__(self, rng: np.random.Generator, names: tuple[str, ...], depth: int) -> None:
        super().__init__(rng, names)
        self.depth = depth
        informed = sorted(rng.choice(len(names), int(rng.integers(1, 3)), replace=False).tolist())
        self.types = {player: tuple(f"t{k}" for k in range(int(rng.integers(2, 4)) if len(informed) == 1 else 2)) for player in informed}
        self.menus: dict[tuple[str, ...], tuple[int, tuple[str, ...], tuple[float, ...]]] = {}

    def tree(self, title: str) -> Tree:
        kinds = [()]
        for labels in self.types.values():
            kinds = [(*kind, label) for kind in kinds for label in labels]
        probs = self.shares(len(kinds))
        if len(self.types) == 2 and self.rng.random() < 0.5:
            one, two = (self.shares(2) for _ in range(2))
            probs = tuple(round(p * q, 6) for p in one for q in two)
        self.draws = 1
        children = tuple(self.grow((), dict(zip(self.types, kind, strict=True))) for kind in kinds)
        return Tree(title, self.names, Chance(1, "types", tuple(" ".join(kind) for kind in kinds), probs, children))

    def menu(self, history: tuple[str, ...]) -> tuple[int, tuple[str, ...], tuple[float, ...]]:
        """Mover (-1 for chance), actions and probabilities; alike for all types."""
        if history not in self.menus:
            mover = -1 if history and self.rng.random() < 0.2 else int(self.rng.integers(len(self.names)))
            width = 2 if self.rng.random() < 0.65 else 3
            actions = tuple(f"w{k}" if mover < 0 else "lmr"[k] for k in range(width))
            self.menus[history] = mover, actions, self.shares(width) if mover < 0 else ()
        return self.menus[history]

    def grow(self, history: tuple[str, ...], kinds: dict[int, str]) -> Node:
        if len(history) == self.depth or history[-1:] == ("r",):
            return Terminal(self.outcome())
        mover, actions, probs = self.menu(history)
        # Gambit calls a game with one draw at several nodes one of imperfect recall.
        self.draws += mover < 0
        number = self.draws
        known = (kinds[mover],) if mover in kinds else ()
        infoset = None if mover < 0 else self.infoset(mover, " | ".join(filter(None, (*known, ", ".join(history)))), known, history)
        children = tuple(self.grow((*history, action), kinds) for action in actions)
        if infoset is None:
            return Chance(number, f"draw {number}", actions, probs, children)
        return Choice(infoset, actions, children)
