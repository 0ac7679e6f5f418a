"""What is shown of a record: what a case holds, the views of it, how far coders agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from openparley.brief.notebook.fields import meaning, spaced
from openparley.brief.notebook.grids import Grid, flat, of_rows, of_things
from openparley.brief.notebook.pictures import pictures
from openparley.brief.notebook.view import View
from openparley.brief.words import counted, day, decimal
from openparley.record.case import Case
from openparley.record.chronology import COLUMNS as CHRONOLOGY
from openparley.record.entry import KINDS
from openparley.record.export import collect
from openparley.record.export.tables import relational
from openparley.record.ledger import LedgerRow, SayDo, WeekRow, ledger, say_do, who_to_whom

if TYPE_CHECKING:
    from openparley.record.agreement import Agreement, KindAgreement
    from openparley.record.coder_agreement import CoderAgreement
    from openparley.record.views import Matrix

STATES = ("accepted", "edited", "proposed", "rejected")


def case_tables(case: Case) -> dict[str, Callable[[], Grid]]:
    """The tables of an export, lists taken apart, and the views of the record."""
    found = {table.name: table for table in relational(collect(case))}
    ordered = ["entries", *(name for name in found if name != "entries")]

    def rows(name: str) -> Callable[[], Grid]:
        return lambda: Grid([column.name for column in found[name].columns], list(found[name].values()))

    return {
        **{name: rows(name) for name in ordered},
        "ledger": lambda: of_things(LedgerRow, ledger(case)),
        "say_do": lambda: of_things(SayDo, say_do(case)),
        "who_to_whom": lambda: of_things(WeekRow, who_to_whom(case)),
        "chronology": lambda: Grid(CHRONOLOGY, [tuple(row.model_dump().values()) for row in case.course.values()]),
    }


def case_view(case: Case) -> View:
    """The question, what is at hand to answer it, and the commitments on a line of time."""
    file, states = case.file, case.states()
    ranged = sum(not row.fixed for row in file.assumptions)
    said = [f"{'Fiction. ' if file.fictional else ''}{file.question} Cut-off {day(file.cutoff)}."]
    if case.course:
        said.append(
            f"{counted(len(case.course), 'row')} of a chronology, {sum(row.status == 'checked' for row in case.course.values())} checked."
        )
    if case.entries or not case.course:
        by_state = ", ".join(f"{n} {state}" for state, n in states.items() if n) or "none yet"
        said.append(
            f"{counted(len(case.sources), 'source')}, {counted(len(case.entries), 'entry', 'entries')} ({by_state}), of which "
            f"{counted(len(case.accepted()), 'goes', 'go')} on to models."
        )
    said.append(
        f"{counted(len(file.actors), 'actor')}, {counted(len(file.accounts), 'rival account')}, "
        f"{counted(len(file.assumptions), 'assumption')} ({ranged} with a range), "
        f"{counted(len(file.outcomes), 'outcome')}, {counted(len(file.levers), 'lever')}."
    )
    counts = [
        (kind, *(sum(entry.kind == kind and entry.review.state == state for entry in case.entries.values()) for state in STATES))
        for kind in KINDS
    ]
    shown = Grid(("entries", *STATES), [row for row in counts if any(row[1:])])
    return View(file.title, (*said, *case.warnings), shown, case_tables(case), lambda: pictures(["timeline"], case=case))


def row_view(row: Any) -> View:
    """One row of a view of the record; a list of them is a data frame through `openparley.brief.notebook.frame`."""
    values = flat(row)
    name = next((str(values[key]) for key in ("id", "actor") if values.get(key)), "")
    shown = Grid(("", ""), [(key.replace("_", " "), value) for key, value in values.items() if value not in (None, "")])
    title = f"{spaced(type(row).__name__)} {name}".strip()
    return View(title, (meaning(type(row)),), shown, {"rows": lambda: of_rows([values])})


def matrix_view(matrix: Matrix) -> View:
    """Who did what to whom in one week."""

    def cell(actor: str, other: str) -> str:
        found = matrix.cells.get((actor, other))
        return f"{found[0]:.1f} ({found[1]})" if found else ""

    shown = [(actor, *(cell(actor, other) for other in matrix.recipients)) for actor in matrix.actors]

    def cells() -> Grid:
        return Grid(
            ("week", "actor", "recipient", "mean_score", "events"), [(matrix.week, *pair, *cell) for pair, cell in matrix.cells.items()]
        )

    said = "Mean PLOVER score and, in brackets, number of events; actors in rows, recipients in columns."
    return View(f"Week of {day(matrix.week)}", (said,), Grid(("", *matrix.recipients), shown), {"cells": cells})


def _without(thing: Any, *names: str) -> dict[str, Any]:
    return {field.name: getattr(thing, field.name) for field in fields(thing) if field.name not in names}


def _share(value: float | None) -> str:
    return "not defined" if value is None else decimal(value)


def agreement_rows(kinds: Sequence[KindAgreement]) -> Grid:
    """One row a kind and field."""
    return of_rows(
        {
            **{name: getattr(kind, name) for name in ("kind", "n_a", "n_b", "matched", "precision", "recall", "f1")},
            "field": field.field, "pairs": field.pairs, "agree": field.agree, "alpha": field.alpha,
        }
        for kind in kinds
        for field in kind.fields
    )  # fmt: skip


def agreement_view(found: Agreement) -> View:
    """F1 of every kind, α field by field in the data frame."""
    shown = [(kind.kind, kind.n_a, kind.n_b, kind.matched, _share(kind.f1)) for kind in found.kinds]
    said = f"{counted(len(found.disagreements), 'disagreement')}."
    tables = {
        "fields": lambda: agreement_rows(found.kinds),
        "disagreements": lambda: of_rows(map(flat, found.disagreements)),
    }
    return View("Agreement of two passes", (said,), Grid(("kind", "first", "second", "matched", "F1"), shown), tables)


def coders_view(found: CoderAgreement) -> View:
    """Each coder beside the reference."""
    shown = [(pair.a, pair.b, kind.kind, kind.matched, _share(kind.f1)) for pair in found.pairs for kind in pair.kinds]

    def by_field() -> Grid:
        figures = [(pair, kind, field) for pair in found.pairs for kind in pair.kinds for field in kind.fields]
        return of_rows({"a": pair.a, "b": pair.b} | _without(kind, "fields") | _without(field) for pair, kind, field in figures)

    said = (f"Held against {found.reference}.", *(warning for pair in found.pairs for warning in pair.warnings))
    tables = {
        "fields": by_field,
        "together": lambda: of_rows(map(flat, found.together)),
        "reviewed": lambda: of_rows(map(flat, found.reviewed)),
        "disagreements": lambda: of_rows({"a": pair.a, "b": pair.b, **flat(one)} for pair in found.pairs for one in pair.disagreements),
    }
    return View("Agreement of coders", said, Grid(("reference", "coder", "kind", "matched", "F1"), shown), tables)


VIEWS: Mapping[str, Callable[[Any], View]] = {
    **dict.fromkeys(("Disagreement", "Explanation", "LedgerRow", "Response", "ResponseTime", "SayDo", "WeekRow"), row_view),
    "Agreement": agreement_view,
    "Case": case_view,
    "CoderAgreement": coders_view,
    "Matrix": matrix_view,
}
