"""A thousand documents at once, a few of them hostile: all good ones are read, each bad one is named once, and a kill loses nothing."""

import csv
import json
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from openparley.record.case import open_case
from openparley.record.coders.read import READINGS
from openparley.record.new import new_case
from openparley.record.store import read_jsonl

pytestmark = pytest.mark.long

PARLEY = Path(sys.executable).parent / "parley"
ROOT = Path(__file__).resolve().parents[2]
GOOD = 990
MEMORY = 1_000_000_000  # bytes, the limit of the issue


def paragraphs() -> list[str]:
    """Paragraphs of the texts that were written for this project."""
    texts = [*(ROOT / "benchmarks" / "coding").rglob("texts/S*.txt"), *(ROOT / "src/openparley/cases/strait-talks/texts").glob("*.txt")]
    return [line for path in sorted(texts) for line in path.read_text(encoding="utf-8").splitlines() if len(line.split()) > 12]


def write_inbox(inbox: Path) -> dict[str, str]:
    """Write the documents; the bad ones with a word of the reason that is due."""
    rng = random.Random(7)
    stock = paragraphs()
    inbox.mkdir()
    for number in range(GOOD):
        # Words of its own keep each from being taken for an echo of another.
        body = [f"{line} The clerk noted number {number}-{place}." for place, line in enumerate(rng.sample(stock, 9))]
        (inbox / f"{number:04}.txt").write_text("\n".join(body) + "\n", encoding="utf-8")
    (inbox / "large.txt").write_text("\n".join(rng.choices(stock, k=36_000))[:10_000_000], encoding="utf-8")
    (inbox / "other-encoding.txt").write_bytes(
        "Der Gesandte sagte: „Wir hören zu.“ Größere Übungen wären später möglich. ".encode("cp1252") * 20
    )
    (inbox / "binary.txt").write_bytes(bytes(rng.randrange(256) for _ in range(50_000)))
    (inbox / "empty.txt").write_bytes(b"")
    (inbox / "scan.pdf").write_bytes(pdf_without_text())
    (inbox / "bomb.html").write_text("<div>" * 2_000_000, encoding="utf-8")
    return {"binary.txt": "", "empty.txt": "empty", "scan.pdf": "scan", "bomb.html": ""}


def pdf_without_text() -> bytes:
    from fpdf import FPDF

    made = FPDF()
    made.add_page()
    made.rect(10, 10, 100, 100)
    return bytes(made.output())


def start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([PARLEY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def kill_when(process: subprocess.Popen[bytes], reached) -> None:
    while process.poll() is None and not reached():
        time.sleep(0.05)
    assert process.poll() is None, "it was done before it could be killed"
    process.send_signal(signal.SIGKILL)
    process.communicate()


def added(case: Path) -> list[dict[str, str]]:
    with open(case / "sources.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def finished(case: Path) -> int:
    path = case / READINGS
    return len(read_jsonl(path, READINGS).rows) if path.is_file() else 0


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is of POSIX systems")
def test_a_thousand_documents_are_added_and_read(tmp_path):
    case = new_case(tmp_path / "case")
    before = len(added(case))
    bad = write_inbox(tmp_path / "inbox")
    add = ("add", str(case), str(tmp_path / "inbox"), "--published", "2026-03-02", "--json")
    kill_when(start(*add), lambda: len(added(case)) > before + 200)

    process = start(*add)
    out, err = process.communicate()

    assert process.returncode == 1, "bad files were among them"
    errors = json.loads(err.splitlines()[-1])["errors"]
    assert sorted(Path(found["file"]).name for found in errors) == sorted(bad), "each bad one once"
    for found in errors:
        assert bad[Path(found["file"]).name] in found["message"]
    assert len(added(case)) == before + GOOD + 2
    assert len({row["text_sha256"] for row in added(case)}) == len(added(case)), "nothing twice"
    assert json.loads(out)

    kill_when(start("read", str(case)), lambda: finished(case) > 50)
    half = finished(case)
    process = start("read", str(case), "--json")
    out, err = process.communicate()

    assert process.returncode == 0, err.decode()
    sources = {row["source"]: row["state"] for row in json.loads(out)["sources"]}
    states = list(sources.values())
    assert half <= states.count("unchanged") < len(states)
    assert sum(state.startswith("not in English") for state in states) == 1
    opened = open_case(case)
    proposed = [entry for entry in opened.entries.values() if entry.coder and entry.coder.name == "rules"]
    read = {key for key, state in sources.items() if state in ("read", "unchanged")}
    assert len({entry.source for entry in proposed}) >= len(read) - 5, "hardly a report without anything to propose"
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert peak < MEMORY, f"{peak / 1e6:.0f} MB"
