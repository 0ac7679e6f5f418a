"""The walk over ``brief.json``: every number that is printed can be followed to evidence, assumptions and a run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from openparley.brief.words import UNKNOWN

NEEDED_OF_RUN = ("id", "seed", "version", "created")
DIGIT = re.compile(r"\d")
# Digits in our own words that are no result, each with what they are.
PLAIN = {
    "an id of an entry, an assumption or an account": r"\b[A-Z]{1,3}\d+[a-z]?\b",
    "a day": r"\b\d{1,2}(?:–\d{1,2})? (?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*(?: \d{4})?\b",
    "a month": r"\b(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]* \d{4}\b",
    "the level of a range": r"\b\d+ % (?:range|ranges|band|bands)\b",
    "the end of a scale": r"\bnearer to 0\b|\b0 is exact\b",
    "an old value, dated by its run": r"\bwas [^;,]*? in run \w+",
    "a run": r"\b[Rr]un \w+",
    "a version before and after": r"[\w.-]+ \S+ → [^\s;]+",
}
# Sentences that say how to repeat the run: every number in them names itself.
RECIPE = ("run",)
BAND = re.compile(r"(\d+)–(\d+) %")


def trace_faults(content: Mapping[str, Any]) -> list[str]:
    """Every number of a brief that cannot be followed; none if all can.

    Parameters
    ----------
    content
        What ``brief.json`` holds.

    Returns
    -------
    Sentences with a number that is no link; links to a number that is not there or that print another one; numbers
    without a value, a range or what it is a range of, an error although they were sampled, entries or the reason why there are
    none, or with entries and assumptions that the record does not have; a run that cannot be found again.
    """
    found = [f"the run has no {key}" for key in NEEDED_OF_RUN if content["run"].get(key) in (None, "")]
    numbers = content["numbers"]
    for sentence in content["sentences"]:
        found += [f"{sentence['id']}: {fault}: {sentence['text']}" for fault in _sentence(sentence, numbers)]
    inputs = content["inputs"]
    known = set(inputs["entries"]) | set(content.get("chronology", ()))
    for id, number in numbers.items():
        found += [f"{id}: {fault}" for fault in _number(number, numbers, known, set(inputs["assumptions"]))]
    return found + stale(content)


def stale(content: Mapping[str, Any]) -> list[str]:
    """What the comparison with an older brief says and the numbers of this one do not, or says without the older one's run."""
    compared, run = content["what_changed"], content["run"]
    if compared["previous"] is None:
        return []
    found = []
    if compared["previous"] == run.get("id") and compared["moved"]:
        found.append(f"what changed: run {run.get('id')} is compared with itself, and its numbers differ")
    for id, (_, now) in compared["moved"].items():
        if id not in content["outcomes"] or content["outcomes"][id]["at_horizon"]["value"] != now:
            found.append(f"what changed: the new value of {id} is not that of this run")
    told = " ".join(sentence["text"] for sentence in content["sentences"] if sentence["section"] == "what-changed")
    return found + ([] if f"run {compared['previous']}" in told else ["what changed: the older run is not named"])


def unrecoverable(html: str, content: Mapping[str, Any]) -> list[str]:
    """What somebody who has only the page would miss to repeat the run: its id, seed, version, the hash of every input, the reviewers."""
    run = content["run"]
    needed = {f"the {key} of the run": str(run.get(key)) for key in ("id", "seed", "version")}
    needed |= {f"the hash of {file}": digest for file, digest in content["inputs"]["files"].items()}
    needed |= {f"the reviewer {name}": escape(name) for name in content["reviewers"]}
    return [f"the page does not have {what}" for what, text in needed.items() if text not in html]


def _sentence(sentence: Mapping[str, Any], numbers: Mapping[str, Any]) -> Iterator[str]:
    text = sentence["text"]
    if sorted({id for _, _, id in sentence["links"]}) != sorted(set(sentence["numbers"])):
        yield "its numbers are not those that it links to"
    for start, end, id in sentence["links"]:
        if id not in numbers:
            yield f"no trace for {id}"
        elif not _agrees(text[start:end], numbers[id]):
            yield f"{text[start:end]!r} is not what {id} is ({numbers[id]['printed']})"
    if sentence["section"] in RECIPE:
        return
    spans = [(start, end) for start, end, _ in sentence["links"]] + [tuple(span) for span in sentence["given"]]
    own = "".join(" " if any(start <= i < end for start, end in spans) else letter for i, letter in enumerate(text))
    for pattern in PLAIN.values():
        own = re.sub(pattern, "", own)
    if DIGIT.search(own):
        yield "a number that is no link to its trace"


def _agrees(shown: str, number: Mapping[str, Any]) -> bool:
    """Whether a link shows its number: the value, the range, a line of its trace, or a word for it with a band that holds the value."""
    if any(printed and printed in shown for printed in (number["printed"], number["range"])):
        return True
    if any(re.search(rf"(?<![\d.,–]){re.escape(shown)}", text) for _, text in number["breakdown"]):
        return True
    band = BAND.search(shown)
    return band is not None and number["value"] is not None and int(band[1]) <= round(100 * number["value"]) <= int(band[2])


def _number(number: Mapping[str, Any], numbers: Mapping[str, Any], entries: set[str], assumptions: set[str]) -> Iterator[str]:
    if number["value"] is None and number["printed"] != UNKNOWN:
        yield "no value"
    if not number["of"]:
        yield "does not say of what it is a range, or what it counts"
    sampled = number["mcse"] is not None
    if sampled and None in (number["low"], number["high"], number["level"]):
        yield "sampled, and without a range"
    if not sampled and number["low"] is not None:
        yield "a range without a Monte Carlo error"
    if number["low"] is not None and number["low"] > number["high"]:
        yield "the range ends before it starts"
    for name, known in (("evidence", entries), ("assumptions", assumptions)):
        for id in number[name]:
            if id not in known:
                yield f"the record has no {id}"
    if number["moved"] and len(number["moved"]) != len(number["evidence"]):
        yield "not every entry says what it did"
    if number["like"] and number["like"] not in numbers:
        yield f"refers to {number['like']}, which is not there"
    elif sampled and not number["why"] and not _evidence(number, numbers):
        yield "rests on no entry and does not say why"


def _evidence(number: Mapping[str, Any], numbers: Mapping[str, Any]) -> bool:
    """Whether a number, or one that it refers to, has entries or says why it has none."""
    seen: set[str] = set()
    while not number["evidence"] and number["like"] in numbers and number["like"] not in seen:
        seen.add(number["like"])
        number = numbers[number["like"]]
    return bool(number["evidence"] or number["why"])
