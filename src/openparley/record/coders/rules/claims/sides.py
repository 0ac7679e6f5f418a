"""The two that a word about a relation stands between: subject, owner, name ahead; the other behind; or the parties of the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from openparley.record.coders.rules.actors.world import words
from openparley.record.coders.rules.claims.claimcues import CueHit
from openparley.record.coders.rules.speech.speakers import mentions_between

if TYPE_CHECKING:
    from openparley.record.coders.rules.actors.actors import Mention
    from openparley.record.coders.rules.grammar.grammar import Clause
    from openparley.record.coders.rules.reading import Reading

__all__ = ["Sides", "Standing"]

# Of whose goods or means one lives is told with the owner's name: "buys Norland's gas".
_OF_GOODS = ("trade", "subordinate")
# Behind these the name is somebody else's business.
_APART = words("for and but or that which who because when if after before by")
_QUALITIES = words(
    "a an the close closest longtime longstanding staunch key old oldest one former fierce bitter strong loyal trusted traditional "
    "main chief leading sworn vocal sharp principal long-standing arch once historic his her its their fellow"
)
# Nouns for how two stand to each other; a word of warmth or coldness near one of them says how.
_TIES = words("relations relationship relationships ties rapport links bond bonds friendship alliance partnership contacts chemistry")
_TWO = frozenset(["two", "both"])
_PLURALS = words("sides countries nations parties neighbours neighbors states governments rivals capitals armies foes halves men leaders")
_JOINS = (["and"], ["and", "the"], ["and", "its"], ["and", "his"], ["and", "her"], ["and", "their"], ["and", "of"], ["and", "with"])
_BEING = frozenset(("be", "become", "remain", "act", "serve", "stay", "name", "appoint", "see", "work"))
# Of “accused B of siding with C” the one told of is B.
_BLAMING = frozenset(
    ("accuse", "suspect", "blame", "criticise", "criticize", "charge", "denounce", "condemn", "rebuke", "warn", "stop", "prevent")
)
# The other one stands no further behind a cue, the owner no further ahead of it, the noun of a tone no further off, in tokens.
_REACH, _OWNER_REACH, _TONE_REACH = 7, 5, 9


class Standing(NamedTuple):
    """Who stands to whom, and the stretch that says so."""

    subject: tuple[str, ...]
    other: tuple[str, ...]
    start: int
    end: int


class Sides:
    """The finding of the two, in one reading."""

    def __init__(self, reading: Reading) -> None:
        self.reading, self.tokens = reading, reading.article.tokens
        self.clauses: dict[int, list[Clause]] = {}
        for clause in reading.clauses:
            if clause.form != "nominal":
                self.clauses.setdefault(clause.sentence, []).append(clause)

    def of(self, order: str, relation: str, hit: CueHit, number: int) -> Standing | None:
        """The two of a cue, by its order; None if they cannot be made out."""
        mediates, owners = relation == "mediator", relation in _OF_GOODS
        sentence = self.reading.article.sentences[number]
        first, last = sentence.first, sentence.last
        clauses = self.clauses.get(number, ())
        find = {
            "kin": lambda: self._kin(hit, clauses, first),
            "between": lambda: self._between(hit, last),
            "pair": lambda: self._pair(hit, clauses, last),
            "tone": lambda: self._tone(hit, first, last),
            "agent": lambda: self._agent(hit, first, last, mediates),
            "third": lambda: self._third(hit, clauses, first),
        }.get(order, lambda: self._around(hit, clauses, first, last, owned=order != "around", mediates=mediates, owners=owners))
        found = find()
        if found is None:
            return None
        other = tuple(name for name in found.other if name not in found.subject)
        start, end = min(found.start, self.tokens[hit.first].start), max(found.end, self.tokens[hit.last - 1].end)
        return Standing(found.subject, other, start, end) if found.subject and other and start < end else None

    # -- who is there

    @cached_property
    def parties(self) -> tuple[str, ...]:
        """The two that the text is about: the case's parties where it has two, else those named most often."""
        actors = self.reading.table.actors
        counts = Counter(
            name for mention in self.reading.mentions for name in mention.ids if name not in actors or actors[name].role == "party"
        )
        own = [name for name, _ in counts.most_common() if name in actors]
        states = Counter(name for mention in self.reading.mentions if mention.kind in ("state", "group") for name in mention.ids)
        return tuple(own[:2]) if len(own) > 1 else tuple(name for name, _ in states.most_common(2))

    def _behind(self, first: int, last: int, *, owners: bool = False) -> list[Mention]:
        """The first name behind a cue and those that “and” joins to it, if no stop stands between."""
        found: list[Mention] = []
        for mention in mentions_between(self.reading, first, last):
            gap = self.tokens[(found[-1].last if found else first) : mention.first]
            if any(token.text in ",.;:!?—()" for token in gap):
                break
            if found and [token.lower for token in gap] not in _JOINS:
                break
            if not found and any(token.lower in _APART for token in gap):
                break
            if mention.possessive and not owners:
                break
            if mention.ids:
                found.append(mention)
        return found

    def _owner(self, at: int, first: int) -> Mention | None:
        """The name that owns the noun of a cue: “A's support”, “his alliance”."""
        for mention in reversed(mentions_between(self.reading, max(first, at - _OWNER_REACH), at)):
            if (mention.possessive or mention.attributive) and mention.ids:
                return mention
        return None

    def _beside(self, at: int, first: int) -> Mention | None:
        """The name before the comma of an apposition: “Sorrel, a close ally of …”."""
        while at > first and self.tokens[at - 1].lower in _QUALITIES:
            at -= 1
        if at <= first or self.tokens[at - 1].text not in ",(—":
            return None
        ahead = [
            mention for mention in mentions_between(self.reading, max(first, at - 13), at - 1) if mention.ids and not mention.possessive
        ]
        return next((mention for mention in reversed(ahead) if mention.last == at - 1), ahead[0] if ahead else None)

    def _subject(self, hit: CueHit, clauses: Sequence[Clause]) -> tuple[tuple[str, ...], int] | None:
        """Ids and place of the subject of the smallest clause around a cue; “I” and “we” are the speaker."""
        around = [clause for clause in clauses if clause.first <= hit.first < clause.last and clause.subject is not None]
        for clause in sorted(around, key=lambda found: found.last - found.first):
            groups = [group for group in clause.subjects or (clause.subject,) if group is not None]
            above = self.reading.clauses[clause.parent] if clause.parent is not None else None
            if clause.form == "gerund" and above is not None and above.lemma in _BLAMING:
                groups = [*(above.subjects if above.passive else above.objects)]
                ids = tuple(dict.fromkeys(name for group in groups for name in group.ids))
                return (ids, groups[0].start) if ids else None
            ids = tuple(dict.fromkeys(name for group in groups for name in group.ids))
            if not ids and groups[0].pronoun and self.tokens[groups[0].head].lower in ("i", "we"):
                voice = self.reading.voice(groups[0].start, groups[0].end)
                ids = voice.utterance.speaker if voice.utterance is not None else ()
            if ids:
                return ids, clause.start if clause.subject_inherited else groups[0].start
        return None

    # -- by order

    def _around(
        self, hit: CueHit, clauses: Sequence[Clause], first: int, last: int, *, owned: bool, mediates: bool, owners: bool
    ) -> Standing | None:
        """Subject or owner ahead, the other behind, or “whom” before both."""
        owner = self._owner(hit.first, first) if owned else self._beside(hit.first, first)
        holder = (owner.ids, owner.start) if owner is not None else self._subject(hit, clauses)
        if holder is None:
            return None
        subject, start = holder
        behind = self._behind(hit.last, min(last, hit.last + _REACH), owners=owners)
        other = tuple(dict.fromkeys(name for mention in behind for name in mention.ids))
        end = behind[-1].end if behind else self.tokens[hit.last - 1].end
        if mediates and len({*other} - {*subject}) < 2:
            other = tuple(dict.fromkeys((*other, *self.parties)))
        if not other and not owned:
            whom = self._whom(hit, clauses)
            if whom is None:
                return None
            other, start = whom.ids, min(start, whom.start)
        found = Standing(subject, other, start, end)
        return self._neutral(found) if mediates and set(other) >= set(self.parties) else found

    def _whom(self, hit: CueHit, clauses: Sequence[Clause]) -> Mention | None:
        """The name before “whom”: “Brand, whom she detests”."""
        at = next(
            (clause.first for clause in clauses if clause.relation == "relative" and clause.first <= hit.first < clause.last), hit.first
        )
        for index in range(hit.first - 1, max(-1, min(at, hit.first) - 9), -1):
            if self.tokens[index].lower == "whom":
                ahead = [mention for mention in mentions_between(self.reading, max(0, index - 6), index) if mention.ids]
                return ahead[-1] if ahead else None
        return None

    def _between(self, hit: CueHit, last: int) -> Standing | None:
        """“between A and B”, “between the two sides”."""
        behind = self._behind(hit.last, min(last, hit.last + _REACH + 3))
        ids = tuple(dict.fromkeys(name for mention in behind for name in mention.ids))
        if len(behind) > 1:
            return Standing(behind[0].ids, ids, behind[0].start, behind[1].end)
        if len(ids) > 1:
            return Standing(ids[:1], ids[1:], behind[0].start, behind[0].end)
        end = self._two(hit.last, min(last, hit.last + 5))
        return Standing(self.parties[:1], self.parties[1:], self.tokens[hit.first].start, end) if end and not ids else None

    def _two(self, first: int, last: int) -> int | None:
        """End of “the two sides” and the like, where the words stand in a range of tokens."""
        words = [token.lower for token in self.tokens[first:last]]
        for index, word in enumerate(words):
            if word in _TWO or word in ("them", "us"):
                return self.tokens[min(first + index + (word in _TWO), last - 1)].end
        return None

    def _pair(self, hit: CueHit, clauses: Sequence[Clause], last: int) -> Standing | None:
        """Two in one subject: “A and B are at odds”, “the neighbours have quarrelled”; or a subject, and the other behind “with”."""
        around = [clause for clause in clauses if clause.first <= hit.first < clause.last and clause.subject is not None]
        for clause in sorted(around, key=lambda found: found.last - found.first):
            groups = [group for group in clause.subjects or (clause.subject,) if group is not None]
            ids = tuple(dict.fromkeys(name for group in groups for name in group.ids))
            start = groups[0].start
            if len(ids) > 1:
                return Standing(ids[:1], ids[1:], start, self.tokens[hit.last - 1].end)
            if hit.last < last and self.tokens[hit.last].lower in ("with", "against"):
                behind = self._behind(hit.last + 1, min(last, hit.last + 1 + _REACH))
                if ids and behind:
                    return Standing(ids, behind[0].ids, start, behind[0].end)
            words = [token.lower for token in self.tokens[groups[0].first : groups[0].last]]
            if not ids and words and (words[-1] in _PLURALS or _TWO & set(words)):
                return Standing(self.parties[:1], self.parties[1:], start, self.tokens[hit.last - 1].end)
        return None

    def _tone(self, hit: CueHit, first: int, last: int) -> Standing | None:
        """A word of warmth or coldness near “relations”, “ties” and the like: of whom they are, of the parties where that is not said."""
        near = [at for at in range(max(first, hit.first - _TONE_REACH), min(last, hit.last + 3)) if self.tokens[at].lower in _TIES]
        if not near:
            return None
        noun = min(near, key=lambda at: abs(at - hit.first))
        left, right = min(noun, hit.first), max(noun + 1, hit.last)
        start, end = self.tokens[left].start, self.tokens[right - 1].end
        owner = self._owner(noun, first)
        after = self.tokens[noun + 1].lower if noun + 1 < last else ""
        behind = self._behind(noun + 2, min(last, noun + 2 + _REACH + 2)) if after in ("with", "between", "to", "among") else []
        ids = tuple(dict.fromkeys(name for mention in behind for name in mention.ids))
        if owner is not None and ids:
            return Standing(owner.ids, ids, min(start, owner.start), max(end, behind[-1].end))
        if owner is not None and len(owner.ids) > 1:
            return Standing(owner.ids[:1], owner.ids[1:], min(start, owner.start), end)
        if len(ids) > 1:
            return Standing(ids[:1], ids[1:], start, max(end, behind[-1].end))
        if ids:
            held = self._subject(hit, self.clauses.get(self.reading.article.sentence_at(start), ()))
            return Standing(held[0], ids, min(start, held[1]), max(end, behind[-1].end)) if held else None
        if owner is None and (after == "between" or self.tokens[noun - 1].lower in ("the", "their")):
            return Standing(self.parties[:1], self.parties[1:], start, end)
        return None

    def _agent(self, hit: CueHit, first: int, last: int, mediates: bool) -> Standing | None:
        """“brokered by A”: the one behind; the other are the parties, or (of “armed by”) whoever stands before."""
        behind = self._behind(hit.last, min(last, hit.last + _REACH))
        if not behind:
            return None
        end = behind[-1].end
        if mediates:
            return Standing(behind[0].ids, self.parties, self.tokens[hit.first].start, end)
        ahead = [
            mention
            for mention in mentions_between(self.reading, max(first, hit.first - 8), hit.first)
            if mention.ids and not mention.possessive
        ]
        return Standing(ahead[-1].ids, behind[0].ids, ahead[-1].start, end) if ahead else None

    def _third(self, hit: CueHit, clauses: Sequence[Clause], first: int) -> Standing | None:
        """One who is between the parties, whoever they are: “the mediator A”, “A, the go-between”, “A has mediated”."""
        owner = self._beside(hit.first, first)
        named = next((mention for mention in mentions_between(self.reading, hit.last, hit.last + 1) if mention.ids), None)
        if named is None and self._is_closed(hit.last):
            named = next((mention for mention in mentions_between(self.reading, hit.last + 1, hit.last + 2) if mention.ids), None)
        ahead = mentions_between(self.reading, max(first, hit.first - 3), hit.first)
        before = next((mention for mention in reversed(ahead) if mention.ids and mention.last == hit.first), None)
        for mention in (named, owner, before):
            if mention is not None:
                return self._neutral(Standing(mention.ids, self.parties, mention.start, mention.end))
        inner = min((one for one in clauses if one.first <= hit.first < one.last), key=lambda one: one.last - one.first, default=None)
        if inner is None or (inner.first < hit.first and inner.lemma not in _BEING and inner.verb < hit.first):
            # “A accused the mediator”: he is somebody else.
            return None
        held = self._subject(hit, clauses)
        return self._neutral(Standing(held[0], self.parties, held[1], self.tokens[hit.last - 1].end)) if held else None

    def _is_closed(self, comma: int) -> bool:
        """Whether an apposition begins behind a comma and ends with another: “the mediator, A, said”; a list goes on or stops."""
        tokens = self.tokens
        if comma >= len(tokens) or tokens[comma].text != ",":
            return False
        beside = next((mention for mention in mentions_between(self.reading, comma + 1, comma + 2)), None)
        end = beside.last if beside is not None else len(tokens)
        return end + 1 < len(tokens) and tokens[end].text == "," and tokens[end + 1].text[:1].islower() and tokens[end + 1].lower != "and"

    def _neutral(self, found: Standing) -> Standing | None:
        """Nothing where the one who would stand between the parties is of a party himself."""
        actors, table = self.reading.table.actors, self.reading.table
        sided = any((name in actors and actors[name].role == "party") or table.side_of(name) in self.parties for name in found.subject)
        return None if sided or set(found.subject) & set(found.other) else found

    def _kin(self, hit: CueHit, clauses: Sequence[Clause], first: int) -> Standing | None:
        """“a B ally”: the one is named right behind, before a comma ahead, or is the subject of “is”."""
        owner = self._named_before(hit, first)
        if owner is None or not owner.ids:
            return None
        end = self.tokens[hit.last - 1].end
        at = hit.last + (self.tokens[min(hit.last, len(self.tokens) - 1)].text == ",")
        including = self.tokens[at].lower in ("including", "such", "like") if at < len(self.tokens) else False
        named = next((mention for mention in mentions_between(self.reading, at + including, at + 1 + including) if mention.ids), None)
        if named is not None and named.ids != owner.ids and (including or at == hit.last or self.tokens[owner.last - 1].lower != "s"):
            return Standing(named.ids, owner.ids, owner.start, named.end)
        beside = self._beside(owner.first, first)
        if beside is not None:
            return Standing(beside.ids, owner.ids, beside.start, end) if beside.ids != owner.ids else None
        clause = next(
            (found for found in clauses if found.lemma in ("be", "become", "remain") and found.first <= hit.first < found.last), None
        )
        ids = clause.subject.ids if clause is not None and clause.subject is not None else ()
        if clause is None or not ids or ids == owner.ids or clause.negated:
            return None
        return Standing(ids, owner.ids, clause.start, end)

    def _named_before(self, hit: CueHit, first: int) -> Mention | None:
        """The name right before a cue; where the whole apposition is one mention, the name as it stands elsewhere in the text."""
        for mention in mentions_between(self.reading, max(first, hit.first - 4), hit.first):
            between = self.tokens[mention.last : hit.first]
            if mention.last <= hit.first and all(token.lower in ("'s", "'", *_QUALITIES) for token in between):
                return mention if mention.attributive or mention.possessive or mention.last == hit.first else None
            if mention.first < hit.first < mention.last:
                at = hit.first - 1
                while at > mention.first and (self.tokens[at].lower in _QUALITIES or self.tokens[at].text in ("'s", "'")):
                    at -= 1
                token = self.tokens[at]
                alike = (other for other in self.reading.mentions if other.last == other.first + 1 and other.kind != "pronoun")
                found = next((other for other in alike if self.tokens[other.first].text == token.text), None)
                return found and found._replace(start=token.start, end=token.end, first=at, last=at + 1)
        return None
