"""Outcomes that the model gives little stay in view when they would end the dispute, or when they are the rarest."""

from dataclasses import replace

import pytest

from openparley.brief.blocks import Table
from openparley.brief.cite import plain
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.sections.remote import remote_blocks, remote_outcomes
from openparley.record.case import Case
from openparley.record.casefile import When
from tests.brief import synthetic


def context(case: Case, ends: set[str], **values: float) -> Context:
    forecast, file = synthetic.forecast(), case.file
    rows = [
        row.model_copy(update={"when": When(end="over") if row.id in ends else When(actor="mediator", move="cut_support")})
        for row in file.outcomes
    ]
    outcomes = dict(forecast.outcomes)
    for id, value in values.items():
        last = replace(outcomes[id].at_horizon, value=value, low=value / 2, high=value * 1.5)
        outcomes[id] = replace(outcomes[id], by_week=(*outcomes[id].by_week[:-1], last))
    changed = replace(case, file=file.model_copy(update={"outcomes": tuple(rows)}))
    return Context(Facts.of(changed), synthetic.posterior(), replace(forecast, outcomes=outcomes), synthetic.run(), lexicon("icd203"))


def test_what_ends_the_dispute_is_kept_under_a_fifth_and_anything_under_a_twentieth(case: Case) -> None:
    values = {"ceasefire": 0.03, "tariffs": 0.19, "walk_away": 0.19, "escalation": 0.04}
    assert remote_outcomes(context(case, {"walk_away", "ceasefire"}, **values)) == ["escalation", "walk_away"]
    assert remote_outcomes(context(case, {"walk_away"}, **{**values, "walk_away": 0.21, "escalation": 0.06})) == []
    assert remote_blocks(context(case, set(), tariffs=0.5, walk_away=0.5)) == []


def test_a_row_says_under_which_account_it_is_given_most_and_what_would_be_reported(case: Case) -> None:
    here = context(case, {"walk_away"}, walk_away=0.1, tariffs=0.04)
    table = remote_blocks(here)[1]
    assert isinstance(table, Table)
    rows = {plain(row[0]): [plain(cell) for cell in row[1:]] for row in table.rows}
    what, now, under, report = rows["The mediator walks away"]
    assert what.startswith("ends the dispute: ")
    assert now == "5–15 %"
    # the synthetic forecast gives H1 most: 1.2 times 22 %
    assert under == "The mediator: Wants a deal, 26 %"
    assert report == "–"
    assert rows["Tariffs come into force"][-1] == "The mediator: cut support, by 27 May 2026"
    assert here.book.numbers["n-p-walk_away-under-h1"].like == "n-p-walk_away"


@pytest.mark.parametrize(
    ("second", "error", "expected"),
    [
        (0.20, 0.02, "The mediator: Wants a deal, 25 %"),
        (0.22, 0.02, "no account stands out"),
        (0.22, 0.01, "The mediator: Wants a deal, 26 %"),
        (0.26, 0.0, "no account stands out"),
    ],
)
def test_no_account_is_named_within_two_standard_errors_of_the_next(case: Case, second: float, error: float, expected: str) -> None:
    here = context(case, {"walk_away"}, walk_away=0.1)
    outcome = here.forecast.outcomes["walk_away"]
    values = {"mediator": {"H1": 0.26, "H2": 0.1}, "party_a": {"J1": second, "J2": 0.05, "none": 0.9}}
    by = {
        actor: {label: replace(outcome.at_horizon, value=value, mcse=error) for label, value in under.items()}
        for actor, under in values.items()
    }
    outcomes = {**here.forecast.outcomes, "walk_away": replace(outcome, by_account=by)}
    table = remote_blocks(replace(here, forecast=replace(here.forecast, outcomes=outcomes)))[1]
    assert isinstance(table, Table)
    [under] = [plain(row[3]) for row in table.rows if plain(row[0]) == "The mediator walks away"]
    assert under == expected
