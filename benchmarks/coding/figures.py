"""Figures of quality by the matching rules of the codebook, as counts so that texts can be pooled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openparley.record.agreement import match
from openparley.record.coders.rules.article import Article
from openparley.record.entry import Entry

__all__ = ["AIMS", "Share", "figures", "total"]

# Name → (what it is, aim of the issue or None).
AIMS: dict[str, tuple[str, float | None]] = {
    "quotations found": ("share of direct and mixed statements that are found", 0.95),
    "speakers right": ("share of those with the right speaker, by id", 0.90),
    "paraphrases": ("F1 of reported statements", 0.75),
    "statements": ("F1 of all statements", None),
    "events": ("F1 of events, span and type", 0.70),
    "event spans": ("F1 of events, span alone", None),
    "actor, type, target": ("share of matched events with actor and recipient right", 0.55),
    "realis right": ("share of matched events", None),
    "event dates": ("share of matched events that have a date with the date right", None),
    "commitments": ("F1 of commitments", 0.65),
    "due dates": ("share of matched commitments that have one", 0.70),
    "claims": ("F1 of sentences with a claim", 0.60),
    "relations": ("F1 of relations", None),
    "statuses": ("F1 of statuses", None),
    "sure entries right": ("share of entries with confidence ≥ 0.8 that have a partner", 0.85),
}


@dataclass(frozen=True)
class Share:
    """A share or an F1 as counts: ``part`` of ``whole``; for F1, twice the matches of both numbers together."""

    part: float
    whole: float

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.part / self.whole if self.whole else None

    def __add__(self, other: Share) -> Share:
        return Share(self.part + other.part, self.whole + other.whole)


def figures(reference: Sequence[Entry], found: Sequence[Entry], article: Article) -> dict[str, Share]:
    """The figures for one text."""
    ref, got = _by_kind(reference), _by_kind(found)
    quoted = [entry for entry in ref["statement"] if entry.kind == "statement" and entry.form != "paraphrase"]
    quoted_pairs = match(quoted, got["statement"])
    events = match(ref["event"], got["event"])
    loose = match(ref["event"], got["event"], same_type=False)
    commitments = match(ref["commitment"], got["commitment"])
    due = [(a, b) for a, b in commitments if a.due]
    dated = [(a, b) for a, b in events if a.date]
    spoken = [[entry for entry in kind["statement"] if entry.form == "paraphrase"] for kind in (ref, got)]
    right = _right(ref, got)
    sure = [entry for entry in found if entry.coder and (entry.coder.confidence or 0) >= 0.8]
    claimed = [_sentences(kind["claim"], article) for kind in (ref, got)]
    return {
        "quotations found": Share(len(quoted_pairs), len(quoted)),
        "speakers right": Share(sum(set(a.speaker) == set(b.speaker) for a, b in quoted_pairs), len(quoted_pairs)),
        "paraphrases": _f1(spoken[0], spoken[1]),
        "statements": _f1(ref["statement"], got["statement"]),
        "events": Share(2 * len(events), len(ref["event"]) + len(got["event"])),
        "event spans": Share(2 * len(loose), len(ref["event"]) + len(got["event"])),
        "actor, type, target": Share(
            sum(set(a.actor) == set(b.actor) and set(a.recipient) == set(b.recipient) for a, b in events), len(events)
        ),
        "realis right": Share(sum(a.realis == b.realis for a, b in events), len(events)),
        "event dates": Share(sum(_date_right(a.date, b.date) for a, b in dated), len(dated)),
        "commitments": Share(2 * len(commitments), len(ref["commitment"]) + len(got["commitment"])),
        "due dates": Share(sum(_date_right(a.due, b.due) for a, b in due), len(due)),
        "claims": Share(2 * len(claimed[0] & claimed[1]), len(claimed[0]) + len(claimed[1])),
        "relations": _f1(ref["relation"], got["relation"]),
        "statuses": _f1(ref["status"], got["status"]),
        "sure entries right": Share(sum(entry.id in right for entry in sure), len(sure)),
    }


def total(parts: Iterable[dict[str, Share]]) -> dict[str, Share]:
    """Figures pooled over texts."""
    pooled: dict[str, Share] = {}
    for part in parts:
        for name, share in part.items():
            pooled[name] = pooled.get(name, Share(0, 0)) + share
    return pooled


def _by_kind(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    kinds: dict[str, list[Entry]] = {kind: [] for kind in ("event", "statement", "commitment", "status", "claim", "relation")}
    for entry in entries:
        kinds[entry.kind].append(entry)
    return kinds


def _right(ref: dict[str, list[Entry]], got: dict[str, list[Entry]]) -> set[str]:
    """Ids of proposals that have a partner."""
    return {b.id for kind in ref for _, b in match(ref[kind], got[kind])}


def _f1(ref: Sequence[Entry], got: Sequence[Entry]) -> Share:
    return Share(2 * len(match(ref, got)), len(ref) + len(got))


def _date_right(a, b) -> bool:
    """Ranges overlap, and the prediction is no wider than twice the reference."""
    if b is None:
        return False
    days = (a.end - a.start).days + 1, (b.end - b.start).days + 1
    return a.start <= b.end and b.start <= a.end and days[1] <= 2 * days[0]


def _sentences(entries: Sequence[Entry], article: Article) -> set[int]:
    """Sentences in which most of an entry's words stand; of an entry over several sentences, all that it covers at least half."""
    found: set[int] = set()
    for entry in entries:
        overlaps = Counter()
        for index, sentence in enumerate(article.sentences):
            overlap = min(entry.span.end, sentence.end) - max(entry.span.start, sentence.start)
            if overlap > 0:
                overlaps[index] = overlap
                if overlap >= (sentence.end - sentence.start) / 2:
                    found.add(index)
        if overlaps:
            found.add(overlaps.most_common(1)[0][0])
    return found
