"""The model that ranks candidates for events: what it computes, and that the weights shipped are a model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from openparley.errors import CaseError
from openparley.record.coders.rules.events.frames import make_frames
from openparley.record.coders.rules.events.reranker import WEIGHTS, Reranker, load_reranker
from openparley.record.coders.rules.events.signs import Signs, log_odds
from openparley.record.coders.rules.lexicon import DATA, Lexicon
from openparley.record.plover import TYPES


def small() -> Reranker:
    return Reranker(
        ("ACCUSE", "ASSAULT"),
        shared={"prior": 0.5},
        typed={"bomb": ((0, -1.0), (1, 2.0))},
        options={"held": 1.5, "held.prior": 0.5},
        missing=-3.0,
        bias=(0.1, -0.1),
    )


def test_probabilities_are_those_of_a_logit_with_shared_typed_and_option_weights() -> None:
    signs = Signs({"prior": 2.0, "unknown": 9.0}, frozenset(("bomb", "other")), {"ASSAULT": {"held": 1.0, "held.prior": 0.4}})
    scores = np.exp([0.0, 0.1 + 1.0 - 1.0 - 3.0, -0.1 + 1.0 + 2.0 + 1.5 + 0.2])
    assert small().probabilities(signs) == pytest.approx(scores / scores.sum(), abs=1e-12)
    assert small().rank(signs).event == "ASSAULT"


def test_type_that_the_lexicon_gives_is_preferred_where_nothing_else_speaks() -> None:
    ranking = small().rank(Signs({}, frozenset(), {"ASSAULT": {"held": 1.0}}))
    assert ranking.event == "ASSAULT"
    assert ranking.probability < ranking.any_event


@pytest.mark.parametrize(("prior", "wanted"), [(0.5, 0.0), (0.0, log_odds(0.01)), (1.0, log_odds(0.99))])
def test_log_odds_stay_within_bounds(prior: float, wanted: float) -> None:
    assert log_odds(prior) == pytest.approx(wanted)


def test_huge_scores_overflow_nothing() -> None:
    share = small().probabilities(Signs({"prior": 1e5}, frozenset(), {}))
    assert np.isfinite(share).all()
    assert sum(share) == pytest.approx(1)


def test_shipped_weights_cover_all_types_and_are_small() -> None:
    model = load_reranker()
    assert set(model.classes) == set(TYPES)
    assert 0 < model.floor < 1
    assert (DATA / WEIGHTS).stat().st_size < 200_000


@pytest.mark.parametrize("event", sorted(TYPES))
def test_shipped_weights_think_a_sure_frame_likelier_than_a_doubtful_one(event: str) -> None:
    model = load_reranker()

    def ranked(prior: float, kind: str):
        odds = log_odds(prior)
        shared = {"prior": odds, "prior&v": odds, "pos=v": 1.0, "form=finite": 1.0, "tense=past": 1.0, "actor=ids": 1.0}
        return model.rank(Signs(shared, frozenset(("form=finite",)), {event: {kind: 1.0, f"{kind}.prior": odds, "first": 1.0}}))

    sure, doubtful = ranked(0.8, "held"), ranked(0.2, "loose")
    assert sure.event == event
    assert sure.any_event > doubtful.any_event


def test_features_name_words_of_the_lexicon_only() -> None:
    table = make_frames(Lexicon())
    known = {
        word
        for frames in (table.verbs, table.nouns, table.predicates)
        for held in frames.values()
        for frame in held
        for word in ("_".join((frame.lemma, *frame.rest)), frame.lemma)
    }
    held = json.loads((DATA / WEIGHTS).read_text(encoding="utf-8"))["typed"]
    words = {name[2:] for name in held if name.startswith("w=")}
    assert len(words & known) > 0.95 * len(words)


NO_TYPES = '{"classes": ["NONE"], "shared": {}, "typed": {}, "options": {}, "missing": 0, "bias": [0], "floor": 0.3}'


@pytest.mark.parametrize("text", ["", "{}", "[]", NO_TYPES])
def test_file_that_is_no_model_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "weights.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=r"weights\.json"):
        load_reranker(path)
