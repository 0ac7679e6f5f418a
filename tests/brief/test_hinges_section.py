"""What the headline hinges on: every sentence that can be printed, and that it agrees with its table and its picture."""

import re
from collections import defaultdict
from dataclasses import replace
from math import nan
from types import SimpleNamespace

import pytest

from openparley.brief.blocks import Table
from openparley.brief.charts import tornado
from openparley.brief.cite import plain
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.lint import sentence_faults
from openparley.brief.sections.assumptions import assumptions_section
from openparley.brief.sections.hinges import EXCLUDED, _table, flip_sentence, hinge, hinges_blocks
from openparley.brief.svg import svg
from openparley.forecast.flip import Flip, FlipTest
from openparley.forecast.hinges import Hinges
from openparley.record.case import Case
from tests.brief import synthetic

POOR = 0.12


@pytest.fixture(autouse=True)
def no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openparley.brief.figures.discover", lambda: defaultdict(lambda: SimpleNamespace(data=lambda context: [])))


def context(case: Case, hinges: Hinges | None, words: str = "icd203", **changes: object) -> Context:
    forecast = replace(synthetic.forecast(), hinges=hinges, **changes)  # type: ignore[arg-type]
    return Context(Facts.of(case), synthetic.posterior(), forecast, synthetic.run(), lexicon(words))


def prose(found: Context) -> list[str]:
    hinges_blocks(found)
    assert sentence_faults(found.book.sentences, found.lexicon, found.facts.texts) == []
    return [sentence.text for sentence in found.book.sentences]


def flips(**changes: object) -> FlipTest:
    found = synthetic.hinges().flips
    assert found is not None
    return replace(found, **changes)  # type: ignore[arg-type]


def row(index: int, **changes: object) -> Flip:
    return replace(flips().rows[index], **changes)  # type: ignore[arg-type]


def said(case: Case, found: FlipTest | None, words: str = "icd203") -> str:
    here = context(case, synthetic.hinges(), words)
    sentence = flip_sentence(here, found)
    assert sentence_faults([sentence], here.lexicon, here.facts.texts) == []
    return sentence.text


def test_what_was_not_computed_is_said_in_one_sentence_and_not_drawn(case: Case) -> None:
    here = context(case, None)
    assert prose(here) == ["What the headline hinges on was not computed in this run."]
    assert tornado.data(here) == []


def test_a_poor_emulator_draws_nothing(case: Case) -> None:
    here = context(case, synthetic.hinges(solved=False, skill=POOR))
    first, *_, last = prose(here)
    assert first == (
        "What the headline hinges on cannot be told from 256 draws: an emulator of it has a skill of 0.12, where one is perfect, "
        "and nothing was solved anew."
    )
    assert last.endswith("cannot be told: the emulator is too poor.")
    assert tornado.data(here) == []
    assert not any(id.startswith("n-hinge-A") for id in here.book.numbers)


def test_with_a_poor_emulator_only_what_was_solved_for_is_shown(case: Case) -> None:
    here = context(case, synthetic.hinges(skill=POOR))
    assert "too little to say anything of the other assumptions; solved for anew: 3." in prose(here)[1]
    assert {row["text"].split(":")[0] for row in tornado.data(here) if row["part"] == "name"} == {"A01", "A03", "A05"}


@pytest.mark.parametrize(
    ("ends", "expected"),
    [((0.17, 0.49), "15–50 % over its range, rising with it."), ((0.49, 0.17), "15–50 % over its range, falling with it."),
     ((0.17, nan), "15 % over its range, of which the record excludes one.")],
)  # fmt: skip
def test_the_first_sentence_says_which_way(case: Case, ends: tuple[float, float], expected: str) -> None:
    found = synthetic.hinges()
    first = found.tornado.rows[0]
    solved = tuple(replace(at, forecast=end) for at, end in zip(first.solved, ends, strict=True))
    wide = replace(found.tornado, rows=(replace(first, solved=solved), *found.tornado.rows[1:]))
    text = prose(context(case, replace(found, tornado=wide)))[0]
    assert text.startswith("Of all assumptions A03 (")
    assert "by solving the game anew: " in text
    assert text.endswith(expected)


