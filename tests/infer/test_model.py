"""A case as a model: addresses reach their parameters, defaults fill the rest, what does not fit is named."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from openparley.errors import CaseError
from openparley.game import check as game_check
from openparley.game.dispute import Dispute
from openparley.infer import check as check_module
from openparley.infer import model as model_module
from openparley.infer.model import DEFAULTS, Model, build_model
from openparley.record.case import Case, open_case
from openparley.record.casefile import Assumption, CaseFile

CLOSED_FORM = 1e-12


@pytest.fixture(scope="module")
def strait() -> Case:
    return open_case("strait-talks")


@pytest.fixture(scope="module")
def model(strait: Case) -> Model:
    return build_model(strait)


def likely(model: Model) -> dict[str, float]:
    return {row.id: row.likely for row in model.assumptions}


def sets(address: str, value: float) -> Assumption:
    same = {"low": value, "likely": value, "high": value, "distribution": "fixed"}
    return Assumption.model_validate(
        {"id": "A998", "sets": address, "statement": "Stated.", "basis": ("default",), "status": "caveated", **same}
    )


def with_value(model: Model, address: str, value: float) -> tuple[Model, dict[str, float]]:
    """The model with one address set, by its own assumption or by a new one in place of another's."""
    rows = tuple(row for row in model.assumptions if row.sets != address)
    changed = replace(model, assumptions=(*rows, sets(address, value)))
    return changed, likely(changed)


def test_every_address_reaches_its_parameter(model: Model) -> None:
    draw = likely(model)
    parameters, reporting = model.parameters(draw), model.reporting(draw)
    for row in model.assumptions:
        head, *rest = row.sets.split(".")
        match head:
            case "weight":
                actor, kind, interest = rest
                motives = parameters.motives[actor]
                found = [motives.weights[k][interest] for k in (motives.types if kind == "*" else (kind,))]
            case "precision" | "discount":
                found = [getattr(parameters.motives[rest[0]], head)]
            case "propensity":
                found = [parameters.motives[rest[0]].propensity[rest[1]]]
            case "chance":
                found = [parameters.chance[rest[0]]]
            case "detection":
                found = [reporting.detection[rest[0]][rest[1]]] if rest[0] != "default" else [row.likely]
            case "error":
                found = [reporting.error] if rest[0] == "event" else [reporting.errors[rest[0]][m] for m in rest[1:]]
            case "none":
                found = [reporting.none[rest[0]]]
            case "drift":
                found = [1 - parameters.motives[rest[0]].drift[0, 0]]
            case _:
                continue  # priors are relative; see below
        assert found == pytest.approx([row.likely] * len(found), abs=CLOSED_FORM), row.sets


def test_priors_are_relative_weights(model: Model) -> None:
    changed, draw = with_value(model, "prior.mediator.H2", 3.0)
    assert changed.parameters(draw).motives["mediator"].prior == pytest.approx([0.2, 0.6, 0.2], abs=CLOSED_FORM)


def test_drift_from_one_account_to_another(model: Model) -> None:
    changed, draw = with_value(model, "drift.mediator", 0.1)
    assert changed.parameters(draw).motives["mediator"].drift == pytest.approx(np.full((3, 3), 0.05) + 0.85 * np.eye(3), abs=CLOSED_FORM)
    one_way = replace(changed, assumptions=(*changed.assumptions, sets("drift.mediator.H1.H3", 0.3).model_copy(update={"id": "A997"})))
    drift = one_way.parameters(likely(one_way)).motives["mediator"].drift
    assert drift[0] == pytest.approx([0.65, 0.05, 0.3], abs=CLOSED_FORM)
    assert drift.sum(1) == pytest.approx(1, abs=CLOSED_FORM)


