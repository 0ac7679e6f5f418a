"""What is true of a candidate for an event, in names and numbers: what the model that ranks candidates looks at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from openparley.record.coders.rules.events.candidates import Candidate
    from openparley.record.coders.rules.events.frames import Frame
    from openparley.record.coders.rules.events.matching import Matcher
    from openparley.record.coders.rules.grammar.grammar import Clause, Group

__all__ = ["Signs", "log_odds", "signs_of"]

# Words that stand before a noun and say what it is: the attack, an attack, no attack.
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
# Priors are no surer than this, either way.
_SUREST = 0.97
_DEEPEST, _CROWD = 5, 4
# Classes of nouns that serve the lexicon only.
_NO_KINDS = frozenset(("leisure", "common verb", "number noun", "skipped word"))
_PEOPLE = frozenset(("person", "force"))
_SWALLOWED = frozenset(("to", "ing", "that", "wh"))


class Signs(NamedTuple):
    """The features of a candidate.

    Attributes
    ----------
    shared
        What speaks for or against an event, whatever its type; by name, with values about 1.
    typed
        What speaks for some types and against others: words, classes of nouns, prepositions.
    options
        What the lexicon says of each type that its frames give.
    """

    shared: dict[str, float]
    typed: frozenset[str]
    options: dict[str, dict[str, float]]


def log_odds(prior: float) -> float:
    """Log odds of a share, within bounds."""
    held = min(max(prior, 1 - _SUREST), _SUREST)
    return log(held / (1 - held))


def signs_of(matcher: Matcher, made: Candidate, sentence: Sequence[Candidate], contexts: Sequence[str] = ()) -> Signs:
    """The features of a candidate.

    Parameters
    ----------
    sentence
        All candidates of its sentence.
    contexts
        Context words of PLOVER that its words speak for.
    """
    shared = _of_frame(made)
    shared.update(_of_clause(matcher, made.clause))
    shared.update(_of_neighbours(made, sentence))
    shared.update(_of_cast(made))
    if matcher.is_leisure(made.clause.sentence):
        shared["leisure"] = 1.0
    shared["contexts"] = min(2, len(contexts)) / 2
    typed = set(_words(matcher, made))
    typed.update(f"cx={name}" for name in contexts)
    for place, group in _places(matcher, made.clause):
        lemma = matcher.lemma(group.head)
        kinds = [kind for kind in matcher.table.classes_of.get(lemma, ()) if kind not in _NO_KINDS]
        typed.update(f"{place}@{kind}" for kind in kinds)
        if place == "o":
            typed.add(f"o={lemma}")
        shared.setdefault(f"{place}k={_kind(group, kinds)}", 1.0)
    if "nobody" in shared:
        shared |= {f"nobody&{name}": 1.0 for name in ("sk=thing", "sk=none", "ok=thing") if name in shared}
    return Signs(shared, frozenset(typed), _options(matcher, made))


def _of_frame(made: Candidate) -> dict[str, float]:
    """What the frame is worth, and how the candidate came from it."""
    frame = made.frame
    pos = "light" if made.light is not None else frame.pos
    odds = log_odds(frame.prior)
    found = {"prior": odds, f"prior&{pos}": odds, f"pos={pos}": 1.0, "tests": min(3, len(frame.tests) + 2 * len(frame.rest)) / 3}
    for name in ("loose", "bare", "consumed"):
        if getattr(made, name):
            found[name] = 1.0
    if made.governor is not None:
        found |= {"governed": 1.0, f"governed&{pos}": 1.0, f"governor={made.governor.event}": 1.0}
        if made.absorbed and (made.clause.form == "nominal" or made.clause.relation in _SWALLOWED):
            found |= {"swallowed": 1.0, f"swallowed&{made.clause.relation}": 1.0}
    if made.derived:
        found["derived"] = 1.0
    if made.role:
        found[f"role={made.role}"] = 1.0
    found[f"realis={made.realis}"] = 1.0
    return found


def _of_clause(matcher: Matcher, clause: Clause) -> dict[str, float]:
    """How it is put: form, tense, modality, depth."""
    found = {f"form={clause.form}": 1.0, f"relation={clause.relation}": 1.0}
    tokens = matcher.article.tokens
    if clause.form == "nominal":
        words = (_DETERMINERS.get(tokens[at].lower, "") for at in range(max(0, clause.verb - _BEFORE), clause.verb))
        found[f"determiner={''.join(words)}"] = 1.0
        if tokens[clause.verb].lower.endswith("s"):
            found["plural"] = 1.0
    else:
        found[f"tense={clause.tense}{'-perfect' if clause.perfect else ''}"] = 1.0
    if clause.modal:
        found |= {"modal": 1.0, f"modal={clause.modal}": 1.0}
    for name in ("negated", "passive", "question"):
        if getattr(clause, name):
            found[name] = 1.0
    if clause.quotation is not None:
        found["quoted"] = 1.0
    depth, above = 0, clause
    while above.parent is not None and 0 <= above.parent < len(matcher.clauses) and depth < _DEEPEST:
        above = matcher.clauses[above.parent]
        depth += 1
    found["depth"] = depth / _DEEPEST
    if not clause.subjects and not clause.passive:
        found["sk=none"] = 1.0
    if not matcher.objects(clause):
        found["ok=none"] = 1.0
    return found


def _of_neighbours(made: Candidate, sentence: Sequence[Candidate]) -> dict[str, float]:
    """Other candidates whose words overlap: the same event may be told by verb and noun."""
    pos = "light" if made.light is not None else made.frame.pos
    found = {"crowd": min(_CROWD, len(sentence) - 1) / _CROWD, "length": log(1 + made.end - made.start) / 5}
    length = made.end - made.start
    over = [other for other in sentence if other is not made and min(other.end, made.end) > max(other.start, made.start)]
    around = [other for other in over if other.start <= made.start and other.end >= made.end and other.end - other.start > length]
    within = [other for other in over if other.start >= made.start and other.end <= made.end and other.end - other.start < length]
    if around:
        found |= {"inside": 1.0, f"inside&{pos}": 1.0, "inside.prior": max(log_odds(other.frame.prior) for other in around)}
    if within:
        found |= {"holds": 1.0, "holds.prior": max(log_odds(other.frame.prior) for other in within)}
    twins = [other for other in over if other.event == made.event]
    if twins:
        found["twin"] = 1.0
        if any(other.frame.prior > made.frame.prior for other in twins):
            found["twin.better"] = 1.0
    return found


def _of_cast(made: Candidate) -> dict[str, float]:
    """Whether those who take part are known."""
    arguments = made.arguments
    recipient = "before" if arguments.recipient_place == "before" else "ids" if arguments.recipient else arguments.recipient_kind
    actor = "ids" if arguments.actor else arguments.actor_kind
    found = {f"actor={actor}": 1.0, f"recipient={recipient}": 1.0}
    if actor != "ids" and recipient not in ("ids", "before"):
        found["nobody"] = 1.0
    return found


def _places(matcher: Matcher, clause: Clause) -> Iterator[tuple[str, Group]]:
    for group in matcher.objects(clause)[:2]:
        yield "o", group
    if not clause.passive:
        for group in clause.subjects[:2]:
            yield "s", group


def _kind(group: Group, kinds: Sequence[str]) -> str:
    """Whether a noun group is somebody known, somebody's, a pronoun, people or a thing."""
    if group.ids:
        return "known"
    if group.owner:
        return "owned"
    if group.pronoun:
        return "pronoun"
    return "thing" if _PEOPLE.isdisjoint(kinds) else "people"


