"""Review a record in the browser: a local page with queue, text and form, and the runs beside it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from openparley.cli._fitting import runs_option
from openparley.cli._frame import by_option, verb


@verb(
    "parley review ./my-case",
    "parley review ./my-case --by anna --blind",
    "parley review ./my-case --port 8137 --no-browser",
)
@click.argument("case")
@by_option
@click.option("--blind", is_flag=True, help="Read alone: see nobody else's decisions and no results; yours decide nothing yet.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Port on this machine; any free one by default.")
@click.option("--browser/--no-browser", default=True, help="Open the page in the browser.")
@runs_option
def command(case: str, by: str, blind: bool, port: int, browser: bool, runs: Path | None, as_json: bool) -> None:
    """Only this machine can reach the page, and only with the token in the address that is printed. Ctrl-C ends the server; every act
    that the page has shown as done is in reviews.jsonl by then. Nothing is asked of the network.
    """
    from openparley.errors import Complaint, ParleyError
    from openparley.record.case import find_case

    try:
        from openparley.review.app import serve
    except ModuleNotFoundError as missing:
        if missing.name not in ("starlette", "uvicorn"):
            raise
        message = f"the app needs the package {missing.name}, which is not installed."
        raise ParleyError(Complaint(None, None, None, None, None, "Install it: pip install 'openparley[review]'", message)) from None

    def began(address: str) -> None:
        click.echo(json.dumps({"address": address, "case": case, "by": by, "blind": blind}) if as_json else f"Open {address}\nCtrl-C ends.")
        if browser:
            click.launch(address)

    serve(find_case(case), by, blind=blind, runs=runs, port=port, began=began)
