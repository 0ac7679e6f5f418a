"""What if: pull levers on a finished run, or list the moves to watch for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openparley.cli._fitting import runs_option
from openparley.cli._frame import case_checks, finish, print_table, shown, verb
from openparley.cli._interrupt import INTERRUPTED
from openparley.cli._progress import staged_progress

if TYPE_CHECKING:
    from openparley.forecast.indicators import Indicator
    from openparley.forecast.watching import Watched
    from openparley.forecast.whatif import Resumption, WhatIf
    from openparley.record.case import Case

WEEKS = 4
LEAST = 0.0005  # nats; less is printed as nothing
LISTED = 5  # indicators a group on the screen; all of them are in indicators.csv
KINDS = {
    "commitment": "a lever: somebody binds itself",
    "forced_move": "a lever: a move forced once",
    "motive": "nobody's lever: a motive changes",
    "circumstance": "nobody's lever: chance changes",
}


@verb(
    "parley whatif strait-talks --lever deadline_binds",
    "parley whatif strait-talks --lever mediator.enforce --lever support_guaranteed --together",
    "parley whatif --run ./my-case/runs/1f2972baf641 --lever weight.mediator.H3.sanction_price=-0.5 --json",
    "parley whatif strait-talks --indicators --weeks 4",
)
@click.argument("case", required=False)
@click.option("--lever", "levers", multiple=True, metavar="NAME[=VALUE]", help="What is changed from today on; may be given several times.")
@click.option("--together", "as_one", is_flag=True, help="Pull all levers at once, as one; else each alone.")
@click.option("--indicators", is_flag=True, help="List the next moves that would tell the accounts apart, best first.")
@click.option("--weeks", type=click.IntRange(1), default=WEEKS, show_default=True, help="Rounds ahead that indicators are watched for.")
@click.option("--run", "run_name", metavar="RUN", help="The run to go on from: folder or id; by default the one finished last.")
@runs_option
@click.option("--draws", type=click.IntRange(2), help="Draws of the run in which the games are solved anew; 16 by default.")
@click.option("--processes", type=click.IntRange(1), help="Local processes; one a core by default. The result is the same.")
def command(
    case: str | None,
    levers: tuple[str, ...],
    as_one: bool,
    indicators: bool,
    weeks: int,
    run_name: str | None,
    runs: Path | None,
    draws: int | None,
    processes: int | None,
    as_json: bool,
) -> None:
    """A lever is one of the case, an option of its game, ADDRESS=VALUE (an assumption from today on), or ACTOR.MOVE (forced once;
    ACTOR.MOVE=believed if the others take it for chosen). Without --lever and --indicators, the levers of the case are listed.
    """
    from openparley.forecast.fitting import LEVER_DRAWS
    from openparley.forecast.watching import watch_run, write_indicators
    from openparley.forecast.whatif import what_if, write_whatif

    resumed = _resumed(case, run_name, runs)
    typed = shown(case) if case else f"--run {shown(resumed.finished.folder)}"
    data: dict[str, Any] = {"run": resumed.finished.id, "case": resumed.case.name}
    wrote: list[Path] = []
    most = draws or LEVER_DRAWS
    try:
        with staged_progress(quiet=as_json) as show:
            found = what_if(resumed, levers, as_one=as_one, most=most, processes=processes, progress=show) if levers else None
            watched = watch_run(resumed, weeks, most=most, processes=processes, progress=show) if indicators else None
    except KeyboardInterrupt:
        click.echo("Stopped: finished draws are kept; run the same command again to go on.", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    if found is not None:
        wrote += write_whatif(found)
        data |= found.as_json()
        _print(_levers(found), as_json)
    if watched is not None:
        wrote += write_indicators(watched)
        data["indicators"] = watched.as_json()
        _print(_indicators(watched), as_json)
    if found is None and watched is None:
        rows = _known(resumed)
        data["levers"] = [dict(zip(("name", "kind", "by", "what"), row, strict=True)) for row in rows]
        _print([(("lever", "kind", "pulled by", "what it is"), rows)], as_json)
        finish(as_json, data, then=f"parley whatif {typed} --lever {rows[0][0] if rows else 'ACTOR.MOVE'}")
        return
    finish(as_json, data, wrote=wrote, then=f"parley brief {shown(case)}" if case else None)


Part = str | tuple[tuple[str, ...], list[tuple[str, ...]]]


def _print(parts: list[Part] | Iterator[Part], as_json: bool) -> None:
    """Sentences and tables; nothing with ``--json``."""
    for part in parts:
        if as_json:
            continue
        if isinstance(part, str):
            click.echo(part)
        else:
            print_table(*part)
            click.echo("")


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


def _known(resumed: Resumption) -> list[tuple[str, ...]]:
    """Levers of the case, and one example of every other kind."""
    from openparley.forecast.lever_names import game_options

    model = resumed.model
    rows = [(id, KINDS.get(lever.pulls, lever.pulls), lever.actor, lever.statement) for id, lever in model.levers.items()]
    rows += [(name, KINDS["commitment"], "", "an option of the game") for name in game_options(model) if name not in model.levers]
    rows += [(f"{actor}.MOVE", KINDS["forced_move"], actor, ", ".join(model.layout.moves[actor])) for actor in model.actors]
    return [
        *rows,
        ("ADDRESS=VALUE", "an assumption from today on", "", "weight.…, precision.…, propensity.…, discount.…, drift.…, chance.…"),
    ]


def _levers(found: WhatIf) -> Iterator[Part]:
    """Three columns for every outcome, gains below, for every lever."""
    from openparley.brief.words import estimate_words, points, points_range
    from openparley.forecast.whatif import NO_DIFFERENCE, tells

    until = found.run.weeks[-1][1]
    for lever in found.levers.values():
        who = f", {lever.actor}" if lever.actor else ""
        yield f"{lever.name} ({KINDS.get(lever.pulls, lever.pulls)}{who})"
        rows = []
        for effect in lever.effects.values():
            change, error = effect.difference, effect.difference.mcse
            said = (
                points(change.value, error),
                points_range(change.low50, change.high50, error),
                points_range(change.low, change.high, error),
            )
            without, ahead = (" ".join(f"{word}" for word in estimate_words(number)[:1]) for number in (effect.without, effect.with_lever))
            cells = (*said, f"{100 * error:.1f}") if tells(change) else (NO_DIFFERENCE, "", "", f"{100 * error:.1f}")
            rows.append((found.names[effect.outcome], without, ahead, *cells))
        yield (f"by {until}", "without", "with", "difference", "50 % range", "90 % range", "Monte Carlo error, points"), rows
        yield ("gain from today", "of", "mean", "90 % range", ""), [_gain(actor, lever, gain) for actor, gain in lever.gains.items()]
        if left := [actor for actor in lever.units if actor not in lever.gains]:
            yield f"No gain is given for {' and '.join(left)}: what is worth what to it is what changes.\n"
    yield f"In {found.draws[0]} of {found.draws[1]} draws, {found.futures} futures each, on the random numbers of the run {found.run.id}."
    yield from (f"Note: {note}" for note in found.notes)


def _gain(actor: str, lever: Any, gain: Any) -> tuple[str, ...]:
    from openparley.brief.words import decimal
    from openparley.forecast.whatif import NO_DIFFERENCE, tells

    unit = lever.units[actor].replace("_", " ")
    verdict = "" if not tells(gain) else "gains" if gain.value > 0 else "loses"
    ends = f"{decimal(gain.low, gain.mcse)} to {decimal(gain.high, gain.mcse)}"
    return (actor, unit, decimal(gain.value, gain.mcse), ends, verdict or NO_DIFFERENCE)


def _indicators(found: Watched) -> Iterator[Part]:
    """The moves to watch for, by what they are about, and what became of earlier ones."""
    from openparley.brief.words import percent

    groups: dict[tuple[str, tuple[str, ...]], list[Indicator]] = {}
    for row in found.indicators:
        groups.setdefault((row.about, row.between), []).append(row)
    for (about, between), rows in groups.items():
        labels = list(rows[0].probs)
        what = f"{between[0]} or {between[1]}" if between else "all its accounts"
        yield f"What would tell {what} apart ({about})"
        columns = ("report of", "expected gain, nats", *(f"under {label}" for label in labels), "half of it by", "last seen", "read from")
        yield (
            columns,
            [
                (
                    f"{row.actor}.{row.move}",
                    f"{row.gain:.3f}",
                    *(percent(row.probs[label].value, row.probs[label].mcse) for label in labels),
                    str(row.half_by),
                    str(row.last_seen or "never"),
                    row.read_from,
                )
                for row in [row for row in rows if row.gain >= LEAST][:LISTED]
            ],
        )
    if not found.indicators:
        yield "No report is expected to tell any accounts apart by more than chance would."
    else:
        for actor, outlets in {row.actor: row.outlets for row in found.indicators if row.outlets}.items():
            yield f"Moves of {actor} were reported so far in: {outlets}."
        yield f"By {found.indicators[0].by}; a report counts from {found.since} on. Indicators that chance would match are left out."
    if found.followed:
        yield "Indicators of earlier runs"
        rows = [
            (
                old.run, f"{old.indicator.actor}.{old.indicator.move}", old.indicator.about, str(old.indicator.by), old.state,
                str(old.on or ""), ", ".join(f"{label} {value:.2f}" for label, value in old.charged.items()),
            )
            for old in found.followed
            if not old.indicator.between
        ]  # fmt: skip
        yield ("run", "report of", "about", "by", "state", "on", "silence, already charged (log probability)"), rows
