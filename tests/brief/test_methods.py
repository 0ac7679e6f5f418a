"""The methods section of the brief: what was done for a run under the headings of TRACE, and “not done” where it was not."""

import csv
from dataclasses import replace
from pathlib import Path

from openparley.brief.card.card import NOT_FOR
from openparley.brief.cite import plain
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.lint import sentence_faults, untraced
from openparley.brief.render import page
from openparley.brief.sections.methods import NOT_DONE, methods_section
from openparley.forecast.forecast import Forecast
from openparley.infer.posterior import Posterior
from openparley.record.case import Case
from tests.brief import synthetic


def context(case: Case, posterior: Posterior | None = None, forecast: Forecast | None = None) -> Context:
    run = synthetic.run()
    return Context(Facts.of(case), posterior or synthetic.posterior(), forecast or synthetic.forecast(), run, lexicon("icd203"))


def traced(found: Context, **options: Path) -> dict[str, str]:
    section = methods_section(found, **options)
    return {plain(row[0]): plain(row[1]) for row in section.blocks[1].blocks[1].rows}  # type: ignore[union-attr]


def test_methods_have_the_headings_of_odd_and_trace(case: Case) -> None:
    odd, trace = methods_section(context(case)).blocks[1].blocks  # type: ignore[union-attr]
    assert [plain(row[0]).partition(",")[0] for row in odd.rows] == [
        "Purpose and patterns", "Entities", "Process", "Design concepts", "Initialisation", "Input data", "Submodels",
    ]  # fmt: skip
    assert [plain(row[0]) for row in trace.rows] == [
        "Problem formulation", "Model description", "Data evaluation", "Conceptual model evaluation", "Implementation verification",
        "Model output verification", "Model analysis", "Model output corroboration",
    ]  # fmt: skip


def test_methods_print_what_was_done_and_not_done_where_it_was_not(case: Case, tmp_path: Path) -> None:
    done, bare = synthetic.posterior(), synthetic.forecast()
    found = traced(context(case, done, replace(bare, hinges=None)), backtest=tmp_path)
    assert "−1.18" in found["Model output verification"]
    assert "256 draws worth 141, k-hat 0.42" in found["Implementation verification"]
    assert "finer grid: not done" in found["Implementation verification"]
    assert found["Model analysis"].startswith("Sensitivity to the assumptions: not done; 2 levers pulled")
    assert "left out in turn: not done" in found["Data evaluation"]
    assert found["Model output corroboration"] == f"{NOT_DONE} Backtest: not done; frozen questions: not done."
    silent = replace(done, moves=(), fit=replace(done.fit, moves=0), certificate={})
    found = traced(context(case, silent), backtest=tmp_path)
    assert found["Model output verification"].startswith(NOT_DONE)
    assert "certificate of the solution: not done" in found["Implementation verification"].lower()


def test_methods_find_a_backtest_of_the_case_and_no_other(case: Case, tmp_path: Path) -> None:
    columns = ["case", "moves", "score", "model", "uniform", "frequency", "markov"]
    for name, shown in ((case.name, True), ("another", False)):
        folder = tmp_path / name
        folder.mkdir()
        with (folder / "scores.csv").open("w", newline="") as file:
            csv.writer(file).writerows([columns, [name, 7, "log_score", -1.234, -2.0, -1.5, -1.75], [name, 7, "brier", 0.9, 1, 1, 1]])
        found = traced(context(case), backtest=folder)["Model output corroboration"]
        assert (found == "Backtest, a run of its own: log score −1.23, best baseline −1.50, 7 moves; frozen questions: not done.") == shown
        assert found.startswith(NOT_DONE) != shown
    (tmp_path / "scores.csv").write_text(f"case,score,model\n{case.name},log_score,x\n")
    assert "cannot be read (ValueError)" in traced(context(case), backtest=tmp_path)["Model output corroboration"]


def test_methods_are_terse_and_keep_the_rules_of_the_page(case: Case) -> None:
    found = context(case)
    found.book.sentences.clear()
    section = methods_section(found)
    head = dict.fromkeys(("title", "question", "notes", "cutoff", "run", "lexicon", "running", "positions"), "x") | {"fictional": True}
    numbers = list(found.book.numbers.values())
    html = page(found, [section], numbers, head)
    assert len(html.encode()) - len(page(found, [], [], head).encode()) < 8_000
    assert untraced(html, found.book.numbers) == []
    assert sentence_faults(found.book.sentences, found.lexicon, found.facts.texts) == []
    assert all(use in " ".join(sentence.text for sentence in found.book.sentences) for use in NOT_FOR)
