"""What the names of an actor tell: person or state, in which role, of which gender, how many."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from openparley.record.casefile import Actor
from openparley.record.coders.rules.actors.world import State, World, fold, words

__all__ = ["Profile", "article_of", "profile_of", "state_of"]

_ARTICLE = re.compile(r"(?:(the|a|an|its|his|her|their)\s+)?(.*)", re.IGNORECASE | re.DOTALL)
_WORD = re.compile(r"[^\W_][\w.'’-]*")
_PREPOSITIONS = words("of to for in on from with at by under who that")
_PARTICLES = words("de da do dos du van von der den bin ibn al el la le della di y of")
_ORG_WORDS = words(
    "news wire times post journal herald lantern courier observer review agency press television tv radio bank ministry party union "
    "council organisation organization committee front movement court commission league group institute university foundation "
    "association federation assembly congress senate parliament authority line house office department treaty alliance network "
    "company corporation states kingdom republic emirates islands force forces army navy guard police command chancery service"
)
_LAND_WORDS = words(
    "upper lower north south east west new old great greater united free inner outer central port saint mount lake cape fort inland "
    "trans cis high lesser big little people's popular democratic national"
)
_PERSON_ROLES = frozenset({"official", "spokesperson", "adviser"})
# Roles that one person has at a time: who is called so is a person, named or not.
_ONE_PERSON = words(
    "leader deputy foreign_minister defence_minister deputy_minister minister governor spokesperson chief secretary_general"
)
# Last part of an id, as in the codebook, and the role it names.
_ID_ROLES = {"vice": "deputy", "office": "office", "leader": "leader", "state": "state", "navy": "military", "army": "military"}


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of an actor.

    Attributes
    ----------
    kind
        person, state, institution, group or anonymous.
    gender
        m, f or empty.
    roles
        Roles as in ``titles.csv`` that the names speak of; ``nouns`` the nouns themselves.
    person, surname
        The personal name without titles, and the part of it that stands alone.
    former
        Whether the role is one of the past.
    """

    key: str
    country: str
    kind: str
    number: str
    gender: str
    roles: frozenset[str]
    names: tuple[str, ...]
    person: str = ""
    surname: str = ""
    former: bool = False
    nouns: frozenset[str] = frozenset()


def article_of(name: str) -> tuple[str, str]:
    """A name as (article, rest).

    Examples
    --------
    >>> article_of("the Chancery")
    ('the', 'Chancery')
    """
    found = _ARTICLE.fullmatch(name.strip())
    article, rest = (found.group(1) or "", found.group(2)) if found else ("", name)
    return (article.lower(), rest) if rest else ("", name)


def profile_of(key: str, actor: Actor, world: World) -> Profile:
    """The profile of an actor of the case."""
    names = tuple(dict.fromkeys((actor.name, *actor.aliases)))
    roles: set[str] = set()
    nouns: set[str] = set()
    former = False
    gender = ""
    plural_head = one = False
    for number, name in enumerate(names):
        head = _head(name, world)
        if head is None:
            continue
        noun, deputy, past = head
        found = world.nouns[noun]
        gender = gender or found.gender
        if found.role != "courtesy":
            roles.add("deputy" if deputy and found.role == "leader" else found.role)
            nouns.add(found.noun)
            former = former or past
        if number == 0:
            plural_head = found.plural and not found.collective
            one = found.role in _ONE_PERSON and not found.plural
    for word in key.split("_")[1:][-1:]:
        noun = world.nouns.get(word)
        role = _ID_ROLES.get(word) or (noun.role if noun else "")
        if role:
            roles.add(role)
    person = _person(names, actor.role, world)
    several = bool(re.search(r"\b(?:and|&)\b", actor.name)) and not any(fold(actor.name) == fold(s.name) for s in world.states.values())
    if person and not several and actor.role not in ("group", "institution"):
        gender = gender or world.genders.get(fold(person.split()[0]), "")
        if gender == "x":
            gender = ""
        return Profile(
            key,
            actor.country,
            "person",
            "singular",
            gender,
            frozenset(roles),
            names,
            person,
            _surname(person, names),
            former,
            frozenset(nouns),
        )
    if one and not several and not _nameless(actor.name) and actor.role in ("official", "mediator", "spokesperson"):
        # An office-holder whom the case does not name is a person all the same.
        return Profile(key, actor.country, "person", "singular", gender, frozenset(roles), names, "", "", former, frozenset(nouns))
    kind = "institution" if actor.role in ("institution", "press") else "group"
    if (
        _nameless(actor.name)
        and not plural_head
        and actor.role in ("official", "adviser", "observer")
        and not roles & {"delegation", "team"}
    ):
        kind = "anonymous"
    elif plural_head or actor.role in ("official", "adviser"):
        kind = "group" if actor.role != "institution" else kind
    elif actor.role in ("party", "mediator", "ally", "observer") and not roles & {"allies", "people", "civilians"}:
        kind = "state"
    number = "plural" if plural_head or several or kind == "group" else "singular"
    return Profile(key, actor.country, kind, number, "", frozenset(roles), names, "", "", former, frozenset(nouns))


