"""The matrix of the accounts: which moves it has, on which days, and that sentence, caption and cells agree."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from math import log
from types import SimpleNamespace

import pytest

from openparley.brief.blocks import Prose, Table
from openparley.brief.cite import plain
from openparley.brief.context import SEPARATES, Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.lint import sentence_faults
from openparley.brief.sections import accounts
from openparley.brief.sections.accounts import SOME, accounts_section, glyph
from openparley.infer.posterior import EvidenceMatrix, EvidenceRow, ObservedMove, Posterior
from openparley.record.case import Case
from tests.brief import synthetic


@pytest.fixture(autouse=True)
def no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openparley.brief.figures.discover", lambda: defaultdict(lambda: SimpleNamespace(data=lambda context: [])))


def context(case: Case, posterior: Posterior | None = None) -> Context:
    return Context(Facts.of(case), posterior or synthetic.posterior(), synthetic.forecast(), synthetic.run(), lexicon("icd203"))


def matrix(here: Context, actor: str) -> tuple[list[str], list[str], str]:
    """Heads of the columns, sentences and caption."""
    position = here.facts.position(actor)
    blocks = list(accounts_section(here)[0].blocks)
    assert sentence_faults(here.book.sentences, here.lexicon, here.facts.texts) == []
    tables = [block for block in blocks if isinstance(block, Table) and block.style == "matrix"]
    [table] = [table for table in tables if f"accounts of {position}:" in table.caption]
    prose = blocks[blocks.index(table) + 1]
    assert isinstance(prose, Prose)
    return [plain(column) for column in table.columns], [sentence.text for sentence in prose.sentences], table.caption


def move(number: int, probs: dict[str, float]) -> ObservedMove:
    """A move of party A in its own round, without an entry."""
    middle = sum(probs.values()) / len(probs)
    return ObservedMove(number, "party_a", "stall", (), middle, probs, 0.2, 0.2, {label: log(prob) for label, prob in probs.items()})


def with_moves(*moves: ObservedMove) -> Posterior:
    found = synthetic.posterior()
    return replace(found, moves=(*(one for one in found.moves if one.actor != "party_a"), *moves))


EQUAL = {"J1": 0.30, "J2": 0.30, "none": 0.30}
APART = {"J1": 0.10, "J2": 0.40, "none": 0.30}
NONE_APART = {"J1": 0.30, "J2": 0.32, "none": 0.10}


def test_a_column_has_the_day_of_its_entry_and_silence_the_week(case: Case) -> None:
    heads, _, _ = matrix(context(case), "mediator")
    # the round of E001 and C001 ends on 25 January, that of the silence on 15 March
    assert "E001 +1 table offer, 19 Jan" in heads
    assert "C002 threaten, 24 Feb" in heads
    assert "silence let lapse, week to 15 Mar" in heads


def test_nothing_is_dated_after_the_cut_off(case: Case) -> None:
    early = replace(case, file=case.file.model_copy(update={"cutoff": date(2026, 4, 24)}))
    silent = with_moves(move(15, APART))
    heads, _, _ = matrix(context(early, silent), "party_a")
    assert heads[1:] == ["silence stall, week to 24 Apr"]
    tables = [block for block in accounts_section(context(early, silent))[0].blocks if isinstance(block, Table)]
    assert plain(accounts._over_time(context(early, silent)).rows[-1][0]) == "24 Apr 2026"
    assert plain(accounts._over_time(context(early, silent)).rows[-2][0]) == "19 Apr 2026"
    assert not any("26 Apr" in plain(cell) for table in tables for row in table.rows for cell in row)


def test_a_move_that_sets_only_none_of_these_apart_is_in_the_matrix(case: Case) -> None:
    here = context(case, with_moves(move(3, EQUAL), move(4, NONE_APART), move(5, APART)))
    heads, said, _ = matrix(here, "party_a")
    assert heads[1:] == ["silence stall, week to 8 Feb", "silence stall, week to 15 Feb"]
    assert said == ["1 of 3 moves of Party A separates no two rows by a quarter and is left out of the matrix."]
    # the pins of the chart and the weight of a source stay those of the named accounts
    assert [one.round for one in here.separating("party_a")] == [5]


def test_moves_left_out_for_room_are_counted_and_are_the_weakest(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "COLUMNS_SHOWN", 1)
    here = context(case, with_moves(move(4, NONE_APART), move(5, APART)))
    heads, said, _ = matrix(here, "party_a")
    assert heads[1:] == ["silence stall, week to 15 Feb"]
    assert said == ["All moves of Party A separate two rows by a quarter or more; 1 of them left out of the matrix for room."]
    here = context(case, with_moves(move(3, EQUAL), move(4, NONE_APART), move(5, APART)))
    expected = "1 of 3 moves of Party A separates no two rows by a quarter and is left out of the matrix, and 1 more for room."
    assert matrix(here, "party_a")[1] == [expected]


@pytest.mark.parametrize(("factor", "apart"), [(1.05, False), (1.2, False), (1.3, True)])
def test_reports_of_anybody_are_judged_by_the_same_quarter_as_the_moves(case: Case, factor: float, *, apart: bool) -> None:
    """Whether two accounts differ, or an account and none of these; `EvidenceRow.diagnostic` has another limit."""
    rows = (
        EvidenceRow(3, "mediator", "threaten", ("C002",), {"J1": log(0.3), "J2": log(0.3), "none": log(0.3 * factor)}, True),
        EvidenceRow(4, "party_a", "stall", ("E002", "E003"), {"J1": log(0.3), "J2": log(0.3), "none": log(0.3)}, False),
        EvidenceRow(5, "", "", (), {"J1": 0.0, "J2": 0.0, "none": 0.0}, False),
    )
    posterior = with_moves(move(5, APART))
    found = EvidenceMatrix("party_a", ("J1", "J2", "none"), rows, {})
    here = context(case, replace(posterior, evidence={"party_a": found}))
    idle = "1 of 2 reports of anybody’s moves, with 2" if apart else "2 of 2 reports of anybody’s moves, with 3"
    assert matrix(here, "party_a")[1][1] == f"{idle} entries behind them, separate no two rows by as much."
    assert (here.spread(rows[0], none=True) >= SEPARATES) == apart


def test_the_mark_for_little_means_what_the_caption_says(case: Case) -> None:
    assert "· is less than about a tenth" in matrix(context(case), "mediator")[2]
    assert [glyph(log(factor)) for factor in (0.88, 0.92, 1.0, 1.09, 1.12)] == ["−", "·", "·", "·", "+"]
    assert pytest.approx(log(1.1), abs=0.001) == SOME
