"""Levers: the rest of the game solved anew with something changed from today on, for some of the draws.

A lever is a change of the game and not of the record: an actor binds itself, a number is set to a value, or a move is forced
once. It starts at today's state and beliefs, nobody foresaw it, and the shares of the accounts stay as they are.

A solve a lever and draw is dear, so levers are pulled in a systematic sample of the draws by posterior weight: nearly equal
weights, and no solve for draws that count for nothing. Only the game with the lever is solved; where its futures begin, and
what the game without it gave, was kept with the draw. Random numbers are those of the futures without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from openparley.errors import CaseError, Complaint, quoted
from openparley.forecast.forcing import Forcing
from openparley.forecast.futures import Start, expected_worth, random_stream
from openparley.game.dispute_game import DisputeGame
from openparley.game.parameters import Parameters
from openparley.game.positions import Position, Positions, enumerate_positions
from openparley.infer.checkpoint import Progress, run_jobs
from openparley.infer.draw import WORKSPACE, Table
from openparley.infer.engine import AdaptiveImportance, Run
from openparley.infer.filter import Worlds
from openparley.infer.model import Model
from openparley.infer.workers import Workers
from openparley.record.casefile import Assumption, Lever
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid

STAGE = "pulling levers"
VALUED = ("weight", "discount", "drift")  # addresses that say what an outcome is worth to an actor


@dataclass(frozen=True)
class Pull:
    """One change of the game from today on.

    Attributes
    ----------
    pulls
        ``"commitment"``: an actor binds itself. ``"forced_move"``: an actor is made to move. ``"motive"``: what an actor wants
        or how it chooses changes, which nobody can pull. ``"circumstance"``: chance changes, which nobody can pull either.
    actor
        Who pulls it, or whose motive changes; empty where that is nobody or not known.
    game
        Arguments of the dispute.
    sets
        Address → value.
    force
        (actor, move): taken with certainty at the actor's first chance, once.
    believed
        Whether the other actors take a forced move for a chosen one, and learn from it.
    """

    id: str
    name: str
    pulls: str
    actor: str = ""
    game: Mapping[str, Any] = field(default_factory=dict)
    sets: Mapping[str, float] = field(default_factory=dict)
    force: tuple[tuple[str, str], ...] = ()
    believed: bool = False

    @property
    def revalued(self) -> frozenset[str]:
        """Actors whose own payoffs it changes; what they gain cannot be told, as before and after are not in one currency."""
        return frozenset(parts[1] for address in self.sets if (parts := address.split("."))[0] in VALUED)

    def as_lever(self) -> Lever:
        """In the form in which a case has levers."""
        return Lever.model_construct(
            id=self.id, name=self.name, statement=self.name, actor=self.actor, pulls=self.pulls, game=dict(self.game),
            sets=dict(self.sets), force=tuple(".".join(move) for move in self.force), believed=self.believed,
        )  # fmt: skip


def of_case(lever: Lever, model: Model) -> Pull:
    """A lever of a case; of two addresses for one number the one that names an account counts."""
    sets: dict[str, float] = {}
    for address in sorted(lever.sets, key=lambda address: "*" not in address):
        sets |= dict.fromkeys(of_all_accounts(address, model), lever.sets[address])
    force = tuple(dict.fromkeys((actor, label) for actor, _, label in (move.partition(".") for move in lever.force)))
    return Pull(lever.id, lever.name, lever.pulls, lever.actor, lever.game, sets, force, lever.believed)


def of_all_accounts(address: str, model: Model) -> tuple[str, ...]:
    """The address itself, or for a weight of all accounts (``*``) that of each."""
    head, *rest = address.split(".")
    if head != "weight" or rest[1] != "*":
        return (address,)
    return tuple(f"weight.{rest[0]}.{kind}.{rest[2]}" for kind in model.types[rest[0]])


def together(pulls: Sequence[Pull]) -> Pull:
    """Several levers pulled at once, as one.

    Raises
    ------
    CaseError
        If two of them set one thing to different values.
    """
    if len(pulls) == 1:
        return pulls[0]
    game: dict[str, Any] = {}
    sets: dict[str, float] = {}
    for pull in pulls:
        for into, what in ((game, pull.game), (sets, pull.sets)):
            for key, value in what.items():
                if into.setdefault(key, value) != value:
                    message = f"two levers set {quoted(key)} differently, to {into[key]} and to {value}; they cannot be pulled together."
                    raise CaseError(Complaint(None, None, key, value, into[key], "Leave one of them out.", message, "lever"))
    if len({pull.believed for pull in pulls if pull.force}) > 1:
        raise CaseError("one forced move is believed and another is not.", hint="Give “=believed” to both or to neither.")
    force = tuple(dict.fromkeys(move for pull in pulls for move in pull.force))
    kinds, actors = {pull.pulls for pull in pulls}, {pull.actor for pull in pulls}
    # one part that nobody can pull makes the whole one that nobody can pull
    kind = next(kind for kind in ("motive", "circumstance", "forced_move", "commitment") if kind in kinds)
    return Pull(
        "+".join(pull.id for pull in pulls), " and ".join(pull.name for pull in pulls), kind,
        actors.pop() if len(actors) == 1 else "", game, sets, force, any(pull.believed for pull in pulls),
    )  # fmt: skip


def with_pulls(model: Model, pulls: Sequence[Pull]) -> Model:
    """The model with these levers in the place of those of its case."""
    positions = {pull.id: _positions(model, pull) for pull in pulls if pull.game}
    return replace(model, levers={pull.id: pull.as_lever() for pull in pulls}, lever_positions=positions)


def _positions(model: Model, pull: Pull) -> Positions:
    """Positions of the game with the lever, whatever position it is pulled in."""
    if pull.id in model.levers and model.levers[pull.id].game == pull.game:
        return model.lever_positions[pull.id]
    usual = model.positions
    chance = {name: getattr(usual.dispute.assume, name) for name in usual.dispute.chance}
    dispute = model.dispute(Parameters({}, chance), pull.game)
    entered = [Position(place.step, dispute.enter(place.state)) for place in usual.places]
    return enumerate_positions(dispute, dispute.enter(model.start), also=entered)


def changed_parameters(model: Model, values: Mapping[str, float], sets: Mapping[str, float]) -> Parameters:
    """The game's parameters at one draw, with some addresses set to values; what is more specific than these gives way."""
    if not sets:
        return model.parameters(values)
    kept = [row for row in model.assumptions if not any(f"{row.sets}.".startswith(f"{address}.") for address in sets)]
    fixed = {address: f"lever:{address}" for address in sets}
    added = [Assumption.model_construct(id=id, sets=address) for address, id in fixed.items()]
    changed = replace(model, assumptions=(*kept, *added))
    return changed.parameters({**values, **{id: sets[address] for address, id in fixed.items()}})


