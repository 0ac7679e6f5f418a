"""Invented reports of any length, for tests that need many or long ones; and what a case has of them."""

import csv
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openparley.record.boilerplate import find_boilerplate
from openparley.record.intake import Intake

Add = Callable[..., Intake]
WORDS = re.findall(
    r"\w+",
    "the envoy harbour truce port minister talks fleet deadline proposal answer said that will not go before week city of to and in "
    "by on with Norland Suderland Ostrava official refused meeting ships ceasefire border bridge convoy mayor river winter grain",
)
RARE = [
    f"{start}{middle}{end}" for start in "bdfgklmnprstv" for middle in ("ar", "el", "in", "or", "un") for end in ("ba", "de", "gon", "tis")
]


def report(seed: int, words: int = 200) -> str:
    """Sentences of the same words in another order for every seed."""
    rng = random.Random(seed)
    drawn = rng.choices([*WORDS, *RARE], k=words)
    sentences = [" ".join(drawn[start : start + 16]).capitalize() + "." for start in range(0, words, 16)]
    text = "\n".join(" ".join(sentences[start : start + 4]) for start in range(0, len(sentences), 4)) + "\n"
    assert not find_boilerplate(text)
    return text


def rows(case: Path) -> dict[str, dict[str, str]]:
    with open(case / "sources.csv", encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def journal(case: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (case / "intake.jsonl").read_text(encoding="utf-8").splitlines()]


def text_file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def many(inbox: Path, count: int) -> None:
    for number in range(count):
        text_file(inbox, f"{number:04}.txt", report(number, 90))
