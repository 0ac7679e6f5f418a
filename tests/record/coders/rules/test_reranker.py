"""The model that ranks candidates for events: what it computes, and that the weights shipped are a model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from openparley.errors import CaseError
from openparley.record.coders.rules.frames import make_frames
from openparley.record.coders.rules.lexicon import DATA, Lexicon
from openparley.record.coders.rules.reranker import NONE, WEIGHTS, Reranker, load_reranker, preferred
from openparley.record.plover import TYPES


def small() -> Reranker:
    weights = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 2.0], [3.0, 0.0, 0.0]])
    return Reranker((NONE, "ACCUSE", "ASSAULT"), {"a": 0, "b": 1, "c": 2}, weights, np.zeros(3))


def test_probabilities_are_those_of_a_multinomial_logit() -> None:
    share = small().probabilities(["a", "c", "unknown"])
    wanted = np.exp([3.0, 2.0, 0.0])
    assert share == pytest.approx(wanted / wanted.sum(), abs=1e-12)


def test_no_feature_known_leaves_the_intercept() -> None:
    assert small().probabilities([]) == pytest.approx([1 / 3] * 3)


def test_lower_temperature_makes_surer() -> None:
    warm, cold = (Reranker((NONE, "ACCUSE"), {"a": 0}, np.array([[0.0, 1.0]]), np.zeros(2), temperature=t) for t in (2.0, 0.5))
    assert cold.rank(["a"], "ACCUSE").probability > warm.rank(["a"], "ACCUSE").probability


@pytest.mark.parametrize(("share", "own", "wanted"), [([0.1, 0.4, 0.5], 1, 1), ([0.1, 0.2, 0.7], 1, 2), ([0.9, 0.02, 0.08], 1, 2)])
def test_lexicon_keeps_its_type_unless_another_is_clearly_likelier(share: list[float], own: int, wanted: int) -> None:
    assert preferred(np.array(share), own, 0) == wanted


def test_shipped_weights_cover_all_types_and_are_small() -> None:
    model = load_reranker()
    assert set(model.classes) == {NONE, *TYPES}
    assert 0 < model.floor < 1
    assert model.temperature > 0
    assert (DATA / WEIGHTS).stat().st_size < 1_000_000


def test_shipped_weights_think_a_sure_frame_likelier_than_a_doubtful_one() -> None:
    model = load_reranker()
    shared = ["t=REJECT", "pos=v", "pos=v&t=REJECT", "form=finite", "actor=ids"]
    sure = model.rank([*shared, "prior=4", "prior=4&pos=v"], "REJECT")
    doubtful = model.rank([*shared, "prior=1", "prior=1&pos=v", "loose"], "REJECT")
    assert sure.any_event > doubtful.any_event


def test_features_name_words_of_the_lexicon_only() -> None:
    table = make_frames(Lexicon())
    known = {
        "_".join((frame.lemma, *frame.rest))
        for frames in (table.verbs, table.nouns, table.predicates)
        for held in frames.values()
        for frame in held
    }
    held = json.loads((DATA / WEIGHTS).read_text(encoding="utf-8"))["features"]
    assert {name[2:] for name in held if name.startswith("w=") and "&" not in name} <= known


@pytest.mark.parametrize("text", ["", "{}", '{"classes": ["NONE"], "features": {}, "intercept": [0], "temperature": 1, "floor": 0.3}'])
def test_file_that_is_no_model_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "weights.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=r"weights\.json"):
        load_reranker(path)
