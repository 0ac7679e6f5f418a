"""Confidence from a printed checklist, apart from likelihood."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan
from typing import Literal

from openparley.brief import words
from openparley.brief.cite import Number, Part, Ref, Sentence
from openparley.brief.context import Context

Level = Literal["low", "moderate", "high"]
LEVELS: tuple[Level, ...] = ("low", "moderate", "high")
REASONS_SAID = 4


@dataclass(frozen=True)
class Check:
    """One line of the checklist.

    Attributes
    ----------
    allows
        The highest level that the finding allows.
    reason
        The finding as a clause of the confidence sentence.
    """

    criterion: str
    finding: tuple[Part, ...]
    allows: Level
    rule: str


def _allow(value: float, low: float, moderate: float) -> Level:
    """Levels for a value that is worse the larger it is; what is not known allows no more than moderate."""
    if isnan(value):
        return "moderate"
    return "low" if value > low else "moderate" if value > moderate else "high"


def weight_by_source(context: Context) -> dict[str, float]:
    """How much each source contributed to separating the accounts: log ratios, shared among a move's entries."""
    weight: dict[str, float] = defaultdict(float)
    for move in context.posterior.moves:
        cited = [context.facts.case.entries[id] for id in move.entries if id in context.facts.case.entries]
        for entry in cited:
            weight[entry.source] += context.spread(move) / len(cited)
    return dict(weight)


def checklist(context: Context) -> tuple[Check, ...]:
    """Every criterion with what was found and how much confidence it allows."""
    return (*_sources(context), *_model(context), *_draws(context), *_headline(context))


def _sources(context: Context) -> Iterator[Check]:
    facts, book = context.facts, context.book
    origins = len(facts.origins)
    count, unknown = context.origin_counts()
    allows: Level = "low" if origins < 2 else "moderate" if origins < 5 else "high"
    said = (f"there {'is' if origins == 1 else 'are'} ", count, f" known origin{'s' * (origins != 1)}")
    if unknown is not None:
        said = (*said, ", ", unknown, " unknown")
    yield Check("Independent origins", said, allows, "known ones fewer than 2: low; fewer than 5: moderate")

    weight = weight_by_source(context)
    total = sum(weight.values())
    top = sorted(weight.items(), key=lambda item: (-item[1], item[0]))[:2]
    if total > 0 and len(weight) > 1:
        share = sum(value for _, value in top) / total
        number = Number(
            "n-top-two",
            "Weight of the top two sources",
            share,
            kind="share",
            of="share of the summed log ratios between accounts, by source",
        )
        said = (f"{words.listed([facts.outlet(id) for id, _ in top])} carry ", Ref(book.number(number)), " of the evidential weight")
        yield Check("Weight of the top two sources", said, _allow(share, 0.95, 0.6), "over 95 %: low; over 60 %: moderate")
    else:
        source = (
            f"one source, {facts.outlet(top[0][0])}, carries all the evidential weight" if total > 0 else "no move separates the accounts"
        )
        source = "no entry carries weight between the accounts" if context.unobserved else source
        yield Check("Weight of the top two sources", (source,), "low", "one source only: low")

    cited = {entry.source for entry in facts.accepted.values()}
    missing = len(cited - facts.texts.keys())
    absent = book.number(Number("n-texts", "Texts not at hand", missing, of=f"of {len(cited)} cited sources, those without a text here"))
    said = (
        ("the texts of all cited sources are at hand",)
        if not missing
        else ("the texts of ", Ref(absent, f"{missing} of {len(cited)}"), " cited sources are not at hand")
    )
    yield Check("Texts at hand", said, "moderate" if missing else "high", "any missing: moderate")

    dates = [row.published for row in facts.case.sources.values() if row.published]
    age = (facts.case.file.cutoff - max(dates)).days if dates else None
    said = ("no source is dated",)
    if age is not None:
        days = book.count("n-age", "Age of the newest source", age, "days from the newest dated source to the cut-off")
        said = ("the newest source is ", days, f" day{'s' * (age != 1)} old at the cut-off")
    yield Check(
        "Age of the newest source", said, "moderate" if age is None else _allow(age, 60, 21), "over 60 days: low; over 21: moderate"
    )


def _model(context: Context) -> Iterator[Check]:
    worse = context.better_baselines
    allows: Level = "low" if "uniform play" in worse or context.unobserved else "moderate" if worse else "high"
    fitted = (
        f"the model predicts the record worse than {words.listed(worse)}"
        if worse
        else "the model predicts the record better than every baseline"
    )
    if context.unobserved:
        fitted = "no accepted entry reports a move of the game, so the fit cannot be compared with a baseline"
    yield Check("Fit against baselines", (fitted,), allows, "worse than uniform play: low; worse than another baseline: moderate")
    multiple = context.posterior.diagnostics.multiple_equilibria_share
    rule = "over 25 % of the draws: low; over 5 %: moderate"
    yield Check("Several equilibria", _equilibria(context, multiple), _allow(multiple, 0.25, 0.05), rule)


