"""Cases to export: both bundled ones, an empty one, and one whose strings are as awkward as a report can make them."""

import csv
import io
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from openparley.record.case import Case, open_case
from openparley.record.export._collect import collect
from openparley.record.export.tables import Export
from openparley.record.new import new_case
from tests.record.small_case import change, replace, small_case

NAMES = ("strait-talks", "ukraine-2025", "empty", "nasty")
COMMAS = 'says "no, never"; then, again, “no” \'; DROP TABLE events; --'
LINES = "first line\nsecond line\r\nthird\rfourth\ttabbed"
SIGNS = "🎭🕊️ é e\u0301 עברית العربية \u202eback\u202c \u200b 𝒳"
FORMULA = "=1+1"
RETURN = "one\rtwo"


@cache
def case(name: str) -> Case:
    """Open a case by name; the last two are made in a folder of their own."""
    if name == "empty":
        return open_case(new_case(Path(mkdtemp()) / "empty"))
    return open_case(_nasty(Path(mkdtemp()) / "nasty")) if name == "nasty" else open_case(name)


@cache
def flat(name: str, *, accepted: bool = False, texts: bool = False) -> Export:
    """A case, flattened once."""
    return collect(case(name), accepted=accepted, texts=texts)


def _nasty(folder: Path) -> Path:
    small_case(folder)
    change(folder, "events", "E001", lambda row: row.update(paraphrase=COMMAS, note=LINES, via=SIGNS))
    change(
        folder,
        "events",
        "E002",
        lambda row: row.update(paraphrase=SIGNS, realis="hypothetical", actor=[], recipient=["party_b", "party_a"]),
    )
    change(
        folder, "events", "E003", lambda row: row.update(links=[{"rel": "same_event", "to": "E099"}, {"rel": "conflicts", "to": "E001"}])
    )
    change(
        folder, "statements", "T002", lambda row: row.update(paraphrase=LINES, medium=COMMAS, attributed_to=["one; of two", COMMAS, LINES])
    )
    change(folder, "commitments", "C001", lambda row: row.update(condition=FORMULA, consequence=LINES))
    change(folder, "commitments", "C002", lambda row: row.update(links=[{"rel": "same_event", "to": "C001"}]))
    change(folder, "relations", "R001", lambda row: row.update(note=RETURN, paraphrase=RETURN))
    change(folder, "claims", "K001", lambda row: row.update(behaviour=COMMAS, explanation=SIGNS, mechanism=FORMULA))
    change(folder, "statuses", "L001", lambda row: row.update(of="C098"))
    replace(folder / "case.toml", 'name = "Norland"\ncountry', "name = '''a \"b\", c\n🎭'''\naliases = [\"x; y\", \"z\"]\ncountry")
    replace(folder / "reviews.jsonl", '"2025-04-01T10:00:00Z"', '"on a Tuesday"')
    replace(folder / "reviews.jsonl", '"2025-04-01T10:00:00Z"', '"2025-04-01T12:30:00.5+02:00"')
    _rename_outlet(folder / "sources.csv")
    return folder


def _rename_outlet(path: Path) -> None:
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    rows[1][1:4] = [COMMAS, SIGNS, LINES]
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    path.write_bytes(out.getvalue().encode("utf-8"))