def test_drift_out_of_one_account(model: Model) -> None:
    changed, _ = with_value(model, "drift.mediator", 0.1)
    leaving = replace(changed, assumptions=(*changed.assumptions, sets("drift.mediator.H2", 0.4).model_copy(update={"id": "A997"})))
    drift = leaving.parameters(likely(leaving)).motives["mediator"].drift
    assert drift == pytest.approx(np.array([[0.9, 0.05, 0.05], [0.2, 0.6, 0.2], [0.05, 0.05, 0.9]]), abs=CLOSED_FORM)


def test_detection_of_a_move_goes_before_that_of_its_actor_and_of_all(model: Model) -> None:
    changed, draw = with_value(model, "detection.party_a", 0.77)
    detection = changed.reporting(draw).detection
    named = {row.sets: row.likely for row in changed.assumptions if row.sets.startswith("detection.")}
    for actor, moves in detection.items():
        for move, found in moves.items():
            usual = {"party_a": 0.77, "world": 0.0}.get(actor, named["detection.default"])
            wanted = named.get(f"detection.{actor}.{move}", usual)
            assert found == wanted


def test_error_of_a_move_goes_before_that_of_its_actor_and_of_all(model: Model) -> None:
    changed, _ = with_value(model, "error.mediator", 0.2)
    rows = (
        sets("error.mediator.hold", 0.3).model_copy(update={"id": "A990"}),
        sets("confusion.mediator.hold.extend", 0.7).model_copy(update={"id": "A991"}),
    )
    changed = replace(changed, assumptions=(*changed.assumptions, *rows))
    told = changed.reporting(likely(changed))
    moves = changed.layout.moves["mediator"]
    assert told.errors == {"mediator": {move: 0.3 if move == "hold" else 0.2 for move in moves}}
    row = told.named("mediator", moves)[moves.index("hold")]
    assert row[moves.index("extend")] == pytest.approx(0.3 * 0.7, abs=CLOSED_FORM)
    assert row.sum() == pytest.approx(1, abs=CLOSED_FORM)
    party_a = changed.layout.moves["party_a"]
    assert np.diag(told.named("party_a", party_a)) == pytest.approx(1 - told.error, abs=CLOSED_FORM)


def test_draws_of_the_world_are_reported_only_where_an_assumption_says_so(model: Model) -> None:
    quiet = replace(model, assumptions=tuple(row for row in model.assumptions if not row.sets.startswith("detection.world")))
    assert "world" not in quiet.reporting(likely(quiet)).detection
    draw = quiet.layout.moves["world"][0]
    heard, values = with_value(quiet, f"detection.world.{draw}", 0.8)
    assert heard.reporting(values).detection["world"] == {d: 0.8 if d == draw else 0.0 for d in quiet.layout.moves["world"]}


def test_a_report_of_the_world_that_nobody_can_make_is_named(strait: Case, model: Model) -> None:
    draw = model.layout.moves["world"][0]
    rule = strait.file.observations[0].model_copy(update={"move": f"world.{draw}"})
    rows = tuple(row for row in strait.file.assumptions if not row.sets.startswith("detection.world"))
    file = strait.file.model_copy(update={"observations": (rule,), "assumptions": rows})
    with pytest.raises(CaseError, match=rf"no assumption sets “detection\.world\.{draw}”"):
        build_model(replace(strait, file=file))


