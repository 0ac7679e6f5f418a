"""Public histories as arrays: what is left of a game whose moves everybody sees when private types are put into tables.

A game in which nature first draws types, each seen by one player, and every later move and draw is public, has one node
a public history. What differs between types – payoffs, choices, beliefs – becomes a column.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from jaxtyping import Bool, Float, Int

from openparley.errors import SolveError
from openparley.game.dispute import WORLD, PublicState
from openparley.game.dispute_game import DisputeGame
from openparley.game.parameters import Parameters
from openparley.game.positions import ENDED, Positions, chance_probs, log_propensities, rewards, rewards_given
from openparley.game.tree import LEAST_PRIOR, Chance, Choice, Infoset, Node, Terminal, Tree

CHANCE = -1
NONE = -1
MOST_HISTORIES = 20_000_000  # 4 GB with everything that solving needs


@dataclass(frozen=True, eq=False)
class PublicTree:
    """Public histories in order of their length, so that a node's children come after it.

    Attributes
    ----------
    kinds
        Number of types of each player.
    prior
        Player → prior over its types; types without a chance are left out.
    type_of
        Type of each player in each profile.
    excess
        Share of a profile over the product of its types' priors; 1 throughout where types are independent.
    levels
        Nodes of length d are ``levels[d]:levels[d + 1]``.
    mover
        Player who moves at a node; −1 is chance.
    edge_start
        Edges of node v are ``edge_start[v]:edge_start[v + 1]``.
    option
        Row of ``reward``, ``chance`` and ``log_base`` that an edge takes its numbers from.
    child
        Node that an edge leads to; −1 where play ends.
    terminal
        Row of ``horizon`` that an end is worth besides; −1 for none.
    ends_round
        Whether types drift and values are discounted between an edge and its child.
    learns
        Whether what an edge tells of its mover's type matters later.
    reward
        Utils of an option for every player and profile.
    drift
        Player → drift of its types, padded; ``mix`` is the same between profiles.
    precision
        λ of every player, in units of the continuation's scale.
    """

    players: tuple[str, ...]
    kinds: Int[np.ndarray, " player"]
    prior: tuple[Float[np.ndarray, " _"], ...]
    type_of: Int[np.ndarray, "player profile"]
    excess: Float[np.ndarray, " profile"]
    levels: Int[np.ndarray, " depth_plus_one"]
    mover: Int[np.ndarray, " node"]
    edge_start: Int[np.ndarray, " node_plus_one"]
    option: Int[np.ndarray, " edge"]
    child: Int[np.ndarray, " edge"]
    terminal: Int[np.ndarray, " edge"]
    ends_round: Bool[np.ndarray, " edge"]
    learns: Bool[np.ndarray, " edge"]
    reward: Float[np.ndarray, "option player profile"]
    horizon: Float[np.ndarray, "opening player profile"]
    chance: Float[np.ndarray, " option"]
    log_base: Float[np.ndarray, " option"]
    drift: Float[np.ndarray, "player _ _"]
    mix: Float[np.ndarray, "profile profile"]
    discount: Float[np.ndarray, " player"]
    precision: Float[np.ndarray, " player"]

    @property
    def nodes(self) -> int:
        """Number of public histories at which somebody moves or chance draws."""
        return len(self.mover)

    @cached_property
    def offset(self) -> Int[np.ndarray, " player"]:
        """First log odds of each player among those of all."""
        return np.concatenate([[0], np.cumsum(self.kinds - 1)[:-1]]).astype(np.int64)

    @property
    def odds(self) -> int:
        """Log odds that a belief at a node consists of."""
        return int((self.kinds - 1).sum())

    @cached_property
    def opening(self) -> Float[np.ndarray, " odds"]:
        """Log odds of the priors."""
        return np.concatenate([np.log(p[:-1] / p[-1]) for p in self.prior] or [np.zeros(0)])

    @cached_property
    def edge_mover(self) -> Int[np.ndarray, " edge"]:
        """Player who moves along each edge."""
        return np.repeat(self.mover, np.diff(self.edge_start))

    @cached_property
    def unknown_at(self) -> Int[np.ndarray, " edge"]:
        """Where the log odds after each edge begin among the unknowns; −1 where a move says nothing that matters later."""
        return self._unknowns[0]

    @property
    def unknowns(self) -> int:
        """Number of unknown log odds: one a public history and uncertain type."""
        return self._unknowns[1]

    @cached_property
    def _unknowns(self) -> tuple[np.ndarray, int]:
        width = np.where(self.edge_mover >= 0, self.kinds[self.edge_mover] - 1, 0) * self.learns
        ends = np.cumsum(width)
        at = np.where(width > 0, ends - width, NONE).astype(np.int64)
        return at, int(ends[-1]) if len(ends) else 0


def unfold(game: DisputeGame, start: PublicState) -> PublicTree:
    """The public histories of a dispute from an opening, all at once level by level.

    Raises
    ------
    SolveError
        If there are more than `MOST_HISTORIES`.
    """
    positions, parameters = game.positions, game.parameters
    actors = positions.dispute.actors
    motives = [parameters.motives[actor] for actor in actors]
    profiles = list(product(*(range(len(m.types)) for m in motives)))
    type_of = np.array(profiles, np.int64).T.reshape(len(actors), len(profiles))
    reward, horizon = _by_profile(positions, parameters, type_of)
    still = all(m.discount == 1 and np.array_equal(m.drift, np.eye(len(m.types))) for m in motives)
    widest = max(len(m.types) for m in motives)
    drift = np.zeros((len(actors), widest, widest))
    for i, m in enumerate(motives):
        drift[i, : len(m.types), : len(m.types)] = m.drift
    mix = np.array([[np.prod([m.drift[a, b] for m, a, b in zip(motives, one, two, strict=True)]) for two in profiles] for one in profiles])
    grown = _grow(game, positions.opening(start), still, _steps_free_of_beliefs(positions, type_of, reward, horizon))
    return PublicTree(
        actors, np.array([len(m.types) for m in motives]), tuple(np.maximum(m.prior, LEAST_PRIOR) for m in motives), type_of,
        np.ones(len(profiles)), **grown, reward=reward, horizon=horizon,
        chance=chance_probs(positions, parameters.chance, game.played),
        log_base=log_propensities(positions, parameters), drift=drift, mix=mix, discount=np.array([m.discount for m in motives]),
        precision=np.array([m.precision for m in motives]),
    )  # fmt: skip


def _by_profile(positions: Positions, parameters: Parameters, type_of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Utils of options and of openings at the horizon for every player and profile of types."""
    kinds = [len(parameters.motives[actor].types) for actor in positions.dispute.actors]
    first = np.concatenate([[0], np.cumsum(kinds)[:-1]])
    slot = first[:, None] + type_of
    found = []
    for own, given in zip(rewards(positions, parameters), rewards_given(positions, parameters), strict=True):
        found.append(np.ascontiguousarray(own[:, slot] + given[:, :, slot].sum(2)))
    return found[0], found[1]


