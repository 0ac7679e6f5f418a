"""Who speaks in a transcript: from the name in a label, from the office in it, for “A:” from the exchange."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from openparley.record.coders.rules.actors.world import words
from openparley.record.coders.rules.speech.speakers import Source, source_of
from openparley.record.coders.rules.speech.turns import Turn, is_answer, is_question

if TYPE_CHECKING:
    from openparley.record.coders.rules.actors.actors import Mention
    from openparley.record.coders.rules.reading import Reading

__all__ = ["TurnSpeakers"]

_ASIDE = re.compile(r"[(\[].*$")
_WORD = re.compile(r"[^\W\d_][\w'-]*")
# Words of a label that tell nobody from anybody.
_EMPTY = words("the mr mrs ms dr sir madam of and for to in on a an")
_REPORTERS = re.compile(r"\b(?:reporters|journalists|correspondents|the press|press corps)\b", re.IGNORECASE)
# Whom a question calls by name is called among its first words, in code points.
_CALLED = 90
_PEOPLE = ("person", "office")


class TurnSpeakers:
    """The speakers of one transcript's turns."""

    def __init__(self, reading: Reading, turns: Sequence[Turn]) -> None:
        self.reading, self.turns = reading, turns
        self.plain = reading.article.plain
        self._by_label: dict[str, Source] = {}
        self._named: dict[str, Source] = {}
        for turn in turns:
            label = self._label(turn)
            if label not in self._by_label and not is_question(label) and not is_answer(label):
                self._by_label[label] = self._from_label(turn, label)
        self.answering = self._interviewed()

    def of(self, index: int) -> tuple[Source, str]:
        """The speaker of a turn and the name of the rule."""
        turn = self.turns[index]
        label = self._label(turn)
        if is_question(label):
            return self._asking(turn), "turn.question"
        if is_answer(label):
            source = self._asked(index)
            return (source or self._nobody(turn))._replace(start=turn.label_start, end=turn.label_end), "turn.answer"
        source = self._by_label.get(label) or self._from_label(turn, label)
        return source._replace(start=turn.label_start, end=turn.label_end), "turn.named" if source.ids else "turn.unnamed"

    def _label(self, turn: Turn) -> str:
        return self.plain[turn.label_start : turn.label_end]

    def _nobody(self, turn: Turn) -> Source:
        return Source((), "anonymous", turn.label_start, turn.label_end, False)

    def _mentions(self, start: int, end: int) -> Sequence[Mention]:
        mentions = self.reading.mentions
        left = bisect_left(mentions, start, key=lambda mention: mention.start)
        return mentions[left : bisect_left(mentions, end, lo=left, key=lambda mention: mention.start)]

    # -- labels

    def _from_label(self, turn: Turn, label: str) -> Source:
        """By name; else by a label seen before with the same last word; else by the office."""
        name = _ASIDE.sub("", label).strip()
        words = [word.lower() for word in _WORD.findall(name)]
        keys = [word for word in words if word not in _EMPTY]
        last = keys[-1] if keys else ""
        if last in self._named:
            return self._named[last]
        found = self._of_case(keys) or self._by_mention(turn, len(name))
        if found is None or (not found.ids and keys):
            found = self._by_office(keys) or found
        source = found or self._nobody(turn)
        if source.ids and last:
            self._named[last] = source
        return source

    def _by_mention(self, turn: Turn, length: int) -> Source | None:
        """The person among the mentions ahead of the brackets, or whoever else stands there."""
        inside = [mention for mention in self._mentions(turn.label_start, turn.label_start + length) if mention.ids]
        people = [mention for mention in inside if mention.kind in _PEOPLE]
        heads = [mention for mention in inside if not mention.attributive and not mention.possessive]
        return source_of(self.reading, (people or heads)[-1:])

    def _of_case(self, keys: Sequence[str]) -> Source | None:
        """The one person of the case, or the one of its spokespersons, whose name or alias has all the words of a label."""
        wanted = set(keys)
        if not wanted:
            return None
        found: list[tuple[int, str]] = []
        for key, actor in self.reading.table.actors.items():
            for place, name in enumerate((actor.name, *actor.aliases)):
                have = {word.lower() for word in _WORD.findall(name)} - _EMPTY
                if wanted == have or (wanted <= have and not place and actor.role in ("official", "mediator", "spokesperson", "adviser")):
                    found.append((0 if wanted == have else 1, key))
                    break
        exact = [key for rank, key in found if not rank]
        ids = exact or [key for _, key in found]
        if len(ids) != 1:
            return None
        return Source((ids[0],), "named" if self.reading.table.is_person(ids[0]) else "institution", 0, 0, False)

    def _by_office(self, keys: Sequence[str]) -> Source | None:
        """Whoever the words ahead of the first turn introduce by the same office: “spokeswoman Mira Dell” for “SPOKESWOMAN”."""
        first = self.turns[0].label_start
        for mention in self._mentions(0, first):
            words = self.plain[max(0, mention.start - 40) : min(first, mention.end + 40)].lower()
            if mention.ids and mention.kind in _PEOPLE and any(key in words for key in keys if len(key) > 3):
                return source_of(self.reading, (mention,))
        return None

    # -- questions and answers

    def _asking(self, turn: Turn) -> Source:
        """Whoever is named in the label of a question, else the case's one actor for the press."""
        named = [mention for mention in self._mentions(turn.label_start, turn.label_end) if mention.ids]
        actors = self.reading.table.actors
        known = [mention for mention in named if set(mention.ids) & actors.keys()]
        if known or named:
            found = source_of(self.reading, (known or named)[-1:])
            if found is not None:
                return found
        press = [key for key, actor in actors.items() if actor.role == "press" and not key.startswith("author_")]
        crowd = [key for key in press if any(_REPORTERS.search(name) for name in (actors[key].name, *actors[key].aliases))]
        ids = tuple((crowd or press)[:1]) if len(crowd or press) == 1 else ()
        return Source(ids, "collective" if ids else "anonymous", turn.label_start, turn.label_end, False)

    def _asked(self, index: int) -> Source | None:
        """Whom the question before calls by name or office; else who answered last or is there to answer."""
        sources = [source for source in (*self._by_label.values(), self.answering) if source is not None]
        on_stage = {source.ids: source for source in sources if source.ids}
        before = index - 1
        while before >= 0 and self.turns[before].continued:
            before -= 1
        asked = self.turns[before] if before >= 0 else None
        if asked is not None and is_question(self._label(asked)):
            for mention in self._mentions(asked.start, min(asked.end, asked.start + _CALLED)):
                if mention.ids in on_stage:
                    return on_stage[mention.ids]
        for turn in reversed(self.turns[: max(0, index)]):
            label = self._label(turn)
            if label in self._by_label and self._by_label[label].ids and not _is_host(label):
                return self._by_label[label]
        return self.answering

    def _interviewed(self) -> Source | None:
        """The one whom the words ahead of the first turn are about: the first person there who is named most often."""
        ahead = [mention for mention in self._mentions(0, self.turns[0].label_start) if mention.ids and mention.kind in _PEOPLE]
        counts = Counter(mention.ids for mention in ahead)
        if not counts:
            labels = [source for label, source in self._by_label.items() if source.ids and not _is_host(label)]
            return labels[0] if len({source.ids for source in labels}) == 1 else None
        best = max(counts.values())
        return source_of(self.reading, [next(mention for mention in ahead if counts[mention.ids] == best)])


def _is_host(label: str) -> bool:
    return bool(re.match(r"(?i)(?:moderator|host|chair|presenter|facilitator)", label))
