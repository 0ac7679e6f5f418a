"""Crashes, kills, stops and two at once: nothing acknowledged is lost, and the same call goes on."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from openparley.errors import LockedError
from openparley.record.check import check_case
from openparley.record.span import sha256
from openparley.record.store import lock
from tests.record.intake.reports import Add, journal, many, report, rows, text_file
from tests.record.small_case import small_case, snapshot


@pytest.mark.parametrize("step", range(1, 9))
def test_a_crash_at_any_write_loses_nothing_acknowledged_and_the_same_call_goes_on(
    add: Add, case: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """The writes of a batch fail one after the other, as if the machine had stopped there."""
    from openparley.record.intake import shelf

    many(inbox, 2)
    (inbox / "z.md").write_text("# Ten days\n\nThe envoy left.", encoding="utf-8")
    before = snapshot(case)
    calls = 0

    class Stopped(BaseException):
        pass

    def stopping(function: Callable[..., None]) -> Callable[..., None]:
        def call(*arguments: object) -> None:
            nonlocal calls
            calls += 1
            if calls == step:
                raise Stopped
            return function(*arguments)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(shelf, "atomic_write", stopping(shelf.atomic_write))
        patch.setattr(shelf, "append_lines", stopping(shelf.append_lines))
        if step <= 7:
            with pytest.raises(Stopped):
                add(case, [inbox])
        else:
            add(case, [inbox])
    assert rows(case).keys() == {"S01", "S02"} if step <= 7 else len(rows(case)) == 5
    assert check_case(case) == []
    add(case, [inbox])
    straight = small_case(case.parent / "straight")
    add(straight, [inbox])
    assert rows(case) == rows(straight)
    keep = {name for name in snapshot(straight) if not name.startswith(".")}
    assert {name for name in snapshot(case) if not name.startswith(".")} == keep
    assert [row["id"] for row in journal(case)] == ["S03", "S04", "S05"]
    assert before.items() - snapshot(case).items() == {("sources.csv", before["sources.csv"])}


KILLED = """
import sys
from pathlib import Path
from openparley.record.intake import add, add as _
import importlib
module = importlib.import_module("openparley.record.intake.add")
module.BATCH_DOCUMENTS = 5

def progress(done, total):
    print(done, flush=True)
    if done >= int(sys.argv[3]):
        sys.stdin.read()  # until it is killed: who kills it may be late

result = add(Path(sys.argv[1]), [sys.argv[2]], progress=progress)
print("added", len(result.added), "again", sum(twin.again for twin in result.duplicates), flush=True)
"""


def test_a_killed_process_is_gone_on_with_and_every_document_is_there_once(case: Path, inbox: Path) -> None:
    many(inbox, 40)
    seen = 0
    for attempt in (12, 27):
        command = [sys.executable, "-c", KILLED, case, inbox, str(attempt + 8)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdin is not None
        with process.stdin, process.stdout as lines:
            for line in lines:
                if int(line) >= attempt:
                    process.send_signal(signal.SIGKILL)
                    break
        process.wait()
        assert check_case(case) == []
        count = len(rows(case)) - 2
        assert count >= seen
        seen = count
    assert 0 < seen < 40
    done = subprocess.run([sys.executable, "-c", KILLED, case, inbox, "99"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == f"added {40 - seen} again {seen}"
    table = list(rows(case).values())[2:]
    assert [row["id"] for row in table] == [f"S{number:02d}" for number in range(3, 43)]
    assert [row["text_sha256"] for row in table] == [sha256(path.read_bytes()) for path in sorted(inbox.iterdir())]
    assert len(list((case / "texts").iterdir())) == 42


def test_who_stops_the_work_keeps_what_was_done(add: Add, case: Path, inbox: Path) -> None:
    many(inbox, 10)
    done = 0

    def stop() -> bool:
        nonlocal done
        done += 1
        return done == 4

    result = add(case, [inbox], stop=stop)
    assert (len(result.added), result.remaining, result.interrupted) == (4, 6, True)
    assert len(rows(case)) == 6
    rest = add(case, [inbox])
    assert (len(rest.added), sum(twin.again for twin in rest.duplicates), rest.interrupted) == (6, 4, False)


def test_two_at_once_give_every_document_its_own_id(case: Path, inbox: Path) -> None:
    for number in range(40):
        text_file(inbox, f"{'ab'[number % 2]}{number}.txt", report(number, 90))
    command = [sys.executable, "-c", KILLED, case]
    both = [subprocess.Popen([*command, str(inbox / f"{letter}*.txt"), "99"], stdout=subprocess.DEVNULL) for letter in "ab"]
    assert [process.wait() for process in both] == [0, 0]
    assert len(rows(case)) == 42
    assert check_case(case) == []


def test_a_case_that_is_being_written_is_waited_for_and_then_refused(
    add: Add, case: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib

    module = importlib.import_module("openparley.record.intake.add")
    monkeypatch.setattr(module, "lock", lambda folder: lock(folder, timeout=0.05))
    with lock(case), pytest.raises(LockedError):
        add(case, [text_file(inbox, "a.txt", report(1))])


def test_a_thousand_documents_are_not_quadratic(add: Add, case: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table is written once a batch, not once a document."""
    from openparley.record.intake import shelf

    many(inbox, 110)
    names: list[str] = []
    write = shelf.atomic_write
    monkeypatch.setattr(shelf, "atomic_write", lambda path, data: (names.append(path.name), write(path, data))[1])
    add(case, [inbox])
    assert names.count("sources.csv") == 3
