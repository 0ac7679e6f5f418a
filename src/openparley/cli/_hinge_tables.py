"""Tables and sentences of ``parley whatif --sensitivity``: what one outcome hinges on, and how good the emulator is."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from openparley.cli._whatif_tables import Part

if TYPE_CHECKING:
    from openparley.forecast.at_value import AtValue
    from openparley.forecast.flip import Flip, FlipTest
    from openparley.forecast.hinges import Hinges
    from openparley.forecast.sensitivity import PosteriorRatios, VarianceShares
    from openparley.forecast.tornado import Tornado, TornadoRow
    from openparley.forecast.whatif import Resumption
    from openparley.record.case import Case
    from openparley.record.casefile import Assumption

LISTED = 5  # assumptions of the tornado and flips that nothing confirms, on the screen; all of them are in the files
STATEMENT = 60
WEAK = 0.5  # an emulator that explains less than half makes everything look narrower than it is
LEAST_FACTOR = 0.01
UNKNOWN = "not known"


def edges_of(case: Case) -> tuple[float, ...]:
    """Where one word of the case's list ends and the next begins."""
    from openparley.brief.lexicon import lexicon

    return lexicon(case.file.lexicon).edges


def hinge_data(found: Hinges, resumed: Resumption, notes: tuple[str, ...]) -> dict[str, Any]:
    """Plain data for ``--json``; a number that JSON has not, such as NaN, is its name."""
    from openparley.forecast.hinges import hinges_json
    from openparley.infer.weights import effective_draws

    counts = {"draws": len(resumed.weights), "effective_draws": effective_draws(resumed.weights), "seed": resumed.engine.seed}
    return {**json.loads(hinges_json(found)), **counts, "notes": list(notes)}


def hinge_parts(found: Hinges, resumed: Resumption, notes: tuple[str, ...], case: str) -> Iterator[Part]:
    """Everything that a reader sees, from the cheapest view to the dearest; ``case`` as it is typed."""
    from openparley.infer.weights import effective_draws

    rows = {row.id: row for row in resumed.model.assumptions}
    name = next(row.name for row in resumed.model.outcomes if row.id == found.outcome)
    yield _now(found, resumed, name)
    for shares in found.shares:
        yield from _shares(shares, rows)
    for ratios in found.ratios:
        yield from _ratios(ratios, rows)
    yield from _tornado(found.tornado, rows)
    if found.flips is None:
        yield f"The case’s list of words is “{resumed.case.file.lexicon}”, which has no bands: there is no flip test."
    else:
        yield from _flips(found.flips, rows, resumed.case, skill=_has_skill(found.tornado.r2_forecast))
    yield from _quality(found, resumed, case)
    count, effective = len(resumed.weights), effective_draws(resumed.weights)
    yield f"{count} draws of the run {resumed.finished.id}, {effective:.1f} effective under the record; {found.solves} games solved anew."
    yield from (f"Note: {note}" for note in notes)


def _now(found: Hinges, resumed: Resumption, name: str) -> str:
    from openparley.brief.lexicon import lexicon
    from openparley.brief.words import percent
    from openparley.forecast.futures import NEVER
    from openparley.forecast.predicting import PREFIX, share_of_futures, within_horizon

    first = within_horizon(resumed.model, [table[f"{PREFIX}.first"] for table in resumed.run.tables])
    index = [row.id for row in resumed.model.outcomes].index(found.outcome)
    now = share_of_futures(first[:, :, index] != NEVER, resumed.weights)
    said = lexicon(resumed.case.file.lexicon).describe(now).label
    return f"What “{name}” by {resumed.finished.weeks[-1][1]} hinges on. As it stands: {percent(now.value, now.mcse)}; in words {said}."


def _has_skill(r2: float) -> bool:
    from openparley.infer.emulator import SKILL

    return r2 >= SKILL


def _stated(id: str, rows: dict[str, Assumption]) -> str:
    from openparley.brief.words import cut

    return cut(rows[id].statement, STATEMENT)


def _share(value: float) -> str:
    """A share of a variance, in whole percent."""
    return f"{100 * value:.0f} %" if value >= 0.005 else "under 1 %"


