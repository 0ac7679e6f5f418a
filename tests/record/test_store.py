"""Writes: whole or not at all, acknowledged only when on disk, one process at a time."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from openparley.errors import LockedError
from openparley.record.acts import accept
from openparley.record.case import open_case
from openparley.record.check import check_case
from openparley.record.store import JsonLines, append_lines, atomic_write, lock, write_jsonl
from tests.record.small_case import small_case

PATIENT = 120.0  # seconds for what takes one, on a machine that may be busy

ACTS = """
import sys
import time
from pathlib import Path
from openparley.record.acts import accept, edit, reject
root = Path(sys.argv[1])
print("ready", flush=True)
for n in range(int(sys.argv[3])):
    act = (accept, reject)[n % 2] if n % 3 else lambda root, ids, by: edit(root, ids, {"paraphrase": f"words {n}"}, by=by)
    for done in act(root, ["E001", "T002"], by=sys.argv[2]):
        print(done.id, flush=True)
    time.sleep(0.02)  # a person pauses, and waiting for a lock is not a queue
"""

HOLDS = """
import sys, pathlib
from openparley.record.store import lock
with lock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""


def _acting(case: Path, who: str, acts: int) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", ACTS, str(case), who, str(acts)], stdout=subprocess.PIPE, text=True)


def test_atomic_write_replaces_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "f"
    atomic_write(path, b"one")
    atomic_write(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f"
    atomic_write(path, b"one")

    def fails(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(OSError, match="disk full"):
        atomic_write(path, b"two")
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_torn_last_line_is_ignored_and_cut_off_by_the_next_append(tmp_path: Path) -> None:
    path = tmp_path / "reviews.jsonl"
    append_lines(path, [{"id": "V0001"}])
    with open(path, "ab") as file:
        file.write(b'{"id":"V0002","ent')
    torn = JsonLines(path.read_text(), "f", append_only=True)
    assert torn.torn
    assert [row["id"] for _, row in torn.rows] == ["V0001"]
    append_lines(path, [{"id": "V0003"}])
    assert path.read_text() == '{"id":"V0001"}\n{"id":"V0003"}\n'


def test_a_whole_row_that_only_lacks_its_line_break_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "reviews.jsonl"
    path.write_text('{"id":"V0001"}')
    append_lines(path, [{"id": "V0002"}])
    assert path.read_text() == '{"id":"V0001"}\n{"id":"V0002"}\n'


def test_rows_are_sorted_by_id(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "f.jsonl", [{"id": "E002"}, {"id": "E001"}])
    assert [json.loads(line)["id"] for line in (tmp_path / "f.jsonl").read_text().splitlines()] == ["E001", "E002"]


def test_the_lock_keeps_a_second_process_out(tmp_path: Path) -> None:
    case = small_case(tmp_path / "case")
    holder = subprocess.Popen([sys.executable, "-c", HOLDS, str(case)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match="another parley process"), lock(case, timeout=0.2):
            pass
    finally:
        holder.communicate("\n", timeout=PATIENT)
    with lock(case, timeout=PATIENT):
        pass


def test_two_processes_lose_nothing(tmp_path: Path) -> None:
    case = small_case(tmp_path / "case", reviewed=False)
    workers = [_acting(case, who, 20) for who in ("anna", "ben")]
    acknowledged = [line for worker in workers for line in worker.communicate(timeout=PATIENT)[0].split() if line.startswith("V")]
    written = [json.loads(line)["id"] for line in (case / "reviews.jsonl").read_text().splitlines()]
    assert written == sorted(acknowledged) == [f"V{n:04d}" for n in range(1, 81)]
    assert {review.by for review in open_case(case).reviews} == {"anna", "ben"}


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_any_moment(seed: int, tmp_path: Path) -> None:
    case = small_case(tmp_path / "case", reviewed=False)
    worker = _acting(case, "anna", 10_000)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    # Not the test's own clock: the moments only have to differ.
    time.sleep(random.Random(seed).uniform(0.02, 0.6))
    worker.kill()
    acknowledged = worker.communicate(timeout=PATIENT)[0].split()
    assert check_case(case) == []
    kept = [review.id for review in open_case(case).reviews]
    # The last line may have been cut in the pipe's reader, never in the file.
    assert set(acknowledged) <= set(kept)
    accept(case, ["E001"], by="ben")
    assert open_case(case).reviews[-1].by == "ben"


def test_every_cut_of_the_last_row_is_survived(tmp_path: Path) -> None:
    case = small_case(tmp_path / "case")
    path = case / "reviews.jsonl"
    whole = path.read_bytes()
    last = whole[:-1].rfind(b"\n") + 1
    for cut in range(last, len(whole)):
        path.write_bytes(whole[:cut])
        assert check_case(case) == []
        accept(case, ["C002"], by="ben")
        assert check_case(case) == []
        assert path.read_bytes().endswith(b"\n")


def test_threads_of_one_process_are_kept_apart_too(tmp_path: Path) -> None:
    case = small_case(tmp_path / "case", reviewed=False)
    threads = [threading.Thread(target=accept, args=(case, ["E001"]), kwargs={"by": str(n)}) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [review.id for review in open_case(case).reviews] == [f"V{n:04d}" for n in range(1, 7)]
