"""Adaptive multiple importance sampling over the assumptions: batches of draws, each solved once and kept.

The first batch comes from the prior. Every later one comes from a defensive mixture of the prior and a Student t that is
fitted to an emulator of the log probability of the record. A draw's weight is that of the mixture of all batches, whichever
it came from (deterministic mixture weights), so nothing that was solved is thrown away. The scheme is that of Cornuet and
others, “Adaptive Multiple Importance Sampling” (abstract and introduction read). As a proposal is fitted to the draws that it
then helps to weigh, the mean weight is a few per cent too low as an estimate of the evidence; averages under the normalised
weights show no such bias in the tests, and have smaller errors than with weights from each draw's own batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from jaxtyping import Float

from openparley.errors import InferenceError, ParameterError
from openparley.infer.checkpoint import Progress, keep_proposal, load_proposal, load_table, run_jobs
from openparley.infer.draw import Table, Task, work
from openparley.infer.finer import Finer, chosen_draws, finer_grid
from openparley.infer.model import Model
from openparley.infer.prior import at_normals, draw_assumptions, free, normals
from openparley.infer.proposal import Proposal, fit_proposal, mixture_log_ratio, prior_proposal
from openparley.infer.weights import normalised
from openparley.infer.workers import Workers
from openparley.solve.belief_grid import BeliefGrid

SMALLEST_BATCH = 32  # an emulator of a hundred assumptions has no skill with fewer draws
BATCHES = 4
FINELY = 32  # one draw in so many is solved again on a finer grid …
FEWEST_FINE = 2  # … and at least two, or there is no telling how they differ


@dataclass(frozen=True)
class AdaptiveImportance:
    """Adaptive multiple importance sampling, starting from the prior.

    Attributes
    ----------
    draws
        Draws of the assumptions; each is solved once.
    batch
        Draws between two fits of the proposal; None for a quarter of ``draws``, at least 32. With as many as ``draws`` this is
        plain sampling from the prior.
    grid
        Settings of the solver.
    fine
        Draws that are solved again on a finer grid, to tell the solver's error; None for one in 32, at least 2; 0 for none.
    processes
        Local processes; None for one a core. The result does not depend on it.
    """

    draws: int = 256
    batch: int | None = None
    seed: int = 20250529
    grid: BeliefGrid = field(default_factory=lambda: BeliefGrid(nodes=4, tolerance=3e-4, roots_checked=8))
    fine: int | None = None
    processes: int | None = None

    def __post_init__(self) -> None:
        for name, value, least in (("draws", self.draws, 1), ("batch", self.batch, 1), ("fine", self.fine, 0)):
            if value is not None and value < least:
                raise ParameterError(f"the engine needs {name} of at least {least}; found {value}.")

    def on(self, model: Model) -> AdaptiveImportance:
        """The same engine on the grid that a model's case asks for."""
        if not model.nodes:
            return self
        nodes = {actor: model.nodes.get(actor, self.grid.nodes_for(actor)) for actor in model.actors}
        return replace(self, grid=replace(self.grid, nodes=nodes))

    @property
    def batches(self) -> tuple[int, ...]:
        """Number of draws in each batch; the last may be smaller."""
        size = min(self.batch or max(SMALLEST_BATCH, -(-self.draws // BATCHES)), self.draws)
        return tuple(min(size, self.draws - start) for start in range(0, self.draws, size))

    @property
    def finely(self) -> int:
        """Number of draws that are solved again on a finer grid."""
        wanted = max(FEWEST_FINE, self.draws // FINELY) if self.fine is None else self.fine
        return min(wanted, self.draws)


@dataclass(frozen=True)
class Run:
    """All draws of one engine on one model.

    Attributes
    ----------
    values
        Assumption id → its value in every draw.
    tables
        What was kept of each draw.
    log_ratio
        Log density of the prior over the mixture of all batches at each draw; weights are exp(log_ratio) times what the record
        says of the draw, and prior averages are taken with exp(log_ratio) alone.
    z
        Standard normal coordinates of the assumptions that are not points, in the order of ``free``; without rows if not known.
    proposals
        Where each batch came from.
    finer
        Draw → what a finer grid makes of it, for those that were solved again; ``finer_inclusion`` is how many times each
        was expected among them.
    """

    values: Mapping[str, Float[np.ndarray, " draw"]]
    tables: tuple[Table, ...]
    log_ratio: Float[np.ndarray, " draw"]
    z: Float[np.ndarray, "_ assumption"] = field(default_factory=lambda: np.zeros((0, 0)))
    free: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    finer: Mapping[int, Table] = field(default_factory=dict)
    finer_inclusion: Mapping[int, float] = field(default_factory=dict)
    finer_grid: BeliefGrid | None = None

    @property
    def log_evidence(self) -> Float[np.ndarray, "draw round"]:
        """Log probability that each draw gave to the record up to each round."""
        return np.array([table["log_evidence"] for table in self.tables])

    @property
    def prior_weights(self) -> Float[np.ndarray, " draw"]:
        """Weights under which the draws stand for the prior."""
        return normalised(self.log_ratio)

    def at(self, draw: int) -> dict[str, float]:
        """The assumptions of one draw."""
        return {name: float(column[draw]) for name, column in self.values.items()}


@dataclass(frozen=True)
class _Solve:
    """The job of a draw."""

    seed: int
    grid: BeliefGrid
    tasks: Mapping[str, Task]

    def __call__(self, model: Model, index: int, values: Mapping[str, float]) -> Table:
        return work(model, values, index, self.seed, self.grid, self.tasks)


def run_draws(
    model: Model,
    engine: AdaptiveImportance,
    tasks: Mapping[str, Task],
    *,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> Run:
    """Solve and filter every draw batch by batch, reusing what a checkpoint holds; then some again on a finer grid.

    Parameters
    ----------
    checkpoint
        Folder for one file a draw and one a proposal, written when they are done. It must belong to this model, engine and
        tasks.
    progress
        Called with (stage, done, all): once when a stage begins, with what is there already, and after each draw.
    workers
        Processes to use; made for this call if not given.

    Raises
    ------
    InferenceError
        If a worker process was lost; finished draws stay in the checkpoint.
    """
    if workers is None:
        with Workers(model, engine.processes) as workers:
            return run_draws(model, engine, tasks, checkpoint=checkpoint, progress=progress, workers=workers)
    run = _in_batches(model, engine, tasks, checkpoint, progress or _silent, workers)
    return _finely(model, engine, run, checkpoint, progress or _silent, workers) if engine.finely else run


def _silent(stage: str, done: int, total: int) -> None:
    """Say nothing."""


def _in_batches(
    model: Model,
    engine: AdaptiveImportance,
    tasks: Mapping[str, Task],
    checkpoint: Path | None,
    progress: Progress,
    workers: Workers,
) -> Run:
    names = tuple(row.id for row in free(model.assumptions))
    job = _Solve(engine.seed, engine.grid, tasks)
    values = {row.id: np.zeros(0) for row in model.assumptions}
    z, tables, proposals = np.zeros((0, len(names))), list[Table](), list[Proposal]()
    for b, count in enumerate(engine.batches):
        start = len(tables)
        proposal = load_proposal(checkpoint, b, names, count=count) or _next_proposal(z, tables, names, b, count, engine.seed)
        keep_proposal(checkpoint, b, proposal, names)
        fresh, here = _batch(model, engine, b, proposal)
        values = {name: np.concatenate([column, fresh[name]]) for name, column in values.items()}
        items = {start + k: ({name: float(column[k]) for name, column in fresh.items()},) for k in range(count)}
        stage = f"solving draws, batch {b + 1} of {len(engine.batches)}" if len(engine.batches) > 1 else "solving draws"
        done = partial(_shifted, progress, stage, start, engine.draws)
        tables += run_jobs(workers, job, items, name="draw", checkpoint=checkpoint, done=done).values()
        z = np.concatenate([z, here])
        proposals.append(proposal)
    return Run(values, tuple(tables), mixture_log_ratio(proposals, z), z, names, tuple(proposals))


def _batch(
    model: Model, engine: AdaptiveImportance, batch: int, proposal: Proposal
) -> tuple[Mapping[str, Float[np.ndarray, " draw"]], Float[np.ndarray, "draw assumption"]]:
    """Assumption → its value in each draw of a batch, and the normals behind those that are not points."""
    prior = normals(model.assumptions, count=proposal.count, seed=engine.seed, batch=batch)
    here = proposal.draw(prior, np.random.default_rng([engine.seed, batch, 3]))
    if batch:
        return at_normals(model.assumptions, here), here
    # the first batch takes its values from the quantiles themselves, which no assumption but its own can change
    return draw_assumptions(model.assumptions, count=proposal.count, seed=engine.seed).values, here


def finished_run(model: Model, engine: AdaptiveImportance, checkpoint: Path) -> Run:
    """The run that a checkpoint holds whole, read back: nothing is solved, and draws on a finer grid are left out.

    Raises
    ------
    InferenceError
        If a draw or a proposal is missing or its file is not whole.
    """
    names = tuple(row.id for row in free(model.assumptions))
    found = [load_proposal(checkpoint, b, names, count=count) for b, count in enumerate(engine.batches)]
    read = [load_table(checkpoint, "draw", k) for k in range(engine.draws)]
    proposals, tables = [one for one in found if one is not None], [one for one in read if one is not None]
    if len(proposals) < len(found) or len(tables) < len(read):
        gone = f"{len(read) - len(tables)} of {len(read)} draws and {len(found) - len(proposals)} of {len(found)} proposals"
        raise InferenceError(f"{gone} in {checkpoint} are gone or not whole; fit the case again.")
    batches = [_batch(model, engine, b, proposal) for b, proposal in enumerate(proposals)]
    values = {row.id: np.concatenate([fresh[row.id] for fresh, _ in batches]) for row in model.assumptions}
    z = np.concatenate([here for _, here in batches])
    return Run(values, tuple(tables), mixture_log_ratio(proposals, z), z, names, tuple(proposals))


def _shifted(progress: Progress, stage: str, start: int, total: int, done: int) -> None:
    progress(stage, start + done, total)


def _next_proposal(z: np.ndarray, tables: list[Table], names: tuple[str, ...], batch: int, count: int, seed: int) -> Proposal:
    if batch == 0:
        return prior_proposal(count, len(names), "the prior: the first batch")
    evidence = np.array([float(table["log_evidence"][-1]) for table in tables])
    return fit_proposal(z, evidence, names, count=count, seed=seed + batch)


def _finely(model: Model, engine: AdaptiveImportance, run: Run, checkpoint: Path | None, progress: Progress, workers: Workers) -> Run:
    """Solve some draws again on a finer grid: those that carry the posterior, and some that may only seem not to."""
    inclusion = chosen_draws(normalised(run.log_evidence[:, -1] + run.log_ratio), engine.finely, seed=engine.seed)
    grid = finer_grid(model, engine.grid, share=len(inclusion) / engine.draws)
    items = {k: (run.at(k),) for k in inclusion}
    done = partial(_shifted, progress, "solving some again on a finer grid", 0, len(items))
    tables = run_jobs(workers, Finer(grid), items, name="finer", checkpoint=checkpoint, done=done)
    return Run(
        run.values, run.tables, run.log_ratio, run.z, run.free, run.proposals, tables, inclusion, grid
    )  # fmt: skip
