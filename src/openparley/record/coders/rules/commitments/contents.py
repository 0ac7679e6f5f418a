"""What somebody announces, offers or wants: the act behind a complement, an object or a clause, and whether it harms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from openparley.record.coders.rules.events.matching import HARM, Matcher
from openparley.record.coders.rules.lexicon import Lexicon, bad_value

if TYPE_CHECKING:
    from openparley.record.coders.rules.events.frames import Frame
    from openparley.record.coders.rules.grammar.grammar import Clause, Group

__all__ = ["LEAVING", "OUTCOMES", "Acts", "Content", "group_ids", "make_acts"]

TABLE = "acts.csv"
CLASSES = (
    *("harmful", "good", "leaving", "going", "shared", "harm", "losing", "ready", "bill", "fix", "meeting", "meet", "decide", "term"),
    *("proposing", "proposal", "asking", "wishing", "unmade", "before_gerund", "saying", "warning", "agreement"),
)

# What follows when a commitment with an act of this type is carried out, in our words; `deeds` reads the types back from them.
OUTCOMES = {
    "AGREE": "an agreement or promise is made",
    "CONSULT": "a meeting or talks take place",
    "SUPPORT": "support is given",
    "COOPERATE": "work or trade together goes on",
    "AID": "help is given",
    "CONCEDE": "something is conceded",
    "RETREAT": "forces, prisoners or claims are given up",
    "REQUEST": "further demands follow",
    "ACCUSE": "charges follow",
    "REJECT": "help or consent is withheld",
    "THREATEN": "further threats follow",
    "PROTEST": "a strike, boycott or protest follows",
    "SANCTION": "penalties follow or dealings are cut",
    "MOBILIZE": "forces are readied",
    "COERCE": "restrictions or seizures follow",
    "ASSAULT": "force is used",
}
LEAVING = "the actor withdraws"
_HELPFUL = frozenset(("AGREE", "CONSULT", "SUPPORT", "COOPERATE", "AID", "CONCEDE", "RETREAT"))
_DEPTH = 4


class Content(NamedTuple):
    """An act that is announced or wanted.

    Attributes
    ----------
    start, end
        Where the words for it stand; dates in them are those of the act.
    event, mode
        PLOVER's; empty when no frame knows it.
    leaving
        Whether it is to walk away from something.
    clause, frame
        Where it was found.
    """

    start: int
    end: int
    event: str
    mode: str
    leaving: bool
    clause: Clause | None
    frame: Frame | None


class Acts:
    """The acts of one article's clauses and noun groups.

    Parameters
    ----------
    words
        Classes of words from ``acts.csv``, see `make_acts`.
    """

    def __init__(self, matcher: Matcher, words: Mapping[str, frozenset[str]]) -> None:
        self.matcher = matcher
        self.words = words

    def of(self, clause: Clause, depth: int = 0) -> Content:
        """The act of a clause: of its verb, of an event noun that is its object, or of its complement."""
        matcher = self.matcher
        leaving = self._leaves(clause)
        frame = next((one for one in matcher.frames(clause) if one.event), None)
        if frame is not None and not (leaving and frame.event not in HARM):
            return Content(clause.start, clause.end, frame.event, frame.mode, leaving, clause, frame)
        if leaving:
            return Content(clause.start, clause.end, "RETREAT", "withdraw", True, clause, frame)
        for group in matcher.objects(clause):
            noun = matcher.noun_frame(group)
            if noun is not None and noun.event:
                return Content(clause.start, max(clause.end, group.end), noun.event, noun.mode, False, clause, noun)
        if depth < _DEPTH:
            for below in matcher.complements(clause):
                found = self.of(below, depth + 1)
                if found.event:
                    return found._replace(start=min(clause.start, found.start))
        return Content(clause.start, clause.end, "", "", False, clause, None)

    def of_group(self, group: Group) -> Content:
        """The act that a noun group names, by its head or by an event noun inside it."""
        matcher = self.matcher
        noun = matcher.noun_frame(group)
        nominal = matcher.nominal_at.get(group.head)
        end = max(group.end, nominal.end) if nominal is not None else group.end
        if noun is not None and noun.event:
            return Content(group.start, end, noun.event, noun.mode, False, nominal, noun)
        for token in range(group.last - 1, group.first - 1, -1):
            inner = matcher.nominal_at.get(token)
            frame = matcher.best(inner) if inner is not None else None
            if inner is not None and frame is not None and frame.event:
                return Content(group.start, max(end, inner.end), frame.event, frame.mode, False, inner, frame)
        return Content(group.start, end, "", "", False, nominal, None)

    def harms(self, content: Content) -> bool:
        """Whether an act harms those it is done to, leaving and withholding among them."""
        clause = content.clause
        if content.leaving:
            return clause is None or not clause.negated
        if content.event in HARM:
            return clause is None or clause.form == "nominal" or not clause.negated
        if clause is None or clause.form == "nominal":
            return False
        if content.event in _HELPFUL:
            return clause.negated
        return not content.event and clause.lemma in self.words["harmful"] and not clause.negated

    def helps(self, content: Content) -> bool:
        """Whether an act helps: it is one of cooperation, or brings what was wanted, and is not denied."""
        clause = content.clause
        if content.leaving or (clause is not None and clause.negated):
            return False
        return content.event in _HELPFUL or (not content.event and clause is not None and clause.lemma in self.words["good"])

    def foretells_harm(self, clause: Clause) -> bool:
        """Whether a clause tells of harm that somebody will come to: pay a price, face consequences."""
        heads = (self.matcher.lemma(group.head) for group in clause.objects)
        return clause.lemma in self.words["harmful"] and any(head in self.words["harm"] for head in heads)

    def _leaves(self, clause: Clause) -> bool:
        if clause.form == "nominal":
            return False
        verb = f"{clause.lemma} {clause.particle}" if clause.particle else clause.lemma
        if verb in self.words["leaving"] or (clause.lemma in self.words["leaving"] and not clause.passive):
            return True
        if not {verb, clause.lemma} & self.words["going"]:
            return False
        # Who leaves a town gives way; who leaves a treaty turns against those who stay.
        groups = (*self.matcher.objects(clause), *(group for name, group in clause.obliques if name in ("from", "of", "out")))
        return any(self.matcher.lemma(group.head) in self.words["shared"] for group in groups)


def make_acts(lexicon: Lexicon) -> Mapping[str, frozenset[str]]:
    """The classes of ``acts.csv``; a class that no row fills is empty."""
    found: dict[str, set[str]] = {name: set() for name in CLASSES}
    for row in lexicon.rows(TABLE, ("class", "words")):
        if row.cells["class"] not in found:
            raise bad_value(row, "class", row.cells["class"], CLASSES)
        found[row.cells["class"]].update(row.words("words"))
    return {name: frozenset(words) for name, words in found.items()}


def group_ids(groups: Sequence[Group]) -> tuple[str, ...]:
    """Ids that some groups stand for, each once."""
    return tuple(dict.fromkeys(name for group in groups for name in group.ids))
