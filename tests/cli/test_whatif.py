"""``parley whatif``: what it prints and writes, and what it says when it does not know a lever or a run."""

import csv
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from openparley.cli import main
from openparley.cli._hinge_tables import edges_of, hinge_parts
from openparley.forecast import at_value, hinges
from openparley.forecast.at_value import AtValue
from openparley.forecast.flip import Flip
from openparley.forecast.hinges import Hinges, read_hinges
from openparley.forecast.runs import read_run
from openparley.forecast.sensitivity import variance_shares
from openparley.forecast.tornado import TornadoRow
from openparley.forecast.whatif import Resumption, resume
from openparley.record.case import open_case
from tests.forecast.test_backtest import sanctions

QUICKLY = ("--processes", "1", "--draws", "3")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli-whatif") / "mine"
    sanctions(folder)
    assert main(["fit", str(folder), "--draws", "16", "--processes", "1"]) == 0
    return folder


@pytest.fixture(scope="module", autouse=True)
def _few_refits() -> Iterator[None]:
    """Shares of variance with a tenth of the refits for intervals and null, which these tests do not look at."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(hinges, "variance_shares", partial(variance_shares, bootstraps=4, shuffles=4))
        yield


def run_of(case: Path) -> Path:
    return next((case / "runs").iterdir())


def test_a_lever_without_with_and_the_difference(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whatif", str(case), "--lever", "propensity.target.wait=3", "--lever", "sender.threaten", *QUICKLY]) == 0
    said = capsys.readouterr()
    assert "sender.threaten once (a lever: a move forced once, sender)" in said.out
    assert "propensity.target.wait = 3 (nobody's lever: a motive changes, target)" in said.out
    assert "no difference that this model can tell" in said.out
    assert "In 3 of 16 draws" in said.out
    assert "pulling sender.threaten: 3 of 3" in said.err
    assert f"Wrote {run_of(case)}/whatif.csv, {run_of(case)}/whatif.json." in said.out


def test_the_run_alone_is_enough_and_gives_the_same_numbers(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = []
    for names in ([str(case)], ["--run", str(run_of(case))]):
        assert main(["whatif", *names, "--lever", "weight.sender.*.backed_down=-3", "--json", *QUICKLY]) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert found[0]["levers"] == found[1]["levers"]
    only = found[0]["levers"]["weight.sender.*.backed_down=-3"]
    assert only["pulls"] == "motive"
    assert set(only["gains"]) == {"target"}  # the sender's own payoffs are what changes


def test_without_a_lever_those_there_are(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whatif", str(case)]) == 0
    out = capsys.readouterr().out
    assert "sender.MOVE" in out
    assert "threat_binds" in out
    assert "ADDRESS=VALUE" in out


def test_indicators(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whatif", str(case), "--indicators", "--weeks", "1", *QUICKLY]) == 0
    said = capsys.readouterr()
    assert "expected gain, nats" in said.out or "more than chance would" in said.out
    assert "looking for indicators: 3 of 3" in said.err
    assert json.loads((run_of(case) / "indicators.json").read_text(encoding="utf-8"))["draws"] == 3


@pytest.mark.parametrize(
    ("names", "code", "words"),
    [
        ((), 2, "name a CASE"),
        (("CASE", "--lever", "threat_bind"), 1, "Did you mean “threat_binds”?"),
        (("CASE", "--lever", "sender.threten"), 1, "Did you mean “sender.threaten”?"),
        (("CASE", "--lever", "chance.nothing=1"), 1, "no lever “chance.nothing”"),
        (("CASE", "--run", "ffffffff", "--lever", "sender.hold"), 1, "no finished run “ffffffff”"),
        (("CASE", "--runs", "nowhere", "--lever", "sender.hold"), 1, "there is no finished run here"),
        (("CASE", "--outcome", "sanctions"), 2, "--outcome is of --sensitivity"),
        (("CASE", "--sensitivity", "--outcome", "peace"), 1, "no outcome “peace” in this model; there are: concession, sanctions"),
    ],
)
def test_what_is_wrong_is_said(case: Path, names: tuple[str, ...], code: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whatif", *(str(case) if name == "CASE" else name for name in names)]) == code
    assert words in capsys.readouterr().err


def test_ctrl_c_keeps_what_is_done(case: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("openparley.forecast.levers.run_jobs", stopped)
    assert main(["whatif", str(case), "--lever", "sender.hold", *QUICKLY]) == 130
    assert "finished draws are kept" in capsys.readouterr().err


SOLVING = ("--sensitivity", "--confirm", "1", "--draws", "2", "--processes", "1")


@pytest.fixture(scope="module")
def solved(case: Path) -> tuple[Hinges, Resumption]:
    """Real solves of one assumption, in the file that the verb leaves."""
    assert main(["whatif", str(case), *SOLVING, "--json"]) == 0
    return read_hinges(run_of(case) / "hinges.json"), resume(open_case(case), read_run(run_of(case)))


def test_sensitivity_is_printed_written_and_told_as_data(
    case: Path, solved: tuple[Hinges, Resumption], capsys: pytest.CaptureFixture[str]
) -> None:
    found, resumed = solved
    assert main(["whatif", str(case), *SOLVING]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("What “The target gives way” by 2025-06-08 hinges on.")
    assert f"{found.solves} games solved anew" in said.out
    assert "Flip test: the smallest change of one assumption that moves the forecast out of" in said.out
    assert f"Emulator of the outcome: R² {found.tornado.r2_forecast:.2f}" in said.out
    assert all(f"{run_of(case)}/{name}" in said.out for name in ("variance_shares.csv", "tornado.csv", "flips.csv", "hinges.json"))
    assert "splitting the variance: 2 of 2" in said.err
    assert repr(read_hinges(run_of(case) / "hinges.json")) == repr(found)
    assert main(["whatif", str(case), *SOLVING, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)["sensitivity"]
    assert data["tornado"]["base"] == found.tornado.base
    assert (data["draws"], data["seed"]) == (16, resumed.engine.seed)
    assert data["flips"]["edges"] == list(edges_of(resumed.case))


def test_another_outcome_leaves_the_headlines_files_alone(case: Path, solved: tuple[Hinges, Resumption]) -> None:
    assert main(["whatif", str(case), "--sensitivity", "--outcome", "sanctions", "--confirm", "0"]) == 0
    assert repr(read_hinges(run_of(case) / "hinges.json")) == repr(solved[0])
    other = read_hinges(run_of(case) / "hinges-sanctions.json")
    assert (other.outcome, other.solves) == ("sanctions", 0)
    rows = list(csv.DictReader((run_of(case) / "tornado-sanctions.csv").read_text(encoding="utf-8").splitlines()))
    assert {row["outcome"] for row in rows} == {"sanctions"}


def test_an_interrupted_search_goes_on_with_the_solves_that_it_has(
    case: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    real: Callable[..., Any] = at_value.solve_draw

    def solve(*arguments: Any, **settings: Any) -> Any:
        counted.append("")
        if len(counted) == 4:
            raise KeyboardInterrupt
        return real(*arguments, **settings)

    monkeypatch.setattr(at_value, "solve_draw", solve)
    longer = ("--sensitivity", "--confirm", "1", "--draws", "3", "--processes", "1")
    before = set(run_of(case).rglob("at-*.npz"))
    assert main(["whatif", str(case), *longer]) == 130
    assert "finished draws are kept" in capsys.readouterr().err
    kept = set(run_of(case).rglob("at-*.npz")) - before
    assert kept
    times = {path: path.stat().st_mtime_ns for path in kept}
    assert main(["whatif", str(case), *longer]) == 0
    assert {path: path.stat().st_mtime_ns for path in kept} == times


def test_too_few_draws_are_told_with_what_to_do(case: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openparley.forecast.hinging.FEWEST_DRAWS", 17)
    assert main(["whatif", str(case), "--sensitivity"]) == 1
    said = capsys.readouterr().err
    assert "has 16 draws that the record does not exclude; an emulator needs 17" in said
    assert "--draws 256" in said


def text(found: Hinges, resumed: Resumption) -> str:
    parts = hinge_parts(found, resumed, ("a note",), "mine")
    return "\n".join(part if isinstance(part, str) else "\n".join(" | ".join(row) for row in part[1]) for part in parts)


def test_without_skill_nothing_is_read_from_the_emulator(solved: tuple[Hinges, Resumption]) -> None:
    found, resumed = solved
    rows = tuple(replace(row, solved=()) for row in found.tornado.rows)
    blind = replace(found.tornado, r2_forecast=0.05, r2_evidence=0.05, rows=rows)
    assert found.flips is not None
    nowhere = tuple(replace(row, values=0, status="none", distance=None, at=None) for row in found.flips.rows)
    shares = tuple(replace(one, shares=(), r2=0.05, null=math.nan) for one in found.shares)
    said = text(replace(found, tornado=blind, flips=replace(found.flips, rows=nowhere), shares=shares), resumed)
    assert said.count("no assumption stands above chance; the emulator has no skill (R² 0.05 over draws left out)") == 2
    assert "Nothing to show: the emulator has no skill, and nothing was solved." in said
    assert f"Of all {len(rows)} assumptions nothing is known" in said
    assert "what was not solved is not known. Fit with more draws: parley fit mine --draws 256" in said
    assert "So no single change" not in said
    assert "Note: a note" in said


def test_ends_and_flips_are_told_as_they_are_known(solved: tuple[Hinges, Resumption]) -> None:
    found, resumed = solved
    assert found.flips is not None
    first, second, third = (row.assumption for row in found.tornado.rows[:3])
    low, high = (AtValue(first, x, share, 0.0, 0.0, verdict, 0.02, 9) for x, share, verdict in ((0.25, 0.1, -1.0), (2.0, 0.32, -math.inf)))
    ends = tuple(AtValue(first, x, share, 0.0, 0.0, 0.0) for x, share in ((0.25, 0.14), (1.0, 0.2), (2.0, 0.27)))
    rows = (TornadoRow(first, ends, (low, high)), TornadoRow(second, ends))  # type: ignore[arg-type]
    flips = (
        Flip(first, 0.5, high, None, 4, "confirmed", 0.001),
        Flip(second, 0.7, ends[2], 0.7, 0, "emulated", 0.07),
        Flip(third, None, None, None, 6, "not settled"),
    )
    tested = replace(found.flips, base=0.18, band=1, rows=flips)
    said = text(replace(found, tornado=replace(found.tornado, r2_forecast=0.8, rows=rows), flips=tested), resumed)
    unit = {row.id: row for row in resumed.model.assumptions}
    assert f"0.25 {unit[first].unit} | 14 % | 10 % | 2.0 | 0.37" in said
    assert f"2 {unit[first].unit} | 27 % | 30 % | 2.0 | excluded" in said
    assert "moves the forecast out of very unlikely (5–20 %)" in said
    likely = f"{unit[first].likely:.3g}".replace("-", "−")
    assert f"from likely {likely} to 2 {unit[first].unit} would move it to 30 %, unlikely (20–45 %)" in said
    assert "a near thing, 0.1 points past the edge" in said
    assert "would move it to 27 %, unlikely (20–45 %); on the emulator only, nothing was solved." in said
    assert f"{third}: none of the values that were solved for does; no more were allowed." in said
    assert "Fit with more" not in said


def test_edges_are_the_middles_between_neighbouring_words(solved: tuple[Hinges, Resumption]) -> None:
    case = solved[1].case
    assert edges_of(case) == (0.05, 0.2, 0.45, 0.55, 0.8, 0.95)
    lists = {name: edges_of(replace(case, file=case.file.model_copy(update={"lexicon": name}))) for name in ("phia", "numeric")}
    assert lists["phia"] == pytest.approx((0.075, 0.225, 0.375, 0.525, 0.775, 0.925))
    assert lists["numeric"] == ()


def test_a_list_without_words_has_no_flip_test(solved: tuple[Hinges, Resumption]) -> None:
    found, resumed = solved
    numbers = replace(resumed, case=replace(resumed.case, file=resumed.case.file.model_copy(update={"lexicon": "numeric"})))
    assert "which has no bands: there is no flip test" in text(replace(found, flips=None), numbers)
