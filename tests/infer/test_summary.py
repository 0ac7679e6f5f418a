"""From weighted draws to the posterior: shares, evidence that adds up, baselines, the solver's error."""

from dataclasses import replace

import numpy as np
import pytest

from openparley.errors import InferenceError
from openparley.infer.draw import Table, work
from openparley.infer.engine import AdaptiveImportance, Run, run_draws
from openparley.infer.evidence import evidence_matrix, markov_probs, sighted
from openparley.infer.finer import chosen_draws, finer_grid, solver_error
from openparley.infer.model import Model, build_model
from openparley.infer.observe import Report
from openparley.infer.posterior import UNDIAGNOSTIC
from openparley.infer.summary import _verdicts, summarise
from openparley.infer.weights import normalised
from openparley.record.case import open_case
from openparley.solve.belief_grid import BeliefGrid

DRAWS = 4
COARSE = BeliefGrid(nodes=3, tolerance=1e-3)
ENGINE = AdaptiveImportance(draws=DRAWS, grid=COARSE, fine=2, processes=1)
EXACT = 1e-12


@pytest.fixture(scope="module")
def model() -> Model:
    whole = build_model(open_case("strait-talks"))
    return replace(whole, rounds=14, calendar=whole.calendar[:14])


@pytest.fixture(scope="module")
def run(model: Model) -> Run:
    return run_draws(model, ENGINE, {})


def test_summary_is_shares_and_weights_follow_the_evidence(model: Model, run: Run) -> None:
    found = summarise(model, run, ENGINE)
    evidence = np.array([table["log_evidence"][-1] for table in run.tables])
    assert np.log(found.weights) - np.log(found.weights[0]) == pytest.approx(evidence - evidence[0], abs=1e-9)
    for actor, path in found.accounts.items():
        assert path.labels == (*model.types[actor], "none")
        assert path.share.sum(1) == pytest.approx(1, abs=EXACT)
        assert sum(path.prior.values()) == pytest.approx(1, abs=EXACT)
        assert (path.low <= path.high).all()
        assert [path.now[label].value for label in path.labels] == pytest.approx(path.share[-1], abs=EXACT)


def test_summary_by_hand(model: Model, run: Run) -> None:
    """The share of one account after one round, from the tables."""
    found = summarise(model, run, ENGINE)
    t, k = 4, 1
    weights = np.exp([table["log_evidence"][t] for table in run.tables])
    kinds = run.tables[0]["world_types"][:, model.uncertain.index("mediator")]
    shares = [table["world_share"][t][kinds == k].sum() for table in run.tables]
    assert found.accounts["mediator"].share[t, k] == pytest.approx(np.average(shares, weights=weights), abs=EXACT)


def test_a_moves_odds_average_over_accounts_to_its_prediction(model: Model, run: Run) -> None:
    found = summarise(model, run, ENGINE)
    assert [move.entries for move in found.moves if move.actor == "mediator"] == [
        r.entries for r in model.observed.reports if r.actor == "mediator"
    ]
    evidence = np.array([table["log_evidence"] for table in run.tables])
    for i, move in enumerate(found.moves):
        assert 0 < move.predictive_prob < 1
        if not move.prob_by_account:
            continue
        weights = np.exp(evidence[:, move.round - 1] - evidence[:, move.round - 1].max())
        kinds = run.tables[0]["world_types"][:, model.uncertain.index(move.actor)]
        labels = [*enumerate(model.types[move.actor]), (-1, "none")]
        mass = [
            sum(w * table["sighting_reported"][i][kinds == k].sum() for w, table in zip(weights, run.tables, strict=True))
            for k, _ in labels
        ]
        average = np.average([move.prob_by_account[label] for _, label in labels], weights=mass)
        assert move.predictive_prob == pytest.approx(average, abs=1e-9)
        assert move.log_evidence == pytest.approx({label: np.log(p) for label, p in move.prob_by_account.items()})


def test_few_draws_are_read_as_ranges(model: Model, run: Run) -> None:
    found = summarise(model, run, ENGINE)
    assert found.diagnostics.odds_as_range
    assert "read account odds as ranges" in found.status
    assert found.diagnostics.draws == DRAWS
    assert 1 <= found.diagnostics.effective_draws <= DRAWS


