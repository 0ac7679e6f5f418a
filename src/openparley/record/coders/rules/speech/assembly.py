"""From quotations and reported statements to statements: each quotation finds its speaker, and what belongs together is joined."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

from openparley.record.coders.rules.speech.attribution import Attribution, Attributor
from openparley.record.coders.rules.speech.found import Found, union
from openparley.record.coders.rules.speech.paraphrases import Reported, reported_statements
from openparley.record.coders.rules.speech.quotations import Quotation
from openparley.record.coders.rules.speech.speakers import Source, source_of

if TYPE_CHECKING:
    from openparley.record.coders.rules.actors.actors import Mention
    from openparley.record.coders.rules.reading import Reading

__all__ = ["FIRST_PERSON", "Assembly"]

# So many tokens ahead of a few quoted words a verb of speech may stand.
_NEAR, _NEAR_SCARE = 24, 10
# A verb of thinking put in between commas says whose words the rest is.
_ASIDE = (".between", ".behind", ".quoted")
# Mentions that are looked at for the one that a pronoun stands for.
_LOOK_BACK = 40
FIRST_PERSON = ("i", "we")
# Whom a pronoun may stand for that the actors' layer found nobody for.
_STANDS_FOR = {
    "he": ("person", "office"),
    "she": ("person", "office"),
    "who": ("person", "office", "anonymous", "group"),
    "they": ("group", "anonymous", "institution", "state"),
    "it": ("state", "institution"),
}


class Assembly:
    """Quotations and reported statements of one article, on their way to statements."""

    def __init__(self, reading: Reading, attributor: Attributor) -> None:
        self.reading, self.article, self.attributor = reading, reading.article, attributor
        self.found: list[Found] = []
        groups: dict[int, list[Quotation]] = {}
        for part in attributor.quotations:
            groups.setdefault(part.group, []).append(part)
        self.groups = list(groups.values())
        self.starts = sorted(part.start for part in attributor.quotations)

    def statements(self) -> list[Found]:
        """All of them."""
        reported = self._outside_quotations(reported_statements(self.reading, self.attributor))
        left: list[list[Quotation]] = []
        taken: set[int] = set()
        for parts in self.groups:
            attribution = self._beside(parts)
            if attribution is None:
                left.append(parts)
            else:
                self._quote(parts, attribution)
                taken.add(attribution.cue.token if attribution.cue else -1)
        reported = [item for item in reported if item.cue not in taken]
        alone = self._into_reported(left, reported)
        self._lone(alone)
        self._leave_out_lead_ins()
        self._join()
        self._leave_out_bystanders()
        return [self._resolved(item) for item in self.found]

    def _next_quotation(self, offset: int) -> int:
        index = bisect_left(self.starts, offset)
        return self.starts[index] if index < len(self.starts) else len(self.article.text)

    def _beside(self, parts: Sequence[Quotation]) -> Attribution | None:
        """The attribution behind the parts of a quotation or ahead of it."""
        if all(part.scare for part in parts) and not self._ends_clause(parts[-1]):
            return self.attributor.before(parts[0]) if not self._begins(parts[0]) else None
        for part in parts:
            found = self.attributor.after(part, self._next_quotation(part.end))
            if found is not None:
                return self._checked(found, parts)
        found = self.attributor.before(parts[0])
        return found and self._checked(found, parts)

    def _checked(self, found: Attribution, parts: Sequence[Quotation]) -> Attribution:
        """Another speaker where the one found by a pronoun or an office can hardly be it."""
        mention = self._mention_at(found.source.start)
        if mention is None or mention.kind not in ("pronoun", "office", "unknown"):
            return found
        if found.rule.startswith("after"):
            lead_in = self.attributor.before(parts[0], colon_only=True)
            if lead_in is not None and lead_in.source.ids and not lead_in.source.pronoun and lead_in.source.ids != found.source.ids:
                return found._replace(source=lead_in.source, rule="after.lead_in")
        if found.source.ids and self._names_himself(found.source.ids, parts):
            other = self._other_person(found.source.ids, parts[0].start)
            if other is not None:
                return found._replace(source=other, rule=found.rule + ".other")
        return found

    def _mention_at(self, offset: int) -> Mention | None:
        index = bisect_left(self.reading.mentions, offset, key=lambda mention: mention.start)
        return self.reading.mentions[index] if index < len(self.reading.mentions) and self.reading.mentions[index].start == offset else None

    def _names_himself(self, ids: tuple[str, ...], parts: Sequence[Quotation]) -> bool:
        """Whether the words call by name the one who is said to speak them."""
        return any(
            mention.ids == ids and mention.kind == "person" and not mention.possessive
            for part in parts
            for mention in self._mentions(part.inner_start, part.inner_end)
        )

    def _mentions(self, start: int, end: int) -> Sequence[Mention]:
        mentions = self.reading.mentions
        left = bisect_left(mentions, start, key=lambda mention: mention.start)
        return mentions[left : bisect_left(mentions, end, lo=left, key=lambda mention: mention.start)]

    def _other_person(self, ids: tuple[str, ...], before: int) -> Source | None:
        """The last other person named ahead of a quotation, in its paragraph or the two before."""
        paragraph = self.article.paragraphs[max(0, self._paragraph(before) - 2)][0]
        for mention in reversed(self._mentions(paragraph, before)[-_LOOK_BACK:]):
            if mention.kind in ("person", "office") and mention.ids and mention.ids != ids and not self.attributor.is_quoted(mention.start):
                return source_of(self.reading, (mention,))
        return None

    def _ends_clause(self, part: Quotation) -> bool:
        return self.article.plain[part.inner_end - 1] in ",?!" or self.article.plain[part.end : part.end + 1] == ","

    def _begins(self, part: Quotation) -> bool:
        """Whether a sentence begins with a quotation."""
        sentence = self.article.sentences[self.article.sentence_at(part.start)]
        return not any(mark.isalnum() for mark in self.article.plain[sentence.start : part.start])

    def _goes_on(self, parts: Sequence[Quotation]) -> int | None:
        """Number of the reported statement in the sentence before that a quotation without words of its own goes on from."""
        first = parts[0]
        sentence = self.article.sentence_at(first.start)
        for number, item in enumerate(self.found):
            gap = self.article.plain[item.end : first.start].strip(" ,") if item.end <= first.start else "."
            if (
                item.rule.startswith("reported.say")
                and item.rule.split(".")[2] in ("that", "behind", "wh")
                and item.source.ids
                and self.article.sentence_at(item.end - 1) == sentence - 1
                and self.article.sentences[sentence].paragraph == self.article.sentences[sentence - 1].paragraph
                and (not gap.rstrip('."') or ("behind" in item.rule and gap.startswith(("who ", "a ", "an ", "the ", "which "))))
            ):
                return number
        return None

    def _quote(self, parts: Sequence[Quotation], attribution: Attribution) -> None:
        first = parts[0]
        start = min(first.start, attribution.start)
        form = "direct"
        ahead = self._ahead(first) if attribution.start > first.start else None
        if ahead is not None:
            start, form = ahead, "mixed"
        elif attribution.start < first.start and ".comma" in attribution.rule and first.scare:
            form = "mixed"
        content = tuple((part.inner_start, part.inner_end) for part in parts)
        spoken = ((start, content[0][1]), *content[1:]) if ahead is not None else content
        cue = attribution.cue
        end = max(parts[-1].end, attribution.end)
        self.found.append(
            Found(
                start,
                end,
                spoken,
                content,
                form,
                attribution.rule,
                attribution.source,
                cue.token if cue else None,
                cue.verb.lemma if cue else "",
                bool(cue and cue.hearsay),
            )
        )

    def _ahead(self, part: Quotation) -> int | None:
        """Start of the unquoted words of the same sentence that a quotation goes on from, if it is part of a sentence."""
        sentence = self.article.sentences[self.article.sentence_at(part.start)]
        words = self.article.plain[sentence.start : part.start]
        if self._begins(part) or words.rstrip()[-1:] == ":" or self.article.plain[part.inner_start].isupper():
            return None
        left = self.attributor.from_token(sentence.start)
        while self.article.tokens[left].lower in ("but", "and", "yet", "so"):
            left += 1
        at = self.article.tokens[left].start
        inside = [other.end for other in self.attributor.quotations if at < other.end <= part.start]
        return at if at < part.start and not inside else None

    # -- words quoted inside a reported statement

    def _outside_quotations(self, reported: Sequence[Reported]) -> list[Reported]:
        """Reported statements but those that are the inside of a quotation read as one."""
        kept = []
        for item in reported:
            left, right = item.spoken[0]
            over = next(
                (
                    part
                    for part in self.attributor.quotations
                    if part.inner_start <= left + 1 and right - 1 <= part.inner_end and not part.scare
                ),
                None,
            )
            if over is not None and item.start < over.start:
                continue
            kept.append(item)
        return kept

    def _into_reported(self, left: Sequence[list[Quotation]], reported: Sequence[Reported]) -> list[list[Quotation]]:
        """Join quoted words to the reported statement that they stand in; returns the quotations that stand in none."""
        inside: dict[int, list[Quotation]] = {}
        alone: list[list[Quotation]] = []
        for parts in left:
            home = self._home(parts[0], reported)
            if home is None or self._has_nearer(parts[0], reported[home].cue):
                alone.append(parts)
            else:
                inside.setdefault(home, []).extend(parts)
        for index, item in enumerate(reported):
            quoted = sorted(inside.get(index, ()))
            content = tuple((part.inner_start, part.inner_end) for part in quoted)
            end = max([item.end, *(part.end for part in quoted)])
            right = max([item.spoken[-1][1], *(right for _, right in content)])
            while right > item.spoken[-1][0] + 1 and self.article.plain[right - 1] in "\"' ,":
                right -= 1
            spoken = (*item.spoken[:-1], (item.spoken[-1][0], right))
            rule = f"reported.{item.kind}.{item.rule}" + (".quoted" if quoted else "")
            self.found.append(
                Found(
                    item.start,
                    end,
                    spoken,
                    content,
                    "mixed" if quoted else "paraphrase",
                    rule,
                    item.source,
                    item.cue,
                    item.verb.lemma if item.verb else "",
                    item.hearsay,
                )
            )
        return alone

    def _has_nearer(self, part: Quotation, cue: int) -> bool:
        """Whether another naming or saying stands between a report's verb and quoted words: “ordered …, which Norland called “…””."""
        found = self.attributor.nearby(part, _NEAR_SCARE)
        return found is not None and found.cue is not None and found.cue.token > cue + 3 and bool(found.source.ids)

    def _home(self, part: Quotation, reported: Sequence[Reported]) -> int | None:
        """Index of the smallest reported statement that quoted words stand in, or right behind."""
        best: tuple[int, int] | None = None
        for index, item in enumerate(reported):
            if (
                item.start <= part.start <= item.end + 2
                and item.verb is not None
                and self.article.sentence_at(part.start) <= self.article.sentence_at(item.end - 1)
            ):
                size = item.end - item.start
                if best is None or size < best[0]:
                    best = size, index
        return best[1] if best else None

    # -- quotations that stand alone

    def _lone(self, alone: Sequence[list[Quotation]]) -> None:
        """Quotations without words that say whose they are: from near words in the sentence, or carried over."""
        for parts in alone:
            first = parts[0]
            part_of_sentence = not self._begins(first)
            attribution = self.attributor.nearby(first, _NEAR_SCARE if first.scare else _NEAR) if part_of_sentence else None
            if attribution is not None:
                content = tuple((part.inner_start, part.inner_end) for part in parts)
                end = max(parts[-1].end, attribution.end)
                lemma = attribution.cue.verb.lemma if attribution.cue else ""
                token = attribution.cue.token if attribution.cue else None
                self.found.append(
                    Found(attribution.start, end, content, content, "mixed", attribution.rule, attribution.source, token, lemma, False)
                )
            elif not part_of_sentence and not first.scare and (home := self._goes_on(parts)) is not None:
                content = tuple((part.inner_start, part.inner_end) for part in parts)
                item = self.found[home]
                self.found[home] = item._replace(
                    end=parts[-1].end,
                    spoken=(*item.spoken, *content),
                    content=(*item.content, *content),
                    form="mixed",
                    rule=item.rule + ".quoted",
                )
            elif not part_of_sentence and not first.scare:
                carried = self._carried(parts)
                if carried is not None:
                    self._quote(parts, carried)

    def _carried(self, parts: Sequence[Quotation]) -> Attribution | None:
        """The one who spoke last in the paragraph or in the one before, or whom the sentence before is about."""
        first = parts[0]
        here = self._paragraph(first.start)
        direct = [item for item in self.found if item.content and item.end <= first.start and item.form == "direct"]
        last = max(direct, key=lambda item: item.end, default=None)
        if last is not None and self._paragraph(last.end - 1) == here:
            return Attribution("carried.paragraph", first.start, parts[-1].end, last.source, None)
        subject = self.attributor.sentence_subject(first)
        if self.article.paragraphs[here][0] == first.start:
            if last is not None and self._paragraph(last.end - 1) == here - 1:
                return Attribution("carried.before", first.start, parts[-1].end, last.source, None)
            return subject and subject._replace(rule="alone.paragraph_before")
        return subject

    def _paragraph(self, offset: int) -> int:
        return self.article.sentences[self.article.sentence_at(offset)].paragraph

    # -- what counts

    def _leave_out_lead_ins(self) -> None:
        """Leave out what only leads up to a quotation in the same sentence: mocked the offer, writing: “…”."""
        quoted = [item for item in self.found if not item.rule.startswith("reported")]
        at = self.article.sentence_at
        self.found = [
            item
            for item in self.found
            if not (item.rule.startswith("reported") and not item.content)
            or not any(
                item.end <= other.content[0][0]
                and at(item.start) == at(other.content[0][0] - 1)
                and (other.start <= item.start or item.end >= other.content[0][0] - 4)
                for other in quoted
                if other.content and other.source.ids == item.source.ids and item.rule.split(".")[2] in ("noun", "preposition", "ing")
            )
        ]

    def _join(self) -> None:
        """Make one statement of verbs that share their subject: called it “…” and said that …; said that …, adding that …."""
        ordered = sorted((item for item in self.found if item.cue is not None), key=lambda found: found.cue or 0)
        joined: list[Found] = []
        for item in ordered:
            home = next(
                (number for number in range(len(joined) - 1, max(-1, len(joined) - 9), -1) if self._continues(joined[number], item)), None
            )
            if home is None:
                joined.append(item)
            else:
                joined[home] = union(joined[home], item)
        self.found = [*joined, *(item for item in self.found if item.cue is None)]

    def _continues(self, home: Found, item: Found) -> bool:
        """Whether a statement goes on from another one: by the same verb, inside it by the same speaker, or hanging on its verb."""
        if home.cue == item.cue:
            return True
        inside = any(left <= item.start and item.end <= right + 2 for left, right in home.spoken)
        if inside and home.form != "direct" and item.rule.startswith("reported") and home.source.ids == item.source.ids and home.source.ids:
            return True
        if item.rule.endswith(".chain"):
            return home.source == item.source and self.article.sentence_at(home.start) == self.article.sentence_at(item.start)
        clause = self.attributor.clause_at.get(item.cue) if item.cue is not None else None
        if (
            clause is None
            or not item.rule.startswith("reported")
            or not clause.subject_inherited
            or home.cue is None
            or clause.relation == "relative"
        ):
            return False
        parent = self.attributor.clause_at.get(home.cue)
        if parent is None or parent.sentence != clause.sentence or any(left <= item.start < right for left, right in home.content):
            return False
        if clause.form in ("gerund", "participle"):
            return True
        # Papers report each verb for itself; a communiqué says in one breath what it notes, regrets and calls for.
        return (
            self.article.kind == "official"
            and clause.relation == "coordinate"
            and clause.parent == parent.index
            and home.source.ids == item.source.ids
        )

    def _leave_out_bystanders(self) -> None:
        """Leave out states of mind of those whom the text only writes about, and what nobody in particular says."""
        heard = {
            name
            for item in self.found
            if not item.rule.startswith("reported.mind")
            for name in item.source.ids
            if item.source.attribution == "anonymous" or (item.content and self._only_watches(name))
        }
        self.found = [
            item
            for item in self.found
            if not (item.rule.startswith("reported.mind") and self._word(item.source) in FIRST_PERSON)
            and not (item.rule.startswith("reported.mind") and not item.rule.endswith(_ASIDE) and not set(item.source.ids) & heard)
            and not (
                item.rule.startswith("reported")
                and not item.source.ids
                and item.source.pronoun
                and not (self._is_person(item.source) or self._tells_of_himself(item))
            )
        ]

    def _only_watches(self, name: str) -> bool:
        """Whether somebody is no party to the dispute but is asked for a view: what he thinks is what he said."""
        actor = self.reading.table.actors.get(name)
        return actor is None or actor.role in ("observer", "adviser")

    def _tells_of_himself(self, item: Found) -> bool:
        """Whether the author tells what he himself said: “I asked whether …”; of one who is quoted it is part of his words."""
        if any(part.start <= item.source.start < part.end for part in self.reading.quotations):
            return False
        word = self._word(item.source)
        clause = self.attributor.clause_at.get(item.cue) if item.cue is not None else None
        return (
            word in FIRST_PERSON
            and clause is not None
            and not item.rule.startswith("reported.mind")
            and (clause.tense == "past" or clause.perfect)
        )

    def _resolved(self, item: Found) -> Found:
        """A pronoun that nobody was found for goes to the last one named before it that it could stand for."""
        source = item.source
        word = self.article.plain[source.start : source.end].lower()
        kinds = _STANDS_FOR.get(word)
        if source.ids or not source.pronoun or kinds is None:
            return item
        paragraph = self.article.paragraphs[max(0, self._paragraph(source.start) - 1)][0]
        for mention in reversed(self._mentions(paragraph, source.start)[-_LOOK_BACK:]):
            if (
                mention.kind in kinds
                and mention.ids
                and not mention.attributive
                and not mention.possessive
                and not self.attributor.is_quoted(mention.start)
            ):
                other = source_of(self.reading, (mention,))
                if other is not None:
                    return item._replace(source=other._replace(start=source.start, end=source.end, pronoun=True), rule=item.rule + ".guess")
        return item

    def _is_person(self, source: Source) -> bool:
        return self._word(source) in _STANDS_FOR

    def _word(self, source: Source) -> str:
        return self.article.plain[source.start : source.end].lower()