def _steps_free_of_beliefs(positions: Positions, type_of: np.ndarray, reward: np.ndarray, horizon: np.ndarray) -> int:
    """How many steps at the end of the last round nobody's belief matters for: chance, and a last mover who only sees itself."""
    free = 0
    for name in reversed(positions.steps):
        free += 1
        if name == WORLD:
            continue
        i = positions.dispute.actors.index(name)
        alike = type_of[i][:, None] == type_of[i][None, :]
        apart = [np.abs(table[:, i, :, None] - table[:, i, None, :])[:, alike].max(initial=0.0) for table in (reward, horizon)]
        return free if max(apart) == 0 else free - 1
    return free


def _grow(game: DisputeGame, opening: int, still: bool, free: int) -> dict[str, np.ndarray]:
    """Histories level by level; every array is made of one piece a level.

    In the last ``free`` steps all histories at one position play alike, whatever is believed, and share a node.
    """
    positions, rounds = game.positions, game.rounds
    actors, steps = positions.dispute.actors, positions.steps
    who = np.array([CHANCE if name == WORLD else actors.index(name) for name in steps])
    counts = np.diff(positions.option_start)
    where = np.array([opening])
    levels, pieces, depths = [0], [], rounds * len(steps)
    for depth in range(depths):
        many = counts[where]
        total = int(many.sum())
        levels.append(levels[-1] + len(where))
        if levels[-1] + total > MOST_HISTORIES:
            raise SolveError(
                f"unrolled for {rounds} rounds, {type(positions.dispute).__name__} has more than {MOST_HISTORIES:,} public histories; "
                "take fewer rounds, or solve it on a belief grid."
            )
        within = np.arange(total) - np.repeat(np.cumsum(many) - many, many)
        option = np.repeat(positions.option_start[where], many) + within
        to = positions.successor[option]
        goes_on = to != ENDED
        last_step, last = (depth + 1) % len(steps) == 0, depth + 1 == depths
        shared = depth + 1 >= depths - free
        # nodes of a level stand sorted by position, so that those that are alike stand together
        after, place = np.unique(to[goes_on], return_inverse=True) if shared else _sorted(to[goes_on])
        child, terminal = np.full(total, NONE), np.full(total, NONE)
        if last:
            terminal[goes_on] = to[goes_on]
        else:
            child[goes_on] = levels[-1] + place
        mover = np.full(len(where), who[depth % len(steps)])
        learns = (child >= 0) & (not shared)
        pieces.append((mover, many, option, child, terminal, (child >= 0) & last_step & (not still), learns))
        where = after
        if last or not len(where):
            break
    mover, many, option, child, terminal, ends_round, learns = (np.concatenate(rows) for rows in zip(*pieces, strict=True))
    return {
        "levels": np.array(levels), "mover": mover.astype(np.int8), "edge_start": np.concatenate([[0], np.cumsum(many)]).astype(np.int64),
        "option": option.astype(np.int32), "child": child.astype(np.int32), "terminal": terminal.astype(np.int32),
        "ends_round": ends_round, "learns": learns,
    }  # fmt: skip


