"""Layer 7, claims: sentences that explain or foretell what somebody does.

Cues of some twenty classes (``claims.csv``) add up to the log odds that a sentence is such an explanation; the subject of the clause
in which the strongest cue stands is the one whose behaviour is explained. Who explains what is for a person to confirm.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from openparley.record.coders.draft import Draft
from openparley.record.coders.rules.article import Sentence
from openparley.record.coders.rules.claims.claimcues import CueHit, claim_cues
from openparley.record.coders.rules.lexicon import Lexicon, bad_value
from openparley.record.coders.rules.speech.speakers import mentions_between, name_of

if TYPE_CHECKING:
    from openparley.record.coders.rules.grammar.grammar import Clause, Group
    from openparley.record.coders.rules.reading import Reading

__all__ = ["code_claims"]

# Weights were fitted on the texts that the cues were chosen with; unseen texts fare worse.
SOBER = 0.95
# Sentences longer than this, in code points, hold a claim more often.
LONG = 120
# Not listed for a reviewer: they would be most sentences without a cue.
_LEAST = 0.25
_BYSTANDERS = frozenset(("press", "observer"))
# What moves somebody stands in a clause of its own behind what he does; he is the subject of the one before.
_OF_THE_MAIN_CLAUSE = frozenset(("cause", "conditional", "effect"))
# Feelings come from the one named with "by"; they are of the subject.
_OF_ONE_MOVED = frozenset(("emotion", "fear", "attitude", "cause", "effect"))
# What somebody wants or feels is his who is the subject, or it is about nobody that counts.
_OF_THE_SUBJECT = frozenset(("want", "hope", "willing", "unwilling", "believe", "see_as", "fear", "emotion", "attitude", "expect"))
_FIRST_PERSON = frozenset(["i", "we", "my", "our", "me", "us"])
_HEDGES = frozenset(
    [
        "may",
        "might",
        "could",
        "perhaps",
        "maybe",
        "probably",
        "likely",
        "seem",
        "seems",
        "seemed",
        "appear",
        "appears",
        "appeared",
        "apparently",
        "arguably",
        "possibly",
        "presumably",
        "guess",
        "think",
        "thinks",
        "suggest",
        "suggests",
    ]
)
_FUTURE = frozenset(["will", "would", "'ll"])
_NEGATIONS = frozenset(["not", "n't", "never", "no", "nobody", "hardly", "neither", "nor"])


class _Meaning(NamedTuple):
    weight: float
    explanation: str
    mechanism: str


class _Found(NamedTuple):
    hit: CueHit
    ids: tuple[str, ...]
    carried: bool


def code_claims(reading: Reading) -> list[Draft]:
    """Explanations and predictions of somebody's behaviour, one a sentence at most."""
    coder = _Claims(reading)
    drafts = []
    for sentence in reading.article.sentences:
        draft = coder.of(sentence)
        if draft is not None:
            drafts.append(draft)
    return drafts


def _meanings(lexicon: Lexicon) -> Mapping[str, _Meaning]:
    found: dict[str, _Meaning] = {}
    for row in lexicon.rows("claim_classes.csv", ("class", "weight", "explanation", "mechanism")):
        try:
            weight = float(row.cells["weight"])
        except ValueError:
            raise bad_value(row, "weight", row.cells["weight"], ["a number"]) from None
        found.setdefault(row.cells["class"], _Meaning(weight, row.cells["explanation"], row.cells["mechanism"]))
    return found


def _probability(score: float) -> float:
    """Of log odds, sobered."""
    return SOBER / (1 + math.exp(-score))


