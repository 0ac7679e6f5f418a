"""What a stop leaves: one file a finished draw, one a batch, each whole or not there."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from openparley.infer.draw import Table
from openparley.infer.proposal import Proposal
from openparley.infer.workers import Job, Workers
from openparley.record.store import atomic_write

Progress = Callable[[str, int, int], None]


def run_jobs(
    workers: Workers,
    job: Job,
    items: Mapping[int, tuple[Any, ...]],
    *,
    name: str,
    checkpoint: Path | None,
    done: Callable[[int], None],
) -> dict[int, Table]:
    """Result of a job on every item, taken from the checkpoint where it is there and kept there as soon as it is done.

    Parameters
    ----------
    items
        Index of a draw → arguments of the job.
    name
        What the files are called after.
    done
        Called with the number of finished items, first with what the checkpoint held.
    """
    tables = {k: table for k in items if (table := load_table(checkpoint, name, k)) is not None}
    done(len(tables))
    for k, table in workers.each(job, [(k, arguments) for k, arguments in items.items() if k not in tables]):
        keep_table(checkpoint, name, k, table)
        tables[k] = table
        done(len(tables))
    return {k: tables[k] for k in items}


def _path(checkpoint: Path, name: str, index: int) -> Path:
    return checkpoint / f"{name}-{index:05d}.npz"


def keep_table(checkpoint: Path | None, name: str, index: int, table: Table) -> None:
    """Write a finished table."""
    if checkpoint is not None:
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **table)
        atomic_write(_path(checkpoint, name, index), buffer.getvalue())


def load_table(checkpoint: Path | None, name: str, index: int) -> Table | None:
    """A finished table; None when there is none or its file is not whole."""
    if checkpoint is None or not _path(checkpoint, name, index).exists():
        return None
    try:
        with np.load(io.BytesIO(_path(checkpoint, name, index).read_bytes()), allow_pickle=False) as file:
            return dict(file)
    except Exception:  # a torn file raises a dozen different things, and all of them mean that the draw is to be done again
        return None


def keep_proposal(checkpoint: Path | None, batch: int, proposal: Proposal, names: Sequence[str]) -> None:
    """Write the proposal of a batch, readable, unless it is there already."""
    if checkpoint is not None and load_proposal(checkpoint, batch, names, count=proposal.count) is None:
        atomic_write(checkpoint / f"proposal-{batch:02d}.json", proposal.to_json(names).encode())


def load_proposal(checkpoint: Path | None, batch: int, names: Sequence[str], *, count: int) -> Proposal | None:
    """The proposal that the draws of a batch came from; None when there is none for so many draws or its file is not whole."""
    if checkpoint is None or not (path := checkpoint / f"proposal-{batch:02d}.json").exists():
        return None
    try:
        found = Proposal.from_json(path.read_text(encoding="utf-8"), names)
    except (ValueError, KeyError, TypeError):
        return None
    return found if found.count == count else None