@dataclass(frozen=True)
class Pulled:
    """Draws in which every lever was pulled.

    Attributes
    ----------
    draws
        Their numbers, ascending.
    weights
        What each stands for; they sum to one.
    whole
        Whether they are all the draws, so that nothing was sampled.
    tables
        ``first.LEVER`` (future, outcome) and ``gain.LEVER`` (actor) of each.
    """

    draws: tuple[int, ...]
    weights: Float[np.ndarray, " pulled"]
    whole: bool
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Resumed:
    """Where a draw's futures began, and what they were played with."""

    start: Start
    worlds: Worlds
    habit: Mapping[str, Mapping[str, float]]
    uniforms: Float[np.ndarray, "future round step"]

    @classmethod
    def of(cls, model: Model, futures: Table, seed: int, index: int) -> Resumed:
        """From what a draw's table holds."""
        start = Start.from_table(futures)
        habit = {
            a: dict(zip(moves, futures[f"habit.{a}"], strict=True)) for a, moves in model.layout.moves.items() if f"habit.{a}" in futures
        }
        shape = (len(start.position), model.rounds + 1, len(model.positions.steps) + len(model.uncertain))
        worlds = Worlds(model.uncertain, futures["types"], futures["prior"])
        return cls(start, worlds, habit, random_stream(seed, index).random(shape))


