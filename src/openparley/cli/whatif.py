"""What if: pull levers on a finished run, list the moves to watch for, or find out what the headline hinges on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openparley.cli._fitting import runs_option, scheduler_option
from openparley.cli._frame import case_checks, finish, shown, verb
from openparley.cli._hinge_tables import edges_of, hinge_data, hinge_parts
from openparley.cli._interrupt import INTERRUPTED
from openparley.cli._progress import staged_progress
from openparley.cli._whatif_tables import indicator_parts, known_levers, lever_parts, print_parts

if TYPE_CHECKING:
    from openparley.forecast.whatif import Resumption
    from openparley.record.case import Case

WEEKS = 4
CONFIRMED = 3


@verb(
    "parley whatif strait-talks --lever deadline_binds",
    "parley whatif strait-talks --lever mediator.enforce --lever support_guaranteed --together",
    "parley whatif --run ./my-case/runs/1f2972baf641 --lever weight.mediator.H3.sanction_price=-0.5 --json",
    "parley whatif strait-talks --indicators --weeks 4",
    "parley whatif strait-talks --sensitivity --confirm 1 --draws 8",
)
@click.argument("case", required=False)
@click.option("--lever", "levers", multiple=True, metavar="NAME[=VALUE]", help="What is changed from today on; may be given several times.")
@click.option("--together", "as_one", is_flag=True, help="Pull all levers at once, as one; else each alone.")
@click.option("--indicators", is_flag=True, help="List the next moves that would tell the accounts apart, best first.")
@click.option("--weeks", type=click.IntRange(1), default=WEEKS, show_default=True, help="Rounds ahead that indicators are watched for.")
@click.option(
    "--sensitivity", is_flag=True, help="Find out which assumptions the headline hinges on: shares of variance, tornado, flip test."
)
@click.option("--outcome", metavar="ID", help="The outcome that --sensitivity is about; the headline by default.")
@click.option(
    "--confirm", type=click.IntRange(0), default=CONFIRMED, show_default=True,
    help="Assumptions that --sensitivity solves for in tornado and flip test; 0 for the emulator alone.",
)  # fmt: skip
@click.option("--run", "run_name", metavar="RUN", help="The run to go on from: folder or id; by default the one finished last.")
@runs_option
@click.option("--draws", type=click.IntRange(2), help="Draws of the run in which the games are solved anew; 16 by default.")
@click.option("--processes", type=click.IntRange(1), help="Local processes; one a core by default. The result is the same.")
@scheduler_option
def command(
    case: str | None,
    levers: tuple[str, ...],
    as_one: bool,
    indicators: bool,
    weeks: int,
    sensitivity: bool,
    outcome: str | None,
    confirm: int,
    run_name: str | None,
    runs: Path | None,
    draws: int | None,
    processes: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """A lever is one of the case, an option of its game, ADDRESS=VALUE (an assumption from today on), or ACTOR.MOVE (forced once;
    ACTOR.MOVE=believed if the others take it for chosen). Without --lever, --indicators and --sensitivity, the levers of the case
    are listed.
    """
    from openparley.forecast.fitting import LEVER_DRAWS
    from openparley.forecast.following import write_indicators
    from openparley.forecast.hinges import write_hinges
    from openparley.forecast.hinging import headline_of, run_hinges
    from openparley.forecast.watching import watch_run
    from openparley.forecast.whatif import what_if, write_whatif

    if outcome and not sensitivity:
        raise click.UsageError("--outcome is of --sensitivity.", click.get_current_context())
    resumed = _resumed(case, run_name, runs)
    typed = shown(case) if case else f"--run {shown(resumed.finished.folder)}"
    data: dict[str, Any] = {"run": resumed.finished.id, "case": resumed.case.name}
    wrote: list[Path] = []
    most = draws or LEVER_DRAWS
    try:
        with staged_progress(quiet=as_json) as show:
            where: dict[str, Any] = {"processes": processes, "scheduler": scheduler, "progress": show}
            found = what_if(resumed, levers, as_one=as_one, most=most, **where) if levers else None
            watched = watch_run(resumed, weeks, most=most, **where) if indicators else None
            hinges = None
            if sensitivity:
                edges = edges_of(resumed.case)
                hinges = run_hinges(resumed, outcome=outcome, edges=edges, solved_draws=most, confirm=confirm, **where)
    except KeyboardInterrupt:
        click.echo("Stopped: finished draws are kept; run the same command again to go on.", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    if found is not None:
        wrote += write_whatif(found)
        data |= found.as_json()
        print_parts(lever_parts(found), as_json)
    if watched is not None:
        wrote += write_indicators(watched)
        data["indicators"] = watched.as_json()
        print_parts(indicator_parts(watched), as_json)
    if hinges is not None:
        about = hinges[0].outcome
        wrote += write_hinges(hinges[0], resumed.finished.folder, suffix="" if about == headline_of(resumed) else f"-{about}")
        data["sensitivity"] = hinge_data(hinges[0], resumed, hinges[1])
        print_parts(hinge_parts(hinges[0], resumed, hinges[1], shown(case or resumed.case.name)), as_json)
    if not wrote:
        rows = known_levers(resumed)
        data["levers"] = [dict(zip(("name", "kind", "by", "what"), row, strict=True)) for row in rows]
        print_parts([(("lever", "kind", "pulled by", "what it is"), rows)], as_json)
        finish(as_json, data, then=f"parley whatif {typed} --lever {rows[0][0] if rows else 'ACTOR.MOVE'}")
        return
    finish(as_json, data, wrote=wrote, then=f"parley brief {shown(case)}" if case else None)


def _resumed(case: str | None, run_name: str | None, runs: Path | None) -> Resumption:
    from openparley.forecast.runs import find_run, latest_run
    from openparley.forecast.whatif import resume
    from openparley.record.case import open_case, runs_dir

    if case is None and run_name is None:
        raise click.UsageError("name a CASE, or a run with --run.", click.get_current_context())
    if case is not None:
        opened = open_case(case, extra_checks=case_checks())
        folder = runs or runs_dir(opened)
        return resume(opened, find_run(run_name, [folder]) if run_name else latest_run(folder, shown(case)))
    places = [runs] if runs else [Path("runs"), *sorted(Path("parley-out").glob("*/runs")), *sorted(Path.cwd().glob("*/runs"))]
    finished = find_run(run_name or "", places)
    return resume(_case_of(finished.folder, finished.case), finished)


def _case_of(folder: Path, name: str) -> Case:
    """The case of a run: the folder that the run lies in, else the bundled one of its name."""
    from openparley.errors import CaseError
    from openparley.record.case import open_case

    home = folder.resolve().parent.parent
    if (home / "case.toml").is_file():
        return open_case(home, extra_checks=case_checks())
    try:
        return open_case(name, extra_checks=case_checks())
    except CaseError as problem:
        message = f"the run does not lie in the folder of its case “{name}”, and there is none bundled: {problem}"
        raise CaseError(message, hint=f"Name the case: parley whatif CASE --run {shown(folder)}") from None
