"""Items that the re-ranker of events learns from and is measured on: candidates of the lexicon in labelled sentences and coded texts."""

from __future__ import annotations

import calendar
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.coding.texts import calibration, developed
from openparley.record.casefile import Actor
from openparley.record.coders.rules.actors.actors import ActorTable
from openparley.record.coders.rules.article import Article, read_article
from openparley.record.coders.rules.coder import FOLDER, read_layers
from openparley.record.coders.rules.events.candidates import Candidate, find_candidates
from openparley.record.coders.rules.events.contexts import ContextReader, make_contexts
from openparley.record.coders.rules.events.events import baseline_type, with_signs
from openparley.record.coders.rules.events.frames import make_frames
from openparley.record.coders.rules.events.matching import Matcher
from openparley.record.coders.rules.events.reranker import NONE
from openparley.record.coders.rules.events.signs import Signs
from openparley.record.coders.rules.lexicon import Lexicon
from openparley.record.coders.rules.reading import Reading
from openparley.record.entry import Event

__all__ = ["TEXT", "Item", "Text", "read_items", "read_texts"]

# Group names of items of texts start with this.
TEXT = "text"
# A candidate of another type than the coded event is taken for it when the two stretches are this much the same.
ALIKE = 0.5
# Rank of a candidate of whose types the event has none.
_OTHER = 2
_NO_NAMES = frozenset((*calendar.day_name, *calendar.month_name, "Christmas", "Easter"))


@dataclass
class Item:
    """One place of a sentence: what it is, and what the lexicon makes of it (no signs: nothing)."""

    gold: str
    baseline: str
    signs: Signs | None = None
    group: str = ""
    lexicon: str = NONE
    words: str = ""


@dataclass
class Text:
    """A coded text: its reading, its coded events, and its candidates as items."""

    name: str
    part: str
    reading: Reading
    events: list[Event]
    items: list[Item]

    @property
    def case(self) -> str:
        """The case, whose texts are about one conflict and are never parted."""
        return self.name.split()[0]


def read_texts() -> list[Text]:
    """The coded texts of development and calibration, with their candidates, each with the type of the coded event that it finds."""
    texts: list[Text] = []
    for part, source in (("development", developed), ("calibration", calibration)):
        for coded in source():
            lexicon = Lexicon(coded.case.root / FOLDER)
            held = coded.document.source
            article = read_article(coded.document.text, source=held.id, published=held.published, kind=held.kind)
            reading = read_layers(article, ActorTable.build(dict(coded.case.file.actors), lexicon), lexicon)
            events = [entry for entry in coded.entries if entry.kind == "event"]
            if not events:
                continue
            made, _ = candidates_of(reading, lexicon)
            group = f"{TEXT} {coded.name}"
            items = [Item(NONE, baseline_type(each), signs, group, each.event, article.text[each.start : each.end]) for each, signs in made]
            label_by_spans([each for each, _ in made], items, events)
            texts.append(Text(coded.name, part, reading, events, items))
    return texts


def label_by_spans(made: Sequence[Candidate], items: Sequence[Item], entries: Sequence[Event]) -> None:
    """Give each coded event to the candidate that overlaps it best, one of its type before others."""
    pairs = []
    for number, entry in enumerate(entries):
        for place, each in enumerate(made):
            overlap = min(each.end, entry.span.end) - max(each.start, entry.span.start)
            shorter = min(each.end - each.start, entry.span.end - entry.span.start)
            if overlap >= shorter / 2 and overlap > 0:
                share = overlap / (max(each.end, entry.span.end) - min(each.start, entry.span.start))
                signs = items[place].signs
                rank = 0 if each.event == entry.event else 1 if signs is not None and entry.event in signs.options else _OTHER
                if rank < _OTHER or share > ALIKE:
                    pairs.append((rank, -share, number, place))
    used: set[int] = set()
    for _, _, number, place in sorted(pairs):
        if number not in used and items[place].gold == NONE:
            used.add(number)
            items[place].gold = entries[number].event


def candidates_of(reading: Reading, lexicon: Lexicon) -> tuple[list[tuple[Candidate, Signs]], Matcher]:
    """The candidates of a reading with what the model looks at."""
    matcher = Matcher(reading.article, reading.clauses, lexicon.build(make_frames))
    contexts = ContextReader(reading.article, lexicon.build(make_contexts))
    return with_signs(matcher, find_candidates(reading, matcher), contexts), matcher


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
            items.append(Item(label["event"], NONE, None, situation, words=f"{label['verb']} | {row['text']}"))
        else:
            taken.add(number)
            made_items[number][1].gold = label["event"]
    for words in row["negatives"]:
        first, last = place_of(article, words, None)
        if not any(first <= at < last for places, _ in made_items for at in places):
            items.append(Item(NONE, NONE, None, situation, words=words))
    return [*items, *(item for _, item in made_items)]


def place_of(article: Article, words: str, after: str | None) -> tuple[int, int]:
    """Tokens of the first occurrence of words, after other words if given."""
    base = article.text.find(after) + len(after) if after else 0
    found = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)").search(article.text, base)
    if found is None:
        return -1, -1
    return article.token_at(found.start()), article.token_at(found.end() - 1) + 1
