"""Levers on the page: what is told as a difference, what kind of change a lever is, and who loses."""

from collections import defaultdict
from dataclasses import replace
from types import SimpleNamespace

import pytest

from openparley.brief.charts import levers as chart
from openparley.brief.cite import plain
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.lint import sentence_faults
from openparley.brief.sections.levers import _effects, _gains, _verdict, levers_blocks
from openparley.forecast.forecast import LeverForecast
from openparley.forecast.telling import NO_DIFFERENCE, tells
from openparley.infer.posterior import Estimate
from openparley.record.case import Case
from tests.brief import synthetic


@pytest.fixture(autouse=True)
def no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openparley.brief.figures.discover", lambda: defaultdict(lambda: SimpleNamespace(data=lambda context: [])))


def gain(value: float, half: float, mcse: float = 0.006) -> Estimate:
    return Estimate(value, value - half, value + half, value - half / 2, value + half / 2, 0.9, "the draws of the assumptions", mcse)


UP, DOWN, OPEN = gain(0.5, 0.2), gain(-0.5, 0.2), gain(0.1, 0.2)


def context(case: Case, **changes: object) -> Context:
    forecast = synthetic.forecast()
    lever = replace(forecast.levers["deadline_binds"], **changes)  # type: ignore[arg-type]
    return at(case, {"deadline_binds": lever})


def at(case: Case, levers: dict[str, LeverForecast]) -> Context:
    forecast = replace(synthetic.forecast(), levers=levers)
    return Context(Facts.of(case), synthetic.posterior(), forecast, synthetic.run(), lexicon("icd203"))


def prose(found: Context) -> list[str]:
    levers_blocks(found)
    assert sentence_faults(found.book.sentences, found.lexicon, found.facts.texts) == []
    return [sentence.text for sentence in found.book.sentences if sentence.section == "levers"]


@pytest.mark.parametrize(
    ("difference", "told"),
    [(gain(0.12, 0.08), True), (gain(0.12, 0.13), False), (gain(0.3, 0.1, 0.2), False), (gain(0.029, 0.0289, 0.012), False)],
    ids=["clear", "range holds 0", "under its error", "range holds 0 as printed"],
)
def test_a_difference_is_told_by_one_rule_in_sentence_table_and_picture(case: Case, difference: Estimate, *, told: bool) -> None:
    effect = replace(synthetic.forecast().levers["deadline_binds"].effects["ceasefire"], difference=difference)
    here = context(case, effects={"ceasefire": effect})
    assert chart.shows(difference) == told
    assert not told or tells(difference)
    assert (" a difference of " in prose(here)[1]) == told
    assert ("; the mean differs by " in prose(here)[1]) == (not told)
    assert (plain(_effects(here).rows[0][4]) == NO_DIFFERENCE) == (not told)
    assert (chart.data(here)[0]["verdict"] == "can’t tell") == (not told)


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        (gain(0.12, 0.13), "; the mean differs by +12 points, but the range, −1 to +25 points, includes zero."),
        (gain(0.0, 0.03), "; the mean differs by under 1 point, but the range, −3 to +3 points, includes zero."),
        (
            gain(0.3, 0.1, 0.2),
            "; the mean differs by +30 points, but the range, +20 to +40 points, is no farther from zero than its error.",
        ),
    ],
)
def test_why_a_difference_is_not_told_is_said_of_its_mean_and_its_range(case: Case, difference: Estimate, expected: str) -> None:
    effect = replace(synthetic.forecast().levers["deadline_binds"].effects["ceasefire"], difference=difference)
    assert prose(context(case, effects={"ceasefire": effect}))[1].endswith(expected)


GRID = [
    gain(value / 100, half / 100, mcse)
    for value in range(-60, 61, 7)
    for half in (3, 8, 21, 34, 47)
    for mcse in (0.004, 0.04, 0.06, 0.13, 0.31)
]


def test_equal_printed_gains_have_equal_verdicts_and_the_figures_behind_them_agree() -> None:
    verdicts: dict[tuple[float, ...], set[str]] = defaultdict(set)
    for one in GRID:
        verdicts[chart.printed_gain(one)].add(_verdict(one))
        assert not chart.gains(one) or tells(one)
    assert all(len(found) == 1 for found in verdicts.values())
    assert {word for found in verdicts.values() for word in found} == {"gains", "loses", "cannot be told"}


def test_the_end_of_a_range_near_zero_and_the_error_are_printed(case: Case) -> None:
    near, clear = gain(-0.9, 0.85, 0.21), gain(-1.2, 0.8, 0.17)
    rows = [[plain(cell) for cell in row[2:5]] for row in _gains(context(case, gains={"mediator": near, "party_a": clear})).rows]
    assert rows == [["cannot be told", "−0.9 ±0.3", "−1.8 to −0.1"], ["loses", "−1.2 ±0.2", "−2.0 to −0.4"]]


@pytest.mark.parametrize(
    ("pulls", "words", "can"),
    [
        ("commitment", "(a commitment of the mediator)", True),
        ("forced_move", "(one forced move of the mediator)", True),
        ("motive", "(a change in the motive of the mediator, which nobody can order)", False),
        ("circumstance", "(a change of circumstance, which nobody can order)", False),
    ],
)
def test_what_somebody_can_pull_is_marked_apart_from_what_nobody_can(case: Case, pulls: str, words: str, *, can: bool) -> None:
    here = context(case, pulls=pulls, actor="" if pulls == "circumstance" else "mediator")
    assert words in prose(here)[1]
    assert chart.data(here)[0]["panel"].endswith("(nobody can pull it)") == (not can)


@pytest.mark.parametrize(
    ("gains", "expected"),
    [
        ({"mediator": DOWN, "party_a": OPEN, "party_b": UP}, "the mediator loses; Party B gains; of Party A it cannot be told."),
        ({"mediator": DOWN, "party_a": DOWN}, "the mediator and Party A lose."),
        ({"mediator": UP, "party_a": UP}, "nobody can be told to lose; the mediator and Party A gain."),
        ({"mediator": OPEN}, "nobody can be told to lose; of the mediator it cannot be told."),
    ],
)
def test_who_loses_is_said_as_the_table_has_it(case: Case, gains: dict[str, Estimate], expected: str) -> None:
    here = context(case, gains=gains)
    assert prose(here)[2] == f"With the lever The deadline cannot lapse: {expected}"
    verdicts = {plain(row[1]): plain(row[2]) for row in _gains(here).rows}
    assert sorted(verdicts.values()) == sorted(
        {"loses": "loses", "gains": "gains"}.get("loses" if one is DOWN else "gains" if one is UP else "", "cannot be told")
        for one in gains.values()
    )


def test_without_gains_nobody_is_said_to_lose(case: Case) -> None:
    assert len(prose(context(case, gains={}))) == 2


def test_a_run_without_levers_says_which_is_lacking(case: Case) -> None:
    assert prose(at(case, {})) == ["No lever was pulled in this run."]
    bare = replace(case, file=case.file.model_copy(update={"levers": ()}))
    assert prose(at(bare, {})) == ["The case names no lever."]