def _sorted(places: Int[np.ndarray, " history"]) -> tuple[np.ndarray, np.ndarray]:
    """Positions in order, and where each history's stands in it."""
    order = np.argsort(places, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return places[order], place


@dataclass(frozen=True)
class Recognised:
    """A tree of public moves with the way back to its information sets.

    Attributes
    ----------
    infosets
        (node, type) → information set; nodes of chance have none.
    """

    public: PublicTree
    infosets: dict[tuple[int, int], Infoset]


def recognise(tree: Tree) -> Recognised | None:
    """The public histories of a tree in which nature draws types first and everything after is public; None otherwise."""
    members = _after_first_draws(tree.root)
    reader = _Reader(tree, len(members))
    return reader.read([node for node, _ in members], np.array([p for _, p in members]))


def _after_first_draws(root: Node) -> list[tuple[Node, float]]:
    """The nodes behind the draws that a game opens with, and their probabilities; draws that pay something stay."""
    found: list[tuple[Node, float]] = []
    todo: list[tuple[Node, float]] = [(root, 1.0)]
    while todo:
        node, prob = todo.pop()
        if isinstance(node, Chance) and node.outcome is None:
            draws = zip(reversed(node.children), reversed(node.probs), strict=True)
            todo.extend((child, max(prob * float(p), LEAST_PRIOR)) for child, p in draws)
        else:
            found.append((node, prob))
    return found


class _Reader:
    """Walks the public histories of a tree, with one tree node a profile at each."""

    def __init__(self, tree: Tree, profiles: int) -> None:
        self.tree, self.profiles = tree, profiles
        self.cells: dict[int, np.ndarray] = {}
        self.infosets: dict[tuple[int, int], Infoset] = {}
        self.sizes: dict[Infoset, int] = {infoset: len(nodes) for infoset, nodes in tree.members().items()}
        self.rows: list[np.ndarray] = []
        self.chance: list[float] = []
        self.log_base: list[float] = []

    def read(self, members: list[Node], prior: np.ndarray) -> Recognised | None:
        if prior.sum() <= 0 or any(isinstance(node, Terminal) for node in members):
            return None
        levels, mover, many, child = [0], [], [], []
        level = [members]
        while level:
            levels.append(levels[-1] + len(level))
            deeper: list[list[Node]] = []
            for here in level:
                who = self._mover(len(mover), here)
                if who is None:
                    return None
                edges = list(zip(*(node.children for node in here if not isinstance(node, Terminal)), strict=True))
                for e, after in enumerate(edges):
                    over = [isinstance(node, Terminal) for node in after]
                    if any(over) != all(over):
                        return None
                    self._row(here[0], e, after)
                    child.append(NONE if over[0] else levels[-1] + len(deeper))
                    if not over[0]:
                        deeper.append(list(after))
                mover.append(who)
                many.append(len(edges))
            level = deeper
        return Recognised(self._public(prior, levels, mover, many, child), self.infosets)

    def _mover(self, index: int, here: list[Node]) -> int | None:
        """Who moves at a public history; None if that, or what is known of it, is not public."""
        first = here[0]
        if isinstance(first, Terminal) or any(type(node) is not type(first) for node in here):
            return None
        if isinstance(first, Chance):
            alike = all(isinstance(node, Chance) and node.probs == first.probs for node in here)
            return CHANCE if alike else None
        choices = [node for node in here if isinstance(node, Choice)]
        player = first.infoset.player
        if any((n.infoset.player, n.actions, n.propensities) != (player, first.actions, first.propensities) for n in choices):
            return None
        order: dict[Infoset, int] = {}
        cell = np.array([order.setdefault(node.infoset, len(order)) for node in choices])
        known = self.cells.setdefault(player, cell)
        inside = np.bincount(cell)
        if not np.array_equal(known, cell) or any(self.sizes[infoset] != inside[k] for infoset, k in order.items()):
            return None
        self.infosets |= {(index, k): infoset for infoset, k in order.items()}
        return player

    def _row(self, before: Node, edge: int, after: tuple[Node, ...]) -> None:
        paid = [node.outcome.payoffs if node.outcome else (0.0,) * len(self.tree.players) for node in after]
        self.rows.append(np.array([[float(p) for p in row] for row in paid]).T)
        self.chance.append(float(before.probs[edge]) if isinstance(before, Chance) else 0.0)
        base = before.propensities if isinstance(before, Choice) else ()
        self.log_base.append(float(np.log(base[edge])) if base else 0.0)

    def _public(self, prior: np.ndarray, levels: list[int], mover: list[int], many: list[int], child: list[int]) -> PublicTree:
        n, edges = len(self.tree.players), len(child)
        prior = prior / prior.sum()
        type_of = np.array([self.cells.get(i, np.zeros(self.profiles, np.int64)) for i in range(n)])
        kinds = type_of.max(1) + 1
        own = tuple(np.bincount(type_of[i], prior, kinds[i]) for i in range(n))
        excess = prior / np.prod([own[i][type_of[i]] for i in range(n)], axis=0)
        widest = int(kinds.max())
        return PublicTree(
            self.tree.players, kinds, own, type_of, excess, np.array(levels), np.array(mover, np.int8),
            np.concatenate([[0], np.cumsum(many)]).astype(np.int64), np.arange(edges, dtype=np.int32), np.array(child, np.int32),
            np.full(edges, NONE, np.int32), np.zeros(edges, bool), np.array(child) >= 0, np.array(self.rows),
            np.zeros((0, n, self.profiles)),
            np.array(self.chance), np.array(self.log_base), np.tile(np.eye(widest), (n, 1, 1)), np.eye(self.profiles),
            np.ones(n), np.ones(n),
        )  # fmt: skip
