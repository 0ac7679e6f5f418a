"""Solve a game in Gambit's file format: its logit equilibria at a precision, and the branch they lie on.

FILE.efg is a finite game in extensive form. The branch of agent logit equilibria that begins at λ = 0, where all play at
random, is followed past the wanted precision, so that every equilibrium that it meets there is found. The status tells
whether the answer is the only one on the branch, and how far the branch was followed.

Exit code 0: λ was reached and settled. 1: the file is wrong, or λ was not reached or not settled; what was found is
printed all the same, with its status and its own λ. 130: interrupted; the same.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openparley.cli._frame import finish, verb, warn
from openparley.cli._interrupt import INTERRUPTED, Work, attend, compilation
from openparley.errors import Complaint, GameError, did_you_mean

if TYPE_CHECKING:
    from openparley.game.tree import Tree
    from openparley.solve.solution import Solution
    from openparley.solve.trees.behaviour import TreeBehaviour

PRECISION, POINTS, MOST_POINTS = 1.0, 21, 10_001
DEFAULT_CHART = "-"


def _number(ctx: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and not (math.isfinite(value) and (value > 0 or (value == 0 and parameter.name == "precision"))):
        least = "0 or more" if parameter.name == "precision" else "above 0"
        raise click.BadParameter(f"found {value:g}; a finite number {least} is allowed.", ctx, parameter)
    return value


def _path(ctx: click.Context, parameter: click.Parameter, value: str | None) -> tuple[float, ...] | None:
    """The precisions of a path."""
    if value is None:
        return None
    low, _, rest = value.partition(":")
    high, _, points = rest.partition(":")
    try:
        first, last, count = float(low), float(high), int(points or POINTS)
    except ValueError:
        raise click.BadParameter(f"found “{value}”; A:B or A:B:N is allowed, as in 0:5 or 0:5:11.", ctx, parameter) from None
    if not (math.isfinite(last) and 0 <= first <= last):
        raise click.BadParameter(f"found “{value}”; finite precisions with 0 ≤ A ≤ B are allowed.", ctx, parameter)
    if not 2 <= count <= MOST_POINTS:
        raise click.BadParameter(f"found {count} points; 2 to {MOST_POINTS:,} are allowed.", ctx, parameter)
    # The ends are met exactly.
    return tuple(dict.fromkeys((first * (count - 1 - k) + last * k) / (count - 1) for k in range(count)))


@dataclass(frozen=True)
class _Answer:
    solutions: tuple[Solution[TreeBehaviour], ...]
    notes: tuple[str, ...]
    picture: str | None


@verb(
    "parley solve game.efg --precision 2",
    "parley solve game.efg --precision 4.5 --json --all",
    "parley solve game.efg --precision-path 0:5:11",
    "parley solve game.efg --precision 5 --chart branch.svg --max-seconds 60",
)
@click.argument("file", metavar="FILE.efg")
@click.option("--precision", type=float, metavar="L", callback=_number, help=f"λ ≥ 0, per unit of payoff; {PRECISION:g} unless given.")
@click.option(
    "--precision-path", "path", metavar="A:B[:N]", callback=_path, help=f"N precisions from A to B, {POINTS} unless given, instead of one."
)
@click.option("--max-seconds", type=float, metavar="S", callback=_number, help="Follow the branch no longer; what was found is printed.")
@click.option(
    "--chart", is_flag=False, flag_value=DEFAULT_CHART, metavar="[FILE.svg]", help="Draw the branch; into this folder without a name."
)
@click.option("--all", "all_of_it", is_flag=True, help="Every information set; in JSON the further equilibria too, as “others”.")
def command(
    file: str, precision: float | None, path: tuple[float, ...] | None, max_seconds: float | None, chart: str | None, all_of_it: bool,
    as_json: bool,
) -> int:  # fmt: skip
    """Solve in a thread, so that Ctrl-C is answered at once, and print."""
    if precision is not None and path is not None:
        raise click.UsageError("--precision and --precision-path exclude each other.")
    precisions = path or (PRECISION if precision is None else precision,)
    picture = _chart_file(file, chart, precisions)
    work = Work(f"reading {file}", unit="λ = ")
    ended = attend(work, lambda: _solve(file, precisions, max_seconds, picture is not None, work), quiet=as_json)
    if ended.result is None:
        found = Complaint(file, None, None, None, None, None, f"interrupted while {work.words()}; there is no result yet.")
        warn([found], as_json)
        return INTERRUPTED
    answer = ended.result
    _print(answer, is_path=path is not None, as_json=as_json, all_of_it=all_of_it)
    if picture is not None and answer.picture is not None:
        picture.write_text(answer.picture, encoding="utf-8")
        if not as_json:
            click.echo("")
            finish(False, {}, wrote=[picture])
    if ended.interrupted:
        return INTERRUPTED
    missed = [solution for solution in answer.solutions if not _settled(solution)]
    if missed:
        hint = "More time (--max-seconds) or a lower precision may help."
        warn([Complaint(file, None, None, one.settings["precision"], None, hint, one.status) for one in missed[:1]], as_json)
    return 1 if missed else 0


def _chart_file(file: str, chart: str | None, precisions: Sequence[float]) -> Path | None:
    if chart is None:
        return None
    found = Path(Path(file).stem + ".svg") if chart == DEFAULT_CHART else Path(chart)
    if found.suffix != ".svg":
        raise click.UsageError(f"--chart writes SVG; found the name “{chart}”, and a name that ends in .svg is allowed.")
    if not found.parent.is_dir():
        raise click.UsageError(f"--chart: there is no folder “{found.parent}”.")
    if max(precisions) == 0:
        raise click.UsageError("--chart draws the branch from λ = 0 on; give a precision above 0.")
    return found


def _solve(file: str, precisions: Sequence[float], max_seconds: float | None, picture: bool, work: Work) -> _Answer:
    """Everything that takes time: reading, checking, following the branch, drawing."""
    tree, notes = _read(file)
    work.begin("loading the solver")
    from openparley.solve.logit_qre import LogitQRE, solve_tree_path

    method = LogitQRE(precision=max(precisions), max_seconds=max_seconds, picture=picture)
    work.begin("following the branch")
    with compilation(work):
        solutions = solve_tree_path(tree, method, precisions, work.progress, cancel=lambda: work.cancelled)
    drawn = None
    if picture and not work.cancelled:
        work.begin("drawing")
        from openparley.brief.branch import branch_svg

        drawn = branch_svg(solutions)
    return _Answer(solutions, notes, drawn)


def _read(file: str) -> tuple[Tree, tuple[str, ...]]:
    """The game in a file, with what is odd about it."""
    try:
        Path(file).open("rb").close()
    except OSError as error:
        near = did_you_mean(Path(file).name, [found.name for found in Path(file).parent.glob("*.efg")])
        allowed = "a game in Gambit's file format, .efg"
        raise GameError(Complaint(file, None, None, file, allowed, near, f"{(error.strerror or str(error)).rstrip('.')}.")) from None
    from openparley.game.efg import read_efg_file
    from openparley.game.tree_check import NOTE, check_tree

    tree = read_efg_file(file)
    messages = check_tree(tree)
    wrong = [text for text in messages if not text.startswith(NOTE)]
    if wrong:
        raise GameError(Complaint(file, None, None, None, None, None, text) for text in wrong)
    return tree, tuple(text.removeprefix(NOTE) for text in messages)


def _print(answer: _Answer, *, is_path: bool, as_json: bool, all_of_it: bool) -> None:
    from openparley.cli._solved import as_data, print_path, print_solution

    if as_json:
        data = [as_data(solution, all_of_it=all_of_it) for solution in answer.solutions]
        click.echo(json.dumps({"path": data} if is_path else data[0], ensure_ascii=False, indent=2, allow_nan=False))
        return
    if is_path:
        print_path(answer.solutions)
    else:
        print_solution(answer.solutions[0], all_of_it=all_of_it)
    for note in answer.notes:
        click.echo(f"\nNote: {note}")


def _settled(solution: Solution[TreeBehaviour]) -> bool:
    from openparley.solve.solution import NOT_UNIQUE, SOLVED

    return solution.status.startswith((SOLVED, NOT_UNIQUE))
