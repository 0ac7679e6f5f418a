"""Submodels: where each is explained and what of its sources was read; levers; every assumption."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Sequence
from importlib import resources
from typing import Any

from openparley.brief.card.card import Element, Table
from openparley.brief.card.subject import Subject, exact, family_page, first_sentence
from openparley.brief.words import counted, listed
from openparley.game.families import FAMILIES
from openparley.infer.model import DEFAULTS
from openparley.record.casefile import ADDRESSES, Assumption

ORIGIN = "the case, the family and the documentation"
NOT_RECORDED = "not recorded here; see the page"
# Heads of addresses → what a group of assumptions is about.
GROUPS = {
    "weight": "Weights of interests",
    "precision": "Precision of choice",
    "propensity": "Base propensities of moves",
    "prior": "First beliefs",
    "drift": "Drift of accounts",
    "discount": "Discounts",
    "chance": "Chances",
    "detection": "Detection of moves",
    "error": "Errors of reports",
    "confusion": "What a wrong report names",
    "none": "None of these",
}


def known_sources() -> dict[str, Any]:
    """What is recorded of the works behind submodels and families."""
    return tomllib.loads(resources.files("openparley.brief.card").joinpath("sources.toml").read_text(encoding="utf-8"))


def submodels(subject: Subject) -> Element:
    """The parts with their pages, levers, all assumptions by group, what no assumption sets."""
    title = "Submodels"
    if subject.model is None:
        return Element("submodels", title, ORIGIN, ("Only the reading of reports.",), (_parts(subject),))
    rows = subject.played.assumptions
    states = listed([f"{sum(row.status == state for row in rows)} {state}" for state in ("supported", "caveated", "unsupported")])
    text = (
        f"{counted(len(rows), 'assumption')}: {states}. Low and high are the 5th and 95th percentile of a normal or log-normal, the ends "
        "of the others. What no assumption sets holds by default, and a default is an assumption too.",
    )
    tables = (_parts(subject), _levers(subject), *_assumptions(rows), _defaults(rows))
    return Element("submodels", title, ORIGIN, text, tuple(table for table in tables if table.rows))


def _parts(subject: Subject) -> Table:
    known = known_sources()
    rows = [(part["name"], part["what"], part["page"], _works(part["works"])) for part in known["submodel"]]
    if subject.model is None:
        rows = rows[-1:]
    else:
        family = subject.model.family
        works = {row["name"]: row["works"] for row in known["family"]}
        about = first_sentence(inspect.getdoc(FAMILIES[family]) or "")
        rows.insert(0, (f"The game: {family}", about, family_page(family), _works(works[family]) if family in works else NOT_RECORDED))
    return Table(
        "submodels", "Submodels and their sources", ("Submodel", "What it does", "Explained in", "Sources, and what was read"), tuple(rows)
    )


def _works(works: Sequence[dict[str, str]]) -> str:
    return "; ".join(f"{row['work']} ({row['read']})" for row in works) or "see the page"


def _levers(subject: Subject) -> Table:
    rows = tuple(
        (
            lever.id,
            lever.name,
            lever.actor,
            lever.pulls.replace("_", " "),
            ", ".join(f"{key} = {str(value).lower() if isinstance(value, bool) else value}" for key, value in lever.game.items()),
            subject.text(lever.statement),
        )
        for lever in subject.played.levers.values()
    )
    return Table(
        "levers", "Levers: the same game with other arguments", ("Lever", "Name", "Whose", "Pulls", "In the game", "Statement"), rows
    )


def _assumptions(rows: Sequence[Assumption]) -> list[Table]:
    """One table a group, in the order of the addresses."""
    columns = ("Id", "Sets", "Low", "Likely", "High", "Unit", "Distribution", "Status", "Statement", "Rests on")
    tables = []
    for head in ADDRESSES:
        found = [row for row in rows if row.sets.split(".")[0] == head]
        body = tuple(
            (
                row.id, row.sets, exact(row.low), exact(row.likely), exact(row.high), row.unit, row.distribution, row.status,
                " ".join(row.statement.split()), ", ".join(row.basis),
            )
            for row in found
        )  # fmt: skip
        caption = f"{GROUPS[head]}: {counted(len(found), 'assumption')}"
        tables.append(Table(f"assumptions_{head}", caption, columns, body, folded=True))
    return tables


def _defaults(rows: Sequence[Assumption]) -> Table:
    set_ = {row.sets.split(".")[0] for row in rows}
    body = tuple(
        (name, exact(value), "where no assumption sets another" if name in set_ else "throughout") for name, value in DEFAULTS.items()
    )
    return Table("defaults", "Defaults of the program", ("What", "Value", "Holds"), body)
