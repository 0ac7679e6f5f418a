"""A small linear model that decides which candidates are events, and of which type; weights learnt by ``benchmarks/coding/train.py``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openparley.errors import CaseError, Complaint
from openparley.record.coders.rules.lexicon import DATA
from openparley.record.plover import TYPES

if TYPE_CHECKING:
    from openparley.record.coders.rules.candidates import Candidate
    from openparley.record.coders.rules.matching import Matcher
    from openparley.record.coders.rules.reading import Reading

__all__ = ["NONE", "Ranking", "Reranker", "cast_features", "features", "load_reranker", "preferred"]

WEIGHTS = "reranker.json"
NONE = "NONE"
# Words that stand before a noun and say what it is: the attack, an attack, no attack, their attack.
_DETERMINERS = {
    "the": "the",
    "a": "a",
    "an": "a",
    "no": "no",
    "this": "this",
    "that": "this",
    "these": "this",
    "any": "any",
    "another": "a",
    "some": "some",
}
_BEFORE = 3
# Chosen out of fold: the lexicon knows the type of a verb that the sentences never had.
MARGIN = 2.0


def preferred(share: np.ndarray, own: int, none: int) -> int:
    """The class that is taken for an event: the lexicon's own unless the likeliest other is more than so many times likelier."""
    best = int(np.argmax(np.where(np.arange(share.size) == none, -1.0, share)))
    return best if share[best] > MARGIN * share[own] else own


class Ranking(NamedTuple):
    """What the model makes of a candidate: the probability of an event, the likeliest type and the probability of that type."""

    event: str
    probability: float
    any_event: float


class Reranker:
    """Multinomial logistic regression over named features.

    Parameters
    ----------
    weights
        A row a feature, a column a class.
    temperature
        Divides the scores, so that probabilities are as large as they are right on sentences that were not learnt from.
    floor
        Below this probability a candidate is left out.
    """

    def __init__(
        self,
        classes: Sequence[str],
        names: Mapping[str, int],
        weights: np.ndarray,
        intercept: np.ndarray,
        *,
        temperature: float = 1.0,
        floor: float = 0.35,
    ) -> None:
        self.classes = tuple(classes)
        self.temperature = temperature
        self.floor = floor
        self._names = names
        self._weights = weights
        self._intercept = intercept
        self._none = self.classes.index(NONE)

    def probabilities(self, found: Sequence[str]) -> np.ndarray:
        """Probability of each class, in the order of ``classes``."""
        rows = [self._names[name] for name in found if name in self._names]
        scores = (self._intercept + self._weights[rows].sum(axis=0)) / self.temperature
        shifted = np.exp(scores - scores.max())
        return shifted / shifted.sum()

    def rank(self, found: Sequence[str], own: str) -> Ranking:
        """The type of event, and how likely it is: the lexicon's own type unless another is clearly likelier."""
        share = self.probabilities(found)
        order = preferred(share, self.classes.index(own), self._none)
        return Ranking(self.classes[order], float(share[order]), float(1 - share[self._none]))


