"""Layer 6, commitments: threats, promises, demands, proposals and deadlines, each with the sentence or clause that states it.

Three ways lead to one: a word of the table (``commitments.csv``), an event that is a threat or a request, and words that announce an act
without naming themselves: conditions, first persons, dates that are set (``intentions.py``). Of what overlaps the surest is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from openparley.record.coders.draft import Draft
from openparley.record.coders.rules.commitments.addressees import addressees
from openparley.record.coders.rules.commitments.announcement import Announcement, surest
from openparley.record.coders.rules.commitments.commitcues import Found, cue_of, make_cues
from openparley.record.coders.rules.commitments.commitdates import due_date, inherit, made_on
from openparley.record.coders.rules.commitments.contents import LEAVING, OUTCOMES, Acts, Content, group_ids, make_acts
from openparley.record.coders.rules.commitments.intentions import intentions
from openparley.record.coders.rules.events.frames import make_frames
from openparley.record.coders.rules.events.matching import Matcher
from openparley.record.coders.rules.events.paraphrase import listed
from openparley.record.entry import PARAPHRASE_LIMIT

if TYPE_CHECKING:
    from openparley.record.coders.rules.grammar.grammar import Clause, Group
    from openparley.record.coders.rules.reading import Reading

__all__ = ["Commitments", "code_commitments"]

# Types of event that a commitment of each type is written down as, where no act is named.
_EVENT = {"threat": "THREATEN", "demand": "REQUEST", "proposal": "REQUEST", "deadline": "THREATEN", "promise": "AGREE"}
# Acts that a promise is written down as; any other promise is an agreement to come.
_PROMISED = frozenset(("AID", "COOPERATE", "SUPPORT", "CONCEDE", "RETREAT", "AGREE"))
_VERB = {
    "threat": ("threatens {}", "makes a threat"),
    "promise": ("makes a promise to {}", "makes a promise"),
    "demand": ("demands something of {}", "makes a demand"),
    "proposal": ("makes a proposal to {}", "makes a proposal"),
    "deadline": ("sets a date towards {}", "sets a date"),
}
# “Is committed to”: of the subject, though in form done to it.
_ADJECTIVAL = frozenset(("commit", "bind", "oblige", "prepare", "determine", "resolve"))
_CONDITIONS = ("if", "unless")
_ANSWERING = frozenset(("SUPPORT", "AGREE", "REJECT", "ACCUSE", "CONCEDE"))
_PLACED = frozenset(("to", "with", "against", "on", "upon", "from", "for", "between", "toward", "towards"))
_LIMITS = re.compile(r"\b(?:no|not) (?:later|earlier|sooner|more|less|fewer|longer) than\b|\bnot only\b", re.IGNORECASE)
_DENIALS = re.compile(r"\b(?:no|not|never|neither|nor|none|nobody|nothing|cannot|without)\b|n't\b", re.IGNORECASE)
_TYPES = frozenset(("threat", "demand", "proposal", "content", "event"))
_FIRST = frozenset(("i", "we", "our", "my", "us"))


def code_commitments(reading: Reading, events: Sequence[Draft]) -> list[Draft]:
    """Commitments in the order of their place.

    Parameters
    ----------
    events
        The event drafts of the same article: threats and requests among them are commitments, and actors are taken from them.
    """
    coder = Commitments(reading, events)
    found = [*coder.by_cue(), *coder.by_event(), *intentions(coder)]
    drafts = [(draft, made.retold) for made in surest(found) if (draft := coder.draft(made)) is not None]
    drafts.sort(key=lambda pair: (pair[0].start, pair[0].end))
    kept = _told_once(drafts)
    inherit(kept)
    return kept


def _told_once(drafts: Sequence[tuple[Draft, bool]]) -> list[Draft]:
    """Without what only speaks of a commitment that the text has told before."""
    kept: list[Draft] = []
    for draft, retold in drafts:
        if retold and any(
            other.fields["type"] == draft.fields["type"]
            and other.fields["consequence"] == draft.fields["consequence"]
            and set(other.fields["actor"]) & set(draft.fields["actor"])
            for other in kept
        ):
            continue
        kept.append(draft)
    return kept


def _plain_limits(reading: Reading) -> Sequence[Clause]:
    """The clauses, without the denial that “no later than” looks like."""
    article = reading.article
    if not _LIMITS.search(article.plain):
        return reading.clauses
    found = []
    for clause in reading.clauses:
        if clause.negated:
            words = article.plain[clause.start : clause.end + 20]
            if _LIMITS.search(words) and not _DENIALS.search(_LIMITS.sub(" ", words)):
                clause = clause._replace(negated=False)
        found.append(clause)
    return found


class Commitments:
    """Looks for commitments in one article."""

    def __init__(self, reading: Reading, events: Sequence[Draft]) -> None:
        self.reading = reading
        self.article = reading.article
        self.clauses = _plain_limits(reading)
        self.matcher = Matcher(reading.article, self.clauses, reading.lexicon.build(make_frames))
        self.words = reading.lexicon.build(make_acts)
        self.acts = Acts(self.matcher, self.words)
        self.events = [event for event in events if event.kind == "event"]
        self.mention_starts = [mention.start for mention in reading.mentions]
        self.below: dict[int, list[Clause]] = {}
        self._of_sentence: dict[int, list[Clause]] = {}
        for clause in self.clauses:
            self._of_sentence.setdefault(clause.sentence, []).append(clause)
            if clause.parent is not None:
                self.below.setdefault(clause.parent, []).append(clause)
        self.by_sentence: dict[int, list[Draft]] = {}
        for event in self.events:
            self.by_sentence.setdefault(self.article.sentence_at(event.start), []).append(event)

    # -- words of the table ------------------------------------------------------------------------------------------------------

    def by_cue(self) -> Iterator[Announcement]:
        """What the words of the table announce."""
        cues = self.reading.lexicon.build(make_cues)
        for clause in self.clauses:
            found = cue_of(self.acts, clause, cues)
            if found is None or not self._is_made(clause):
                continue
            made = self._of_cue(clause, found)
            if not (made.type == "demand" and not made.target and self._orders_own(clause)):
                yield made

    def _of_cue(self, clause: Clause, found: Found) -> Announcement:
        cue, content = found.cue, found.content
        kind = cue.type
        if kind == "content":
            kind = "threat" if content is not None and self.acts.harms(content) else "promise"
        start, end, condition = self.stretch(clause)
        confidence = cue.prior - (0.1 if clause.modal in ("may", "might", "could", "would") else 0.0)
        # “The deadline that she had set”, “backed her proposal”: most often spoken of before.
        retold = clause.relation == "relative" or (clause.form == "nominal" and self._is_answered(clause))
        if clause.relation == "relative" and (content is None or content.clause is None):
            confidence *= 0.7
        made = Announcement(
            kind,
            start,
            end,
            self.actor_of(clause),
            self.target_of(clause, cue.target, content),
            cue.name,
            confidence,
            clause,
            content,
            condition,
            content.start if content is not None else clause.end,
            retold=retold,
        )
        if kind == "promise" and cue.type == "content" and condition is not None and condition.relation == "unless":
            made.type = "threat"
        return self._completed(made)

    def _is_made(self, clause: Clause) -> bool:
        """Whether the words tell that it is made: no question, no denial, no case that is only thought of."""
        if clause.negated or clause.question:
            return False
        if clause.form == "nominal":
            parent = self.clauses[clause.parent] if clause.parent is not None else None
            return parent is None or not ((parent.negated or parent.lemma in self.words["unmade"]) and self._drops_own(parent, clause))
        if clause.form == "infinitive" and clause.parent is None:
            # “To threaten them would be folly”.
            return False
        if clause.form == "gerund" and clause.first > 0 and self.article.tokens[clause.verb_first - 1].lower in self.words["before_gerund"]:
            return False
        current: Clause | None = clause
        for _ in range(4):
            if current is None or current.parent is None:
                return True
            parent = self.clauses[current.parent]
            if current.relation in _CONDITIONS or current.relation == "purpose":
                return False
            if current.index in parent.complements and (
                parent.lemma in self.words["unmade"] or (parent.negated and current.relation != "that")
            ):
                return False
            current = parent
        return True

    def _drops_own(self, parent: Clause, clause: Clause) -> bool:
        """Whether who does something to the noun is whose it is: “dropped the demand”, not “their demand was rejected”."""
        if parent.passive or parent.lemma in ("fail", "be"):
            return parent.negated and parent.lemma == "make"
        actor, subject = set(self.actor_of(clause)), set(group_ids(parent.subjects))
        return not actor or not subject or bool(actor & subject)

    def _orders_own(self, clause: Clause) -> bool:
        """Whether who is told to do something is the actor's own: “ordered his army”."""
        actor = set(self.actor_of(clause))
        return any(set(group.owner) & actor or self.is_possessed(group) for group in self.matcher.objects(clause))

    def is_possessed(self, group: Group) -> bool:
        """Whether a group begins with “his”, “her”, “its” or “their”."""
        return self.article.tokens[group.first].lower in ("his", "her", "its", "their")

    def _is_answered(self, clause: Clause) -> bool:
        """Whether a noun is what somebody answers: “backed their proposals”, but not “agreed to a new proposal”."""
        parent = self.clauses[clause.parent] if clause.parent is not None else None
        frame = self.matcher.best(parent) if parent is not None else None
        if frame is None or frame.event not in _ANSWERING:
            return False
        tokens = self.article.tokens
        return not any(tokens[at].lower in ("a", "an", "new", "fresh", "another") for at in range(max(0, clause.verb - 5), clause.verb))

    # -- events ------------------------------------------------------------------------------------------------------------------

    def by_event(self) -> Iterator[Announcement]:
        """Events that are threats or requests."""
        for event in self.events:
            fields = event.fields
            if fields["realis"] != "actual" or fields["event"] not in ("THREATEN", "REQUEST"):
                continue
            clause = self._clause_at(event)
            if clause is None or not self._is_made(clause):
                continue
            lemma = self.matcher.lemma(clause.verb) if clause.form == "nominal" else clause.lemma
            if (
                lemma in self.words["asking"]
                or lemma in self.words["wishing"]
                or (clause.form == "nominal" and fields["event"] == "REQUEST" and (clause.parent is not None or lemma == "order"))
            ):
                continue
            kind = "threat"
            if fields["event"] == "REQUEST":
                kind = "proposal" if lemma in self.words["proposing"] or lemma in self.words["proposal"] else "demand"
            start, end, condition = self.stretch(clause)
            start, end = min(start, event.start), max(end, event.end)
            complement = next(iter(self.matcher.complements(clause)), None)
            content = self.acts.of(complement) if complement is not None else None
            yield Announcement(
                kind,
                start,
                end,
                tuple(fields["actor"]),
                tuple(fields["recipient"]),
                f"event.{fields['event'].lower()}",
                0.75 * event.confidence * (1.0 if fields["actor"] else 0.7),
                clause,
                content,
                condition,
                content.start if content is not None else None,
                retold=clause.relation == "relative",
            )

    def _clause_at(self, event: Draft) -> Clause | None:
        """The clause of an event: of those that cover the same words the outermost with a frame of its type."""
        best: tuple[int, Clause] | None = None
        for clause in self.clauses_in(self.article.sentence_at(event.start)):
            overlap = min(clause.end, event.end) - max(clause.start, event.start)
            if overlap <= 0:
                continue
            off = abs(clause.start - event.start) + abs(clause.end - event.end)
            if best is None or off < best[0]:
                best = off, clause
        return best[1] if best else None

    def clauses_in(self, sentence: int) -> list[Clause]:
        """The clauses of a sentence."""
        return self._of_sentence.get(sentence, [])

    # -- who, to whom, where -----------------------------------------------------------------------------------------------------

    def actor_of(self, clause: Clause) -> tuple[str, ...]:
        """Whose commitment it is: the subject; of a passive clause the agent; the speaker for “I” and “we”."""
        if clause.passive and clause.lemma not in _ADJECTIVAL:
            return group_ids([group for name, group in clause.obliques if name == "by"])
        ids = group_ids(clause.subjects or ((clause.subject,) if clause.subject else ()))
        if ids:
            return ids
        subject = clause.subject
        if subject is not None and self.is_first(subject):
            return self.speaker(clause)
        if subject is None and clause.form == "nominal":
            return group_ids([group for name, group in clause.obliques if name in ("by", "from")])
        return subject.owner if subject is not None else ()

    def is_first(self, group: Group) -> bool:
        """Whether a group is “I” or “we”, or “our …”."""
        return self.article.tokens[group.first].lower in _FIRST or self.article.tokens[group.head].lower in _FIRST

    def speaker(self, clause: Clause) -> tuple[str, ...]:
        """Whose words a clause stands in."""
        utterance = self.reading.voice(clause.start, clause.end).utterance
        return utterance.speaker if utterance is not None else ()

    def target_of(self, clause: Clause, places: Sequence[str], content: Content | None) -> tuple[str, ...]:
        """To whom it is put, by the first place of the cue that holds somebody known."""
        actor = set(self.actor_of(clause))
        for place in places:
            found = tuple(name for name in self._at(clause, place, content) if name not in actor)
            if found:
                return found
        return ()

    def _at(self, clause: Clause, place: str, content: Content | None) -> tuple[str, ...]:
        below = content.clause if content is not None else None
        match place:
            case "obj":
                return group_ids(self.matcher.objects(clause))
            case "owner":
                return tuple(name for group in self.matcher.objects(clause) for name in group.owner)
            case "csub":
                return group_ids(below.subjects) if below is not None and self.matcher.own_subject(clause, below) else ()
            case "cobj":
                if below is None:
                    return ()
                groups = [*self.matcher.objects(below), *(group for name, group in below.obliques if name in _PLACED)]
                return group_ids(groups) or tuple(name for group in groups for name in group.owner)
            case _:
                groups = [group for name, group in clause.obliques if name == place]
                return group_ids(groups) or tuple(name for group in groups for name in group.owner)

    def stretch(self, clause: Clause) -> tuple[int, int, Clause | None]:
        """The clause with its complements and conditions, and the first condition."""
        start, end, condition = clause.start, clause.end, None
        todo = [clause]
        seen = {clause.index}
        while todo:
            here = todo.pop()
            for below in self.below.get(here.index, ()):
                if (
                    below.index in seen
                    or below.relation in ("coordinate", "relative", "while", "because", "quoted")
                    or below.form == "nominal"
                ):
                    continue
                seen.add(below.index)
                if below.relation in _CONDITIONS and condition is None:
                    condition = below
                todo.append(below)
                start, end = min(start, below.start), max(end, below.end)
        return start, end, condition

    # -- entries -----------------------------------------------------------------------------------------------------------------

    def _completed(self, made: Announcement) -> Announcement:
        """Actor and target from an event at the same place, where the clause does not tell."""
        if made.actor and made.target:
            return made
        wanted = "THREATEN" if made.type == "threat" else "REQUEST"
        for event in self.by_sentence.get(made.clause.sentence, ()):
            overlap = min(event.end, made.end) - max(event.start, made.start)
            if event.fields["event"] == wanted and overlap > 0.5 * min(event.end - event.start, made.end - made.start):
                actor = made.actor or tuple(event.fields["actor"])
                target = made.target or tuple(name for name in event.fields["recipient"] if name not in actor)
                return replace(made, actor=actor, target=target)
        return made

    def draft(self, made: Announcement) -> Draft | None:
        """The entry, or None where what it needs is missing."""
        reading = self.reading
        voice = reading.voice(made.clause.start, made.clause.end)
        when = made_on(self, made, voice)
        due = due_date(self, made, when)
        if made.needs_due and due is None:
            return None
        target = addressees(self, made)
        # What neither names who commits himself nor to whom is seldom the record's matter: a storm threatens the coast.
        # Only words that name an act of somebody do so without him: “ordered the crews to leave”.
        told = made.content is not None and made.content.clause is not None and made.content.clause.form != "nominal"
        lone = 0.65 if told and made.rule.split(".")[0] in _TYPES else 0.42
        known = (1.0 if target or made.type == "deadline" else 0.9) if made.actor else max(0.7, lone) if target else lone
        confidence = made.confidence * known
        fields: dict[str, Any] = {
            "type": made.type,
            "actor": made.actor,
            "target": target,
            "condition": self._condition(made),
            "consequence": self._consequence(made),
            "made": when.model_dump(mode="json") if when is not None else None,
            "due": due.model_dump(mode="json") if due is not None else None,
            "event": made.event or self._event(made),
            "attributed_to": voice.attributed_to,
            "attribution": voice.attribution,
            "via": voice.via,
            "paraphrase": self._paraphrase(made, target),
        }
        links = (("expressed_by", voice.utterance.draft),) if voice.utterance is not None else ()
        return Draft("commitment", made.start, made.end, made.rule, max(0.0, min(0.95, confidence)), fields, links)

    def _condition(self, made: Announcement) -> str | None:
        clause = made.condition
        if clause is None:
            return None
        lacking = clause.relation == "unless" or clause.negated
        if clause.relation not in _CONDITIONS:
            return "once the other side has acted"
        content = self.acts.of(clause)
        if lacking:
            return "what is asked for is not done"
        if content.event and self.acts.harms(content):
            return "the other side does harm or refuses"
        return "the other side agrees or gives way" if content.event else "the case that is named comes about"

    def _consequence(self, made: Announcement) -> str | None:
        event = made.content.event if made.content is not None else ""
        if made.type == "threat" and made.content is not None and made.content.leaving:
            return LEAVING
        if event in OUTCOMES and event not in ("THREATEN", "REQUEST"):
            return OUTCOMES[event]
        match made.type:
            case "threat":
                return "steps that are not named"
            case "demand":
                return "what is asked for is done"
            case "deadline":
                return "a decision or step by the date"
            case _:
                return None

    def _event(self, made: Announcement) -> str:
        act = made.content.event if made.content is not None else ""
        if made.type == "promise" and act in _PROMISED and not (made.content and made.content.clause and made.content.clause.negated):
            return act
        return _EVENT[made.type]

    def _paraphrase(self, made: Announcement, target: Sequence[str]) -> str:
        toward, alone = _VERB[made.type]
        says = toward.format(listed(self.reading, target)) if target else alone
        consequence, condition = self._consequence(made), self._condition(made)
        text = f"{listed(self.reading, made.actor) if made.actor else 'Somebody'} {says}"
        text += f": {consequence}" if consequence else ""
        text += f", {condition}" if condition and condition.startswith("once") else f", if {condition}" if condition else ""
        text = f"{text[0].upper()}{text[1:]}."
        return text if len(text) <= PARAPHRASE_LIMIT else f"{text[: PARAPHRASE_LIMIT - 1].rstrip()}…"
