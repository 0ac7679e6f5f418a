"""The main job on a copy of the running example: killed, interrupted, run twice, its inputs changed.

The copy is solved over fewer rounds and on a coarser grid, which changes nothing of what is tested here. What is about
processes runs in processes of its own; what is about results runs in the test's.
"""

import contextlib
import csv
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from openparley.cli import main
from openparley.infer.model import build_model
from openparley.infer.observe import observe
from openparley.record import case as case_module
from openparley.record.case import find_case, open_case
from openparley.record.store import lock

# Ctrl-C is heard also where the tests were started with it ignored, as in the background of a script.
LISTENING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
PARLEY = [sys.executable, "-c", f"{LISTENING}; from openparley.cli import main; main()"]
DRAWS = 8
PAGES = Path("mine", "brief")
BRIEF = ("brief", "mine", "--draws", str(DRAWS))
ONE = ("--processes", "1")  # the result does not depend on it, and a pool takes longer to start than eight draws to solve
ROUNDS, MARGIN, NODES = 15, 1, 2  # as few as the cut-off in the thirteenth round and the solver allow
LONGEST = 240.0  # seconds until a process is taken for hung
PROMPT = 60.0  # seconds in which an interrupted run has to be gone; it takes under one on an idle machine
SEED = 29
COARSEST = 0.05  # a share is printed no finer than its Monte Carlo error, which eight draws leave large
EPOCH = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[0-9:.+Z-]*"

Brief = dict[str, Any]


def parley(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*PARLEY, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=LONGEST)
    assert done.returncode == code, f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stdout + done.stderr
    return done


def here(folder: Path, *arguments: str, code: int = 0) -> tuple[str, str]:
    """Standard output and error of a command that runs in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        found = main([*arguments])
    assert found == code, f"{arguments}: exit {found}\n{out.getvalue()}\n{err.getvalue()}"
    return out.getvalue(), err.getvalue()


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """A process in a group of its own, as a terminal would start it."""
    return subprocess.Popen(
        [*PARLEY, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )  # fmt: skip


def new_case(folder: Path) -> Path:
    """A copy of the running example that is solved in a second or two a draw."""
    parley(folder, "new", "mine", "--from", "strait-talks")
    path = folder / "mine" / "case.toml"
    text = path.read_text(encoding="utf-8")
    text, count = re.subn(r"\nrounds = \d+\nmargin = \d+\n", f"\nrounds = {ROUNDS}\nmargin = {MARGIN}\n", text)
    assert count == 1
    nodes = f"[model.nodes]\nmediator = {NODES}\nparty_a = {NODES}\n"
    path.write_text(text.replace("[model.options]", f"{nodes}\n[model.options]", 1), encoding="utf-8")
    return folder


def brief_of(folder: Path) -> Brief:
    return json.loads((folder / PAGES / "brief.json").read_text(encoding="utf-8"))


def run_folder(folder: Path) -> Path:
    (found,) = [path for path in (folder / "mine" / "runs").iterdir() if path.is_dir()]
    return found


def drawn(folder: Path) -> list[Path]:
    return sorted((folder / "mine").glob("runs/*/draws/draw-*.npz"))


def results(folder: Path) -> dict[str, bytes]:
    """Everything that the run leaves behind and that does not carry the time of day."""
    return results_of(run_folder(folder))


def results_of(run: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in [*run.glob("*.csv"), *(run / "draws").glob("draw-*.npz")]}


def read(folder: Path) -> list[str]:
    """What a reader is told, but for the times of day."""
    return [re.sub(EPOCH, "", (folder / PAGES / name).read_text(encoding="utf-8")) for name in ("brief.json", "brief.html")]


def differing(one: dict[str, bytes], two: dict[str, bytes]) -> list[str]:
    return sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))


def shares_left(found: dict[str, bytes]) -> list[tuple[str, ...]]:
    """What left_out.csv says of accounts, without the counts of entries."""
    rows = csv.DictReader(io.StringIO(found["left_out.csv"].decode()))
    return [(row["without"], row["actor"], row["account"], row["value"], row["change"]) for row in rows]


def leftovers(folder: Path) -> list[Path]:
    return [path for path in (folder / "mine").rglob("*.tmp") if path.is_file()]


@dataclass(frozen=True)
class Undisturbed:
    """A finished first brief, for others to be compared with or copied from."""

    folder: Path
    said: str


def unbriefed(undisturbed: Undisturbed, folder: Path) -> Path:
    """A folder with the case as it was before its first brief."""
    shutil.copytree(undisturbed.folder / "mine", folder / "mine", ignore=shutil.ignore_patterns("runs", "brief"))
    return folder


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that is made by the first test process that asks for it, and read by all."""
    base = factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with lock(base, timeout=LONGEST):
        if not (base / name / "made").exists():
            (base / name).mkdir()
            make(base / name)
            (base / name / "made").touch()
    return base / name


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    def make(folder: Path) -> None:
        new_case(folder)
        (folder / "said").write_text(parley(folder, *BRIEF).stdout, encoding="utf-8")

    folder = made_once(tmp_path_factory, "undisturbed", make)
    return Undisturbed(folder, (folder / "said").read_text(encoding="utf-8"))