def _shares(found: VarianceShares, rows: dict[str, Assumption]) -> Iterator[Part]:
    about = f"variance of {found.name} under the prior"
    if not _has_skill(found.r2):
        yield f"The {about}: no assumption stands above chance; the emulator has no skill (R² {found.r2:.2f} over draws left out).\n"
        return
    made = f"{found.family} emulator, R² {found.r2:.2f} over draws left out"
    if not found.shares:
        yield f"The {about}: no assumption stands above chance, which gives one of them up to {_share(found.null)} ({made}).\n"
        return
    yield f"Shares of the {about} ({made})"
    columns = ("assumption", "what it says", "alone", "90 % range", "with others", "90 % range ")
    yield (
        columns,
        [
            (
                row.assumption, _stated(row.assumption, rows), _share(row.first), f"{_share(row.first_low)} to {_share(row.first_high)}",
                _share(row.total), f"{_share(row.total_low)} to {_share(row.total_high)}",
            )
            for row in found.shares
        ],
    )  # fmt: skip
    rest = f"{len(found.idle)} others do not stand above chance ({_share(found.null)}), and share {_share(found.idle_share)}"
    yield f"The emulator leaves {_share(found.unexplained)} unexplained; {rest}.\n"


def _ratios(found: PosteriorRatios, rows: dict[str, Assumption]) -> Iterator[Part]:
    about = f"{found.name} under the posterior"
    if not found.ratios:
        yield f"Correlation ratios of {about}: no assumption stands above chance ({found.effective_draws:.1f} effective draws).\n"
        return
    yield f"Correlation ratios of {about} (they do not add up; by chance up to {found.null:.2f})"
    columns = ("assumption", "what it says", "ratio", "above chance")
    yield columns, [(row.assumption, _stated(row.assumption, rows), f"{row.ratio:.2f}", f"{row.above:.2f}") for row in found.ratios]


def _tornado(found: Tornado, rows: dict[str, Assumption]) -> Iterator[Part]:
    skilled, weighs = _has_skill(found.r2_forecast), _has_skill(found.r2_evidence)
    shown = [row for row in found.rows if row.solved]
    shown += [row for row in found.rows if not row.solved][: LISTED - len(shown)] if skilled else []
    yield "Tornado: one assumption at the ends of its range in all draws, the others as drawn"
    if not shown:
        yield "Nothing to show: the emulator has no skill, and nothing was solved.\n"
        return
    columns = ("assumption", "what it says", "set to", "emulated", "solved", "standard error, points", "record, times as likely")
    yield columns, [cells for row in shown for cells in _ends(row, rows[row.assumption], skilled=skilled, weighs=weighs)]
    yield f"{len(shown)} of {len(found.rows)}; all are in tornado.csv. A value that the record speaks against (below 1) is a warning.\n"


def _ends(row: TornadoRow, assumption: Assumption, *, skilled: bool, weighs: bool) -> Iterator[tuple[str, ...]]:
    from openparley.brief.words import cut, percent

    for end, emulated in enumerate((row.emulated[0], row.emulated[-1])):
        solved = row.solved[end] if row.solved else None
        names = (row.assumption, cut(assumption.statement, STATEMENT)) if end == 0 else ("", "")
        really = (percent(solved.forecast, solved.error), _points(solved.error)) if solved is not None else ("", "")
        record = _factor(solved.verdict) if solved is not None else _factor(emulated.verdict) if weighs else UNKNOWN
        yield (*names, _value(emulated.x, assumption), percent(emulated.forecast) if skilled else UNKNOWN, *really, record)


def _value(x: float, assumption: Assumption) -> str:
    """A value of an assumption with its unit; three digits, since probabilities a week may be small."""
    return f"{x:.3g} {assumption.unit}".strip().replace("-", "−", 1 if x < 0 else 0)


def _points(error: float) -> str:
    return "" if math.isnan(error) else f"{100 * error:.1f}"


def _factor(verdict: float) -> str:
    """How many times as likely the record is, from the log of it."""
    from openparley.brief.words import decimal

    factor = math.exp(min(verdict, 700.0))
    return "excluded" if verdict == -math.inf else f"under {LEAST_FACTOR}" if factor < LEAST_FACTOR else decimal(factor)


