"""The small dispute as a model whose every number is an assumption, and all its futures written out."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np

from openparley.forecast.futures import Futures
from openparley.forecast.levers import Pull, PullLevers, with_pulls
from openparley.game.positions import ENDED
from openparley.infer.draw import Drawn, Table
from openparley.infer.filter import Filter
from openparley.infer.model import Model
from openparley.infer.observe import Report
from openparley.infer.worlds import world_drift
from openparley.record.casefile import Assumption
from openparley.solve.grid.behaviour import GridBehaviour, drift_beliefs
from tests.infer.small_model import GRID, small_model, solved
from tests.solve.small_dispute import CHANCE, LEAVE, PRIORS, WEIGHTS, small_parameters

SEED = 7
DETECTION, ERROR = 0.7, 0.1
NONE: Mapping[str, float] = MappingProxyType({})
ADDRESSES: dict[str, float] = {
    **{f"weight.{a}.{k}.{i}": w for a, kinds in WEIGHTS.items() for k, row in kinds.items() for i, w in row.items()},
    **{f"prior.{a}.{k}": p for a, kinds in WEIGHTS.items() for k, p in zip(kinds, PRIORS[a], strict=True)},
    **{f"drift.{a}": p for a, p in LEAVE.items()},
    **{f"chance.{name}": p for name, p in CHANCE.items()},
    "detection.default": DETECTION,
    "error.event": ERROR,
}


def assumption(number: int, address: str, value: float) -> Assumption:
    return Assumption(
        id=f"A{number:02}", sets=address, statement="It is so.", low=value, likely=value, high=value, distribution="fixed",
        basis=("analyst",), status="caveated",
    )  # fmt: skip


def assumed_model(
    reports: tuple[Report, ...] = (), *, rounds: int = 3, today: int = 0, addresses: Mapping[str, float] = MappingProxyType({})
) -> Model:
    values = {**ADDRESSES, **addresses}
    rows = tuple(assumption(n, address, value) for n, (address, value) in enumerate(values.items()))
    plain = small_model(small_parameters(), reports, rounds=rounds, today=today, levers=("binds", "idle"))
    return Model(**{**vars(plain), "assumptions": rows})


def at(model: Model) -> dict[str, float]:
    return {row.id: row.likely for row in model.assumptions}


def drawn(model: Model) -> Drawn:
    parameters, told = model.parameters(at(model)), model.reporting(at(model))
    behaviour = solved(model, parameters)
    return Drawn(model, 0, SEED, parameters, told, behaviour, Filter(model, behaviour, told, merge=None).run(), GRID)


def futures(one: Drawn, count: int) -> Table:
    worlds = one.filtered.worlds
    return Futures(count)(one) | {"types": worlds.types, "prior": worlds.prior}


def pulled(one: Drawn, table: Table, *pulls: Pull) -> Table:
    model = with_pulls(one.model, pulls)
    return PullLevers(one.seed, one.method, pulls)(model, one.index, at(one.model), table)


Path = tuple[tuple[int, str, str], ...]  # (round, actor, move) of each step


def whole_futures(
    one: Drawn, behaviour: GridBehaviour | None = None, *, shift: int = 0, force: Mapping[str, str] | None = None, believed: bool = False
) -> Iterator[tuple[Path, str | None, np.ndarray]]:
    """Every course of play from today on, how it ends, and its probability jointly with the world in which it begins.

    Actors in worlds of habit play by the counts of the record, as futures do.
    """
    played, found, places = behaviour or one.behaviour, one.filtered, one.model.positions
    drift = world_drift(found.worlds, played)
    worlds = len(found.worlds.types)

    def step(t: int, s: int, v: int, beliefs: dict[str, np.ndarray], joint: np.ndarray, path: Path, left: dict[str, str]):
        if s == len(places.steps):
            t, s, joint, beliefs = t + 1, 0, joint @ drift, drift_beliefs(played.parameters, beliefs)
        if t == shift + played.rounds:
            yield path, None, joint.sum(1)
            return
        actor = places.steps[s]
        sigma = played.choices(t - shift, s, np.array([v]), beliefs)[0]
        menu = places.menu(v)
        forced = left.get(actor) if left.get(actor) in menu else None
        for a, move in enumerate(menu):
            if forced not in (None, move):
                continue
            kinds = found.worlds.of(actor) if actor in one.model.actors else np.zeros(worlds, np.int64)
            prob = np.array([_prob(one, actor, menu, a, sigma, int(kind)) for kind in kinds]) if forced is None else np.ones(worlds)
            after = dict(beliefs)
            if actor in beliefs and (forced is None or believed):
                after[actor] = beliefs[actor] * sigma[a] / (beliefs[actor] * sigma[a]).sum()
            option = places.option_start[v] + a
            rest = {k: m for k, m in left.items() if not (k == actor and m == forced)}
            said = (*path, (t, actor, move))
            if places.successor[option] == ENDED:
                yield said, places.ends[option], (joint * prob).sum(1)
            else:
                yield from step(t, s + 1, int(places.successor[option]), after, joint * prob, said, rest)

    for b, v in enumerate(found.branches.position):
        weight = found.branches.weight[b]
        if v == ENDED:
            yield (), "ended", weight
        else:
            beliefs = {a: row[b : b + 1] for a, row in found.branches.beliefs.items()}
            yield from step(found.today, found.step, int(v), beliefs, np.diag(weight), (), dict(force or {}))


def _prob(one: Drawn, actor: str, menu: tuple[str, ...], a: int, sigma: np.ndarray, kind: int) -> float:
    if kind >= 0:
        return float(sigma[a, kind])
    counts = np.array([one.filtered.habit[actor][move] for move in menu])
    scores = counts + 0.5  # base propensities are all alike here
    return float(scores[a] / scores.sum())