@pytest.fixture
def copied(undisturbed: Undisturbed, tmp_path: Path) -> Path:
    """A folder in which the case has been briefed once."""
    shutil.copytree(undisturbed.folder / "mine", tmp_path / "mine")
    return tmp_path


# the path itself


def test_a_brief_says_what_it_wrote(undisturbed: Undisturbed) -> None:
    assert str(PAGES / "brief.html") in undisturbed.said
    assert len(drawn(undisturbed.folder)) == DRAWS
    assert not leftovers(undisturbed.folder)
    brief = brief_of(undisturbed.folder)
    assert brief["case"] == "mine"
    assert brief["run"]["id"] == run_folder(undisturbed.folder).name
    assert brief["what_changed"]["previous"] is None


def test_every_number_has_its_range_error_and_evidence(undisturbed: Undisturbed) -> None:
    brief = brief_of(undisturbed.folder)
    assert brief["sentences"]
    assert brief["numbers"]
    for outcome in brief["outcomes"].values():
        for number in (outcome["at_horizon"], *outcome["by_week"]):
            assert 0 <= number["low"] <= number["low50"] <= number["value"] <= number["high50"] <= number["high"] <= 1
            assert number["mcse"] >= 0
            assert number["of"]
    for lever in brief["levers"].values():
        for effect in lever["effects"].values():
            assert effect["difference"]["value"] == pytest.approx(effect["with"]["value"] - effect["without"]["value"], abs=1e-9)
    assert {"deadline_binds", "support_guaranteed"} <= brief["levers"].keys()
    assert brief["certificate"]["positions"] == len(build_model(open_case(undisturbed.folder / "mine")).positions)
    assert brief["certificate"]["rounds"] == ROUNDS


@pytest.mark.long
def test_the_running_example_as_it_stands_makes_a_brief(tmp_path: Path) -> None:
    """At its full size; every other test solves it over fewer rounds."""
    parley(tmp_path, "new", "mine", "--from", "strait-talks")
    parley(tmp_path, *BRIEF)
    certificate = brief_of(tmp_path)["certificate"]
    assert certificate["positions"] >= 300
    assert certificate["rounds"] >= 20


def test_second_brief_computes_nothing_and_says_that_nothing_changed(copied: Path, undisturbed: Undisturbed) -> None:
    stamps = {path: path.stat().st_mtime_ns for path in drawn(copied)}
    out, _ = here(copied, *BRIEF, "--json")
    assert json.loads(out)["reused_draws"] == DRAWS
    assert {path: path.stat().st_mtime_ns for path in drawn(copied)} == stamps
    changed = brief_of(copied)["what_changed"]
    assert changed["nothing"] is True
    assert changed["previous"] == brief_of(undisturbed.folder)["run"]["id"]
    assert brief_of(copied)["numbers"] == brief_of(undisturbed.folder)["numbers"]