def _flips(found: FlipTest, rows: dict[str, Assumption], case: Case, *, skill: bool) -> Iterator[Part]:
    solved = [row for row in found.rows if row.values]
    flips = [row for row in found.rows if row.distance is not None]
    alone = [row for row in flips if not row.values]
    yield f"Flip test: the smallest change of one assumption that moves the forecast out of {_band(found.base, found, case)}"
    for row in [*[row for row in flips if row.values], *alone[:LISTED]]:
        yield f"- {_flip(row, found, rows[row.assumption], case)}"
    if len(alone) > LISTED:
        yield f"- {len(alone) - LISTED} more on the emulator alone, in flips.csv."
    rest = len(found.rows) - len(solved)
    if none := [row for row in solved if row.distance is None and row.status == "confirmed"]:
        yield f"- {_named(none)}: no change within the range does, by real solves."
    if unsettled := [row for row in solved if row.distance is None and row.status != "confirmed"]:
        yield f"- {_named(unsettled)}: none of the values that were solved for does; no more were allowed."
    if rest and not skill:
        yield f"- Of {'the other' if solved else 'all'} {rest} assumptions nothing is known: the emulator has no skill."
    elif rest > len(alone):
        yield f"- {'The others' if flips or solved else 'All'} ({rest - len(alone)}): no change within the range does, on the emulator."
    yield "" if flips or not skill else "So no single change of an assumption within its range does.\n"


def _named(rows: list[Flip]) -> str:
    from openparley.brief.words import listed

    return listed([row.assumption for row in rows])


def _flip(row: Flip, found: FlipTest, assumption: Assumption, case: Case) -> str:
    """One flip as a sentence, with how it is known."""
    from openparley.brief.words import cut, percent

    assert row.at is not None
    likely, there = f"{assumption.likely:.3g}".replace("-", "−"), _value(row.at.x, assumption)
    move = f"from likely {likely} to {there}" if row.distance else f"set to its likely value {there} in all draws"
    error = row.at.error if row.at.draws else 0.0
    said = f"{row.assumption} ({cut(assumption.statement, STATEMENT)}): {move} would move it to {percent(row.at.forecast, error)}, "
    return f"{said}{_band(row.at.forecast, found, case)}; {_known(row, row.at)}."


def _known(row: Flip, at: AtValue) -> str:
    if not row.values:
        return "on the emulator only, nothing was solved"
    how = "solved" if row.status == "confirmed" else "solved, but perhaps not the nearest: no more solves were allowed"
    said = f"{how}, standard error {_points(at.error)} points, the record {_factor(at.verdict)} times as likely"
    if row.past_edge is not None and row.past_edge < at.error:
        return f"{said}; a near thing, {100 * row.past_edge:.1f} points past the edge"
    return said


def _band(share: float, found: FlipTest, case: Case) -> str:
    """The word of the case's list for a probability, with its range."""
    from openparley.brief.lexicon import lexicon
    from openparley.forecast.flip import band_of

    term = lexicon(case.file.lexicon).terms[band_of(share, found.edges)]
    return f"{term.word} ({term.range})"


def _quality(found: Hinges, resumed: Resumption, case: str) -> Iterator[Part]:
    """How good the emulator is, and what to do where it is not."""
    from openparley.forecast.hinging import MORE_DRAWS

    r2, draws, many = found.tornado.r2_forecast, len(resumed.weights), len(resumed.run.free)
    more = f" Fit with more draws: parley fit {case} --draws {max(MORE_DRAWS, 2 * draws)}"
    said = (
        f"Emulator of the outcome: R² {r2:.2f} over draws left out; of the log probability of the record: {found.tornado.r2_evidence:.2f}."
    )
    if not _has_skill(r2):
        yield f"{said} {draws} draws of {many} assumptions are too few for it: what was not solved is not known.{more}"
    elif r2 < WEAK:
        yield f"{said} It misses over half of the variance, so that emulated ends lie too near to the forecast as it stands.{more}"
    else:
        yield said
