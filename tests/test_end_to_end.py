"""The main job by real processes on a copy of the running example: killed, interrupted, run twice, its inputs changed."""

import contextlib
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from openparley.record.case import find_case
from openparley.record.store import lock

PARLEY = [sys.executable, "-c", "from openparley.cli import main; main()"]
DRAWS = 8
BRIEF = ("brief", "mine", "--draws", str(DRAWS))
LONGEST = 240.0  # seconds until a process is taken for hung
PROMPT = 10.0  # seconds in which an interrupted run has to be gone; it takes under one on an idle machine
KILLS = 6
SEED = 29
EPOCH = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[0-9:.+Z-]*"

Brief = dict[str, Any]


def parley(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*PARLEY, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=LONGEST)
    assert done.returncode == code, f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stdout + done.stderr
    return done


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """A process in a group of its own, as a terminal would start it."""
    return subprocess.Popen(
        [*PARLEY, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )  # fmt: skip


def new_case(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    parley(folder, "new", "mine", "--from", "strait-talks")
    return folder


def brief_of(folder: Path) -> Brief:
    return json.loads((folder / "mine" / "brief.json").read_text(encoding="utf-8"))


def run_folder(folder: Path) -> Path:
    (found,) = [path for path in (folder / "mine" / "runs").iterdir() if path.is_dir()]
    return found


def drawn(folder: Path) -> list[Path]:
    return sorted((folder / "mine").glob("runs/*/draws/draw-*.npz"))


def results(folder: Path) -> dict[str, bytes]:
    """Everything that a run leaves behind and that does not carry the time of day."""
    return {path.name: path.read_bytes() for path in [*run_folder(folder).glob("*.csv"), *drawn(folder)]}


def read(folder: Path) -> dict[str, Any]:
    """What a reader is told, but for the comparison with an older brief and the times of day."""
    brief = brief_of(folder)
    page = (folder / "mine" / "brief.html").read_text(encoding="utf-8")
    page = re.sub(r'<section[^>]*id="what-changed".*?</section>', "", re.sub(EPOCH, "", page), flags=re.DOTALL)
    parts = ("case", "numbers", "accounts", "outcomes", "levers", "fit", "certificate", "inputs")
    return {key: brief[key] for key in parts} | {"sentences": said(brief), "words": len(page.split())}


def said(brief: Brief) -> list[str]:
    return [json.dumps(sentence) for sentence in brief["sentences"] if sentence["section"] != "what-changed"]


def differing(one: dict[str, bytes], two: dict[str, bytes]) -> list[str]:
    return sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))


def leftovers(folder: Path) -> list[Path]:
    return [path for path in (folder / "mine").rglob("*.tmp") if path.is_file()]


@dataclass(frozen=True)
class Undisturbed:
    folder: Path
    seconds: float
    said: str


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """A finished first brief, for others to be compared with or copied from."""
    folder = new_case(tmp_path_factory.mktemp("undisturbed"))
    began = time.monotonic()
    done = parley(folder, *BRIEF)
    return Undisturbed(folder, time.monotonic() - began, done.stdout + done.stderr)


@pytest.fixture
def copied(undisturbed: Undisturbed, tmp_path: Path) -> Path:
    """A folder in which the case has been briefed once."""
    shutil.copytree(undisturbed.folder / "mine", tmp_path / "mine")
    return tmp_path


# the path itself


def test_a_brief_says_what_it_wrote(undisturbed: Undisturbed) -> None:
    assert "mine/brief.html" in undisturbed.said.replace(os.sep, "/")
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
    assert brief["certificate"]["positions"] >= 300
    assert brief["certificate"]["rounds"] >= 20


def test_second_brief_computes_nothing_and_says_that_nothing_changed(copied: Path, undisturbed: Undisturbed) -> None:
    stamps = {path: path.stat().st_mtime_ns for path in drawn(copied)}
    done = parley(copied, *BRIEF, "--json")
    assert json.loads(done.stdout)["reused_draws"] == DRAWS
    assert {path: path.stat().st_mtime_ns for path in drawn(copied)} == stamps
    changed = brief_of(copied)["what_changed"]
    assert changed["nothing"] is True
    assert changed["previous"] == brief_of(undisturbed.folder)["run"]["id"]
    assert brief_of(copied)["numbers"] == brief_of(undisturbed.folder)["numbers"]


def test_fit_prints_what_the_brief_holds(copied: Path) -> None:
    done = parley(copied, "fit", "mine", "--draws", str(DRAWS), "--json")
    data, brief = json.loads(done.stdout), brief_of(copied)
    assert data["run"]["id"] == brief["run"]["id"]
    said = {name: percent for name, percent, _ in data["outcomes"]}
    for outcome in brief["outcomes"].values():
        share = outcome["at_horizon"]["value"]
        assert said[outcome["name"]] == ("< 1 %" if share < 0.01 else "> 99 %" if share > 0.99 else f"{100 * share:.0f} %")


