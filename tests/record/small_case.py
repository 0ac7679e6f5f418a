"""A small invented case with every kind of entry, written into a folder for a test to use and to break."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openparley.record.span import make_span, sha256

TEXTS = {
    "S01": (
        "The envoy of Ostrava gave Norland ten days to answer. “We will act if they do not,” the envoy said on Monday.\n"
        "Norland’s cabinet refused to meet. An official called the threat theatre — naïve theatre 🎭, he said.\n"
        "Norland shelled the harbour of Suderland on Tuesday.\n"
    ),
    "S02": (
        "Ten days on, nothing has followed the envoy’s threat, our correspondent writes.\n"
        "The envoy wants a prize more than a peace, a former adviser said.\n"
        "Relations between the envoy and Norland’s premier have cooled.\n"
        "Suderland accepted the truce proposal on Thursday.\n"
    ),
}

CASE_TOML = """\
schema = 1
name = "small"
title = "A small invented case"
fictional = true
question = "Will the truce hold?"
cutoff = 2025-03-31
lexicon = "icd203"
notes = "Invented."

[actors.mediator]
name = "The envoy of Ostrava"
aliases = ["the envoy"]
country = "XAA"
role = "mediator"

[actors.party_a]
name = "Norland"
country = "XAB"
role = "party"

[actors.party_b]
name = "Suderland"
country = "XAC"
role = "party"

[[accounts]]
id = "H1"
actor = "mediator"
name = "Wants a prize"
statement = "Under H1 the model's mediator values recognition."
basis = ["K001"]

[[accounts]]
id = "H2"
actor = "mediator"
name = "Wants a peace"
statement = "Under H2 the model's mediator values the truce."
basis = []

[[assumptions]]
id = "A01"
sets = "weight.mediator.H1.prestige"
statement = "How much recognition is worth."
unit = "utils"
low = 0.2
likely = 0.5
high = 1.0
distribution = "pert"
basis = ["K001"]
status = "caveated"

[[assumptions]]
id = "A02"
sets = "precision.mediator"
statement = "How closely the envoy follows its interest."
low = 1
likely = 2
high = 4
distribution = "lognormal"
basis = ["default"]
status = "unsupported"

[[outcomes]]
id = "truce"
name = "A truce holds"
what = "No source reports fighting for two weeks."
when = { end = "ceasefire" }
headline = true

[[levers]]
id = "binding"
name = "The deadline cannot lapse"
statement = "The envoy must act."
actor = "mediator"
pulls = "commitment"
game = { deadline_binds = true }

