"""Items that the re-ranker of events learns from and is measured on: candidates of the lexicon in labelled sentences and coded texts."""

from __future__ import annotations

import calendar
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.coding.texts import developed
from openparley.record.casefile import Actor
from openparley.record.coders.rules.actors import ActorTable
from openparley.record.coders.rules.article import Article, read_article
from openparley.record.coders.rules.candidates import Candidate, find_candidates
from openparley.record.coders.rules.coder import FOLDER, read_layers
from openparley.record.coders.rules.contexts import ContextReader, make_contexts
from openparley.record.coders.rules.events import baseline_type, swallowed
from openparley.record.coders.rules.frames import make_frames
from openparley.record.coders.rules.lexicon import Lexicon
from openparley.record.coders.rules.matching import Matcher
from openparley.record.coders.rules.reading import Reading
from openparley.record.coders.rules.reranker import NONE, cast_features, features
from openparley.record.entry import Entry, Event

__all__ = ["TEXT", "Item", "read_items", "read_texts"]

# Group names of items of texts start with this.
TEXT = "text"
# A candidate of another type than the coded event is taken for it when the two stretches are this much the same.
ALIKE = 0.6
_NO_NAMES = frozenset((*calendar.day_name, *calendar.month_name, "Christmas", "Easter"))


@dataclass
class Item:
    """One place of a sentence: what it is, and what the lexicon makes of it (no features: nothing)."""

    gold: str
    baseline: str
    features: list[str] = field(default_factory=list)
    group: str = ""
    lexicon: str = NONE
    words: str = ""


def read_texts() -> list[Item]:
    """The candidates of the coded texts of development, each with the type of the coded event that it finds."""
    items: list[Item] = []
    for coded in developed():
        lexicon = Lexicon(coded.case.root / FOLDER)
        source = coded.document.source
        article = read_article(coded.document.text, source=source.id, published=source.published, kind=source.kind)
        reading = read_layers(article, ActorTable.build(dict(coded.case.file.actors), lexicon), lexicon)
        made, _ = candidates_of(reading, lexicon)
        group = f"{TEXT} {coded.name}"
        found = [
            Item(NONE, baseline_type(each), [*names, *cast_features(reading, each)], group, each.event, article.text[each.start : each.end])
            for each, names in made
        ]
        lost = label_by_spans([each for each, _ in made], found, [entry for entry in coded.entries if entry.kind == "event"])
        taught = [
            item
            for each, item in zip((each for each, _ in made), found, strict=True)
            if item.gold != NONE or not is_doubtful(each, coded.entries)
        ]
        items += [*taught, *(Item(entry.event, NONE, [], group, words=entry.paraphrase) for entry in lost)]
    return items


def is_doubtful(made: Candidate, entries: Sequence[Entry]) -> bool:
    """Whether an uncoded candidate says nothing about what is an event: it belongs to one that is coded, or another frame counts it."""
    if made.consumed or swallowed(made):
        return True
    return any(
        entry.kind == "event" and entry.event == made.event and min(made.end, entry.span.end) > max(made.start, entry.span.start)
        for entry in entries
    )


def label_by_spans(made: Sequence[Candidate], items: Sequence[Item], entries: Sequence[Event]) -> list[Event]:
    """Give each coded event to the candidate that overlaps it best, one of its type before others; what is left over is returned."""
    pairs = []
    for number, entry in enumerate(entries):
        for place, each in enumerate(made):
            overlap = min(each.end, entry.span.end) - max(each.start, entry.span.start)
            shorter = min(each.end - each.start, entry.span.end - entry.span.start)
            if overlap >= shorter / 2 and overlap > 0:
                longer = max(each.end, entry.span.end) - min(each.start, entry.span.start)
                same = each.event == entry.event or entry.event in each.others
                if same or overlap / longer > ALIKE:
                    pairs.append((not same, -overlap / longer, number, place))
    used: set[int] = set()
    taken: set[int] = set()
    for _, _, number, place in sorted(pairs):
        if number not in used and place not in taken:
            used.add(number)
            taken.add(place)
            items[place].gold = entries[number].event
    return [entry for number, entry in enumerate(entries) if number not in used]


def candidates_of(reading: Reading, lexicon: Lexicon) -> tuple[list[tuple[Candidate, list[str]]], Matcher]:
    """The candidates of a reading with their features."""
    matcher = Matcher(reading.article, reading.clauses, lexicon.build(make_frames))
    contexts = ContextReader(reading.article, lexicon.build(make_contexts))
    candidates = find_candidates(reading, matcher)
    found = []
    for made in candidates:
        neighbours = [other.event for other in candidates if other is not made and other.clause.sentence == made.clause.sentence]
        found.append((made, features(matcher, made, neighbours, contexts.of(made.start, made.end))))
    return found, matcher


def read_items(paths: Iterable[Path]) -> list[Item]:
    """The items of labelled sentences."""
    rows = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    by_situation: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_situation[row["situation"]].append(row)
    lexicon = Lexicon()
    items: list[Item] = []
    for situation, group in by_situation.items():
        table = ActorTable.build(actors_of(row["text"] for row in group), lexicon)
        for row in group:
            items += items_of(row, table, lexicon, situation)
    return items


def actors_of(texts: Iterable[str]) -> dict[str, Actor]:
    """Everybody whose capitalised name stands inside a sentence: what a case's table of actors would hold. No label is looked at."""
    names = Counter(name for text in texts for name in re.findall(r"(?<=[a-z,] )[A-Z][a-zé]{2,}(?:i|an|ese)?\b", text))
    return {name.lower(): Actor(name=name, role="party") for name in names if name not in _NO_NAMES and name.isascii()}


def items_of(row: dict[str, Any], table: ActorTable, lexicon: Lexicon, situation: str) -> list[Item]:
    """The labelled places and the lexicon's candidates of a sentence, joined by the token of the verb or event noun."""
    article = read_article(row["text"])
    reading = read_layers(article, table, lexicon)
    candidates, matcher = candidates_of(reading, lexicon)
    made_items: list[tuple[set[int], Item]] = []
    for made, found in candidates:
        places = {made.clause.verb}
        if made.light is not None:
            places |= {group.head for group in matcher.objects(made.clause)}
        words = article.text[article.tokens[made.clause.verb].start : made.end]
        made_items.append((places, Item(NONE, baseline_type(made), found, situation, made.event, words)))
    taken: set[int] = set()
    items: list[Item] = []
    for label in row["events"]:
        first, last = place_of(article, label["verb"], label.get("after"))
        number = next((n for n, (places, _) in enumerate(made_items) if n not in taken and any(first <= at < last for at in places)), None)
        if number is None:
            items.append(Item(label["event"], NONE, [], situation, words=f"{label['verb']} | {row['text']}"))
        else:
            taken.add(number)
            made_items[number][1].gold = label["event"]
    for words in row["negatives"]:
        first, last = place_of(article, words, None)
        if not any(first <= at < last for places, _ in made_items for at in places):
            items.append(Item(NONE, NONE, [], situation, words=words))
    return [*items, *(item for _, item in made_items)]


def place_of(article: Article, words: str, after: str | None) -> tuple[int, int]:
    """Tokens of the first occurrence of words, after other words if given."""
    base = article.text.find(after) + len(after) if after else 0
    found = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)").search(article.text, base)
    if found is None:
        return -1, -1
    return article.token_at(found.start()), article.token_at(found.end() - 1) + 1