def test_the_checks_of_opening_a_case_are_not_repeated(strait: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Positions are laid out once for the check and once for the model, however often the case is asked; a lever's once in use."""
    laid_out: list[Dispute] = []
    usual = check_module.enumerate_positions

    def noting(dispute: Dispute, *args: Any, **more: Any) -> Any:
        laid_out.append(dispute)
        return usual(dispute, *args, **more)

    for module in (check_module, model_module, game_check):
        monkeypatch.setattr(module, "enumerate_positions", noting)
    file = strait.file.model_copy()
    complain = model_module._without_line
    assert not [*check_module.check_model(file, complain), *model_module.check_numbers(file, complain)]
    model = build_model(replace(strait, file=file))
    assert sum(not pulled(dispute) for dispute in laid_out) == 2
    for _ in range(2):
        assert all(pulled(positions.dispute) for positions in model.lever_positions.values())
    assert len(laid_out) == 2 + len(file.levers)


def pulled(dispute: Dispute) -> bool:
    """Whether a lever of the mediated ceasefire is pulled."""
    return any(getattr(dispute, name) for name in ("deadline_binds", "secondary_automatic", "support_guaranteed", "pledge_binds"))


def test_a_named_account_goes_before_the_star(model: Model) -> None:
    changed, draw = with_value(model, "weight.mediator.H2.lapse", -7.0)
    weights = changed.parameters(draw).motives["mediator"].weights
    assert {kind: row["lapse"] for kind, row in weights.items()} == {"H1": -1.0, "H2": -7.0, "H3": -1.0}


def test_what_no_assumption_sets_has_a_default(model: Model) -> None:
    chances = tuple(row for row in model.assumptions if row.sets.startswith("chance."))
    bare = replace(model, assumptions=chances)
    parameters, reporting = bare.parameters(likely(bare)), bare.reporting(likely(bare))
    for motives in parameters.motives.values():
        assert motives.precision == DEFAULTS["precision"]
        assert motives.discount == DEFAULTS["discount"]
        assert (motives.drift == np.eye(len(motives.types))).all()
        assert motives.prior == pytest.approx(1 / len(motives.types))
        assert not motives.propensity
        assert not any(weight for row in motives.weights.values() for weight in row.values())
    assert reporting.error == DEFAULTS["error"]
    assert reporting.none == dict.fromkeys(model.uncertain, DEFAULTS["none"])
    assert {p for moves in reporting.detection.values() for p in moves.values()} == {DEFAULTS["detection"]}


def test_the_calendar_follows_the_case(strait: Case, model: Model) -> None:
    settings = strait.file.model
    assert settings is not None
    assert len(model.calendar) == settings.rounds
    assert model.calendar[0].start == settings.start
    assert model.calendar[model.today].start <= strait.file.cutoff <= model.calendar[model.today].end
    assert all((after.start - before.end).days == 1 for before, after in zip(model.calendar, model.calendar[1:], strict=False))


def test_every_position_has_a_place_in_the_game_of_each_lever(model: Model) -> None:
    for key, positions in model.lever_positions.items():
        dispute = model.dispute(model.parameters(likely(model)), model.levers[key].game)
        for place in model.positions.places:
            assert replace(place, state=dispute.enter(place.state)) in positions.index


@pytest.mark.parametrize("name", ["strait-talks", "ukraine-2025"])
def test_bundled_cases_are_large_enough(name: str) -> None:
    """At least 300 positions, 20 rounds, one actor with three accounts and another with two."""
    model = build_model(open_case(name))
    assert len(model.positions) >= 300
    assert model.rounds >= 20
    assert {2, 3} <= {len(model.types[actor]) for actor in model.uncertain}
    assert model.observed.reports
    assert set(model.levers) >= {"deadline_binds", "support_guaranteed"}


SIX_IN_TEN = {"low": 0.0, "likely": 0.6, "high": 1.0, "distribution": "uniform"}
BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "family": ({"model": {"family": "mediated_peace"}}, "“mediated_peace” is not a dispute"),
    "lever": ({"levers": [{"game": {"deadline_bind": True}}]}, "has no such lever"),
    "options": ({"model": {"options": {"deadline": True}}}, "the dispute cannot be built with these options"),
    "initial": ({"model": {"initial": {"offer": "made"}}}, "CeasefireState.offer cannot be “made”"),
    "end": ({"outcomes": [{"when": {"end": "cease-fire"}}]}, "“cease-fire” is not an ending of mediated_ceasefire"),
    "outcome's move": ({"outcomes": [{}, {"when": {"actor": "mediator", "move": "enforced"}}]}, "mediator has no move “enforced”"),
    "observed move": ({"observations": [{"move": "party_c.hold"}]}, "“party_c” does not move in this dispute"),
    "no headline": ({"outcomes": [{"headline": False}]}, "exactly one outcome must be the headline"),
    "interest": ({"assumptions": [{}, {"sets": "weight.mediator.H1.deals"}]}, "there is no interest “deals”"),
    "account": ({"assumptions": [{}, {"sets": "weight.mediator.H9.deal"}]}, "mediator has no account “H9”"),
    "propensity": ({"assumptions": [{}, {"sets": "propensity.mediator.leave"}]}, "mediator has no move “leave”"),
    "chance": ({"assumptions": [{}, {"sets": "chance.storm"}]}, "there is no chance assumption “storm”"),
    "actor": ({"assumptions": [{}, {"sets": "precision.allies"}]}, "“allies” does not move in this dispute"),
    "drift": ({"assumptions": [{}, {"sets": "drift.mediator.H1.H5"}]}, "mediator has no account “H5”"),
    "error's actor": ({"assumptions": [{}, {"sets": "error.mediater"}]}, "Did you mean “mediator”?"),
    "error's move": ({"assumptions": [{}, {"sets": "error.mediator.enforced"}]}, "mediator has no move “enforced”"),
    "confusion's other": ({"assumptions": [{}, {"sets": "confusion.mediator.enforce.exend"}]}, "Did you mean “extend”?"),
    "confusion with itself": ({"assumptions": [{}, {"sets": "confusion.mediator.enforce.enforce"}]}, "which is no error"),
    "confusion of all": (
        {"assumptions": [{"sets": f"confusion.mediator.enforce.{m}", **SIX_IN_TEN} for m in ("extend", "hold")]},
        "the likely shares of confusion.mediator.enforce.… sum to 1.2",
    ),
    "detection of the world": ({"assumptions": [{}, {"sets": "detection.world.front_mooves"}]}, "world has no move “front_mooves”"),
    "reading": (
        {"observations": [{"move": "mediator.enforce", "readings": {"mediator.enforce": 0.7, "mediator.endure": 0.3}}]},
        "mediator has no move “endure”",
    ),
    "twice": ({"assumptions": [{}, {"sets": "weight.mediator.*.lapse"}]}, "is set by 2 assumptions; keep one"),
    "accounts of a bystander": ({"accounts": [{"actor": "allies"}]}, "accounts are about “allies”, who does not move"),
    "one account": ({"accounts": [{}, {}, {}, {"actor": "mediator"}]}, "party_a has 1 account; rival accounts are 2 to 4"),
    "cut-off past the horizon": ({"model": {"rounds": 13}}, "it must be a round from 0 to "),
}


