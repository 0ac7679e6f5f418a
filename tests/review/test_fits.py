"""A run in a child process: its progress is heard, Stop always works, and nothing outlives the server."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from openparley.review.fits import BusyError, Fits, child_command
from tests.record.small_case import small_case
from tests.review.desks import client_of, server_of, until

PROGRESS = """
import json, sys, time
say = lambda **more: print(json.dumps(more), flush=True)
print("a library prints this")
for done in range(3):
    say(event="progress", stage="solving", done=done, total=3)
    time.sleep({pause})
{end}
"""
DEAF = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
WORKER = """
worker = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
inner = subprocess.Popen([sys.executable, "-c", worker], stdout=subprocess.PIPE)
inner.stdout.readline()
print('{"event": "progress", "stage": "deaf", "done": 0, "total": 1}', flush=True)
time.sleep(600)
"""


def script(end: str, pause: float = 0.0) -> list[str]:
    return [sys.executable, "-c", PROGRESS.format(end=end, pause=pause)]


def ended(fits: Fits) -> dict[str, object]:
    return until(lambda: fits.status() if fits.status()["state"] not in ("running", "stopping") else None)


def alive(group: int) -> bool:
    done = subprocess.run(["ps", "-o", "stat=", "-g", str(group)], capture_output=True, text=True, check=False)
    return any(not line.startswith("Z") for line in done.stdout.split())


def test_progress_is_heard_and_the_result_named() -> None:
    fits = Fits()
    fits.start(script('say(event="done", run="abc123", status="computed")', 0.15))
    seen = until(lambda: fits.status() if fits.status()["done"] == 2 else None)
    assert (seen["stage"], seen["total"], seen["state"]) == ("solving", 3, "running")
    assert 0 < seen["left"] < 5
    done = ended(fits)
    assert (done["state"], done["run"], done["message"]) == ("done", "abc123", "computed")


@pytest.mark.parametrize(
    ("end", "says"),
    [('say(event="failed", message="no model")', "no model"), ('sys.exit("it broke")', "it broke"), ("1 / 0", "ZeroDivisionError")],
)
def test_a_run_that_fails_says_why(end: str, says: str) -> None:
    fits = Fits()
    fits.start(script(end))
    done = ended(fits)
    assert done["state"] == "failed"
    assert says in str(done["message"])


@pytest.mark.parametrize("deaf", [True, False], ids=["deaf child", "deaf worker"])
def test_stop_ends_the_child_and_its_workers(deaf: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openparley.review.fits.GRACE_SECONDS", 0.4)
    fits = Fits()
    fits.start([sys.executable, "-c", "import signal, subprocess, sys, time\n" + DEAF * deaf + WORKER])
    process = fits._process
    assert process is not None
    until(lambda: fits.status()["stage"] == "deaf")
    with pytest.raises(BusyError):
        fits.start(script(""))
    began = time.monotonic()
    assert fits.stop()["state"] == "stopping"
    assert ended(fits)["state"] == "stopped"
    assert time.monotonic() - began < 5
    until(lambda: not alive(process.pid), 5)
    fits.start(script('say(event="done", run="ab", status="")'))
    assert ended(fits)["state"] == "done"


def test_nothing_to_stop_is_no_mistake() -> None:
    assert Fits().stop()["state"] == "idle"


def test_the_child_ends_when_the_server_is_killed() -> None:
    code = (
        "import os, sys, threading, time\nfrom openparley.review import child\n"
        "child.fit_and_write = lambda *_: time.sleep(600)\nsys.exit(child.main(['.', '.', '8']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["stage"] == "reading the case"
    assert process.poll() is None
    process.stdin.close()  # what the system does to a killed server's end
    assert process.wait(10) == -9
    process.stdout.close()


def test_the_child_says_what_is_wrong_with_a_case(tmp_path: Path) -> None:
    case = small_case(tmp_path / "mine")
    command = child_command(case, tmp_path / "runs", 8)
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, text=True
    )
    assert process.stdout is not None
    said = [json.loads(line) for line in process.stdout]
    assert process.wait(60) == 1
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    assert said[-1]["event"] == "failed"
    assert "model" in said[-1]["message"]


def test_a_case_without_a_model_cannot_be_run_and_one_run_at_a_time(tmp_path: Path) -> None:
    case = small_case(tmp_path / "mine")
    page, _ = client_of(server_of(case))
    answer = page.post("/api/run", json={})
    assert answer.status_code == 422
    assert "no model" in answer.json()["errors"][0]["message"]
    assert page.post("/api/run", json={"draws": 1}).status_code == 422
    assert page.post("/api/stop", json={}).json()["state"] == "idle"
