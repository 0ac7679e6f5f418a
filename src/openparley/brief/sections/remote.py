"""Outcomes that are improbable and would matter: they keep a small panel of their own."""

from __future__ import annotations

from math import hypot

from openparley.brief.blocks import Block, Cell, Prose, Table
from openparley.brief.charts.indicators import report
from openparley.brief.cite import Given, Ref
from openparley.brief.context import Context, slug
from openparley.brief.words import capital, day

LOW = 0.2  # under it an outcome counts as improbable
REMOTE = 0.05  # under it every outcome that the case names is kept in view
SHOWN = 4
STANDS_OUT = 2.0  # standard errors of the difference from the next account


def remote_outcomes(context: Context) -> list[str]:
    """Improbable outcomes other than the headline that would end the dispute, and all that are remote; the least probable first."""
    found = []
    for id, outcome in context.outcomes.items():
        value = context.forecast.outcomes[id].at_horizon.value
        if id != context.headline and value < (LOW if outcome.when.end else REMOTE):
            found.append(id)
    return sorted(found, key=lambda id: context.forecast.outcomes[id].at_horizon.value)[:SHOWN]


def remote_blocks(context: Context) -> list[Block]:
    """Supposing that it happened: under which account, and what would be reported before."""
    ids = remote_outcomes(context)
    if not ids:
        return []
    text = "Kept in view though the model gives them little: outcomes that would end the dispute, and the rarest that the case names."
    said = context.book.say("remote", "note", text)
    columns = tuple((name,) for name in ("Outcome", "What counts", "Now", "Most under", "Report to watch for"))
    return [Prose((said,)), Table("Given little, and kept in view", columns, tuple(_row(context, id) for id in ids))]


def _row(context: Context, id: str) -> tuple[Cell, ...]:
    outcome, number = context.outcomes[id], context.probability(id)
    kind = "ends the dispute: " if outcome.when.end else ""
    what: Cell = (kind, Given(context.facts.unquoted(outcome.what)))
    return ((Given(outcome.name, name=True),), what, (Ref(number, number.range),), _under(context, id), (_report(context, id),))


def _under(context: Context, id: str) -> Cell:
    """The account that gives it most, “none of these” left out, if it stands out from the next by more than its error."""
    found = [
        (estimate, actor, account)
        for actor, under in context.forecast.outcomes[id].by_account.items()
        for account, estimate in under.items()
        if account in context.facts.accounts
    ]
    if not found:
        return ("–",)
    (estimate, actor, account), *others = sorted(found, key=lambda one: -one[0].value)
    if others and not estimate.value - others[0][0].value > STANDS_OUT * hypot(estimate.mcse, others[0][0].mcse):
        return ("no account stands out",)
    name = f"{capital(context.facts.position(actor))}: {context.facts.account_name(account)}"
    title = f"{context.outcome_name(id)}, by {context.horizon}, under {account}"
    number = context.book.estimate(f"n-p-{id}-under-{slug(account)}", title, estimate, like=context.probability(id).id)
    return (Given(name, name=True), ", ", Ref(number))


def _report(context: Context, id: str) -> str:
    """The report of the move that it is, where the run has one to watch for."""
    when = context.outcomes[id].when
    moves = ((when.actor, when.move), *((actor, when.end) for actor in context.facts.case.file.actors))
    row = next((row for row in context.forecast.indicators if (row.actor, row.move) in moves), None)
    return f"{report(context, row)}, by {day(row.by)}" if row else "–"