def broken(file: CaseFile, changes: dict[str, Any]) -> CaseFile:
    """A case file with some values changed past the checks of the record layer."""
    data = file.model_dump(mode="python", by_alias=True)
    for part, change in changes.items():
        if isinstance(change, dict):
            data[part] = {**data[part], **change}
        else:
            data[part] = [{**row, **(change[i] if i < len(change) else {})} for i, row in enumerate(data[part])]
    return CaseFile.model_validate(data)


@pytest.mark.parametrize(("changes", "message"), BROKEN.values(), ids=BROKEN)
def test_what_does_not_fit_is_named(strait: Case, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(CaseError) as caught:
        build_model(replace(strait, file=broken(strait.file, changes)))
    assert any(message in str(found) for found in caught.value.complaints), [str(found) for found in caught.value.complaints]


def test_a_missing_chance_assumption_is_asked_for(strait: Case) -> None:
    address = next(row.sets for row in strait.file.assumptions if row.sets.startswith("chance."))
    rows = tuple(row for row in strait.file.assumptions if row.sets != address)
    with pytest.raises(CaseError, match=f"no assumption sets “{re.escape(address)}”"):
        build_model(replace(strait, file=strait.file.model_copy(update={"assumptions": rows})))


def test_a_case_without_a_model_says_so(strait: Case) -> None:
    with pytest.raises(CaseError, match=r"no \[model\] section"):
        build_model(replace(strait, file=strait.file.model_copy(update={"model": None})))