def _equilibria(context: Context, multiple: float) -> tuple[Part, ...]:
    """How many of the checked draws have several equilibria where play goes; the checks are made on a few draws only."""
    proven = context.posterior.certificate
    checked = proven.get("draws_certified")
    if isnan(multiple) or checked == 0:
        return ("whether draws have more than one equilibrium was not checked",)
    of = "sets of assumptions for which the solution was recomputed independently"
    draws: tuple[Part, ...] = ("checked draws",)
    if isinstance(checked, int):
        draws = (context.book.count("n-checked", "Draws checked", checked, of), f" checked draw{'s' * (checked != 1)}")
    if multiple <= 0:
        return ("none of the ", *draws, " has more than one equilibrium where play goes")
    of = "share of the checked draws, by posterior weight, in which some decision has another solution"
    number = Number("n-several", "Draws with more than one equilibrium", multiple, kind="share", of=of)
    share = Ref(context.book.number(number))
    # one decision can only lie in one draw; of several the certificate does not say in how many
    if proven.get("stages_with_other_roots_on_path") == 1:
        one = context.book.count("n-several-draws", "Checked draws with more than one equilibrium", 1, "of the draws checked")
        return (one, " of ", *draws, " (", share, " of their weight) has more than one equilibrium where play goes")
    return ("draws with ", share, " of the weight of the ", *draws, " have more than one equilibrium where play goes")


def _draws(context: Context) -> Iterator[Check]:
    found = context.posterior.diagnostics
    book = context.book
    effective = book.count(
        "n-ess", "Effective draws", found.effective_draws, f"Kish effective number of the {found.draws:,} draws of the assumptions"
    )
    said: tuple[Part, ...] = ("the assumptions rest on ", effective, " effective of ", Ref(context.draws), " draws")
    yield Check("Effective draws", said, _allow(-found.effective_draws, -30, -100), "under 30: low; under 100: moderate")
    k_hat = book.number(
        Number(
            "n-k-hat",
            "Pareto shape of the largest weights",
            found.k_hat,
            of=f"shape fitted to the largest weights of the draws; over {words.decimal(found.k_hat_limit)} a few dominate",
            kind="decimal",
        )
    )
    limit = found.k_hat_limit
    verdict = "a few draws dominate" if found.k_hat > limit else "no few draws dominate"
    said = (f"{verdict} the average (k-hat ", Ref(k_hat), ")")
    if isnan(found.k_hat):
        said = ("whether a few draws dominate the average could not be determined",)
    yield Check("Dominating draws", said, _allow(found.k_hat, 1.0, limit), f"k-hat over 1: low; over {words.decimal(limit)}: moderate")


def _headline(context: Context) -> Iterator[Check]:
    estimate = context.forecast.outcomes[context.headline].at_horizon
    crossed = context.lexicon.describe(estimate).crossed
    said: tuple[Part, ...] = ("the range of the headline stays within one band",)
    if crossed > 1:
        touched = context.book.count("n-bands", "Bands touched", crossed, "bands of the list of words that the headline’s range touches")
        said = ("the range of the headline touches ", touched, " bands")
    yield Check("Bands touched", said, _allow(crossed, 3, 1), "two or three: moderate; four or more: low")
    width = round(100 * (estimate.high - estimate.low))
    wide = context.book.count("n-width", "Width of the range", width, "points between the ends of the headline’s 90 % range")
    yield Check(
        "Width of the range",
        ("the range of the headline is ", wide, f" point{'s' * (width != 1)} wide"),
        _allow(width, 50, 25),
        "over 50 points: low; over 25: moderate",
    )


def level(checks: tuple[Check, ...]) -> Level:
    """The lowest level that any line allows."""
    return LEVELS[min(LEVELS.index(check.allows) for check in checks)]


def confidence_sentence(context: Context, checks: tuple[Check, ...]) -> Sentence:
    """The level and the findings that hold it down, worst first."""
    found = level(checks)
    held = [check for check in checks if check.allows != "high"] or list(checks)
    held.sort(key=lambda check: LEVELS.index(check.allows))
    parts: list[Part] = []
    for index, check in enumerate(held[:REASONS_SAID]):
        parts += ["; " if index else "", *check.finding]
    rest = len(held) - REASONS_SAID
    more: list[Part] = []
    if rest > 0:
        number = context.book.count("n-reasons", "Further reasons", rest, "further lines of the checklist that hold confidence down")
        more = ["; and ", number, f" further reason{'s' * (rest != 1)} in the checklist"]
    return context.book.say("bottom-line", "computed", f"Our confidence is {found}, because ", parts, more, ".")
