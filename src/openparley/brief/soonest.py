"""What would change the bottom line soonest: a report, by what it is expected to do to the headline, or else an assumption."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from openparley.brief.charts.indicators import anchor
from openparley.brief.charts.tornado import told
from openparley.brief.cite import Number, Part, Ref, Sentence
from openparley.brief.context import Context
from openparley.brief.moves import WORLD, plays, settles
from openparley.brief.sections.hinges import flip_sentence, hinge, named
from openparley.brief.sections.indicators import NO_ENTRY, WIDE
from openparley.brief.words import day, percent
from openparley.forecast.indicators import Indicator
from openparley.forecast.telling import STANDARD_ERRORS
from openparley.forecast.tornado import TornadoRow

LEAST_CHANGE = 0.01  # of the headline; less is not printed as a change
START = "What would change this soonest"


@dataclass(frozen=True)
class Moved:
    """What one report would do to the headline, by way of the accounts of one actor.

    Attributes
    ----------
    prob
        That the report comes in its window.
    coming, missing
        Change of the probability of the headline with and without it.
    errors
        Monte Carlo standard errors of the two.
    """

    row: Indicator
    prob: float
    coming: float
    missing: float
    errors: tuple[float, float]

    @property
    def expected(self) -> float:
        """Change that is to be expected, whichever way."""
        return self.prob * abs(self.coming) + (1 - self.prob) * abs(self.missing)

    @property
    def told(self) -> bool:
        """Whether one of the two changes can be printed: a point at least, and above twice its error."""
        changes = zip((self.coming, self.missing), self.errors, strict=True)
        return any(abs(change) >= LEAST_CHANGE and abs(change) > STANDARD_ERRORS * error for change, error in changes)


def moved(context: Context, row: Indicator) -> Moved | None:
    """What a report among all accounts of an actor would do to the headline; None where the run cannot say."""
    under = context.forecast.outcomes[context.headline].by_account.get(row.about, {})
    path = context.posterior.accounts.get(row.about)
    if row.between or path is None or not set(row.probs) <= under.keys() & path.now.keys():
        return None
    share = {account: path.now[account].value for account in row.probs}
    now = sum(share[account] * under[account].value for account in share) / (sum(share.values()) or 1.0)
    found = []
    for sign, offset in ((1, 0), (-1, 1)):
        seen = {account: offset + sign * prob.value for account, prob in row.probs.items()}
        total = sum(share[account] * seen[account] for account in share)
        if total <= 0:
            return None
        after = {account: share[account] * seen[account] / total for account in share}
        then = sum(after[account] * under[account].value for account in share)
        error = 0.0
        for account, prob in row.probs.items():
            weighed = (after[account] - share[account]) * under[account].mcse
            error = hypot(error, weighed, share[account] * (under[account].value - then) / total * prob.mcse)
        found.append((total, then - now, error))
    (prob, coming, one), (_, missing, two) = found
    return Moved(row, prob, coming, missing, (one, two))


def soonest(context: Context) -> Sentence:
    """The report expected to change the headline most, short of answering it, or else the smallest change that flips it."""
    headline = context.outcomes.get(context.headline)
    rows = [row for row in context.forecast.indicators if row.actor != WORLD]
    open_rows = [row for row in rows if not settles(context.facts.case.file, headline, row.actor, row.move)]
    telling = [found for row in open_rows if (found := moved(context, row)) is not None and found.told]
    if telling:
        return _report(context, max(telling, key=lambda found: found.expected))
    flips = context.forecast.hinges.flips if context.forecast.hinges is not None else None
    if flips is not None and flips.smallest is not None:
        return flip_sentence(context, flips, "bottom-line", f"{START}, as no report would, is the smallest change")
    if context.forecast.hinges is not None and (wide := told(context.forecast.hinges.tornado)):
        return _assumption(context, wide[0])
    confirmed = flips is not None and any(row.status == "confirmed" for row in flips.rows)
    searched = "; no change of one assumption that was solved for flips the headline" if confirmed else ""
    lacking = (
        "no report short of the outcome itself is expected to move the headline by a point"
        if rows
        else "the run lists no report to watch for"
    )
    return context.book.say("bottom-line", "computed", f"{START} is not known: {lacking}{searched}.")


def _assumption(context: Context, row: TornadoRow) -> Sentence:
    """The assumption that moves the headline most, where no report and no flip can be named."""
    number, how = hinge(context, row), "solved anew" if row.solved else "as emulated"
    start = "No report short of the outcome itself is expected to change the headline by a point"
    if not context.forecast.indicators:
        start = "The run lists no report that would change the headline"
    most: list[Part] = [*named(context, row.assumption, "bottom-line"), " does most to it, ", Ref(number, number.range), " over its range"]
    return context.book.say("bottom-line", "computed", start, "; ", most, f", {how}.")


def _report(context: Context, found: Moved) -> Sentence:
    """What the report is, by when, and what it would do."""
    row = found.row
    said: list[Part] = [
        f"{START}: a report that {plays(context.facts, row.actor, row.move)}, by {day(row.by)}, would move the headline by "
    ]
    said += [Ref(_change(context, found, "coming")), "; silence until then, by ", Ref(_change(context, found, "missing")), "."]
    return context.book.say("bottom-line", "computed", said)


def _change(context: Context, found: Moved, side: str) -> Number:
    """Expected change of the headline; its trace has the probability of the report."""
    change, error = (found.coming, found.errors[0]) if side == "coming" else (found.missing, found.errors[1])
    what = "a report comes" if side == "coming" else "none comes"
    clause = plays(context.facts, found.row.actor, found.row.move)
    of = f"90 % range over futures; a change by way of the accounts of {context.facts.position(found.row.about)}, at their mean shares"
    name = f"Change of the headline if {what} that {clause}, by {day(found.row.by)}"
    low, high = change - WIDE * error, change + WIDE * error
    id, like = f"{anchor(found.row)}-if-{side}", context.probability(context.headline).id
    lines = (("Probability of the report by then", percent(found.prob)),)
    return context.book.number(Number(id, name, change, low, high, 0.9, of, error, kind="points", why=NO_ENTRY, like=like, breakdown=lines))