def test_what_was_only_emulated_says_so(case: Case) -> None:
    first, second, *_ = prose(context(case, synthetic.hinges(solved=False)))
    assert ") moves the headline most, as emulated: 21–43 % over its range, rising with it." in first
    assert second == "The emulator, fitted to 256 draws, has a skill of 0.62; nothing was solved anew."


def test_an_assumption_that_takes_much_of_the_variance_is_named_and_no_other(case: Case) -> None:
    found = synthetic.hinges()
    assert prose(context(case, found))[2] == "Were A03 known, 33–50 % of the variance of the headline before the record would go away."
    weak = tuple(replace(one, shares=tuple(replace(share, first_low=0.01) for share in one.shares)) for one in found.shares)
    assert not any("of the variance" in text for text in prose(context(case, replace(found, shares=weak))))


def test_the_table_has_the_ends_of_the_sentence_and_the_verdict_of_the_record(case: Case) -> None:
    found = synthetic.hinges()
    here = context(case, found)
    table = _table(here, found, tornado.told(found.tornado))
    rows = {plain(row[0])[:3]: [plain(cell) for cell in row[1:]] for row in table.rows}
    assert rows["A03"] == ["15 %", "50 %", "solved", "×1.5 / ×0.20"]
    assert rows["A05"][:3] == ["25 %", EXCLUDED, "solved"]
    assert rows["A05"][3].endswith("/ excluded")
    assert rows["A02"][2] == "emulated"
    lines = dict(hinge(here, found.tornado.rows[0]).breakdown)
    assert lines["At 0.83, 16 draws solved"] == "50 %; the record ×0.20 as probable"
    assert lines["At 0.83, emulated"].startswith("43 %")


def test_the_list_of_assumptions_says_what_each_moves_where_the_page_says_it(case: Case) -> None:
    here = context(case, synthetic.hinges())
    prose(here)
    table = next(block for block in assumptions_section(here).blocks if isinstance(block, Table))
    said = {plain(row[0]): plain(row[-1]) for row in table.rows}
    assert said["A03"].endswith("; headline over its range 15–50 %")
    assert "headline" not in said["A07"]


def test_the_smallest_change_is_told_with_its_value_its_size_and_the_band_it_leads_to(case: Case) -> None:
    text = said(case, flips())
    assert text.startswith("The smallest change of one assumption that moves the headline into another band: A03 (")
    assert text.endswith(
        "at 0.78, away from its central value by 0.40 of the width of its range, gives 45 %, roughly even chance (45–55 %)."
    )


@pytest.mark.parametrize(("past", "near"), [(0.019, True), (0.021, False)])
def test_a_flip_within_its_own_error_is_a_near_thing(case: Case, past: float, *, near: bool) -> None:
    assert said(case, flips(rows=(row(0, past_edge=past),))).endswith("than its own error.") == near


def test_a_flip_at_the_central_value_itself(case: Case) -> None:
    text = said(case, flips(rows=(row(0, distance=0.0),)))
    assert "held at its central value of 0.78, gives 45 %" in text
    assert "of the width" not in text


BAND = "moves the headline out of the band of its mean, unlikely (20–45 %)"
NONE = f"No change of a single assumption within its range {BAND}"