class _Claims:
    """The scoring of one article's sentences."""

    def __init__(self, reading: Reading) -> None:
        self.reading, self.article = reading, reading.article
        self.cues = claim_cues(reading.lexicon)
        self.meanings = reading.lexicon.build(_meanings)
        self.clauses: dict[int, list[Clause]] = {}
        for clause in reading.clauses:
            self.clauses.setdefault(clause.sentence, []).append(clause)
        self.verbs = {
            index for clause in reading.clauses if clause.form != "nominal" for index in range(clause.verb_first, clause.verb_last)
        }
        self.last: tuple[str, ...] = ()
        self._bystanders: dict[str, bool] = {}
        named = Counter(
            mention.ids
            for mention in reading.mentions
            if len(mention.ids) == 1 and not all(self._is_bystander(name) for name in mention.ids)
        )
        self.main: tuple[str, ...] = named.most_common(1)[0][0] if named else ()

    def weight(self, name: str) -> float:
        """Log odds of a class or feature; none for one that the table does not have."""
        found = self.meanings.get(name)
        return found.weight if found else 0.0

    def of(self, sentence: Sentence) -> Draft | None:
        """The claim that a sentence makes, if it is likely to make one."""
        hits = self.cues.find(self.article.tokens, sentence.first, sentence.last, self.verbs)
        if not hits:
            self._remember(sentence)
            return None
        score = self._score(sentence, hits)
        if _probability(score) < _LEAST:
            self._remember(sentence)
            return None
        best = max(hits, key=lambda hit: (self.weight(hit.name), -hit.first))
        ids, carried = self._explained(sentence, best)
        self._remember(sentence)
        score += self.weight("no_actor") * carried + self.weight("bystander") * all(self._is_bystander(name) for name in ids)
        sure = _probability(score)
        if sure < _LEAST or not ids:
            return None
        return self._draft(sentence, best, hits, ids, sure)

    def _score(self, sentence: Sentence, hits: Sequence[CueHit]) -> float:
        """Log odds by cues, genre and build of a sentence."""
        words = self.article.plain[sentence.start : sentence.end]
        score = (
            self.weight("base") + self.weight(f"kind_{self.article.kind}") + sum(self.weight(name) for name in {hit.name for hit in hits})
        )
        score += self.weight("quoted") * self.reading.voice(sentence.start, sentence.end).quoted
        return score + self.weight("long") * (len(words) > LONG) + self.weight("question") * words.rstrip("\"' ").endswith("?")

    def _is_bystander(self, name: str) -> bool:
        known = self._bystanders.get(name)
        if known is None:
            actor = self.reading.table.actors.get(name)
            known = self._bystanders[name] = actor is None or actor.role in _BYSTANDERS
        return known

    def _explained(self, sentence: Sentence, hit: CueHit) -> tuple[tuple[str, ...], bool]:
        """Whose behaviour it is, and whether nobody in the sentence could be it, so that he is taken over from before."""
        tokens = self.article.tokens
        speaker = self.reading.voice(tokens[hit.first].start, tokens[hit.last - 1].end).attributed_to
        around = [
            clause
            for clause in self.clauses.get(self._number(sentence), ())
            if clause.first <= hit.first < clause.last and clause.form != "nominal"
        ]
        if hit.name in _OF_THE_MAIN_CLAUSE:
            around = [
                clause for clause in around if clause.first < hit.first and clause.relation not in ("because", "if", "unless")
            ] or around
        stranger = own = False
        for clause in sorted(around, key=lambda found: found.last - found.first):
            stranger = stranger or (clause.subject is not None and not clause.subject.pronoun and hit.name in _OF_THE_SUBJECT)
            own = own or (stranger and clause.subject is not None and not clause.subject.ids and self._is_somebody(clause.subject))
            for ids in self._doers(clause, agents=hit.name not in _OF_ONE_MOVED):
                if ids != speaker or self._speaks_of_himself(clause):
                    return ids, False
        if own:
            # Somebody of his own wants or feels it, and nobody knows who he is.
            return (), True
        mentions = [
            mention
            for mention in mentions_between(self.reading, sentence.first, sentence.last)
            if mention.ids and mention.ids != speaker and not all(self._is_bystander(name) for name in mention.ids)
        ]
        subjects = {group.head for clause in self.clauses.get(self._number(sentence), ()) for group in clause.subjects}
        acting = [mention for mention in mentions if any(mention.first <= head < mention.last for head in subjects)]
        if acting:
            return acting[0].ids, stranger
        return self.main or self.last, stranger or not mentions

    def _doers(self, clause: Clause, *, agents: bool) -> Iterator[tuple[str, ...]]:
        """Who acts or feels in a clause: the agent of a passive, the subject, the owner of its noun."""
        if clause.passive and agents:
            yield from (group.ids for word, group in clause.obliques if word == "by" and group.ids)
        for group in clause.subjects or ((clause.subject,) if clause.subject else ()):
            ids = group.ids or group.owner
            if ids:
                known = [name for name in ids if name in self.reading.table.actors]
                # Of those whom the case does not know, the clause's own subject counts all the same.
                if len(known) < len(ids) or not all(self._is_bystander(name) for name in known):
                    yield ids
            elif self._speaks_of_himself(clause):
                voice = self.reading.voice(group.start, group.end)
                if voice.utterance is not None and voice.utterance.speaker:
                    yield voice.utterance.speaker

    def _is_somebody(self, group: Group) -> bool:
        """Whether a noun group that no actor is known for names somebody: “the Osterwind brothers”, “villagers”; a thing is nobody."""
        tokens, nouns = self.article.tokens, self.reading.table.world.nouns
        named = group.head > group.first and tokens[group.head].text[0].isupper()
        return not group.owner and (named or tokens[group.head].lower in nouns)

    def _speaks_of_himself(self, clause: Clause) -> bool:
        subject = clause.subject
        return subject is not None and self.article.tokens[subject.head].lower in _FIRST_PERSON

    def _number(self, sentence: Sentence) -> int:
        return self.article.sentence_at(sentence.start)

    def _remember(self, sentence: Sentence) -> None:
        """The one that a sentence is about, for the next."""
        for mention in mentions_between(self.reading, sentence.first, sentence.last):
            if (
                mention.ids
                and not mention.attributive
                and not mention.possessive
                and not all(self._is_bystander(name) for name in mention.ids)
            ):
                self.last = mention.ids
                return

    def _draft(self, sentence: Sentence, best: CueHit, hits: Sequence[CueHit], ids: tuple[str, ...], sure: float) -> Draft:
        start, end = self._span(sentence)
        tokens = self.article.tokens
        voice = self.reading.voice(tokens[best.first].start, tokens[best.last - 1].end)
        who = name_of(self.reading, ids)
        meaning = self.meanings.get(best.name) or _Meaning(0, "{who} has a reason", "")
        explanation = meaning.explanation.format(who=who)
        fields = {
            "attributed_to": voice.attributed_to,
            "attribution": voice.attribution,
            "via": voice.via,
            "explains": ids,
            "behaviour": f"what {who} does",
            "explanation": explanation,
            "mechanism": meaning.mechanism or None,
            "stance": self._stance(sentence, hits),
            "supports": (),
            "denies": (),
            "paraphrase": f"{explanation[:1].upper()}{explanation[1:]}.",
        }
        return Draft("claim", start, end, f"claim.{best.name}", sure, fields)

    def _span(self, sentence: Sentence) -> tuple[int, int]:
        """The sentence without the stop at its end and without conjunction and mark at its beginning."""
        end = sentence.end
        if self.article.plain[end - 1] in ".;:":
            end -= 1
        tokens = self.article.tokens
        first = sentence.first
        while first < sentence.last - 1 and tokens[first].lower in ("but", "and", "so", "yet", "(", "-", "—", ","):
            first += 1
        return tokens[first].start, max(end, tokens[first].end)

    def _stance(self, sentence: Sentence, hits: Sequence[CueHit]) -> str:
        names = {hit.name for hit in hits}
        words = [token.lower for token in self.article.tokens[sentence.first : sentence.last]]
        if "deny_motive" in names or ("contrast" in names and _NEGATIONS & set(words) and not {"just", "only"} & set(words)):
            return "rejected"
        if _FUTURE & set(words) and (
            "likely" in names or "conditional" in names or words[-1] == "?" or names <= {"effect", "seem", "likely"}
        ):
            return "prediction"
        return "hedged" if _HEDGES & set(words) or "seem" in names else "asserted"