def test_rows_of_the_evidence_add_up_to_the_record_given_the_account(model: Model, run: Run) -> None:
    """The direct route: prior, record and account jointly, averaged over the draws, over the prior of the account."""
    ratio = np.exp(np.array([0.3, -0.2, 0.5, 0.1]))
    uneven = replace(run, log_ratio=np.log(ratio))
    for index, actor in enumerate(model.uncertain):
        matrix = evidence_matrix(model, uneven, sighted(model), actor)
        kinds = run.tables[0]["world_types"][:, index]
        assert matrix.labels == (*model.types[actor], "none")
        for k, label in [*enumerate(model.types[actor]), (-1, "none")]:
            joint = sum(
                r * np.exp(table["log_evidence"][-1]) * table["world_share"][-1][kinds == k].sum()
                for r, table in zip(ratio, run.tables, strict=True)
            )
            prior = sum(r * table["world_prior_path"][-1][kinds == k].sum() for r, table in zip(ratio, run.tables, strict=True))
            assert sum(row.log_evidence[label] for row in matrix.rows) == pytest.approx(np.log(joint / prior), abs=1e-9)
        assert sum(bool(row.entries) for row in matrix.rows) == len(sighted(model))
        assert [row.round for row in matrix.rows if not row.actor] == list(range(model.today + 1))


def test_log_odds_of_the_posterior_are_prior_odds_and_evidence(model: Model, run: Run) -> None:
    found = summarise(model, run, ENGINE)
    for index, (actor, path) in enumerate(found.accounts.items()):
        total = found.evidence[actor].total
        kinds = run.tables[0]["world_types"][:, index]
        drifted = [np.mean([table["world_prior_path"][-1][kinds == k].sum() for table in run.tables]) for k in (0, 1)]
        one, two = path.labels[:2]
        odds = np.log(path.now[one].value / path.now[two].value)
        assert odds == pytest.approx(np.log(drifted[0] / drifted[1]) + total[one] - total[two], abs=1e-9)


def test_entries_that_tell_no_accounts_apart_are_marked(model: Model, run: Run) -> None:
    for matrix in summarise(model, run, ENGINE).evidence.values():
        for row in matrix.rows:
            spread = max(row.log_evidence.values()) - min(row.log_evidence.values())
            assert row.diagnostic == (spread >= UNDIAGNOSTIC)
        assert any(row.diagnostic for row in matrix.rows)


def test_prior_shares_and_verdicts_are_weighted_by_prior_over_proposal(model: Model, run: Run) -> None:
    log_ratio = np.log([3.0, 1.0, 1.0, 0.5])
    found = summarise(model, replace(run, log_ratio=log_ratio), ENGINE)
    weights = normalised(log_ratio)
    key = run.free[0]
    assert found.assumptions[key].prior.value == pytest.approx(weights @ run.values[key], abs=EXACT)
    prior = [table["world_prior"][run.tables[0]["world_types"][:, 0] == 0].sum() for table in run.tables]
    path = found.accounts[model.uncertain[0]]
    assert path.prior[path.labels[0]] == pytest.approx(weights @ prior, abs=EXACT)
    evidence = np.array([table["log_evidence"][-1] for table in run.tables])
    assert found.weights == pytest.approx(normalised(log_ratio + evidence), abs=EXACT)


def test_a_draw_that_excludes_the_record_has_no_weight_and_none_at_all_is_an_error(model: Model, run: Run) -> None:
    def without(table: Table) -> Table:
        evidence = table["log_evidence"].copy()
        evidence[-1] = -np.inf
        return table | {"log_evidence": evidence}

    found = summarise(model, replace(run, tables=(without(run.tables[0]), *run.tables[1:])), ENGINE)
    assert found.weights[0] == 0
    with pytest.raises(InferenceError, match="impossible under each of the 4 draws"):
        summarise(model, replace(run, tables=tuple(map(without, run.tables))), ENGINE)


