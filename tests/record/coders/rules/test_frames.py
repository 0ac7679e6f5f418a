"""The lexicon of events: what its cells may hold, and which frame holds of a clause."""

from __future__ import annotations

from pathlib import Path

import pytest

from openparley.errors import CaseError
from openparley.record.coders.rules.events.frames import make_frames
from openparley.record.coders.rules.lexicon import Lexicon
from openparley.record.plover import TYPES
from tests.record.coders.rules.wordlists import complaint

HEADER = "pos,word,with,event,mode,recipient,prior"


def own(folder: Path, *lines: str, name: str = "frames.csv", header: str = HEADER) -> Lexicon:
    (folder / name).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return Lexicon(folder)


def test_shipped_lexicon_knows_every_type_as_verb_and_as_noun() -> None:
    table = make_frames(Lexicon())
    for frames in (table.verbs, table.nouns):
        assert {frame.event for held in frames.values() for frame in held} >= set(TYPES)
    assert sum(bool(frame.event) for held in table.verbs.values() for frame in held) >= 600


def test_shipped_lexicon_has_no_two_frames_with_the_same_conditions_and_type() -> None:
    table = make_frames(Lexicon())
    for frames in (table.verbs, table.nouns, table.predicates):
        for held in frames.values():
            keys = [(frame.rest, frame.tests, frame.event, frame.mode) for frame in held if frame.event]
            doubled = {key for key in keys if keys.count(key) > 1}
            assert not doubled, f"{held[0].lemma}: {doubled}"


def test_most_specific_frame_comes_first() -> None:
    frames = make_frames(Lexicon()).verbs["impose"]
    assert [frame.weight for frame in frames] == sorted((frame.weight for frame in frames), reverse=True)


def test_case_adds_a_frame(tmp_path: Path) -> None:
    table = make_frames(own(tmp_path, "v,frobnicate,obj,SANCTION,expel,obj,0.9"))
    (frame,) = table.verbs["frobnicate"]
    assert (frame.event, frame.mode, frame.recipient, frame.prior) == ("SANCTION", "expel", ("obj",), 0.9)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("v,frobnicate,,SANCTON,,obj,0.9", "SANCTON"),
        ("v,frobnicate,,SANCTION,visit,obj,0.9", "visit"),
        ("v,frobnicate,,SANCTION,,obj,9", "9"),
        ("v,frobnicate,,SANCTION,,obj,often", "often"),
        ("v,frobnicate,object,SANCTION,,obj,0.9", "object"),
        ("v,frobnicate,obj:@wepons,SANCTION,,obj,0.9", "@wepons"),
        ("v,frobnicate,object:gun,SANCTION,,obj,0.9", "object:gun"),
        ("x,frobnicate,,SANCTION,,obj,0.9", "x"),
    ],
)
def test_wrong_cell_is_named_with_file_line_and_value(tmp_path: Path, line: str, value: str) -> None:
    assert complaint(tmp_path, f"frames.csv: {HEADER}", line, make_frames).value == value


def test_unknown_realis_of_a_shift_is_named(tmp_path: Path) -> None:
    lexicon = own(tmp_path, "v,frobnicate,,maybe,no", name="shifts.csv", header="pos,word,with,realis,light")
    with pytest.raises(CaseError, match="maybe"):
        make_frames(lexicon)