def _head(name: str, world: World) -> tuple[str, bool, bool] | None:
    """The agent noun that a name is about – the first, not after a preposition –, whether it is a deputy's, whether of the past."""
    words = [word.lower().rstrip(".") for word in _WORD.findall(name)]
    deputy = past = False
    at = 0
    while at < len(words):
        if words[at] in _PREPOSITIONS:
            return None
        for size in (4, 3, 2, 1):
            phrase = " ".join(words[at : at + size])
            noun = world.nouns.get(phrase)
            if noun and len(phrase.split()) == size:
                following = words[at + size : at + size + 1]
                # “security officials”: the last of several nouns is the head.
                if following and following[0] in world.nouns and noun.role != "courtesy" and not noun.title:
                    break
                return phrase, deputy, past
        kind = world.modifiers.get(words[at], "")
        deputy, past = deputy or kind == "deputy", past or kind == "former"
        at += 1
    return None


def _person(names: Sequence[str], role: str, world: World) -> str:
    """The personal name in an actor's names, or empty."""
    titled = False
    found = ""
    for name in names:
        article, bare = article_of(name)
        if article:
            continue
        words = [word for word in _WORD.findall(bare.split(" (")[0])]
        at = 0
        for index, word in enumerate(words):
            low = word.lower().rstrip(".")
            if (
                low in world.nouns
                or low in world.modifiers
                or low in _PREPOSITIONS
                or low == "the"
                or _is_place(word, world)
                or (word[0].islower() and low not in _PARTICLES)
            ):
                at = index + 1
        rest = words[at:]
        for size in (3, 2):
            if len(words) >= size and at < size and _is_place(" ".join(words[at : at + size]), world):
                rest = []
        capitals = [word for word in rest if word[0].isupper()]
        if not capitals or any(word.lower() in _ORG_WORDS for word in rest):
            continue
        if at and any(word.lower().rstrip(".") in world.nouns and world.nouns[word.lower().rstrip(".")].title for word in words[:at]):
            titled = True
        if len(capitals) >= 2 and len(" ".join(rest)) > len(found):
            found = " ".join(rest)
    if not found:
        return ""
    known = fold(found.split()[0]) in world.genders
    if not known and not titled and _is_land(found, names):
        return ""
    aliased = any(name == found.split()[-1] for name in names)
    likely = (
        known or titled or role in _PERSON_ROLES or (role == "press" and len(names) == 1) or (aliased and role in ("party", "mediator"))
    )
    return found if likely and not _is_place(found, world) else ""


def _is_land(found: str, names: Sequence[str]) -> bool:
    """Whether what looks like a personal name is a land's: “Upper Nesk”, whose council or people other names speak of."""
    first, last = found.split()[0], found.split()[-1]
    own = any(re.search(rf"\b{re.escape(last)}['’]s? [a-z]", name) for name in names)
    return first.lower() in _LAND_WORDS or first.endswith("ern") or own


def _is_place(name: str, world: World) -> bool:
    return fold(name) in _places(world)


_PLACES: dict[int, frozenset[str]] = {}


def _places(world: World) -> frozenset[str]:
    """Folded names of states, their adjectives, and organisations."""
    if id(world) not in _PLACES:
        words: set[str] = set()
        for state in world.states.values():
            words.update(map(fold, (state.name, *state.names, *state.adjectives, *state.people, *state.capitals, *state.metonyms)))
        for org in world.organisations.values():
            words.update(map(fold, (org.name, *org.names, *org.adjectives, *org.people)))
        _PLACES[id(world)] = frozenset(words)
    return _PLACES[id(world)]


def _surname(person: str, names: Sequence[str]) -> str:
    """The part of a personal name that stands alone: an alias of one word in it, else the last word with its particles."""
    words = person.split()
    alone = [name for name in names if name in words and name != words[0]]
    if alone:
        return alone[0]
    at = len(words) - 1
    while at > 1 and words[at - 1].lower() in _PARTICLES:
        at -= 1
    return " ".join(words[at:]) if len(words) > 1 else ""


def _nameless(name: str) -> bool:
    """Whether a display name has no proper name in it: “Person familiar with the talks”, “a senior official (unnamed)”."""
    if re.search(r"unnamed|anonym|familiar with|not named", name):
        return True
    words = _WORD.findall(article_of(name)[1])
    return all(word[0].islower() or (number == 0) for number, word in enumerate(words)) and len(words) > 1


def state_of(own: Sequence[Profile], state: State | None, world: World) -> str | None:
    """Which of the actors of one country is the country itself.

    For a country of the world its name must be in the actor's, for an invented one the names and ids of the others tell.
    """
    best: tuple[float, str] | None = None
    for profile in own:
        name = article_of(profile.names[0])[1]
        if profile.kind in ("person", "anonymous"):
            continue
        others = [text for other in own if other.key != profile.key for text in other.names]
        score = 1.0 * (profile.kind == "state") + 2.0 * profile.key.endswith("_state")
        score += 2.0 * any(other.key.startswith(profile.key + "_") for other in own)
        score += min(3, sum(name in text for text in others))
        score -= 2.0 * (bool(profile.roles - {"state"}) or len(name.split()) > 2)
        if state is not None:
            named = any(fold(word) in fold(name) for word in (state.name, *state.names, *state.adjectives))
            government = bool(profile.roles & {"state"}) or (profile.kind == "state" and not profile.roles)
            score = score + 1 if named and government else 0
        if score >= 2 and (best is None or score > best[0]):
            best = score, profile.key
    if best is None and state is None:
        # Of an invented country whose only body it is, a party is the country.
        bodies = [profile.key for profile in own if profile.kind == "state" and not profile.roles - {"state"}]
        return bodies[0] if len(bodies) == 1 else None
    return best[1] if best else None