def test_markov_baseline_by_hand() -> None:
    reports = [Report(t, "a", move, ("E",)) for t, move in enumerate(["x", "y", "x", "y", "z"])]
    base = np.array([0.2, 0.3, 0.4, 0.5, 0.1])
    # a has three moves: one and a half pseudo-counts; y is followed by x once before the last, x by y once before the fourth
    by_hand = [0.2, 0.3, 0.4, (1 + 1.5 * 0.5) / 2.5, (0 + 1.5 * 0.1) / 2.5]
    assert markov_probs(reports, base, {"a": 3}) == pytest.approx(by_hand, abs=EXACT)


def test_picked_draws_count_as_often_as_they_should() -> None:
    weights = np.random.default_rng(1).dirichlet(np.full(64, 0.3))
    values = np.random.default_rng(2).normal(size=64)
    totals = []
    for seed in range(400):
        picked = chosen_draws(weights, 8, seed=seed)
        assert 1 <= len(picked) <= 8
        totals.append(sum(weights[k] * values[k] / expected for k, expected in picked.items()))
    assert np.mean(totals) == pytest.approx(weights @ values, abs=4 * np.std(totals) / 20)


def test_error_of_the_grid_is_that_of_solving_all_draws_finely(model: Model, run: Run) -> None:
    """With every draw solved again the estimated shift is close to the real one, and to nothing where nothing changes."""
    weights = normalised(run.log_evidence[:, -1])
    every = dict.fromkeys(range(DRAWS), 1.0)
    none = solver_error(model, run.tables, dict(enumerate(run.tables)), every, weights, "the same")
    assert none.log_evidence_largest == none.choices_largest == 0
    assert none.worst.shift == pytest.approx(0, abs=EXACT)
    rng = np.random.default_rng(3)
    finer = {}
    for k, table in enumerate(run.tables):
        share = table["world_share"] * np.exp(0.02 * rng.normal(size=table["world_share"].shape))
        finer[k] = table | {
            "log_evidence": table["log_evidence"] + 5.0 + 0.05 * rng.normal(),
            "world_share": share / share.sum(1, keepdims=True),
        }
    found = solver_error(model, run.tables, finer, every, weights, "made up")
    fine_weights = normalised(np.array([finer[k]["log_evidence"][-1] for k in range(DRAWS)]))
    kinds = run.tables[0]["world_types"][:, 0]
    for k, label in enumerate(model.types[model.uncertain[0]]):
        before = weights @ [table["world_share"][-1][kinds == k].sum() for table in run.tables]
        after = fine_weights @ [finer[j]["world_share"][-1][kinds == k].sum() for j in range(DRAWS)]
        assert found.posterior[model.uncertain[0]][label].shift == pytest.approx(after - before, abs=2e-4)
    assert found.log_evidence_largest < 0.3  # a change that all draws share touches no weight


def test_a_finer_grid_costs_no_more_than_allowed_where_it_can(model: Model) -> None:
    assert finer_grid(model, COARSE, share=0.001).nodes_for(model.uncertain[0]) == 5
    assert finer_grid(model, COARSE, share=0.5).nodes_for(model.uncertain[0]) == 4


def test_what_the_finer_grid_says_is_in_the_certificate(model: Model, run: Run) -> None:
    found = summarise(model, run, ENGINE)
    error = found.solver_error
    assert error is not None
    assert found.certificate["finer_grid_draws"] == error.draws == len(run.finer)
    assert 0 < error.choices_largest < 0.1
    for k, table in run.finer.items():
        again = work(model, run.at(k), k, ENGINE.seed, run.finer_grid or COARSE, {})
        assert np.array_equal(again["log_evidence"], table["log_evidence"])
    assert summarise(model, replace(run, finer={}), ENGINE).solver_error is None


def test_a_point_is_never_moved_by_the_record() -> None:
    weights = np.array([0.7, 0.2, 0.1])
    run = Run({"A01": np.full(3, 0.1), "A02": np.array([0.0, 5.0, 9.0])}, (), np.zeros(3))
    assert {id: verdict.identified for id, verdict in _verdicts(run, weights).items()}["A01"] is False
