"""Who holds which position of the model, for the head of the page."""

from __future__ import annotations

from openparley.brief.context import Context


def positions_line(context: Context) -> str:
    """“the mediator – NAME; party A – NAME”, in the order of the case; empty where all go by their positions, as in a redacted copy."""
    named = [(context.facts.position(id), context.facts.actor(id)) for id in _played(context)]
    return "; ".join(f"{position[:1].lower()}{position[1:]} – {name}" for position, name in named if name.lower() != position.lower())


def _played(context: Context) -> list[str]:
    """Actors of the case that have accounts, are forecast or were seen to move."""
    told = {*context.posterior.accounts, *(move.actor for move in context.posterior.moves)}
    told |= {outcome.when.actor for outcome in context.outcomes.values() if outcome.when.actor}
    told |= {row.actor for row in context.forecast.indicators}
    return [id for id in context.facts.case.file.actors if id in told]
