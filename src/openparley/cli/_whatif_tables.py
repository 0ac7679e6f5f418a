"""Tables and sentences of ``parley whatif``: levers, what they change, and the moves to watch for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from openparley.cli._frame import print_table

if TYPE_CHECKING:
    from openparley.forecast.following import Watched
    from openparley.forecast.indicators import Indicator
    from openparley.forecast.whatif import Resumption, WhatIf

LEAST = 0.0005  # nats; less is printed as nothing
LISTED = 5  # indicators a group on the screen; all of them are in indicators.csv
KINDS = {
    "commitment": "a lever: somebody binds itself",
    "forced_move": "a lever: a move forced once",
    "motive": "nobody's lever: a motive changes",
    "circumstance": "nobody's lever: chance changes",
}

Part = str | tuple[tuple[str, ...], list[tuple[str, ...]]]


def print_parts(parts: list[Part] | Iterator[Part], as_json: bool) -> None:
    """Sentences and tables; nothing with ``--json``."""
    for part in parts:
        if as_json:
            continue
        if isinstance(part, str):
            click.echo(part)
        else:
            print_table(*part)
            click.echo("")


def known_levers(resumed: Resumption) -> list[tuple[str, ...]]:
    """Levers of the case, and one example of every other kind."""
    from openparley.forecast.lever_names import game_options

    model = resumed.model
    rows = [(id, KINDS.get(lever.pulls, lever.pulls), lever.actor, lever.statement) for id, lever in model.levers.items()]
    rows += [(name, KINDS["commitment"], "", "an option of the game") for name in game_options(model) if name not in model.levers]
    rows += [(f"{actor}.MOVE", KINDS["forced_move"], actor, ", ".join(model.layout.moves[actor])) for actor in model.actors]
    return [
        *rows,
        ("ADDRESS=VALUE", "an assumption from today on", "", "weight.…, precision.…, propensity.…, discount.…, drift.…, chance.…"),
    ]


def lever_parts(found: WhatIf) -> Iterator[Part]:
    """Three columns for every outcome, gains below, for every lever."""
    from openparley.brief.words import estimate_words, points, points_range
    from openparley.forecast.telling import NO_DIFFERENCE, tells

    until = found.run.weeks[-1][1]
    for lever in found.levers.values():
        who = f", {lever.actor}" if lever.actor else ""
        yield f"{lever.name} ({KINDS.get(lever.pulls, lever.pulls)}{who})"
        rows = []
        for effect in lever.effects.values():
            change, error = effect.difference, effect.difference.mcse
            said = (
                points(change.value, error),
                points_range(change.low50, change.high50, error),
                points_range(change.low, change.high, error),
            )
            without, ahead = (" ".join(f"{word}" for word in estimate_words(number)[:1]) for number in (effect.without, effect.with_lever))
            cells = (*said, f"{100 * error:.1f}") if tells(change) else (NO_DIFFERENCE, "", "", f"{100 * error:.1f}")
            rows.append((found.names[effect.outcome], without, ahead, *cells))
        yield (f"by {until}", "without", "with", "difference", "50 % range", "90 % range", "Monte Carlo error, points"), rows
        yield ("gain from today", "of", "mean", "90 % range", ""), [_gain(actor, lever, gain) for actor, gain in lever.gains.items()]
        if left := [actor for actor in lever.units if actor not in lever.gains]:
            yield f"No gain is given for {' and '.join(left)}: what is worth what to it is what changes.\n"
    yield f"In {found.draws[0]} of {found.draws[1]} draws, {found.futures} futures each, on the random numbers of the run {found.run.id}."
    yield from (f"Note: {note}" for note in found.notes)


def _gain(actor: str, lever: Any, gain: Any) -> tuple[str, ...]:
    from openparley.brief.words import decimal
    from openparley.forecast.telling import NO_DIFFERENCE, tells

    unit = lever.units[actor].replace("_", " ")
    verdict = "" if not tells(gain) else "gains" if gain.value > 0 else "loses"
    ends = f"{decimal(gain.low, gain.mcse)} to {decimal(gain.high, gain.mcse)}"
    return (actor, unit, decimal(gain.value, gain.mcse), ends, verdict or NO_DIFFERENCE)


def indicator_parts(found: Watched) -> Iterator[Part]:
    """The moves to watch for, by what they are about, and what became of earlier ones."""
    from openparley.brief.words import percent

    groups: dict[tuple[str, tuple[str, ...]], list[Indicator]] = {}
    for row in found.indicators:
        groups.setdefault((row.about, row.between), []).append(row)
    for (about, between), rows in groups.items():
        labels = list(rows[0].probs)
        what = f"{between[0]} or {between[1]}" if between else "all its accounts"
        yield f"What would tell {what} apart ({about})"
        columns = ("report of", "expected gain, nats", *(f"under {label}" for label in labels), "half of it by", "last seen", "read from")
        yield (
            columns,
            [
                (
                    f"{row.actor}.{row.move}",
                    f"{row.gain:.3f}",
                    *(percent(row.probs[label].value, row.probs[label].mcse) for label in labels),
                    str(row.half_by),
                    str(row.last_seen or "never"),
                    row.read_from,
                )
                for row in [row for row in rows if row.gain >= LEAST][:LISTED]
            ],
        )
    if not found.indicators:
        yield "No report is expected to tell any accounts apart by more than chance would."
    else:
        for actor, outlets in {row.actor: row.outlets for row in found.indicators if row.outlets}.items():
            yield f"Moves of {actor} were reported so far in: {outlets}."
        yield f"By {found.indicators[0].by}; a report counts from {found.since} on. Indicators that chance would match are left out."
    if found.followed:
        yield "Indicators of earlier runs"
        rows = [
            (
                old.run, f"{old.indicator.actor}.{old.indicator.move}", old.indicator.about, str(old.indicator.by), old.state,
                str(old.on or ""), ", ".join(f"{label} {value:.2f}" for label, value in old.charged.items()),
            )
            for old in found.followed
            if not old.indicator.between
        ]  # fmt: skip
        yield ("run", "report of", "about", "by", "state", "on", "silence, already charged (log probability)"), rows
