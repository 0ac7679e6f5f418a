"""Finished runs: read back whole, found by any name, and described so that a later reader can compare them."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from openparley.errors import CaseError
from openparley.forecast.compare import compare
from openparley.forecast.forecast import Forecast, OutcomeForecast
from openparley.forecast.runs import described, find_run, finished_runs, latest_run, read_run
from openparley.infer.observe import Observed, Report
from openparley.infer.posterior import AbsoluteFit, AccountPath, Diagnostics, Posterior, Round
from openparley.record.case import Case
from tests.forecast.small_runs import a_case, number, record_of, write_run
from tests.infer.small_model import small_model
from tests.solve.small_dispute import small_parameters


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return a_case(tmp_path / "mine")


def test_a_run_is_read_back(case: Case, tmp_path: Path) -> None:
    run = read_run(write_run(tmp_path / "runs", case))
    assert (run.id, run.case, run.created) == ("a1b2c3d4e5f6", "small", "2025-04-01T10:00:00+00:00")
    assert run.weeks[0] == (date(2025, 4, 1), date(2025, 4, 7))
    assert run.outcomes["truce"] == tuple(number(value) for value in (0.05, 0.1, 0.2, 0.3))
    assert run.shares == {"mediator": {"H1": number(0.6), "none": number(0.4)}}
    assert run.base_rate("truce", 3) == number(0.5)
    assert run.base_rate("truce", 2) is None
    assert run.base_rate("unknown", 3) is None


def test_the_latest_is_the_last_finished_whatever_its_id(case: Case, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    with pytest.raises(CaseError, match=r"no finished run here. Make one: parley fit small"):
        latest_run(runs, "small")
    write_run(runs, case, "bbbb11", created="2025-04-02T10:00:00+00:00")
    write_run(runs, case, "aaaa11", created="2025-04-03T10:00:00+00:00")
    write_run(runs, case, "cccc11", created="2025-04-01T10:00:00+00:00")
    (runs / "dddd11" / "draws").mkdir(parents=True)
    assert [run.id for run in finished_runs(runs)] == ["cccc11", "bbbb11", "aaaa11"], "one that was stopped is none"
    assert latest_run(runs, "small").id == "aaaa11"


def test_a_run_is_found_by_folder_file_id_or_the_beginning_of_its_id(case: Case, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    folder = write_run(runs, case, "abcd11")
    write_run(runs, case, "abcd22")
    for name in (str(folder), str(folder / "run.json"), "abcd11", "abcd1"):
        assert find_run(name, [runs]).id == "abcd11"
    with pytest.raises(CaseError, match="beginning of 2 runs: abcd11 or abcd22"):
        find_run("abcd", [runs])
    with pytest.raises(CaseError, match=r"no finished run “abcd33”. Did you mean “abcd"):
        find_run("abcd33", [runs])
    with pytest.raises(CaseError, match=r"no finished run “abc”"):
        find_run("abc", [runs])
    with pytest.raises(CaseError, match=r"Finished runs in .*: none"):
        find_run("x", [tmp_path / "nothing"])


def test_what_is_no_run_is_named(case: Case, tmp_path: Path) -> None:
    folder = write_run(tmp_path / "runs", case)
    with pytest.raises(CaseError, match=r"no finished run here. A run that was stopped"):
        read_run(tmp_path)
    (folder / "outcomes.csv").write_text("outcome,week_start,value\ntruce,2025-04-01,x\n")
    with pytest.raises(CaseError, match=r"outcomes.csv, row 2: not what a run writes"):
        read_run(folder)
    (folder / "outcomes.csv").unlink()
    with pytest.raises(CaseError, match="the file is missing"):
        read_run(folder)
    (folder / "run.json").write_text("[]")
    with pytest.raises(CaseError, match="no id, case and date"):
        read_run(folder)
    (folder / "run.json").write_text("{")
    with pytest.raises(CaseError, match="not JSON"):
        read_run(folder)


@pytest.mark.parametrize("key", ["weeks", "shares", "base_rates"])
def test_an_older_run_says_what_it_does_not_say(case: Case, tmp_path: Path, key: str) -> None:
    run = read_run(write_run(tmp_path / "runs", case, without=[key]))
    with pytest.raises(CaseError, match=r"run.json: this run was made by an older version \(0.5\) and does not say .*parley fit"):
        _ = run.weeks, run.shares, run.base_rate("truce", 3)


def test_what_a_fit_describes_is_all_that_a_reader_needs(case: Case, tmp_path: Path) -> None:
    model = small_model(small_parameters(), rounds=3, today=1)
    reports = (Report(0, "mediator", "threaten", ("E001", "E002"), (("hold", 0.3), ("threaten", 0.7))),)
    model = replace(model, observed=Observed(reports, {}, {}))
    path = AccountPath("mediator", ("H1", "none"), {"H1": 0.9, "none": 0.1}, *np.ones((3, 1, 2)), {"H1": number(0.6), "none": number(0.4)})
    posterior = Posterior(
        model.calendar[:2], {"mediator": path}, (), AbsoluteFit(0, 0.0, 0.0, 0.0, 0, 0.0), {},
        Diagnostics(1, 1.0, 0.1, False, 0.0, 0.0), {}, {}, np.ones(1), "computed",
    )  # fmt: skip
    weeks = (Round(1, date(2025, 4, 1), date(2025, 4, 7)), Round(2, date(2025, 4, 8), date(2025, 4, 14)))
    truce = OutcomeForecast("truce", "A truce holds", (number(0.1), number(0.2)), {}, (number(0.3), number(0.35)))
    found = json.loads(json.dumps(described(case, model, posterior, Forecast(weeks, {"truce": truce}, {}, 8, {}))))
    expected = record_of(case, "", "")
    frame = {"id", "case", "seed", "version", "created", "status", "inputs", "settings", "software"}
    assert expected.keys() - frame <= found.keys(), "all keys that the other tests write by hand"
    assert all(found[key] == expected[key] for key in ("title", "fictional", "cutoff", "accounts", "outcomes", "levers"))
    assert found["weeks"] == [{"start": "2025-04-01", "end": "2025-04-07"}, {"start": "2025-04-08", "end": "2025-04-14"}]
    (report,) = found["reports"]
    assert report["week"] == model.calendar[0].start.isoformat()
    assert report["readings"] == {"hold": 0.3, "threaten": 0.7}
    assert report["entries"] == ["E001", "E002"]
    assert found["entries"].keys() == case.accepted().keys()
    assert found["assumptions"]["A01"]["likely"] == 0.5
    folder = write_run(tmp_path / "runs", case, probs={"truce": (0.1, 0.2)}, **found)
    run = read_run(folder)
    assert run.base_rate("truce", 1) == number(0.35)
    assert run.shares["mediator"]["H1"] == number(0.6)
    assert compare(run, run).changed.causes == ()