@cache
def load_reranker(path: Path = DATA / WEIGHTS) -> Reranker:
    """The model that came with the program.

    Raises
    ------
    CaseError
        If the file is no model of this version.
    """
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        classes = held["classes"]
        names = {name: number for number, name in enumerate(held["features"])}
        weights = np.zeros((len(names), len(classes)))
        for number, cells in enumerate(held["features"].values()):
            for column, value in cells:
                weights[number, column] = value
        intercept = np.asarray(held["intercept"], dtype=float)
        temperature, floor = float(held["temperature"]), float(held["floor"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        hint = "Train it anew: python -m benchmarks.coding.train"
        raise CaseError(Complaint(path.name, None, None, None, None, hint, f"not a model of the re-ranker: {error}.")) from None
    if set(classes) - {NONE} != set(TYPES):
        raise CaseError(Complaint(path.name, None, None, None, sorted(TYPES), None, "the classes are not PLOVER's types."))
    return Reranker(classes, names, weights, intercept, temperature=temperature, floor=floor)


def features(matcher: Matcher, made: Candidate, neighbours: Sequence[str] = (), contexts: Sequence[str] = ()) -> list[str]:
    """Names of what is true of a candidate.

    Parameters
    ----------
    neighbours
        Types of the other candidates of its sentence.
    contexts
        Context words of PLOVER that its words speak for.
    """
    clause, frame, event = made.clause, made.frame, made.event
    word = "_".join((frame.lemma, *frame.rest))
    found = [
        f"t={event}",
        f"w={word}",
        f"w={word}&t={event}",
        f"pos={frame.pos}",
        f"pos={frame.pos}&t={event}",
        f"prior={round(frame.prior * 5)}",
        f"prior={round(frame.prior * 5)}&pos={frame.pos}",
        f"tests={min(3, len(frame.tests) + len(frame.rest))}",
        f"form={clause.form}",
        f"form={clause.form}&t={event}",
        f"rel={clause.relation}",
        f"realis={made.realis}",
        f"realis={made.realis}&t={event}",
        f"actor={made.arguments.actor_kind}",
        f"recipient={made.arguments.recipient_kind}",
        f"args={made.arguments.actor_kind}/{made.arguments.recipient_kind}&{frame.pos}",
    ]
    shape = _shape(made)
    found += [f"{name}&t={event}" for name in shape]
    found += shape
    found += _words(matcher, made)
    found += [f"other={other}" for other in made.others]
    found += [f"next={other}" for other in set(neighbours)]
    found += [f"cx={name}&t={event}" for name in contexts]
    found.append(f"crowd={min(4, len(neighbours))}")
    if not contexts:
        found.append("cx=")
    return found


def cast_features(reading: Reading, made: Candidate) -> list[str]:
    """Features of who takes part, where the table of actors knows the parties of the conflict – as in a case, not in a lone sentence."""
    arguments, clause = made.arguments, made.clause
    inferred = arguments.recipient_place == "before"
    actor = "ids" if arguments.actor else arguments.actor_kind
    recipient = "before" if inferred else "ids" if arguments.recipient else arguments.recipient_kind
    voice = reading.voice(made.start, made.end)
    said = "none" if voice.utterance is None else "own" if set(arguments.actor) & set(voice.utterance.speaker) else "other"
    pos, event = made.frame.pos, made.event
    found = [
        "cast",
        f"cast:pos={pos}",
        f"cast:t={event}",
        f"cast:a={actor}&{pos}",
        f"cast:r={recipient}&{pos}",
        f"cast:{actor}/{recipient}",
        f"cast:{actor}/{recipient}&t={event}",
        f"cast:w={'_'.join((made.frame.lemma, *made.frame.rest))}",
        f"cast:said={said}",
        f"cast:said={said}&t={event}",
        f"cast:rel={clause.relation}",
        f"cast:form={clause.form}",
        f"cast:realis={made.realis}",
        f"cast:prior={round(made.frame.prior * 5)}",
    ]
    if made.governor is not None:
        found.append(f"cast:gov&{pos}")
    if made.loose or made.bare:
        found.append("cast:weak")
    return found


def _shape(made: Candidate) -> list[str]:
    """Features of how the candidate is put: also taken together with its type."""
    clause = made.clause
    found = []
    if made.governor is not None:
        found += ["governed", f"gov={made.governor.event}"]
    if made.consumed:
        found.append("consumed")
    if made.derived:
        found.append(f"derived={made.derived}")
    if made.light is not None:
        found.append("light")
    if made.bare:
        found.append("bare")
    if made.loose:
        found.append("loose")
    if clause.modal:
        found.append(f"modal={clause.modal}")
    if clause.negated:
        found.append("neg")
    if clause.passive:
        found.append("passive")
    if clause.quotation is not None:
        found.append("quoted")
    if made.role:
        found.append(f"role={made.role}")
    return found


def _words(matcher: Matcher, made: Candidate) -> list[str]:
    """Features of the words around: particle, prepositions, heads of objects and subject with their classes, complements."""
    clause, event = made.clause, made.event
    tokens = matcher.article.tokens
    found = [f"p={name}&t={event}" for name in {name for name, _ in clause.obliques}]
    if clause.particle:
        found.append(f"part={clause.particle}")
    if made.light is not None:
        found.append(f"lv={made.light.lemma}")
    for place, groups in (("o", matcher.objects(clause)), ("s", () if clause.passive else clause.subjects)):
        for group in groups[:2]:
            lemma = matcher.lemma(group.head)
            found.append(f"{place}={lemma}")
            found += [f"{place}@{name}&t={event}" for name in matcher.table.classes_of.get(lemma, ())]
        if not groups:
            found.append(f"{place}=")
    for complement in [] if made.bare else matcher.complements(clause)[:2]:
        below = matcher.best(complement)
        found.append(f"c={complement.relation}&t={event}")
        if below is not None and below.event:
            found.append(f"ce={below.event}&t={event}")
    if clause.form == "nominal":
        before = "".join(_DETERMINERS.get(tokens[at].lower, "") for at in range(max(0, clause.verb - _BEFORE), clause.verb))
        found += [f"d={before}", f"plural={tokens[clause.verb].lower.endswith('s')}"]
    if matcher.is_leisure(clause.sentence):
        found.append("leisure")
    return found