def test_fit_prints_what_the_brief_holds(copied: Path) -> None:
    out, _ = here(copied, "fit", "mine", "--draws", str(DRAWS), "--json")
    data, brief = json.loads(out), brief_of(copied)
    assert data["run"]["id"] == brief["run"]["id"]
    said = {name: percent for name, percent, _ in data["outcomes"]}
    for outcome in brief["outcomes"].values():
        share = outcome["at_horizon"]["value"]
        printed = re.search(r"\d+", said[outcome["name"]])
        assert printed
        assert abs(int(printed[0]) / 100 - share) <= COARSEST, (said[outcome["name"]], share)


def test_a_bundled_case_is_not_written_to(copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its run goes to the working folder; finished draws are reused there as anywhere."""
    monkeypatch.setattr(case_module, "BUNDLED", copied)
    work = tmp_path / "work"
    place = work / "parley-out" / "mine" / "runs"
    place.parent.mkdir(parents=True)
    shutil.move(copied / "mine" / "runs", place)
    before = {path: path.stat().st_mtime_ns for path in (copied / "mine").rglob("*")}
    stamps = {path: path.stat().st_mtime_ns for path in place.glob("*/draws/*")}
    out, _ = here(work, "fit", "mine", "--draws", str(DRAWS), "--json")
    assert json.loads(out)["reused_draws"] == DRAWS
    assert all((work / path).is_relative_to(place) for path in json.loads(out)["wrote"])
    assert {path: path.stat().st_mtime_ns for path in place.glob("*/draws/*")} == stamps
    assert {path: path.stat().st_mtime_ns for path in (copied / "mine").rglob("*")} == before


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("brief", "mine", "--draws", "7"), 2, "7 is not in the range"),
        (("brief", "mine", "--processes", "0"), 2, "0 is not in the range"),
        (("brief",), 2, "Missing argument"),
        (("brief", "yours"), 1, "neither a bundled case nor a folder"),
        (("fit", "broken"), 1, "case.toml"),
        (("brief", "unfit"), 1, "mediated_peace"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_exit_codes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, old, new in (
        ("mine", "schema", "schema"),
        ("broken", "rounds = ", "rounds = x"),
        ("unfit", "mediated_ceasefire", "mediated_peace"),
    ):
        shutil.copytree(find_case("strait-talks"), tmp_path / name)
        edit(tmp_path / name / "case.toml", old, new)
    assert main([*arguments, "--json"]) == code
    said = capsys.readouterr()
    assert any(message in json.dumps(found, ensure_ascii=False) for found in json.loads(said.err)["errors"])
    assert not said.out
    assert not list(tmp_path.glob("*/runs"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# killed, interrupted, twice at once


def kill(process: subprocess.Popen[str]) -> None:
    """Kill the parent alone, as the out-of-memory killer does; its workers must go by themselves."""
    workers = children(process.pid)
    process.kill()
    process.communicate()
    assert not staying(workers)


def staying(workers: list[int]) -> list[int]:
    """Workers that are still there after a while."""
    deadline = time.monotonic() + PROMPT
    while (running := [pid for pid in workers if alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return running


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc to find the workers in")


@needs_proc
@pytest.mark.parametrize(
    "stages",
    [
        # in start-up, while draws are done, and while results and the page are written; each a random moment
        pytest.param((0, 3, DRAWS), id="three moments"),
        pytest.param((0, 0, 1, 2, 4, 6, DRAWS, DRAWS, DRAWS), id="nine moments", marks=pytest.mark.long),
    ],
)
def test_kill_at_any_moment_leaves_a_sound_case_and_nothing_to_repair(
    undisturbed: Undisturbed, tmp_path: Path, stages: tuple[int, ...]
) -> None:
    folder = unbriefed(undisturbed, tmp_path)
    rng = random.Random(SEED)
    for stage in stages:
        process = started(folder, *BRIEF)
        wait_for(lambda: len(drawn(folder)) >= stage, process)  # noqa: B023 - called at once
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=rng.uniform(0.1, 1.0 if stage < DRAWS else 4.0))
        if process.poll() is None:
            kill(process)
        here(folder, "check", "mine")
    (folder / PAGES / "brief.json").unlink(missing_ok=True)  # lest the last brief compare itself with one finished before
    parley(folder, *BRIEF, *ONE)
    assert not differing(results(folder), results(undisturbed.folder))
    assert read(folder) == read(undisturbed.folder)


@needs_proc
@pytest.mark.parametrize("finished", [1, 3], ids=["while workers start", "while workers work"])
def test_ctrl_c_is_clean_and_two_may_take_over(undisturbed: Undisturbed, tmp_path: Path, finished: int) -> None:
    folder = unbriefed(undisturbed, tmp_path)
    process = started(folder, *BRIEF)
    wait_for(lambda: len(drawn(folder)) >= finished, process)
    if finished == 1:
        time.sleep(0.3)
    workers = children(process.pid)
    os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to the whole group
    out, err = process.communicate(timeout=PROMPT)
    assert process.returncode == 130
    assert "Traceback" not in out + err
    assert "KeyboardInterrupt" not in out + err
    assert not staying(workers)
    kept = drawn(folder)
    assert finished <= len(kept) < DRAWS
    here(folder, "check", "mine")
    stamps = {path: path.stat().st_mtime_ns for path in kept}
    if finished > 1:
        two_at_once(folder)
        assert {path: path.stat().st_mtime_ns for path in kept} == stamps  # finished draws are not computed again
        here(folder, *BRIEF, *ONE)  # a fit pulls no levers
        assert not differing(results(folder), results(undisturbed.folder))


def two_at_once(folder: Path) -> None:
    """Two processes on one run: one waits for the other, and reuses what it did, or gives up with a message."""
    both = [started(folder, "fit", "mine", "--draws", str(DRAWS), *ONE, "--json") for _ in range(2)]
    ends = [process.communicate(timeout=LONGEST) for process in both]
    assert sorted(process.returncode for process in both) in ([0, 0], [0, 1]), ends
    for process, (out, err) in zip(both, ends, strict=True):
        if process.returncode == 0:
            assert json.loads(out)["run"]["id"] == run_folder(folder).name
        else:
            assert "another parley process" in json.loads(err)["errors"][0]["message"]


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + LONGEST
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_run_that_is_held_is_not_touched(copied: Path) -> None:
    before, brief = results(copied), brief_of(copied)
    with lock(run_folder(copied)):
        _, err = here(copied, *BRIEF, "--json", code=1)
    assert "another parley process" in json.loads(err)["errors"][0]["message"]
    assert not differing(results(copied), before)
    assert brief_of(copied) == brief


# inputs that change


def test_a_changed_assumption_is_solved_anew_and_named(copied: Path, undisturbed: Undisturbed) -> None:
    raise_likely(copied / "mine" / "case.toml", "weight.party_a.H5.deal", -3.0)
    row = assumption(copied / "mine" / "case.toml", "weight.party_a.H5.deal")
    out, _ = here(copied, *BRIEF, *ONE, "--json")
    assert json.loads(out)["reused_draws"] == 0
    new, old = brief_of(copied), brief_of(undisturbed.folder)
    assert new["run"]["id"] != old["run"]["id"]
    changed = new["what_changed"]
    assert changed["previous"] == old["run"]["id"]
    assert list(changed["assumptions"]) == [row]
    assert list(changed["assumptions"][row]) == ["likely"]
    assert changed["assumptions"][row]["likely"][1] == -3.0
    assert not any(changed["evidence"].values())
    assert changed["moved"]["ceasefire"][1] > changed["moved"]["ceasefire"][0]  # a deal costs the stalling side less
    assert any(row in json.dumps(sentence) for sentence in new["sentences"] if sentence["section"] == "what-changed")
    assert others_drawn_alike(copied, row)


def assumption(path: Path, address: str) -> str:
    found = re.search(rf'id = "(\w+)"\nsets = "{re.escape(address)}"', path.read_text(encoding="utf-8"))
    assert found
    return found[1]


def raise_likely(path: Path, address: str, value: float) -> None:
    text = path.read_text(encoding="utf-8")
    new, count = re.subn(rf'(sets = "{re.escape(address)}".*?\nlikely = )\S+', rf"\g<1>{value}", text, count=1, flags=re.DOTALL)
    assert count == 1
    path.write_text(new, encoding="utf-8")


def others_drawn_alike(folder: Path, changed: str) -> bool:
    """Whether the draws of every other assumption are the same in both runs of a case."""
    tables = []
    for path in (folder / "mine").glob("runs/*/draws.csv"):
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        columns = dict(zip(header.split(","), zip(*(row.split(",") for row in rows), strict=True), strict=True))
        tables.append({name: column for name, column in columns.items() if name not in ("weight", changed)})
    assert len(tables) == 2
    return tables[0] == tables[1]


# an entry that is deleted


@dataclass(frozen=True)
class Deletion:
    """An accepted entry of strait-talks, and what hangs on it.

    Attributes
    ----------
    dangling
        Who names it, by the beginning of the warning.
    aside
        Entries that cannot be used without it.
    """

    file: str
    id: str
    dangling: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()


BEHIND_A_MOVE = Deletion("events", "E059")  # the only entry behind party A's stalling …
ROUND, ROUND_START = 11, "2026-04-20"  # … in this round
OTHERS = [
    Deletion(
        "commitments",
        "C001",
        ("E021 breaks", "E035 breaks", "C002 responds to", "C011 same event", "status L002", "status L003"),
        ("L002", "L003"),
    ),
    Deletion("events", "E043", ("E046 responds to", "E051 same event")),  # one of two behind a move
    Deletion("claims", "K004", ("K005 responds to", "K011 same event", "account H1", *(f"assumption A{n:02d}" for n in (4, 6, 9, 10)))),
    Deletion("statements", "T056", ("E068 expressed by",)),
    Deletion("relations", "R002", ("R005 same event",)),
]


@pytest.mark.parametrize("deletion", OTHERS, ids=lambda d: d.id)
def test_an_entry_that_alone_shows_no_move_changes_no_number(deletion: Deletion, copied: Path, undisturbed: Undisturbed) -> None:
    check_what_hangs_on(deletion, copied)
    out, _ = here(copied, *BRIEF, *ONE, "--json")
    new, old = brief_of(copied), brief_of(undisturbed.folder)
    found, before = results_of(copied / "mine" / "runs" / new["run"]["id"]), results(undisturbed.folder)
    if deletion.id in ("C001", "E043"):
        # one of two behind a move: less is left of the record without the other's outlet, and that is part of a run
        changed_files = {name for name in differing(found, before) if name.endswith(".csv")}
        # two of them name the entries behind a move, one counts the reports of an outlet
        assert changed_files <= {"evidence.csv", "indicators.csv", "left_out.csv", "moves.csv"}
        assert "moves.csv" in changed_files
    else:
        assert json.loads(out)["reused_draws"] == DRAWS
        assert new["run"]["id"] == old["run"]["id"]
        assert differing(found, before) in (["left_out.csv"], [])  # it counts the entries of an outlet
        assert shares_left(found) == shares_left(before)
    assert all(new[part] == old[part] for part in ("accounts", "outcomes", "levers", "fit", "certificate"))
    changed = new["what_changed"]
    assert changed["evidence"]["removed"] == [deletion.id]
    assert changed["evidence"]["set aside"] == list(deletion.aside)
    assert not any(changed[part] for part in ("assumptions", "software", "settings", "moved"))
    assert any(deletion.id in json.dumps(row) for row in new["sentences"] if row["section"] == "what-changed")


def test_the_entry_behind_a_move_changes_only_what_comes_after(copied: Path, undisturbed: Undisturbed) -> None:
    check_what_hangs_on(BEHIND_A_MOVE, copied)
    here(copied, *BRIEF, *ONE)
    new, old = brief_of(copied), brief_of(undisturbed.folder)
    assert new["run"]["id"] != old["run"]["id"]
    assert new["what_changed"]["evidence"]["removed"] == [BEHIND_A_MOVE.id]
    assert any(BEHIND_A_MOVE.id in json.dumps(row) for row in new["sentences"] if row["section"] == "what-changed")
    fresh, before = copied / "mine" / "runs" / new["run"]["id"], run_folder(undisturbed.folder)
    accounts, moves = ([rows(folder / name) for folder in (before, fresh)] for name in ("accounts.csv", "moves.csv"))
    was, now = ([row for row in table if row["round_start"] < ROUND_START] for table in accounts)
    assert was == now
    assert accounts[0] != accounts[1]
    assert [row for row in moves[0] if int(row["round"]) < ROUND] == [row for row in moves[1] if int(row["round"]) < ROUND]
    gone = [row for row in moves[0] if row["entries"] == BEHIND_A_MOVE.id]
    assert [(row["round"], row["actor"], row["move"]) for row in gone] == [(str(ROUND), "party_a", "stall")]
    assert [key(row) for row in moves[1]] == [key(row) for row in moves[0] if row not in gone]
    assert others_drawn_alike(copied, "")
    assert {id: outcome["prior"] for id, outcome in new["outcomes"].items()} == {id: one["prior"] for id, one in old["outcomes"].items()}
    of_the_solution = ("positions", "rounds", "logit_residual", "interpolation_error", "solver_residual")
    assert all(new["certificate"][name] == old["certificate"][name] for name in of_the_solution)


def key(row: dict[str, str]) -> tuple[str, ...]:
    return row["round"], row["actor"], row["move"], row["entries"]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check_what_hangs_on(deletion: Deletion, folder: Path) -> None:
    """Delete an entry from its file; exactly what names it dangles, exactly what rests on it is set aside."""
    before = open_case(folder / "mine")
    path = folder / "mine" / "record" / f"{deletion.file}.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if json.loads(line)["id"] != deletion.id]
    assert len(kept) == len(lines) - 1
    path.write_text("".join(kept), encoding="utf-8")
    after = open_case(folder / "mine")
    named = sorted(set(after.dangling()) - set(before.dangling()))
    assert [start for start in deletion.dangling if not any(found.startswith(start) for found in named)] == []
    assert len(named) == len(deletion.dangling), named
    assert set(after.set_aside()) - set(before.set_aside()) == set(deletion.aside)
    assert set(before.accepted()) - set(after.accepted()) == {deletion.id, *deletion.aside}
    said, _ = here(folder, "check", "mine")
    assert all(found.split(",")[0] in said for found in named)


def test_no_entry_is_behind_more_than_its_own_report() -> None:
    """A sample of the accepted entries in turn, without solving: only a report that shows it, or what it had set aside, changes."""
    case = open_case("strait-talks")
    full = {(r.round, r.actor): r for r in observe(case).reports}
    behind = {id for report in full.values() for id in report.entries}
    rest = sorted(case.accepted().keys() - behind)
    for id in [*sorted(behind), *random.Random(SEED).sample(rest, 20), "E067"]:  # E067 corrects two others
        less = replace(case, entries={other: entry for other, entry in case.entries.items() if other != id})
        affected = {id} | (set(less.accepted()) ^ set(case.accepted()))
        assert all(id in found for found in set(less.dangling()) - set(case.dangling()))
        found = {(r.round, r.actor): r for r in observe(less).reports}
        for at in full.keys() | found.keys():
            if full.get(at) != found.get(at):
                assert {shown for r in (full.get(at), found.get(at)) if r for shown in r.entries} & affected, (id, at)
