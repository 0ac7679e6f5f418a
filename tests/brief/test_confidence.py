from dataclasses import replace

import pytest

from openparley.brief.bottom_line import leading_account
from openparley.brief.cite import plain
from openparley.brief.confidence import LEVELS, checklist, level
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.sections.accounts import _fit
from openparley.infer.posterior import Posterior
from openparley.record.case import Case
from tests.brief import synthetic


def context(case: Case, posterior: Posterior | None = None, **headline: float) -> Context:
    forecast = synthetic.forecast()
    outcome = forecast.outcomes["ceasefire"]
    last = replace(outcome.by_week[-1], **headline)
    forecast = replace(forecast, outcomes={**forecast.outcomes, "ceasefire": replace(outcome, by_week=(*outcome.by_week[:-1], last))})
    return Context(Facts.of(case), posterior or synthetic.posterior(), forecast, synthetic.run(), lexicon("icd203"))


def allows(found: Context, criterion: str) -> str:
    return next(check.allows for check in checklist(found) if check.criterion == criterion)


def test_an_interval_over_two_bands_caps_at_moderate(case: Case) -> None:
    assert allows(context(case), "Bands touched") == "high"
    assert allows(context(case, low=0.18, high=0.4), "Bands touched") == "moderate"
    assert allows(context(case, low=0.04, high=0.5), "Bands touched") == "low"


@pytest.mark.parametrize(("score", "expected"), [(-1.0, "high"), (-1.4, "moderate"), (-1.6, "low")])
def test_a_model_that_loses_to_its_baselines_lowers_confidence(case: Case, score: float, expected: str) -> None:
    posterior = synthetic.posterior()
    assert allows(context(case, replace(posterior, fit=replace(posterior.fit, log_score=score))), "Fit against baselines") == expected


@pytest.mark.parametrize(
    ("draws", "k_hat", "expected"),
    [(150.0, 0.5, "high"), (60.0, 0.5, "moderate"), (20.0, 0.5, "low"), (150.0, 0.8, "moderate"), (150.0, 1.2, "low")],
)
def test_few_or_dominating_draws_lower_confidence(case: Case, draws: float, k_hat: float, expected: str) -> None:
    posterior = synthetic.posterior()
    found = context(case, replace(posterior, diagnostics=replace(posterior.diagnostics, effective_draws=draws, k_hat=k_hat)))
    assert min(allows(found, "Effective draws"), allows(found, "Dominating draws"), key=LEVELS.index) == expected  # type: ignore[arg-type]


def test_the_lowest_line_decides(case: Case) -> None:
    checks = checklist(context(case))
    assert level(checks) == "moderate"
    assert level((*checks, replace(checks[0], allows="low"))) == "low"


def test_an_echo_is_no_origin(case: Case) -> None:
    assert Facts.of(case).origins == ("Harbour Courier", "Island Gazette", "Strait Wire")


@pytest.mark.parametrize(
    ("which", "name", "expected"),
    [
        ("uniform", "uniform play", "low"),
        ("frequency", "observed frequencies", "moderate"),
        ("markov", "a Markov chain of the moves reported", "moderate"),
    ],
)
def test_each_baseline_that_predicts_better_is_named_among_the_accounts_and_in_the_checklist(
    case: Case, which: str, name: str, expected: str
) -> None:
    posterior = synthetic.posterior()
    fit = replace(posterior.fit, uniform_log_score=-2.0, frequency_log_score=-2.0, markov_log_score=-2.0)
    assert allows(context(case, replace(posterior, fit=fit)), "Fit against baselines") == "high"
    found = context(case, replace(posterior, fit=replace(fit, **{f"{which}_log_score": -1.0})))
    check = next(check for check in checklist(found) if check.criterion == "Fit against baselines")
    assert (plain(check.finding), check.allows) == (f"the model predicts the record worse than {name}", expected)
    said = [sentence.text for sentence in _fit(found)]
    assert f"The model predicts the record worse than {name}, so the standing of the accounts means little." in said
    assert f"{name} −1" in said[0]
    assert "predicts no better than its best baseline" in leading_account(found, "mediator", "accounts").text
