"""The command line: one verb a file, found by looking; thin: parse, call one library function, print.

Nothing heavy is imported before a verb runs, so that ``parley --help`` answers at once.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from openparley import __version__
from openparley.errors import Complaint, ParleyError, did_you_mean

__all__ = ["main", "verbs"]

FOLDER = Path(__file__).resolve().parent
# The order of work; a verb that is not named here comes after those that are.
ORDER = (
    "cases",
    "new",
    "add",
    "read",
    "check",
    "accept",
    "reject",
    "edit",
    "remove",
    "review",
    "ledger",
    "agreement",
    "solve",
    "fit",
    "backtest",
    "whatif",
    "ask",
    "score",
    "brief",
    "compare",
    "describe",
    "export",
)
USAGE, OURS = 2, 3
# What a shell reports for a program ended by Ctrl-C.
INTERRUPTED = 130


def verbs() -> list[str]:
    """The verbs that exist, in the order of work."""
    found = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
    return sorted(found, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


def first_line(verb: str) -> str:
    """A verb's one-line help, read without importing it: the first line of its file's docstring."""
    with open(FOLDER / f"{verb}.py", encoding="utf-8") as file:
        return file.readline().strip().strip('"').rstrip(".")


class Verbs(click.Group):
    """The group of all verbs, each imported when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of work."""
        return verbs()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one verb."""
        return importlib.import_module(f"openparley.cli.{cmd_name}").command if cmd_name in verbs() else None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb that was typed, or guess which one was meant."""
        if args and not args[0].startswith("-") and args[0] not in verbs():
            hint = did_you_mean(args[0], verbs()) or "`parley --help` lists the verbs."
            raise click.UsageError(f"there is no verb “{args[0]}”. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs with their first lines."""
        with formatter.section("Verbs, in the order of work"):
            formatter.write_dl([(name, first_line(name)) for name in verbs()])


@click.command(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="`parley VERB --help` shows examples. Exit codes: 0 ok, 1 your input, 2 usage, 3 our fault.",
)
@click.version_option(__version__, prog_name="parley", message="%(prog)s %(version)s")
def group() -> None:
    """From reports of a negotiation to a cited record, a game between actors with uncertain motives, and a brief."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and leave with its exit code: 0 ok, 1 the input, 2 usage, 3 our fault."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is None:
        # our matrices are small: threads of the linear algebra would wait for each other, in every worker process
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no typographic quotation marks shows a “?” in their place and the rest of the message.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    code = _run(argv, as_json="--json" in argv)
    if arguments is None:
        sys.exit(code)
    return code


def _run(argv: list[str], *, as_json: bool) -> int:
    """Run the verbs; whatever goes wrong becomes a message and an exit code."""
    try:
        result = group.main(args=argv, prog_name="parley", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted; what was acknowledged is on disk.", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        _usage(error, as_json)
        return USAGE
    except ParleyError as error:
        _complain(error.complaints, as_json)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read our output has enough; without this Python complains once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.filename is None and error.errno is None:
            return _ours(error, as_json)
        reason = (error.strerror or str(error)).rstrip(".")
        _complain((Complaint(str(error.filename) if error.filename else None, None, None, None, None, None, f"{reason}."),), as_json)
        return 1
    except Exception as error:
        return _ours(error, as_json)
    return result if isinstance(result, int) else 0


def _usage(error: click.ClickException, as_json: bool) -> None:
    message = error.format_message()
    context = getattr(error, "ctx", None)
    hint = None if context is None else f"`{context.command_path} --help` shows examples."
    if as_json:
        _complain((Complaint(None, None, None, None, None, hint, message),), as_json)
        return
    if context is not None:
        click.echo(context.get_usage(), err=True)
    click.echo(f"parley: {message}" + (f"\n{hint}" if hint else ""), err=True)


def _complain(complaints: Sequence[Complaint], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"errors": [found.as_json() for found in complaints]}, ensure_ascii=False), err=True)
        return
    for found in complaints:
        click.echo(str(found), err=True)
    if len(complaints) > 1:
        click.echo(f"{len(complaints)} mistakes, the most likely cause first.", err=True)


def _ours(error: Exception, as_json: bool) -> int:
    """Say that it is our fault, and where the details are."""
    details = "".join(traceback.format_exception(error))
    if os.environ.get("PARLEY_DEBUG") == "1":
        click.echo(details, err=True)
    with tempfile.NamedTemporaryFile("w", prefix="parley-", suffix=".txt", delete=False, encoding="utf-8", errors="replace") as file:
        file.write(f"parley {__version__}, Python {sys.version}\n{' '.join(sys.argv)}\n\n{details}")
    hint = f"Details are in {file.name}; please send them to us. PARLEY_DEBUG=1 shows them here."
    message = f"this is our fault, not yours: {type(error).__name__}: {error}".split("\n")[0]
    _complain((Complaint(None, None, None, None, None, hint, message + ("" if message.endswith(".") else ".")),), as_json)
    return OURS
