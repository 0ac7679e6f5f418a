"""Write the brief: one page, offline, every number with its evidence."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from openparley.cli._fitting import BRIEF_DRAWS, QUICK_BRIEF_DRAWS, engine_options, run_fit, runs_option
from openparley.cli._frame import finish, shown, verb


@verb("parley brief strait-talks", "parley brief ukraine-2025 --out build/brief", "parley brief ./my-case --texts ./texts --draws 256")
@click.argument("case")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for brief.html and brief.json; by default `brief` in the case, or in parley-out/CASE.",
)
@click.option("--texts", type=click.Path(path_type=Path), metavar="DIR", help="Texts of the sources, to quote what can be verified.")
@runs_option
@engine_options(BRIEF_DRAWS, QUICK_BRIEF_DRAWS)
def command(
    case: str,
    out: Path | None,
    texts: Path | None,
    runs: Path | None,
    draws: int,
    seed: int,
    quick: bool,
    processes: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Fit the case unless that has been done, then build the page; an older brief in the same folder is compared with."""
    from openparley.brief.brief import write_brief
    from openparley.forecast.questions import questions_path, read_questions

    if out is not None:
        _ready(out)
    count = QUICK_BRIEF_DRAWS if quick else draws
    opened, fitted = run_fit(case, runs, draws=count, seed=seed, processes=processes, scheduler=scheduler, quiet=as_json, whole=True)
    folder = out or fitted.folder.parent.parent / "brief"
    older = folder / "brief.json"
    _ready(folder)
    paths = write_brief(
        opened, fitted.posterior, fitted.forecast, fitted.run, folder, texts=texts, previous=older if older.exists() else None,
        questions=read_questions(questions_path(opened)),
    )  # fmt: skip
    data = {"case": opened.name, "run": fitted.run["id"], "reused_draws": fitted.reused, "html": str(paths.html), "json": str(paths.json)}
    finish(as_json, data, wrote=[paths.html, paths.json], then=f"open {shown(paths.html)}")


def _ready(folder: Path) -> None:
    """Make the folder, or say before any computing that nothing can be written there."""
    from openparley.errors import Complaint, ParleyError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as problem:
        reason = "it is a file" if folder.is_file() else (problem.strerror or str(problem))
        message = f"nothing can be written to “{folder}”: {reason}."
        raise ParleyError(Complaint(str(folder), None, None, str(folder), None, "Choose another folder with --out.", message)) from problem
