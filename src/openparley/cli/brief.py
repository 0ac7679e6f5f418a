"""Write the brief: one page, offline, every number with its evidence."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openparley.cli._fitting import BRIEF_DRAWS, QUICK_BRIEF_DRAWS, engine_options, run_fit, runs_option
from openparley.cli._frame import finish, shown, verb

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openparley.forecast.fitting import Fitted
    from openparley.record.case import Case


@verb("parley brief strait-talks", "parley brief ukraine-2025 --out build/brief", "parley brief ./my-case --texts ./texts --draws 256",
      "parley brief strait-talks --redact --redact-names names.csv")  # fmt: skip
@click.argument("case")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for brief.html and brief.json; by default `brief` in the case, or in parley-out/CASE.",
)
@click.option("--texts", type=click.Path(path_type=Path), metavar="DIR", help="Texts of the sources, to quote what can be verified.")
@click.option("--redact", is_flag=True, help="A copy that may leave the house, in `brief-redacted`: roles for names, no quotation.")
@click.option(
    "--redact-names",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Table with the columns name,role: persons and places that the case does not list.",
)
@click.option("--redact-allow", multiple=True, metavar="WORD", help="A word that may stand in the redacted copy; may be repeated.")
@runs_option
@engine_options(BRIEF_DRAWS, QUICK_BRIEF_DRAWS)
def command(
    case: str,
    out: Path | None,
    texts: Path | None,
    redact: bool,
    redact_names: Path | None,
    redact_allow: tuple[str, ...],
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

    if (redact_names or redact_allow) and not redact:
        raise click.UsageError("--redact-names and --redact-allow go with --redact.")
    names = _names(redact_names) if redact else {}
    if out is not None:
        _ready(out, redact=redact)
    count = QUICK_BRIEF_DRAWS if quick else draws
    opened, fitted = run_fit(case, runs, draws=count, seed=seed, processes=processes, scheduler=scheduler, quiet=as_json, whole=True)
    folder = out or fitted.folder.parent.parent / ("brief-redacted" if redact else "brief")
    older = folder / "brief.json"
    _ready(folder, redact=redact)
    if redact:
        _redacted(opened, fitted, folder, names, redact_allow, texts, as_json=as_json)
        return
    paths = write_brief(
        opened, fitted.posterior, fitted.forecast, fitted.run, folder, texts=texts, previous=older if older.exists() else None,
        questions=read_questions(questions_path(opened)),
    )  # fmt: skip
    data = {"case": opened.name, "run": fitted.run["id"], "reused_draws": fitted.reused, "html": str(paths.html), "json": str(paths.json)}
    finish(as_json, data, wrote=[paths.html, paths.json], then=f"open {shown(paths.html)}")


def _names(path: Path | None) -> dict[str, str]:
    """The owner's own table of names."""
    from openparley.brief.redact import read_names

    return read_names(path) if path else {}


def _redacted(
    case: Case, fitted: Fitted, folder: Path, names: Mapping[str, str], allow: tuple[str, ...], texts: Path | None, *, as_json: bool
) -> None:
    """Write the redacted copy; who became what, and what the check could not look for, is for the terminal of the owner."""
    from openparley.brief.redact import write_redacted
    from openparley.forecast.questions import questions_path, read_questions

    asked = read_questions(questions_path(case))
    done = write_redacted(
        case, fitted.posterior, fitted.forecast, fitted.run, folder, names=names, allow=allow, texts=texts, questions=asked
    )  # fmt: skip
    html, data = done.paths.html, done.paths.json
    if not as_json:
        click.echo(
            f"Replaced {len(done.replaced)} names; look at them: {'; '.join(f'{name} → {role}' for name, role in done.replaced.items())}."
        )
        if done.withheld:
            click.echo(f"Paraphrases withheld, because they repeat words of a text: {', '.join(done.withheld)}.")
        if done.unlooked:
            click.echo(f"Not looked for, because the page itself uses these words: {', '.join(done.unlooked)}.")
        if done.unread:
            click.echo(f"No text at hand, so its words were not looked for: {', '.join(done.unread)}. Give a folder with --texts.")
        click.echo("What happened, and when, may still tell whom it is about: read the copy before it leaves the house.")
    told = {key: getattr(done, key) for key in ("replaced", "withheld", "unlooked", "unread")}
    about = {"case": case.name, "run": fitted.run["id"], "reused_draws": fitted.reused, "html": str(html), "json": str(data)}
    finish(as_json, {**about, **told}, wrote=[html, data], then=f"open {shown(html)}")


def _ready(folder: Path, *, redact: bool) -> None:
    """Make the folder, or say before any computing that nothing can be written there."""
    from openparley.brief.redact.folders import refuse_folder
    from openparley.errors import Complaint, ParleyError

    refuse_folder(folder, redact=redact)

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as problem:
        reason = "it is a file" if folder.is_file() else (problem.strerror or str(problem))
        message = f"nothing can be written to “{folder}”: {reason}."
        raise ParleyError(Complaint(str(folder), None, None, str(folder), None, "Choose another folder with --out.", message)) from problem
