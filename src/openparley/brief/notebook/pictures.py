"""The brief's charts for a result alone: what the case would say and is not at hand is named by its id."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from altair.utils.schemapi import debug_mode

from openparley.brief.charts import discover
from openparley.brief.charts._look import PAPER, panels
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.notebook.view import Pictures
from openparley.brief.svg import svg
from openparley.forecast.forecast import Forecast
from openparley.infer.posterior import NONE_OF_THESE, AbsoluteFit, Diagnostics, Posterior
from openparley.record.case import Case
from openparley.record.casefile import Account, Actor, CaseFile, Outcome

LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL)
LEADS = re.compile(r' (?:href|tabindex|aria-label)="[^"]*"')


def pictures(
    names: Sequence[str], posterior: Posterior | None = None, forecast: Forecast | None = None, case: Case | None = None
) -> Pictures:
    """Title and SVG of every panel of the charts named; none of a chart that the package has not, or that has nothing to show.

    Parameters
    ----------
    case
        The case, where it is known: it gives accounts and outcomes their names.
    """
    context = context_of(posterior, forecast, case)
    return [picture for name in names if name in discover() for picture in drawn(name, context)]


def drawn(name: str, context: Context) -> Iterator[tuple[str, str]]:
    """The panels of one chart, as the brief draws them but without links: a notebook has no traces to lead to."""
    module = discover()[name]
    rows = module.data(context)
    with debug_mode(False):  # see `openparley.brief.svg.specification`
        for panel, group in panels(rows).items():
            # a page of many cells needs ids of its own for each picture
            prefix = f"nb-{hashlib.sha256(json.dumps([name, group], sort_keys=True, default=str).encode()).hexdigest()[:10]}"
            title = f"{module.TITLE}: {panel}"
            yield title, on_paper(unlinked(svg(module.chart(group), prefix, title, "")))


def on_paper(picture: str) -> str:
    """The picture on the brief's paper, so that dark ink can be read where a notebook is dark."""
    return picture.replace("</title>", f'</title><rect width="100%" height="100%" fill="{PAPER}"/>', 1)


def unlinked(picture: str) -> str:
    """The picture without its links; what a link says of the ink of its marks stays.

    Examples
    --------
    >>> unlinked('<a href="#n-p" tabindex="-1" fill="red"><path d="M0,0h1"/></a>')
    '<g fill="red"><path d="M0,0h1"/></g>'
    """
    return LINK.sub(lambda link: f"<g{LEADS.sub('', link[1])}>{link[2]}</g>", picture)


def context_of(posterior: Posterior | None = None, forecast: Forecast | None = None, case: Case | None = None) -> Context:
    """What the charts ask of, with nothing in the place of what is not there."""
    case = case or bare_case(posterior, forecast)
    return Context(Facts.of(case), posterior or no_posterior(), forecast or no_forecast(), {}, lexicon("numeric"))


def no_posterior(**parts: Any) -> Posterior:
    """A posterior of nothing but the parts given, so that what writes a whole one writes a part."""
    nan = math.nan
    empty: dict[str, Any] = {
        "rounds": (), "accounts": {}, "moves": (), "fit": AbsoluteFit(0, nan, nan, nan, 0, 0.0), "assumptions": {},
        "diagnostics": Diagnostics(0, nan, nan, False, nan, nan), "certificate": {}, "draws": {}, "weights": np.zeros(0), "status": "",
    }  # fmt: skip
    return Posterior(**empty | parts)


def no_forecast(**parts: Any) -> Forecast:
    """A forecast of nothing but the parts given."""
    return Forecast(**{"weeks": (), "outcomes": {}, "levers": {}, "futures": 0, "futures_sample": {}} | parts)


def bare_case(posterior: Posterior | None, forecast: Forecast | None) -> Case:
    """A case that knows of a result only what the result says: accounts and actors are called by their ids."""
    paths = posterior.accounts if posterior else {}
    accounts = tuple(
        Account.model_construct(id=label, actor=path.actor, name="", statement="", basis=())
        for path in paths.values()
        for label in path.labels
        if label != NONE_OF_THESE
    )
    outcomes = tuple(
        Outcome.model_construct(id=one.id, name=one.name, what=one.name, headline=False)
        for one in (forecast.outcomes.values() if forecast else ())
    )
    weeks = (forecast.weeks if forecast else ()) or (posterior.rounds if posterior else ())
    actors = {id: Actor.model_construct(name=id, role="party") for id in paths}
    file = CaseFile.model_construct(
        name="result", title="", fictional=False, question="", lexicon="numeric", actors=actors, accounts=accounts, model=None,
        assumptions=(), outcomes=outcomes, levers=(), observations=(),
        cutoff=weeks[0].start if weeks else None,
    )  # fmt: skip
    nothing: Mapping[str, Any] = {}
    return Case(Path(), file, nothing, nothing, (), False, nothing, nothing, (), (), nothing)
