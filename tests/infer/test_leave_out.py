"""Leaving out entries, outlets and origins: what is left, that a variant is a fresh run on it, and what is said of it."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from openparley.errors import CaseError
from openparley.game.dispute_game import DisputeGame
from openparley.infer.draw import Drawn, Table, Task
from openparley.infer.filter import Filter
from openparley.infer.leave_out import Variant, leave_out, numbered, same_until
from openparley.infer.left_out import LeaveOut, WithoutIt, left_out_rows, summarise_left_out
from openparley.infer.model import Model, build_model
from openparley.infer.observe import Observed, Report, observe, origin_of
from openparley.record.case import Case, open_case
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from tests.infer.small_model import report, reporting, small_model, solved
from tests.solve.small_dispute import small_parameters

CLOSED_FORM = 1e-12
COARSE = BeliefGrid(nodes=3, tolerance=1e-3)


@pytest.fixture(scope="module")
def strait() -> Case:
    return open_case("strait-talks")


@pytest.fixture(scope="module")
def model(strait: Case) -> Model:
    return build_model(strait)


def drawn_of(model: Model, seed: int = 0) -> Drawn:
    """One draw at the likeliest values, solved no further than the record goes."""
    short = replace(model, rounds=model.today + 1)
    draw = {row.id: row.likely for row in model.assumptions}
    parameters, told = model.parameters(draw), model.reporting(draw)
    game = DisputeGame(model.positions, parameters, short.rounds, model.dispute(parameters))
    behaviour = solve_belief_grid(game, COARSE).behaviour
    return Drawn(short, 0, seed, parameters, told, behaviour, Filter(short, behaviour, told).run(), COARSE)


@pytest.fixture(scope="module")
def drawn(model: Model) -> Drawn:
    return drawn_of(model)


# what is left


def test_every_outlet_every_origin_and_every_entry_behind_a_report_is_registered(strait: Case, model: Model) -> None:
    accepted = strait.accepted().values()
    wanted = {f"outlet:{strait.sources[entry.source].outlet}" for entry in accepted}
    wanted |= {f"origin:{origin_of(strait, entry)}" for entry in accepted}
    wanted |= {f"entry:{key}" for found in model.observed.reports for key in found.entries}
    assert {variant.id for variant in model.variants} == wanted
    assert len(model.variants) == len(wanted)


def test_a_variant_is_the_record_without_its_entries(strait: Case, model: Model) -> None:
    for variant in model.variants:
        assert not {key for found in variant.observed.reports for key in found.entries} & set(variant.entries)
        rest = {key: entry for key, entry in strait.entries.items() if key not in variant.entries}
        removed = replace(strait, entries=rest)
        behind = [key for found in observe(removed).reports for key in found.entries]
        if any(strait.entries[key].kind == "commitment" for key in variant.entries):
            assert set(behind) <= {key for found in variant.observed.reports for key in found.entries}
        else:
            assert variant.observed == observe(removed)


def test_variants_share_a_run_when_and_only_when_they_report_the_same(model: Model) -> None:
    def says(observed: Observed) -> set[object]:
        return {(r.round, r.actor, r.move, r.readings) for r in observed.reports}

    for one in model.variants:
        assert one.changes == (says(one.observed) != says(model.observed))
        for other in model.variants:
            assert (one.index == other.index) == (says(one.observed) == says(other.observed))
    assert {variant.index for variant in model.variants if variant.changes} == set(range(max(v.index for v in model.variants) + 1))


def test_an_entry_left_out_leaves_its_move_unreported_or_to_those_it_overruled(strait: Case) -> None:
    observed = observe(strait)
    alone = next(r for r in observed.reports if len(r.entries) == 1 and not overruled_by(strait, r))
    rest = leave_out(strait, [alone.entries[0]]).observed
    assert not any((r.round, r.actor) == (alone.round, alone.actor) for r in rest.reports)
    winner = next(r for r in observed.reports if overruled_by(strait, r))
    rest = leave_out(strait, list(winner.entries)).observed
    other = next(r for r in rest.reports if (r.round, r.actor) == (winner.round, winner.actor))
    assert set(other.entries) <= set(observed.overruled)
    assert other.move != winner.move


def overruled_by(case: Case, found: Report) -> bool:
    rest = observe(case, without=found.entries)
    return any((r.round, r.actor) == (found.round, found.actor) for r in rest.reports)


def test_a_correction_left_out_brings_back_what_it_corrected(strait: Case) -> None:
    corrected = {link.to: entry.id for entry in strait.accepted().values() for link in entry.links if link.rel == "corrects"}
    assert corrected
    for old, new in corrected.items():
        assert old not in strait.accepted()
        everything = {key for r in observe(strait, without=(new,)).reports for key in r.entries}
        assert new not in everything


def test_nothing_left_out_is_the_record(strait: Case) -> None:
    assert observe(strait, without=()) == observe(strait)


# what is named


def test_names_are_found_whatever_their_case(strait: Case, model: Model) -> None:
    for variant in model.variants:
        kind, _, name = variant.id.partition(":")
        found = leave_out(strait, [f" {kind.upper()}: {name.lower()} "])
        assert (found.id, found.entries, found.observed) == (variant.id, variant.entries, variant.observed)


def test_several_together_are_one_variant(strait: Case, model: Model) -> None:
    outlets = [variant for variant in model.variants if variant.kind == "outlet"][:2]
    found = leave_out(strait, [variant.id for variant in outlets])
    assert set(found.entries) == {key for variant in outlets for key in variant.entries}
    assert found.kind == "several"
    assert found.label == f"{outlets[0].label} and {outlets[1].label}"
    assert len(model.also_without(found).variants) == len(model.variants) + 1


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("E9999", "there is no entry “E9999” in the record"),
        ("outlet:Skerry Revue", "Did you mean “The Skerry Review”?"),
        ("origin:wire:skarnheat", "Did you mean “wire:skarnhead”?"),
        ("outlte:The Skerry Review", "Did you mean “outlet”?"),
        ("E005", "entry E005 does not count as it is: corrected by"),
    ],
)
def test_a_name_that_leads_nowhere_is_said_so(strait: Case, word: str, message: str) -> None:
    with pytest.raises(CaseError) as caught:
        leave_out(strait, ["outlet:The Skerry Review", word])
    assert message in str(caught.value)


def test_all_wrong_names_are_named_at_once(strait: Case) -> None:
    with pytest.raises(CaseError) as caught:
        leave_out(strait, ["E9999", "outlet:nobody"])
    assert len(caught.value.complaints) == 2
    with pytest.raises(CaseError, match="nothing is named"):
        leave_out(strait, [])


# what is run


def test_every_variant_is_a_fresh_run_on_the_rest_of_the_record(drawn: Drawn) -> None:
    seen = 0
    for variant, found in LeaveOut().filtered(drawn):
        fresh = Filter(drawn.model.without(variant), drawn.behaviour, drawn.reporting).run()
        assert (found.log_evidence == fresh.log_evidence).all()
        assert (found.world_share == fresh.world_share).all()
        assert (found.branches.weight == fresh.branches.weight).all()
        assert [s.error_prob for s in found.sightings] == [s.error_prob for s in fresh.sightings]
        assert (found.habit, found.today, found.step) == (fresh.habit, fresh.today, fresh.step)
        seen += 1
    assert seen == max(variant.index for variant in drawn.model.variants) + 1


def test_the_task_keeps_what_it_ran_and_can_be_sent_to_a_worker(drawn: Drawn) -> None:
    task = pickle.loads(pickle.dumps(LeaveOut(("outlet",))))
    assert isinstance(task, Task)
    table = task(drawn)
    ran = [variant for variant in drawn.model.variants if variant.kind == "outlet" and variant.changes]
    assert {key.partition(".")[0] for key in table} == {"full"} | {str(variant.index) for variant in ran}
    for variant in ran:
        assert table[f"{variant.index}.world_share"][-1].sum() == pytest.approx(1, abs=CLOSED_FORM)
        assert len(table[f"{variant.index}.error_prob"]) == len(variant.observed.reports)


def test_lists_of_reports_differ_from_the_first_round_that_does() -> None:
    one = [report(0, "mediator", "hold"), report(2, "party_a", "stall")]
    assert same_until(one, one, 5) == 5
    assert same_until(one, one[:1], 5) == 2
    assert same_until(one, [*one, report(1, "mediator", "hold")], 5) == 1
    assert same_until(one, [one[0], report(2, "party_a", "stall", stall=0.7)], 5) == 2
    assert same_until(one, [Report(0, "mediator", "hold", ("another",)), one[1]], 5) == 5


# what is said of it

LAPSE = (report(0, "mediator", "threaten"), report(1, "mediator", "let_lapse"), report(1, "party_a", "stall"))
PARAMETERS = small_parameters()


def small_tables(reports: tuple[Report, ...], *left_out: int, error: float, draws: int = 40) -> tuple[Model, list[Table]]:
    """A small model with one variant for each report left out, and tables of draws that differ in their error rate."""
    full = Observed(reports, {}, {})
    variants = []
    for number in left_out:
        rest = tuple(r for i, r in enumerate(reports) if i != number)
        gone = reports[number]
        variants.append(
            Variant(f"entry:{gone.entries[0]}", f"entry {gone.entries[0]}", gone.entries, Observed(rest, {}, {}), (gone,), (), -1)
        )
    model = replace(small_model(PARAMETERS, reports, rounds=3, today=1), variants=numbered(variants))
    behaviour = solved(model, PARAMETERS)
    tables = []
    for k in range(draws):
        told = reporting(model, error=error * (1 + k / draws))
        found = Filter(model, behaviour, told, observed=full).run()
        drawn = Drawn(model, k, 0, PARAMETERS, told, behaviour, found, COARSE)
        table = {"log_evidence": found.log_evidence, "world_share": found.world_share, "world_types": found.worlds.types}
        tables.append(table | {f"without.{key}": value for key, value in LeaveOut()(drawn).items()})
    return model, tables


def test_shares_are_those_of_the_rest_of_the_record_weighted_by_its_own_evidence() -> None:
    model, tables = small_tables(LAPSE, 0, 1, error=0.05)
    ratio = np.linspace(0.0, 1.0, len(tables))
    results = summarise_left_out(model, tables, ratio)
    assert [result.variant.index for result in results] == [0, 1]
    for result in results:
        name = f"without.{result.variant.index}"
        weight = np.exp(ratio + [table[f"{name}.log_evidence"][-1] for table in tables])
        full = np.exp(ratio + [table["log_evidence"][-1] for table in tables])
        for actor, shares in result.accounts.items():
            kinds = tables[0]["world_types"][:, model.uncertain.index(actor)]
            for k, label in [*enumerate(model.types[actor]), (-1, "none")]:
                own = np.array([table[f"{name}.world_share"][-1][kinds == k].sum() for table in tables])
                usual = np.array([table["world_share"][-1][kinds == k].sum() for table in tables])
                assert shares[label].value == pytest.approx(weight @ own / weight.sum(), abs=1e-3)  # the tail of weights is smoothed
                change = weight @ own / weight.sum() - full @ usual / full.sum()
                assert result.change[actor][label] == pytest.approx(change, abs=1e-3)
            assert sum(now.value for now in shares.values()) == pytest.approx(1, abs=CLOSED_FORM)
        assert 1 <= result.effective_draws <= len(tables)
        assert result.odds_as_range  # forty draws are too few for a point


def test_a_lapse_without_a_threat_is_named_as_what_does_not_fit() -> None:
    """Round 1's lapse rests on round 0's threat: with threats always heard of, silence about it makes the lapse an error."""
    model, tables = loud(small_tables(LAPSE, 0, 2, error=0.2, draws=1)[0])
    without_threat, without_stall = summarise_left_out(model, tables)
    doubt = without_threat.doubtful[0]
    assert doubt.report == LAPSE[1]
    assert doubt.error_prob > 0.5 > doubt.full_error_prob
    assert doubt.open_prob < 0.5
    assert "“mediator.let_lapse” in round 1" in doubt.why
    assert "nothing reports “mediator.threaten” in round 0 any more" in doubt.why
    assert not without_stall.doubtful
    rows = left_out_rows([without_threat, without_stall])[1]
    assert any("any more" in row[-1] for row in rows)


def loud(model: Model) -> tuple[Model, list[Table]]:
    """One draw in which threats are heard of almost always."""
    behaviour = solved(model, PARAMETERS)
    told = reporting(model, error=0.2)
    told = replace(told, detection={**told.detection, "mediator": {**told.detection["mediator"], "threaten": 0.99}})
    found = Filter(model, behaviour, told).run()
    drawn = Drawn(model, 0, 0, PARAMETERS, told, behaviour, found, COARSE)
    table = {"log_evidence": found.log_evidence, "world_share": found.world_share, "world_types": found.worlds.types}
    return model, [table | {f"without.{key}": value for key, value in LeaveOut()(drawn).items()}]


def test_what_is_impossible_without_an_entry_is_said_so() -> None:
    """No errors and every threat heard of: a lapse that no threat came before cannot be."""
    model, _ = small_tables(LAPSE, 0, error=0.0, draws=1)
    behaviour = solved(model, PARAMETERS)
    told = replace(
        reporting(model, error=0.0), detection=dict.fromkeys(model.actors, dict.fromkeys(sum(model.layout.moves.values(), ()), 1.0))
    )
    full = Observed((*LAPSE[:1], report(0, "party_a", "stall"), *LAPSE[1:]), {}, {})
    rest = Observed(full.reports[1:], {}, {})
    variant = replace(model.variants[0], observed=rest)
    model = replace(model, observed=full, variants=(variant,))
    found = Filter(model, behaviour, told).run()
    assert np.isfinite(found.log_evidence).all()
    drawn = Drawn(model, 0, 0, PARAMETERS, told, behaviour, found, COARSE)
    table = {"log_evidence": found.log_evidence, "world_share": found.world_share, "world_types": found.worlds.types}
    table |= {f"without.{key}": value for key, value in LeaveOut()(drawn).items()}
    (result,) = summarise_left_out(model, [table])
    assert result.impossible
    assert not result.accounts
    assert left_out_rows([result])[1][0][-1] == "what remains is impossible under every draw"


def test_a_variant_that_changes_no_report_changes_no_share() -> None:
    model, tables = small_tables(LAPSE, 0, error=0.05, draws=12)
    idle = Variant("outlet:Echo", "outlet Echo", ("E9",), model.observed, (), (), -1)
    model = model.also_without(idle)
    result: WithoutIt = summarise_left_out(model, tables)[-1]
    assert result.variant.id == "outlet:Echo"
    assert result.largest_change == 0
    assert left_out_rows([result])[1] == [("outlet Echo", "1", "", "", "", "", "", "changes no report")]