@dataclass(frozen=True)
class PullLevers:
    """The job: every lever in one draw, on the futures that its table holds.

    Attributes
    ----------
    pulls
        The levers; none for those of the model's case. The model holds the positions of those that have arguments of the game.
    """

    seed: int
    grid: BeliefGrid
    pulls: tuple[Pull, ...] = ()

    def __call__(self, model: Model, index: int, values: Mapping[str, float], futures: Table) -> Table:
        """First occurrences and gains by lever."""
        resumed = Resumed.of(model, futures, self.seed, index)
        start, table = resumed.start, Table()
        for pull in self.pulls or [of_case(lever, model) for lever in model.levers.values()]:
            parameters = changed_parameters(model, values, pull.sets)
            dispute = model.dispute(parameters, pull.game)
            positions = model.lever_positions[pull.id] if pull.game else model.positions
            game = DisputeGame(positions, parameters, model.rounds - start.round, dispute)
            solved = solve_belief_grid(game, self.grid, workspace=WORKSPACE).behaviour
            entered = start.entering(model.positions, positions, dispute) if pull.game else start
            play = Forcing(solved, resumed.worlds, resumed.habit, start.round)
            first, forced = play.forced(entered, resumed.uniforms, model.outcomes, pull.force, believed=pull.believed)
            gain = expected_worth(model, solved, resumed.worlds, entered, start.round) - futures["worth"]
            table[f"first.{pull.id}"] = first
            table[f"gain.{pull.id}"] = np.where([a in pull.revalued for a in model.actors], np.nan, gain + forced)
        return table


def pull_levers(
    model: Model,
    run: Run,
    engine: AdaptiveImportance,
    weights: Float[np.ndarray, " draw"],
    *,
    most: int,
    prefix: str,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
    workers: Workers,
    pulls: tuple[Pull, ...] = (),
    name: str = "levers",
) -> Pulled:
    """Pull every lever in at most ``most`` draws.

    Parameters
    ----------
    weights
        Posterior weights of the draws.
    prefix
        Name under which the task `openparley.forecast.futures.Futures` ran.
    pulls
        See `PullLevers`; `with_pulls` makes the model that ``workers`` need for them.
    name
        What the files of the checkpoint are called after; it must belong to these levers.
    """
    draws, share = sampled(weights, most, seed=engine.seed)
    items = {k: (run.at(k), start_of(run.tables[k], prefix)) for k in draws}

    def show(done: int) -> None:
        if progress is not None:
            progress(STAGE, done, len(items))

    tables = run_jobs(workers, PullLevers(engine.seed, engine.grid, pulls), items, name=name, checkpoint=checkpoint, done=show)
    return Pulled(draws, share, len(draws) == len(weights), tuple(tables.values()))


def sampled(weights: Float[np.ndarray, " draw"], most: int, *, seed: int) -> tuple[tuple[int, ...], Float[np.ndarray, " pulled"]]:
    """All draws with their weights if there are no more than ``most``, else a systematic sample by weight."""
    if len(weights) <= most:
        return tuple(range(len(weights))), weights
    marks = (np.arange(most) + np.random.default_rng([seed, 4]).random()) / most
    picked = np.minimum(np.searchsorted(np.cumsum(weights), marks), len(weights) - 1)
    draws, times = np.unique(picked, return_counts=True)
    return tuple(int(k) for k in draws), times / most


def start_of(table: Table, prefix: str) -> Table:
    """What of a draw's table the job needs, without the name of the task."""
    named = f"{prefix}."
    wanted = ("start.", "habit.", "world", "worth")
    found = {key.removeprefix(named): value for key, value in table.items() if key.startswith(named)}
    kept = {key: value for key, value in found.items() if key.startswith(wanted)}
    return kept | {"types": table["world_types"], "prior": table["world_prior"]}
