"""Entities, state variables and scales: who moves, what all of them see, how large the game is."""

from __future__ import annotations

from collections import Counter

import numpy as np

from openparley.brief.card.card import Box, Element, Lane, Picture, Table
from openparley.brief.card.subject import Subject
from openparley.brief.words import counted, day, days, listed
from openparley.infer.check import KNOWN

ORIGIN = "the case, the family and the built model"
TITLE = "Entities, state variables and scales"
NOTE = "Tinted: the level at which the game starts. Dashed: declared, but out of reach from there."


def entities(subject: Subject) -> Element:
    """Actors, accounts, the public state, scales."""
    if subject.model is None:
        return Element("entities", TITLE, "the case", (_record_actors(subject), "State variables, scales: not there."), ())
    tables = (_actors(subject), *_accounts(subject), _state(subject), _scales(subject))
    text = (
        "An actor is a position and not a person. Each knows its own account and all moves; nobody else’s account.",
        _record_actors(subject),
    )
    return Element("entities", TITLE, ORIGIN, text, tables, (_picture(subject),))


def _record_actors(subject: Subject) -> str:
    file = subject.case.file
    moving = set(subject.model.actors) if subject.model else set[str]()
    roles = Counter(actor.role for id, actor in file.actors.items() if id not in moving)
    told = listed([f"{role} ({number})" for role, number in sorted(roles.items())]) or "nobody"
    who = "Others that the case names and that do not move" if moving else "Actors that the case names"
    return f"{who}, by role: {told}."


def _actors(subject: Subject) -> Table:
    model, dispute, named = subject.played, subject.dispute, subject.case.file.actors
    rows = []
    for actor in model.actors:
        kinds = model.types[actor]
        known = named.get(actor)
        rows.append(
            (
                actor,
                known.name if known else "not in the case",
                known.role if known else "–",
                "known to all" if kinds == (KNOWN,) else ", ".join(kinds),
                dispute.numeraire.get(actor, "–"),
                subject.value(f"precision.{actor}"),
                subject.value(f"discount.{actor}"),
            )
        )
    columns = ("Actor", "In this case", "Role", "Accounts (types)", "Gains are told in", "Precision λ", "Discount δ a round")
    return Table("actors", "Who moves", columns, tuple(rows))


def _accounts(subject: Subject) -> tuple[Table, ...]:
    rows = tuple(
        (account.id, account.actor, account.name, subject.text(account.statement), ", ".join(account.basis) or "–")
        for account in subject.case.file.accounts
    )
    columns = ("Account", "Of", "Name", "Statement", "Rests on")
    return (Table("accounts", "Rival accounts: the types of an actor", columns, rows),) if rows else ()


def _state(subject: Subject) -> Table:
    places = subject.played.positions.places
    reached = _reached(subject)
    start = subject.played.start.as_dict()
    rows = tuple(
        (
            name,
            f"0 to {domain}" if isinstance(domain, int) else ", ".join(domain),
            ", ".join(str(value) for value in _levels(domain) if value in reached[name]),
            str(start[name]),
        )
        for name, domain in subject.dispute.State.domains.items()
    )
    states = len({place.state for place in places})
    return Table(
        "state",
        f"The public state, which all see: {states:,} of its combinations can be reached",
        ("Variable", "Levels", "Reached in play", "At the start"),
        rows,
    )


def _levels(domain: tuple[str, ...] | int) -> tuple[str | int, ...]:
    return tuple(range(domain + 1)) if isinstance(domain, int) else domain


def _reached(subject: Subject) -> dict[str, set[str | int]]:
    found: dict[str, set[str | int]] = {name: set() for name in subject.dispute.State.domains}
    for place in subject.played.positions.places:
        for name, value in place.state.as_dict().items():
            found[name].add(value)
    return found


def _scales(subject: Subject) -> Table:
    model, settings = subject.played, subject.case.file.model
    assert settings is not None
    positions = model.positions
    sizes = np.diff(positions.step_start)
    by_step = ", ".join(f"{name} {int(size):,}" for name, size in zip(positions.steps, sizes, strict=True))
    grid = " × ".join(f"{points} ({actor})" for actor, points in subject.nodes.items())
    ahead = model.horizon - model.today - 1
    rows = (
        ("A round", counted(settings.round_days, "day")),
        ("Rounds solved", f"{model.rounds:,}: {days(model.calendar[0].start, model.calendar[-1].end)}"),
        ("Cut-off", f"{day(subject.case.file.cutoff)}, in round {model.today}, counted from 0"),
        ("Rounds forecast", f"{ahead:,}, to {day(model.calendar[model.horizon - 1].end)}; the last {model.margin} are solved only"),
        ("Positions", f"{len(positions):,} that play can reach: {by_step}"),
        ("Options", f"{len(positions.labels):,} at all positions together"),
        ("Belief grid", f"{counted(subject.beliefs, 'point')} at each position{f': {grid}' if grid else ''}"),
        ("Combinations of accounts", f"{subject.worlds:,}, those with “none of these” in the place of one account included"),
        ("Space", "not modelled"),
    )
    return Table("scales", "Scales and sizes", ("What", "How much"), rows)


def _picture(subject: Subject) -> Picture:
    reached, start = _reached(subject), subject.played.start.as_dict()
    lanes = []
    for name, domain in subject.dispute.State.domains.items():
        boxes = [
            Box(str(value), "always" if value == start[name] else "plain" if value in reached[name] else "never")
            for value in _levels(domain)
        ]
        lanes.append(Lane(name, tuple(boxes)))
    return Picture("state", "The public state", NOTE, tuple(lanes))
