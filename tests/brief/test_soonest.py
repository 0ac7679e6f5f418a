"""What would change the headline soonest: the report that changes it most, short of answering it, then a flip, then an assumption."""

from dataclasses import replace

import pytest

from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.lint import sentence_faults
from openparley.brief.soonest import moved, soonest
from openparley.forecast.flip import Flip
from openparley.forecast.hinges import Hinges
from openparley.forecast.indicators import Indicator, Prob
from openparley.record.case import Case
from tests.brief import synthetic

REPORT = "What would change this soonest: a report that "


def context(case: Case, **changes: object) -> Context:
    forecast = replace(synthetic.forecast(), **changes)
    return Context(Facts.of(case), synthetic.posterior(), forecast, synthetic.run(), lexicon("icd203"))


def said(found: Context) -> str:
    sentence = soonest(found)
    assert sentence_faults([sentence], found.lexicon, found.facts.texts) == []
    return sentence.text


def row(move: str, probs: tuple[float, ...] = (0.08, 0.34, 0.28, 0.15), **changes: object) -> Indicator:
    found = next(one for one in synthetic.indicators() if one.about == "mediator" and not one.between)
    given = {label: Prob(value, 0.004) for label, value in zip(("H1", "H2", "H3", "none"), probs, strict=True)}
    return replace(found, move=move, probs=given, **changes)


def flips(*rows: Flip) -> Hinges:
    found = synthetic.hinges()
    assert found.flips is not None
    return replace(found, flips=replace(found.flips, rows=rows))


def test_the_change_is_that_of_the_accounts_and_averages_out(case: Case) -> None:
    found = context(case)
    one = moved(found, row("cut_support"))
    assert one is not None
    shares = {label: estimate.value for label, estimate in found.posterior.accounts["mediator"].now.items()}
    under = {label: estimate.value for label, estimate in found.forecast.outcomes["ceasefire"].by_account["mediator"].items()}
    weight = {label: shares[label] * prob.value for label, prob in one.row.probs.items()}
    now = sum(shares[label] * under[label] for label in shares) / sum(shares.values())
    assert one.prob == pytest.approx(sum(weight.values()))
    assert one.coming == pytest.approx(sum(weight[label] * under[label] for label in weight) / sum(weight.values()) - now)
    assert one.prob * one.coming + (1 - one.prob) * one.missing == pytest.approx(0, abs=1e-12)


def test_the_report_that_is_expected_to_change_the_headline_most_is_named_whatever_its_gain(case: Case) -> None:
    rows = (row("extend", (0.1, 0.2, 0.15, 0.15), gain=0.9), row("cut_support", gain=0.001))
    assert all((one := moved(context(case), each)) is not None and one.told for each in rows)
    text = said(context(case, indicators=rows))
    assert text.startswith(f"{REPORT}the mediator cuts support, by 27 May 2026, would move the headline by −")
    assert " points; silence until then, by +1 point." in text


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"move": "walk_away"}, False),
        ({"actor": "party_a", "move": "accept"}, False),
        ({"actor": "world", "move": "quiet"}, False),
        ({"actor": "party_b", "move": "accept"}, True),
        ({"between": ("H1", "H2")}, False),
    ],
    ids=["ends the dispute", "is the headline", "chance", "no end", "a pair"],
)
def test_a_report_that_would_answer_the_question_itself_is_not_named(case: Case, changes: dict[str, object], *, named: bool) -> None:
    one = replace(row("cut_support"), **changes)
    assert said(context(case, indicators=(one,), hinges=None)).startswith(REPORT) == named


def test_a_change_under_a_point_or_under_its_error_is_none(case: Case) -> None:
    flat = row("cut_support", (0.30, 0.31, 0.30, 0.30))
    assert not said(context(case, indicators=(flat,))).startswith(REPORT)
    noisy = row("cut_support")
    noisy = replace(noisy, probs={label: replace(prob, mcse=0.2) for label, prob in noisy.probs.items()})
    assert not said(context(case, indicators=(noisy,))).startswith(REPORT)


def test_after_the_reports_come_a_flip_and_then_an_assumption(case: Case) -> None:
    found = synthetic.hinges().flips
    assert found is not None
    flip = "What would change this soonest, as no report would, is the smallest change of one assumption that moves the headline"
    assert said(context(case, indicators=())).startswith(flip)
    none = flips(found.rows[1])
    text = said(context(case, indicators=(), hinges=none))
    assert text.startswith("The run lists no report that would change the headline; A03 (")
    assert text.endswith(") does most to it, 15–50 % over its range, solved anew.")
    flat = row("cut_support", (0.3, 0.3, 0.3, 0.3))
    text = said(context(case, indicators=(flat,), hinges=none))
    assert text.startswith("No report short of the outcome itself is expected to change the headline by a point; A03 (")


def test_without_any_of_them_it_is_not_known(case: Case) -> None:
    unknown = "What would change this soonest is not known: "
    assert said(context(case, indicators=(), hinges=None)) == f"{unknown}the run lists no report to watch for."
    flat = row("cut_support", (0.3, 0.3, 0.3, 0.3))
    lacking = "no report short of the outcome itself is expected to move the headline by a point."
    assert said(context(case, indicators=(flat,), hinges=None)) == unknown + lacking