@pytest.mark.parametrize(
    ("states", "skill", "expected"),
    [
        (("confirmed", "confirmed"), 0.62, f"{NONE}; all were solved for."),
        (("confirmed", "none"), 0.62, f"{NONE}, as solved for 1 of them and emulated for the others."),
        (("none", "none"), 0.62, f"{NONE}, as emulated."),
        (("none", "none"), 0.45, f"{NONE}, as emulated; an emulator with a skill under a half understates such changes."),
        (("confirmed", "none"), POOR, f"Within their ranges, no change of the assumptions solved for (1) {BAND}; "
         "of the others nothing can be said, as the emulator is too poor."),
        (("none", "none"), POOR, "Whether a change of a single assumption would move the headline into another band cannot be told: "
         "the emulator is too poor."),
    ],
)  # fmt: skip
def test_that_nothing_flips_says_how_far_that_was_looked_into(case: Case, states: tuple[str, ...], skill: float, expected: str) -> None:
    rows = tuple(Flip(f"A0{n}", None, None, None, 0, state) for n, state in enumerate(states, 1))  # type: ignore[arg-type]
    assert said(case, flips(rows=rows, r2_forecast=skill)) == expected


@pytest.mark.parametrize(
    ("status", "skill", "expected"),
    [
        ("emulated", 0.62, "that may move the headline into another band, as emulated and not confirmed by solving the game anew: A03"),
        ("not settled", POOR, "that may move the headline into another band, not settled by the solves made: A03"),
        ("emulated", POOR, "cannot be told: the emulator is too poor."),
    ],
)
def test_a_flip_that_is_not_confirmed_is_told_as_such(case: Case, status: str, skill: float, expected: str) -> None:
    assert expected in said(case, flips(rows=(row(0, status=status),), r2_forecast=skill))


def test_without_bands_or_with_those_of_another_list_nothing_is_claimed(case: Case) -> None:
    assert said(case, None, "numeric") == "The list of words has no bands, so no change moves the headline from one into another."
    assert "another list of words" in said(case, flips(), "numeric")


def test_rows_of_the_picture_hold_both_ends_and_solves_where_there_are_some(case: Case) -> None:
    rows = tornado.data(context(case, synthetic.hinges()))
    assert [row["part"] for row in rows[:4]] == ["name", "emulated", "solved", "name"]
    assert rows[0]["verdict"] == "15–50 %"
    assert [rows[2][key] for key in ("low", "high", "low_end", "high_end")] == [0.17, 0.49, 0.17, 0.49]
    excluded = next(row for row in rows if row["part"] == "solved" and row["href"] == "#n-hinge-A05")
    assert (excluded["low_end"], excluded["high_end"], excluded["text"]) == (0.25, None, "solved, one")


@pytest.mark.parametrize(("mcse", "widest"), [(0.004, "21–43 %"), (0.03, "20–45 %")])
def test_picture_sentence_and_trace_round_alike(case: Case, mcse: float, widest: str) -> None:
    forecast = synthetic.forecast()
    outcome = forecast.outcomes["ceasefire"]
    weeks = (*outcome.by_week[:-1], replace(outcome.at_horizon, mcse=mcse))
    here = context(case, synthetic.hinges(solved=False), outcomes={**forecast.outcomes, "ceasefire": replace(outcome, by_week=weeks)})
    text = prose(here)[0]
    names = [row["verdict"] for row in tornado.data(here) if row["part"] == "name"]
    assert names[0] == widest
    assert f": {widest} over its range" in text
    assert [hinge(here, row).range for row in synthetic.hinges(solved=False).tornado.rows] == names


def test_the_picture_shows_the_widest_and_every_mark_leads_to_its_trace(case: Case) -> None:
    here = context(case, synthetic.hinges())
    hinges_blocks(here)
    rows = tornado.data(here)
    assert sum(row["part"] == "name" for row in rows) == 7
    drawn = svg(tornado.chart(rows), "p", "What it hinges on", "what it shows")
    linked = {target.removeprefix("#") for target in re.findall(r'href="([^"]*)"', drawn)}
    assert linked == {f"n-hinge-{id}" for id in ("A03", "A01", "A02", "A06", "A04")}
    assert linked <= here.book.numbers.keys()
