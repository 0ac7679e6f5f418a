"""Small disputes with random structure and numbers, for properties that hold in all of them."""

from types import MappingProxyType
from typing import Annotated

import numpy as np
from hypothesis import strategies as st

from openparley.game.dispute import WORLD, Dispute, Draw, End, Move, PublicState, Upto
from openparley.game.parameters import Motives, Parameters

PLACES = 3
INTERESTS = ("bread", "roses", "honour", "peace")


class Place(PublicState):
    place: Annotated[int, Upto(PLACES - 1)] = 0


class RandomDispute(Dispute):
    """Moves and draws between a few places, with random interests; now and then one ends the dispute.

    ``split_draw`` halves every first draw, ``split_move`` doubles every first move, ``bonus`` is paid once on every
    complete path.
    """

    State = Place
    interests = MappingProxyType({name: name for name in (*INTERESTS, "bonus")})
    steps = ("alpha", "beta", WORLD)

    def __init__(self, seed: int, *, split_draw: bool = False, split_move: bool = False, bonus: float = 0.0) -> None:
        super().__init__()
        self.split_draw, self.split_move, self.bonus = split_draw, split_move, bonus
        rng = np.random.default_rng(seed)
        self.table = {(step, place): self._random_options(rng, step) for step in self.steps for place in range(PLACES)}
        self.ends = {place: dict(zip(INTERESTS, rng.normal(0, 0.5, len(INTERESTS)).tolist(), strict=True)) for place in range(PLACES)}

    def _random_options(self, rng: np.random.Generator, step: str) -> list[tuple[str, float, int | None, dict[str, float]]]:
        count = int(rng.integers(2, 4))
        shares = rng.dirichlet(np.full(count, 2.0))
        shares[-1] = 1.0 - shares[:-1].sum()
        rows = []
        for label, share in zip("uvw", shares.tolist(), strict=False):
            ends = label == "w" and step != WORLD and rng.random() < 0.4
            amounts = rng.normal(0, 0.7, len(INTERESTS)) * (rng.random(len(INTERESTS)) < 0.6)
            rows.append((label, share, None if ends else int(rng.integers(PLACES)), dict(zip(INTERESTS, amounts.tolist(), strict=True))))
        return rows

    def _to(self, target: int | None) -> Place | End:
        return End("over", bonus=self.bonus) if target is None else Place(place=target)

    def _moves(self, step: str, s: Place):
        for label, _, target, touched in self.table[step, s.place]:
            yield Move(label, self._to(target), **touched)
            if self.split_move and label == "u":
                yield Move("u_again", self._to(target), **touched)

    def alpha(self, s: Place):
        yield from self._moves("alpha", s)

    def beta(self, s: Place):
        yield from self._moves("beta", s)

    def world(self, s: Place):
        for label, share, target, touched in self.table[WORLD, s.place]:
            if self.split_draw and label == "u":
                yield Draw("u", share / 3, self._to(target), **touched)
                yield Draw("u_again", share - share / 3, self._to(target), **touched)
            else:
                yield Draw(label, share, self._to(target), **touched)

    def horizon(self, state: Place) -> End:
        return End("horizon", bonus=self.bonus, **self.ends[state.place])


def random_motives(rng: np.random.Generator, types: int, precision: float, *, discount: float = 1.0, drifting: bool = True) -> Motives:
    labels = tuple(f"t{k}" for k in range(types))
    weights = {label: dict(zip(INTERESTS, rng.normal(0, 0.8, len(INTERESTS)).tolist(), strict=True)) | {"bonus": 1.0} for label in labels}
    leave = rng.uniform(0, 0.2) if drifting else 0.0
    drift = (1 - leave) * np.eye(types) + leave * rng.dirichlet(np.ones(types), types)
    prior = rng.dirichlet(np.full(types, 2.0))
    propensity = {"u": float(rng.uniform(0.3, 2)), "v": float(rng.uniform(0.3, 2))}
    return Motives(labels, weights, prior, drift / drift.sum(1, keepdims=True), precision, discount, propensity)


def random_parameters(
    seed: int, precision: float, *, types: tuple[int, int] = (3, 2), discount: float = 1.0, drifting: bool = True
) -> Parameters:
    rng = np.random.default_rng([seed, 1])
    pairs = zip(("alpha", "beta"), types, strict=True)
    return Parameters({actor: random_motives(rng, count, precision, discount=discount, drifting=drifting) for actor, count in pairs})


seeds = st.integers(0, 10_000)
precisions = st.floats(0.1, 1.2)
