"""What `parley fit` prints of a finished run, and what a run is named after; nothing is solved here."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from openparley.cli import _fitted, main
from openparley.forecast.fitting import _key, _settings, registered
from openparley.forecast.tables import tables
from openparley.infer.engine import AdaptiveImportance
from openparley.infer.leave_out import Variant
from openparley.infer.left_out import grouped, mover, names_of
from openparley.infer.model import Model, build_model
from openparley.infer.observe import Observed, Report
from openparley.infer.posterior import Estimate, Posterior, ShareError, SolverError, WithoutIt
from openparley.record.case import Case, open_case
from tests.brief import synthetic

EMPTY = Observed((), {}, {})


def number(value: float) -> Estimate:
    return Estimate(value, value - 0.1, value + 0.1, value - 0.05, value + 0.05, 0.9, "90 % range over the assumptions", 0.004)


def without(name: str, index: int, change: float = 0.0, *, impossible: bool = False) -> WithoutIt:
    lost = (Report(2, "mediator", "table_offer", ("E001",)),) if index >= 0 else ()
    variant = Variant(f"outlet:{name}", f"outlet {name}", ("E001",), EMPTY, lost, (), index)
    shares = {} if impossible else {"mediator": {"H1": number(0.4 + change), "H2": number(0.3 - change / 2)}}
    changes = {} if impossible else {"mediator": {"H1": change, "H2": -change / 2}}
    return WithoutIt(variant, shares, changes, 120.0, 0.4, False, impossible, ())


@pytest.fixture
def posterior() -> Posterior:
    shares = {"mediator": {"H1": ShareError(0.02, 0.005), "H2": ShareError(0.0, 0.0)}}
    error = SolverError(2, "6 nodes", 0.01, 0.02, 0.003, 0.001, 0.002, shares)
    same = [without("Small", 0, 0.05), without("Large", 1, -0.2), without("Echo", -1), without("Same", 1, -0.2)]
    left_out = (*same, without("All", 2, impossible=True))
    why = "the prior: the first batch; the prior: the emulator has no skill (R² 0.02)"
    settings = {"batches": 2, "batches_adapted": 0, "proposals": why}
    return replace(synthetic.posterior(), left_out=left_out, solver_error=error, idle=("A01", "A02"), settings=settings)


def test_variants_with_the_same_reports_stand_together_the_impossible_first_then_the_largest_change(posterior: Posterior) -> None:
    groups = grouped(posterior.left_out)
    assert [names_of(group) for group in groups] == ["outlet All", "outlet Large; outlet Same", "outlet Small"]
    assert mover(groups[1][0]) == ("mediator", "H1")
    rows = _fitted.left_out_rows(posterior)[1]
    assert rows[0][-1] == "what remains is impossible"
    assert rows[1][2:5] == ("H1 (mediator)", "10–30 %", "−20 points")
    assert _fitted.unchanged(posterior) == "Changes no move: outlet Echo."


def test_checks_state_solution_weights_error_filter_fit_and_assumptions(posterior: Posterior) -> None:
    said = dict(_fitted.check_rows(posterior))
    assert said["solved"] == "432 positions, 29 rounds, 84"
    assert "2 batches, none of them adapted; from the prior: the emulator has no skill (R² 0.02)" in said["draws"]
    assert "141 effective draws" in said["weights"]
    assert "k-hat 0.42 (at most 0.70)" in said["weights"]
    assert said["… changes"].startswith(
        "account shares by 1.0 points (mean), +2.0 ± 0.5 at most; log evidence by 0.01 (r.m.s.), 0.02 at most"
    )
    assert "Markov" in said["log score a move"]
    assert said["assumptions"].startswith("2 of 1 without an effect")
    assert "moved by the record: A03 0.50 → 0.55, A06 0.50 → 0.55" in said["assumptions"]


def test_the_table_of_what_was_left_out_has_a_row_an_account_and_one_for_what_changes_nothing(posterior: Posterior) -> None:
    lines = tables(posterior, synthetic.forecast())["left_out.csv"].splitlines()
    assert len(lines) == 1 + 3 * 2 + 1 + 1
    assert sum("changes no report" in line for line in lines) == 1
    assert sum("what remains is impossible" in line for line in lines) == 1


@pytest.fixture(scope="module")
def strait() -> tuple[Case, Model]:
    case = open_case("strait-talks")
    return case, build_model(case)


def key(case: Case, model: Model, **engine: object) -> str:
    method = AdaptiveImportance(**engine)  # type: ignore[arg-type]
    return _key(case, model, _settings(model, method, 256), method.seed)


def test_a_run_is_named_after_readings_variants_batches_and_the_finer_grid(strait: tuple[Case, Model]) -> None:
    case, model = strait
    model = registered(case, model, ())[0]
    usual = key(case, model)
    assert key(case, model, processes=1) == usual
    doubtful = replace(model.observed.reports[0], readings=((model.observed.reports[0].move, 0.7),))
    others = [
        key(case, replace(model, observed=replace(model.observed, reports=(doubtful, *model.observed.reports[1:])))),
        key(case, model, batch=100),
        key(case, model, fine=0),
    ]
    assert len({usual, *others}) == 4


def test_what_is_asked_for_is_another_run_only_if_it_changes_other_reports(strait: tuple[Case, Model]) -> None:
    case, model = strait
    plain, nothing = registered(case, model, ())
    assert nothing is None
    assert {variant.kind for variant in plain.variants} == {"outlet", "origin"}
    known, asked = registered(case, model, ["outlet:the skerry review"])
    assert asked is not None
    assert asked.id == "outlet:The Skerry Review"
    assert key(case, known) == key(case, plain)
    idle, asked = registered(case, model, ["K001"])
    assert asked is not None
    assert not asked.changes
    assert key(case, idle) == key(case, plain)
    both, asked = registered(case, model, ["C003", "E036"])
    assert asked is not None
    assert asked.kind == "several"
    assert key(case, both) != key(case, plain)
    every = registered(case, model, ["entries"])[0]
    assert key(case, registered(case, model, ["Entries", "E036"])[0]) == key(case, every) != key(case, plain)


def test_an_unknown_name_is_refused_with_a_guess_before_anything_is_solved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["fit", "strait-talks", "--without", "outlet:The Skery Review", "--without", "E9999", "--runs", str(tmp_path), "--json"]
    assert main(arguments) == 1
    errors = json.loads(capsys.readouterr().err)["errors"]
    assert len(errors) == 2
    assert "The Skerry Review" in errors[0]["hint"]
    assert "E9999" in errors[1]["message"]
    assert not list(tmp_path.iterdir())