[[observations]]
move = "mediator.threaten"
kind = "commitment"
actor = ["mediator"]
type = ["threat"]
precedence = 10
"""


def entry(kind: str, key: str, source: str, words: str, **more: Any) -> dict[str, Any]:
    """A line of the record whose span is where the words stand in the text."""
    text = TEXTS[source]
    start = text.index(words)
    common = {
        "id": key,
        "kind": kind,
        "source": source,
        "span": make_span(text, start, start + len(words)).model_dump(),
        "paraphrase": f"{key} in our own words",
        "attributed_to": ["author"],
        "attribution": "author",
    }
    return {**common, **more}


def content(source: str, words: str) -> dict[str, Any]:
    start = TEXTS[source].index(words)
    return make_span(TEXTS[source], start, start + len(words)).model_dump(exclude={"head"})


def lines() -> dict[str, list[dict[str, Any]]]:
    day = {"start": "2025-03-03", "end": "2025-03-03", "granularity": "day", "anchor": "publication", "phrase": None}
    later = {**day, "start": "2025-03-13", "end": "2025-03-13"}
    return {
        "events": [
            entry(
                "event",
                "E001",
                "S01",
                "Norland’s cabinet refused to meet",
                actor=["party_a"],
                event="REJECT",
                mode=["meet"],
                recipient=["mediator"],
                date=day,
                context=["diplomatic"],
                links=[{"rel": "responds_to", "to": "C001"}],
            ),
            entry(
                "event",
                "E002",
                "S01",
                "Norland shelled the harbour of Suderland on Tuesday",
                actor=["party_a"],
                event="ASSAULT",
                mode=["heavy-weapons"],
                recipient=["party_b"],
                date={**day, "start": "2025-03-04", "end": "2025-03-04"},
            ),
            entry(
                "event",
                "E003",
                "S02",
                "Suderland accepted the truce proposal on Thursday",
                actor=["party_b"],
                event="AGREE",
                recipient=["mediator"],
                date=later,
            ),
        ],
        "statements": [
            entry(
                "statement",
                "T001",
                "S01",
                "“We will act if they do not,” the envoy said",
                speaker=["mediator"],
                form="direct",
                attribution="named",
                attributed_to=["mediator"],
                content=[content("S01", "We will act if they do not,")],
            ),
            entry(
                "statement",
                "T002",
                "S01",
                "An official called the threat theatre — naïve theatre 🎭, he said",
                speaker=["party_a"],
                form="paraphrase",
                attribution="anonymous",
                attributed_to=["an official of Norland"],
            ),
        ],
        "commitments": [
            entry(
                "commitment",
                "C001",
                "S01",
                "gave Norland ten days to answer",
                type="threat",
                actor=["mediator"],
                target=["party_a"],
                condition="no answer",
                consequence="unnamed measures",
                made=day,
                due={"start": "2025-03-13", "end": "2025-03-13", "basis": "ten days"},
                event="THREATEN",
            ),
            entry(
                "commitment",
                "C002",
                "S02",
                "accepted the truce proposal",
                type="promise",
                actor=["party_b"],
                target=["mediator"],
                made=later,
            ),
        ],
        "statuses": [
            entry(
                "status",
                "L001",
                "S02",
                "Ten days on, nothing has followed the envoy’s threat",
                of="C001",
                value="lapsed",
                as_of="2025-03-14",
            )
        ],
        "claims": [
            entry(
                "claim",
                "K001",
                "S02",
                "The envoy wants a prize more than a peace, a former adviser said",
                explains=["mediator"],
                behaviour="set a deadline",
                explanation="seeks recognition",
                mechanism="prestige",
                stance="asserted",
                supports=["H1"],
                denies=["H2"],
                attribution="anonymous",
                attributed_to=["a former adviser"],
            ),
        ],
        "relations": [
            entry(
                "relation",
                "R001",
                "S02",
                "Relations between the envoy and Norland’s premier have cooled",
                subject=["mediator"],
                object=["party_a"],
                relation="strained",
                trend="falling",
            ),
        ],
    }


def write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def small_case(folder: Path, *, reviewed: bool = True) -> Path:
    """Write the case; all but C002 accepted."""
    (folder / "texts").mkdir(parents=True)
    (folder / "case.toml").write_text(CASE_TOML, encoding="utf-8")
    rows = ["id,outlet,author,title,url,published,published_basis,retrieved,kind,origin,reliability,language,text_sha256,chars"]
    for key, text in TEXTS.items():
        (folder / "texts" / f"{key}.txt").write_bytes(text.encode("utf-8"))
        rows.append(f"{key},Gazette,,A title,,2025-03-05,assumed,,news,,B,en,{sha256(text)},{len(text)}")
    (folder / "sources.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    for name, entries in lines().items():
        write_lines(folder / "record" / f"{name}.jsonl", entries)
    ids = [row["id"] for entries in lines().values() for row in entries if row["id"] != "C002"] if reviewed else []
    acts = [
        {"id": f"V{n:04d}", "entry": key, "act": "accept", "by": "anna", "at": "2025-04-01T10:00:00Z"} for n, key in enumerate(ids, start=1)
    ]
    write_lines(folder / "reviews.jsonl", acts)
    return folder


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode("utf-8")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_bytes(text.replace(old, new, 1).encode("utf-8"))


def change(folder: Path, name: str, key: str, update: Callable[[dict[str, Any]], Any]) -> None:
    """Change one row of a record file in place."""
    path = folder / "record" / f"{name}.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        if row["id"] == key:
            update(row)
    write_lines(path, rows)


def line_of(path: Path, pattern: str) -> int:
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1) if re.search(pattern, line))


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