def _words(matcher: Matcher, made: Candidate) -> Iterator[str]:
    """Words and forms that tell types apart."""
    clause, frame = made.clause, made.frame
    yield f"w={'_'.join((frame.lemma, *frame.rest))}"
    if clause.lemma != frame.lemma:
        yield f"w={clause.lemma}"
    if made.light is not None:
        yield f"light={clause.lemma}"
    if clause.particle:
        yield f"particle={clause.particle}"
    for name, _ in clause.obliques:
        yield f"p={name}"
    for complement in () if made.bare else matcher.complements(clause)[:2]:
        yield f"c={complement.relation}"
        below = matcher.best(complement)
        if below is not None and below.event:
            yield f"below={below.event}"
    if clause.modal:
        yield f"modal={clause.modal}"
    if clause.negated:
        yield "negated"
    if clause.passive:
        yield "passive"
    yield f"form={clause.form}"
    yield f"realis={made.realis}"


def _options(matcher: Matcher, made: Candidate) -> dict[str, dict[str, float]]:
    """The types that the lexicon gives a candidate: by how its frame holds, and how often that frame is such an event."""
    found: dict[str, dict[str, float]] = {}

    def add(frame: Frame, kind: str, *, first: bool) -> None:
        if frame.event and frame.event not in found:
            found[frame.event] = {kind: 1.0, f"{kind}.prior": log_odds(frame.prior)}
            if first:
                found[frame.event]["first"] = 1.0

    if made.derived:
        found[made.event] = {"derived": 1.0, f"derived.{made.derived}": 1.0, "first": 1.0}
    if made.clause.form == "nominal" or made.light is not None:
        add(made.frame, "light" if made.light is not None else "noun", first=not made.derived)
        for frame in matcher.frames(made.clause):
            add(frame, "held", first=False)
        return found
    held = [frame for frame in matcher.frames(made.clause) if frame.event]
    for number, frame in enumerate(held):
        add(frame, "held", first=number == 0 and not made.derived)
    for frame in matcher.loose_frames(made.clause):
        add(frame, "loose", first=made.loose and frame.event == made.event)
    return found
