from dataclasses import replace

import pytest

from openparley.brief.bottom_line import leading_account
from openparley.brief.cite import plain
from openparley.brief.confidence import LEVELS, checklist, level
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.sections.accounts import _fit
from openparley.brief.sections.certificate import certificate_section
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
    assert "predicts no better than its best baseline" in leading_account(found, "mediator").text


def test_the_fit_stands_in_full_once_a_section_and_beside_every_winner(case: Case) -> None:
    found = context(case)
    first, second = (leading_account(found, actor, "accounts").text for actor in ("mediator", "party_a"))
    assert first.startswith("Of the mediator’s accounts ")
    assert "; over 11 moves the model predicts better than its best baseline (mean log score −1.18 against −1.31)." in first
    assert second.endswith("; mean log score −1.18 against −1.31.")


def said(found: Context, criterion: str) -> str:
    return next(plain(check.finding) for check in checklist(found) if check.criterion == criterion)


@pytest.mark.parametrize("outlet", ["not named in the text", "not stated"])
def test_an_origin_that_no_text_names_counts_for_nothing(case: Case, outlet: str) -> None:
    assert said(context(case), "Independent origins") == "there are 3 known origins"
    nameless = case.sources["S02"].model_copy(update={"outlet": outlet, "origin": ""})
    without = replace(case, sources={**case.sources, "S02": nameless})
    assert said(context(without), "Independent origins") == "there are 2 known origins, 1 unknown"
    named = replace(case, sources={**case.sources, "S02": nameless.model_copy(update={"origin": "wire:strait"})})
    assert said(context(named), "Independent origins") == "there are 3 known origins"


@pytest.mark.parametrize(
    ("share", "proven", "expected"),
    [
        (0.36, {"draws_certified": 3, "stages_with_other_roots_on_path": 1},
         "1 of 3 checked draws (36 % of their weight) has more than one equilibrium where play goes"),
        (0.36, {"draws_certified": 3, "stages_with_other_roots_on_path": 4},
         "draws with 36 % of the weight of the 3 checked draws have more than one equilibrium where play goes"),
        (0.0, {"draws_certified": 3, "stages_with_other_roots_on_path": 0},
         "none of the 3 checked draws has more than one equilibrium where play goes"),
        (0.0, {"draws_certified": 0}, "whether draws have more than one equilibrium was not checked"),
    ],
)  # fmt: skip
def test_several_equilibria_are_told_with_how_few_draws_were_checked(
    case: Case, share: float, proven: dict[str, int], expected: str
) -> None:
    posterior = synthetic.posterior()
    diagnostics = replace(posterior.diagnostics, multiple_equilibria_share=share)
    found = context(case, replace(posterior, diagnostics=diagnostics, certificate=proven))
    assert said(found, "Several equilibria") == expected
    assert allows(found, "Several equilibria") == ("low" if share else "high")


@pytest.mark.parametrize(
    ("roots", "on_path", "expected"),
    [(1, 0, "Of 1 such stage none lies where play goes."), (3, 2, "Of 3 such stages 2 lie where play goes."), (0, 0, "")],
)
def test_the_certificate_says_whether_another_equilibrium_touches_the_forecast(case: Case, roots: int, on_path: int, expected: str) -> None:
    posterior = synthetic.posterior()
    proven = {**posterior.certificate, "stages_with_other_roots": roots, "stages_with_other_roots_on_path": on_path}
    texts = [sentence.text for sentence in certificate_section(context(case, replace(posterior, certificate=proven))).blocks[0].sentences]  # type: ignore[union-attr]
    assert [text for text in texts if "such stage" in text] == ([expected] if expected else [])


def test_ranges_alone_of_accounts_are_explained_where_they_are_alone(case: Case) -> None:
    posterior = synthetic.posterior()
    few = replace(posterior, diagnostics=replace(posterior.diagnostics, odds_as_range=True))
    for found, there in ((posterior, False), (few, True)):
        texts = [sentence.text for sentence in certificate_section(context(case, found)).blocks[0].sentences]  # type: ignore[union-attr]
        assert any("printed as its range alone" in text for text in texts) == there
