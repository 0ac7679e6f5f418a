from dataclasses import replace

import pytest

from openparley.brief.confidence import LEVELS, checklist, level
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
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