def test_a_bundled_case_is_not_written_to(undisturbed: Undisturbed, tmp_path: Path) -> None:
    """Its run goes to the working folder; the finished draws of the copy do for it, since the model is the same."""
    place = tmp_path / "parley-out" / "strait-talks" / "runs"
    shutil.copytree(undisturbed.folder / "mine" / "runs", place)
    done = parley(tmp_path, "brief", "strait-talks", "--draws", str(DRAWS), "--json")
    data = json.loads(done.stdout)
    assert data["reused_draws"] == DRAWS
    assert all((tmp_path / path).exists() for path in data["wrote"])


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
def test_exit_codes(tmp_path: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    for name, old, new in (("mine", "schema", "schema"), ("broken", "rounds = ", "rounds = x"), ("unfit", "mediated_ceasefire", "mediated_peace")):
        shutil.copytree(find_case("strait-talks"), tmp_path / name)
        edit(tmp_path / name / "case.toml", old, new)
    done = parley(tmp_path, *arguments, "--json", code=code)
    assert any(message in json.dumps(found, ensure_ascii=False) for found in json.loads(done.stderr)["errors"])
    assert not done.stdout
    assert not list(tmp_path.glob("*/runs"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# killed, interrupted, twice at once


def killed(process: subprocess.Popen[str], after: float) -> bool:
    """Kill the parent alone after some seconds, as the out-of-memory killer does; False if it had finished."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=after)
        return False
    workers = children(process.pid)
    process.kill()
    process.communicate()
    deadline = time.monotonic() + PROMPT
    while running := [pid for pid in workers if alive(pid)]:
        assert time.monotonic() < deadline, f"workers {running} outlive the process that started them"
        time.sleep(0.05)
    return True


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc to find the workers in")


@needs_proc
def test_kill_at_any_moment_leaves_a_sound_case_and_nothing_to_repair(undisturbed: Undisturbed, tmp_path: Path) -> None:
    folder = new_case(tmp_path)
    rng = random.Random(SEED)
    early = [rng.uniform(0.3, 1.0) for _ in range(KILLS - 4)]  # in start-up
    later = sorted(rng.uniform(0.2, 0.9) for _ in range(4))  # shares of an undisturbed run
    for seconds in (*early, *(share * undisturbed.seconds for share in later)):
        killed(started(folder, *BRIEF), seconds)
        parley(folder, "check", "mine")
    parley(folder, *BRIEF)
    assert not differing(results(folder), results(undisturbed.folder))
    assert read(folder) == read(undisturbed.folder)


@needs_proc
@pytest.mark.parametrize("finished", [1, 3], ids=["while workers start", "while workers work"])
def test_ctrl_c_is_clean_and_two_may_take_over(undisturbed: Undisturbed, tmp_path: Path, finished: int) -> None:
    folder = new_case(tmp_path)
    process = started(folder, *BRIEF)
    wait_for(lambda: len(drawn(folder)) >= finished, process)
    if finished == 1:
        time.sleep(0.3)
    workers = children(process.pid)
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to the whole group
    out, err = process.communicate(timeout=PROMPT)
    assert process.returncode == 130
    assert time.monotonic() - began < PROMPT
    assert "Traceback" not in out + err
    assert "KeyboardInterrupt" not in out + err
    assert not [pid for pid in workers if alive(pid)]
    kept = drawn(folder)
    assert finished <= len(kept) < DRAWS
    parley(folder, "check", "mine")
    stamps = {path: path.stat().st_mtime_ns for path in kept}
    if finished > 1:
        two_at_once(folder)
        assert {path: path.stat().st_mtime_ns for path in kept} == stamps  # finished draws are not computed again
        assert not differing(results(folder), results(undisturbed.folder))


def two_at_once(folder: Path) -> None:
    """Two processes on one run: one waits for the other, and reuses what it did, or gives up with a message."""
    both = [started(folder, "fit", "mine", "--draws", str(DRAWS), "--json") for _ in range(2)]
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
        done = parley(copied, *BRIEF, "--json", code=1)
    assert "another parley process" in json.loads(done.stderr)["errors"][0]["message"]
    assert not differing(results(copied), before)
    assert brief_of(copied) == brief


# inputs that change


def test_a_changed_assumption_is_solved_anew_and_named(copied: Path, undisturbed: Undisturbed) -> None:
    raise_likely(copied / "mine" / "case.toml", "weight.party_a.H5.deal", -3.0)
    row = assumption(copied / "mine" / "case.toml", "weight.party_a.H5.deal")
    done = parley(copied, *BRIEF, "--json")
    assert json.loads(done.stdout)["reused_draws"] == 0
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
