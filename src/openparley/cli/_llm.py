"""Options of ``parley read`` for the coder that asks a language model, and the answer of its permutation test."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from openparley.cli._frame import finish, print_table, rows_as_json, shown
from openparley.cli._progress import EVERY_SECONDS

if TYPE_CHECKING:
    from openparley.record.case import Case
    from openparley.record.coders.coder import Coder
    from openparley.record.coders.llm.coder import LLMCoder, Settings

__all__ = ["coder_maker", "llm_options", "permuted", "tokens"]

_Function = TypeVar("_Function", bound=Callable[..., Any])
_OPTIONS = (
    click.option("--coder", type=click.Choice(["rules", "llm"]), default="rules", show_default=True, help="Rules, or a language model."),
    click.option("--endpoint", metavar="URL", help="For llm: an OpenAI-compatible server, such as http://127.0.0.1:8080/v1."),
    click.option("--model", metavar="NAME", help="For llm: the model's name at the endpoint."),
    click.option("--api-key-env", metavar="NAME", help="For llm: environment variable that holds the key; none is sent otherwise."),
    click.option("--temperature", type=float, default=0.0, show_default=True, help="For llm: handed on to the endpoint."),
    click.option("--seed", type=int, default=0, show_default=True, help="For llm: handed on to the endpoint."),
    click.option("--budget", type=int, metavar="TOKENS", help="For llm: tokens to spend at most, questions and answers."),
    click.option("--timeout", type=float, default=120.0, show_default=True, metavar="SECONDS", help="For llm: time for one answer."),
    click.option("--workers", type=int, default=4, show_default=True, metavar="N", help="For llm: questions under way at once, 1 to 8."),
    click.option("--cache/--no-cache", "use_cache", default=True, help="For llm: keep answers in the case's cache/llm and use them again."),
    click.option("--permute", type=click.IntRange(1, 50), metavar="N", help="For llm: test N times how other labels change the coding."),
)
_NEEDED = ("endpoint", "model")


def llm_options(function: _Function) -> _Function:
    """Add the options; they arrive as ``coder`` and the keywords of `Settings`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def coder_maker(coder: str, options: Mapping[str, Any], as_json: bool) -> tuple[Callable[[Case], Coder], list[LLMCoder]]:
    """What makes the coder from the case, and a list that holds the model's coder once it is made."""
    made: list[LLMCoder] = []
    if coder == "rules":
        _refuse(options)
        from openparley.record.coders.rules import RulesCoder

        return RulesCoder.of, made
    from openparley.record.coders.llm import LLMCoder

    settings = _settings(options)

    def make(case: Case) -> Coder:
        made.append(LLMCoder.of(case, settings, progress=None if as_json else _lines()))
        return made[0]

    return make, made


def tokens(made: Sequence[LLMCoder]) -> dict[str, int] | None:
    """What a reading cost; None when no model was asked."""
    return {"spent": made[0].budget.spent, "questions": made[0].budget.calls, "estimated": made[0].budget.estimated} if made else None


def permuted(root: Path, sources: Sequence[str], texts: Path | None, rounds: int, options: Mapping[str, Any], as_json: bool) -> None:
    """Run the permutation test and print it; the record is left alone."""
    from openparley.record.case import open_case
    from openparley.record.coders.llm.permute import documents, permute

    case = open_case(root)
    found = documents(case, sources, texts)
    rows = permute(case, _settings(options), found, rounds, progress=None if as_json else _lines())
    if not as_json:
        headers = ("what is changed", "events", "found again", "other type", "new", "changed", "other entries", "found again")
        share = ["–" if row.changed_share is None else f"{row.changed_share:.2f}" for row in rows]
        table = [
            (row.says, row.events, row.kept, row.retyped, row.added, text, row.others, row.others_kept)
            for row, text in zip(rows, share, strict=True)
        ]
        print_table(headers, table)
        counted = f"{rounds} {'round' if rounds == 1 else 'rounds'} over {len(found)} {'document' if len(found) == 1 else 'documents'}"
        click.echo(f"{counted}. What names or order change beyond the first line is their doing.")
    data = {"permute": [{**row, "changed": found.changed_share} for row, found in zip(rows_as_json(rows), rows, strict=True)]}
    finish(as_json, data, then=f"parley read {shown(root)} --coder llm …")


def _settings(options: Mapping[str, Any]) -> Settings:
    from openparley.record.coders.llm import Settings

    missing = [f"--{name}" for name in _NEEDED if not options[name]]
    if missing:
        raise click.UsageError(f"--coder llm needs {' and '.join(missing)}.", click.get_current_context())
    return Settings(**{key: value for key, value in options.items() if key != "permute"})


def _refuse(options: Mapping[str, Any]) -> None:
    """An option that would do nothing is a mistake."""
    context = click.get_current_context()
    given = [key for key in options if context.get_parameter_source(key) == ParameterSource.COMMANDLINE]
    if given:
        name = "cache" if given[0] == "use_cache" else given[0].replace("_", "-")
        raise click.UsageError(f"--{name} is for --coder llm.", context)


def _lines() -> Callable[[str], None]:
    """Show a line now and then."""
    last = time.monotonic()

    def show(line: str) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY_SECONDS:
            last = time.monotonic()
            click.echo(line, err=True)

    return show
