"""Layer 3, actors: the table of those whom a text may name – the case's actors first, then the world."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

import ahocorasick
from rapidfuzz.distance import OSA

from openparley.record.casefile import Actor
from openparley.record.coders.rules.actors.mentions import Mention, find_mentions
from openparley.record.coders.rules.actors.profiles import Profile, article_of, profile_of, state_of
from openparley.record.coders.rules.actors.surfaces import Sense, Surface, spelling_key, spellings, world_surfaces
from openparley.record.coders.rules.actors.world import Term, World, fold, fold_word, words
from openparley.record.coders.rules.lexicon import Lexicon

__all__ = ["ActorTable", "Mention", "find_mentions"]

ID_LENGTH = 40
# Shorter names differ from each other in one letter too often for a typing error to be told from another name.
TYPO_LENGTH = 6
_SIDES = frozenset({"state", "group", "institution"})
# Roles of bodies and of many, which no single person has.
_BODIES = words("military police intelligence legislature court ministry institution office team delegation")


class ActorTable:
    """Everybody whom a text may name; built once a case.

    Attributes
    ----------
    actors
        The case's actors by id.
    world
        States, organisations, terms of office and nouns.
    profiles
        What is known of each actor, of the case and proposed.
    """

    def __init__(self, actors: Mapping[str, Actor], lexicon: Lexicon, published: date | None) -> None:
        self.actors, self.lexicon, self.published = dict(actors), lexicon, published
        self.world: World = lexicon.build(World.of)
        self.profiles: dict[str, Profile] = {key: profile_of(key, actor, self.world) for key, actor in actors.items()}
        self._proposed: dict[str, Actor] = {}
        self._by_name: dict[str, str] = {}
        for key, profile in self.profiles.items():
            for name in profile.names:
                self._by_name.setdefault(fold(article_of(name)[1]), key)
        self.state_ids = self._states()
        self.organisation_ids = {
            org.name: found
            for org in self.world.organisations.values()
            if (found := next((self._by_name[fold(name)] for name in (org.name, *org.names) if fold(name) in self._by_name), None))
        }
        self._sharing = self._in_one_country()
        self._sides = self._parties()
        self._places = {key: place for place, key in (*self.organisation_ids.items(), *self.state_ids.items())}
        self._person_ids = self._persons()
        self._terms_by_id: dict[str, list[Term]] = {}
        for term in self.world.terms:
            known = self._person_ids.get(fold_word(term.person[0]))
            if known:
                self._terms_by_id.setdefault(known, []).append(term)
        self._automaton, self._surfaces = self._compile()
        self.spellings = self._spellings()
        self._known_flavours: dict[Surface, str] = {}
        self._typos: dict[str, str | None] = {}
        self._surnames = {fold(p.surname): key for key, p in self.profiles.items() if p.kind == "person" and len(p.surname) >= TYPO_LENGTH}

    @classmethod
    def build(cls, actors: Mapping[str, Actor], lexicon: Lexicon, published: date | None = None) -> ActorTable:
        """The table of a case.

        Parameters
        ----------
        published
            Day for terms of office in articles that bear no date.
        """
        return cls(actors, lexicon, published)

    def proposed(self) -> Mapping[str, Actor]:
        """Actors that texts named and the case does not know, by proposed id."""
        return self._proposed

    def is_person(self, key: str) -> bool:
        """Whether an id is one person's."""
        profile = self.profiles.get(key)
        return profile is not None and profile.kind == "person"

    def country(self, key: str) -> str:
        """ISO alpha-3 code of an actor, empty if none."""
        profile = self.profiles.get(key)
        return profile.country if profile else ""

    def matches(self, folded: str) -> Iterable[tuple[int, Surface]]:
        """Surfaces found in folded text, each with the offset of its last character."""
        return self._automaton.iter(folded)

    # Who an id is

    def state(self, code: str) -> tuple[str, str | None]:
        """Id of a state's actor, and its display name if it is a new one."""
        if code in self.state_ids:
            return self.state_ids[code], None
        state = self.world.states.get(code)
        name = state.name if state else code
        return self.propose(name, "observer", code, kind="state")

    def organisation(self, name: str) -> tuple[str, str | None]:
        """Id of an organisation's actor, and its display name if it is a new one."""
        if name in self.organisation_ids:
            return self.organisation_ids[name], None
        org = self.world.organisations[name]
        role = {"organisation": "institution", "court": "institution", "alliance": "institution", "media": "press"}.get(org.kind, "group")
        return self.propose(name, role, org.country, kind="institution" if role in ("institution", "press") else "group")

    def knows_place(self, key: str) -> bool:
        """Whether a code or name is that of a state or organisation that can act; codes of invented states may have no actor."""
        return key in self.world.organisations or key in self.world.states or key in self.state_ids

    def place(self, key: str) -> tuple[str, str | None]:
        """The actor of a state's code or an organisation's name."""
        return self.organisation(key) if key in self.world.organisations else self.state(key)

    def person(self, term: Term) -> tuple[str, str | None]:
        """Id of the actor who held an office, and the name if the person is new to the case."""
        known = self._person_ids.get(fold_word(term.person[0]))
        if known:
            return known, None
        country = term.place if term.place in self.world.states else ""
        key, new = self.propose(term.person[0], "official", country, kind="person", surname=term.surname)
        self._terms_by_id.setdefault(key, self.lexicon.build(_terms)[0][fold(term.person[0])])
        return key, new

    def propose(
        self, name: str, role: str, country: str = "", *, kind: str, surname: str = "", gender: str = "", roles: Iterable[str] = ()
    ) -> tuple[str, str | None]:
        """Id and name of an actor that the case does not know; the same for the same name."""
        known = next((self._by_name[one] for one in spellings(name) if one in self._by_name), None)
        if known is not None:
            return known, None if known in self.actors else self._proposed[known].name
        base = _slug(surname or name) or _slug(name) or "actor"
        key = base
        number = 2
        while key in self.profiles:
            longer = _slug(name)
            key = longer if longer != base and longer not in self.profiles else f"{base[: ID_LENGTH - 4]}-{number}"
            number += 1
        actor = Actor(name=name, country=country, role=role, proposed=True)  # pyright: ignore[reportArgumentType]
        self._proposed[key] = actor
        for one in spellings(name):
            self._by_name.setdefault(one, key)
        found = gender or (self.world.genders.get(fold(name.split()[0]), "") if kind == "person" else "")
        self.profiles[key] = Profile(
            key,
            country,
            kind,
            "singular",
            found if found != "x" else "",
            frozenset(roles),
            (name,),
            name if kind == "person" else "",
            surname,
        )
        return key, name

    def is_name(self, word: str) -> bool:
        """Whether a capitalised word may be a first name: no state, organisation, office or title."""
        folded = fold_word(word)
        return folded in self.world.genders or (folded not in self._surfaces and folded not in self.world.nouns)

    def term(self, key: str, day: date | None, *, full: bool, among: Iterable[str] = (), gender: str = "") -> Term | None:
        """The term that a name of the table of terms means: the one that runs on the day, else the last that began before it.

        Parameters
        ----------
        full
            Whether ``key`` is the full name that the table shows; else it is a surname.
        among
            Full names that the text spells out: a surname is one of theirs, whoever held office later.
        gender
            What a courtesy before the surname tells.
        """
        terms = self.lexicon.build(_terms)[not full].get(fold_word(key), [])
        if gender:
            terms = [term for term in terms if self.world.genders.get(fold_word(term.person[0]).split()[0], gender) in (gender, "x")]
        spelt = set(among)
        terms = [term for term in terms if term.person[0] in spelt] or terms
        begun = [term for term in terms if day is None or term.start <= day]
        running = [term for term in begun if day is not None and day < term.end]
        return (running or begun or terms or [None])[-1]

    def terms_of(self, key: str) -> list[Term]:
        """All terms of office of an actor."""
        return self._terms_by_id.get(key, [])

    def is_telling(self, surname: str) -> bool:
        """Whether a surname of the table of terms alone tells who is meant: long, no first name, no other word."""
        folded = fold_word(surname)
        return len(folded) >= 5 and folded not in self.world.genders and folded not in _COMMON_SURNAMES

    def place_of(self, key: str) -> str:
        """Code or name of what an actor is itself, empty for one who is a person or part of something."""
        return self._places.get(key, "")

    def flavour(self, surface: Surface) -> str:
        """How a surface names: state, demonym, people, capital, metonym, organisation, adjective, members, seat, person or name."""
        if surface.sense.what not in ("actor", "surname"):
            return surface.sense.what
        if surface not in self._known_flavours:
            self._known_flavours[surface] = self._flavour(surface)
        return self._known_flavours[surface]

    def _flavour(self, surface: Surface) -> str:
        sense = surface.sense
        if sense.what == "surname" or self.is_person(sense.key):
            return "person"
        known = self.lexicon.build(_flavours).get(surface.folded)
        if known:
            return known
        code = self._places.get(sense.key, "")
        own = fold(article_of(self.profiles[sense.key].names[0])[1])
        if " " in surface.folded or surface.letters != "title":
            return "name"
        derived = derivation(own, surface.folded)
        if derived:
            return derived
        if code and code not in self.world.organisations and not surface.article:
            return "state" if surface.folded == own else "capital"
        return "name"

    def typo(self, word: str) -> str | None:
        """Id of the case's person whose surname is one typing error away from a word, or None."""
        if word not in self._typos:
            folded = fold(word)
            names = [name for name in self._surnames if abs(len(name) - len(folded)) <= 1 and name[0] == folded[0]]
            near = [name for name in names if 0 < OSA.distance(name, folded, score_cutoff=1) <= 1]
            known = folded in self._surfaces
            self._typos[word] = self._surnames[near[0]] if len(near) == 1 and not known else None
        return self._typos[word]

    # Roles

    def in_role(self, place: str, role: str, *, plural: bool | None = None, noun: str = "", owner: str = "") -> list[str]:
        """Ids of the case's actors of a place who have a role, best first.

        Parameters
        ----------
        owner
            The actor to whom they belong, if known: where two parties share a country only its own people count.
        """
        org = place in self.world.organisations
        home = self.organisation_ids.get(place, "") if org else ""
        side = self.side_of(owner) if owner else ""
        home = side if side in self._sharing else home
        bodies = role in _BODIES
        found = []
        for key in self.actors:
            profile = self.profiles[key]
            same = profile.country == place and bool(place) if not (org or home) else bool(home) and key.startswith(f"{home}_")
            if not same or role not in profile.roles or profile.former or (bodies and profile.kind in ("person", "anonymous")):
                continue
            fits = 2 * (bool(noun) and noun in profile.nouns) + (plural is not None and (profile.number == "plural") == plural)
            found.append((-fits, len(found), key))
        return [key for *_, key in sorted(found)]

    def only(self, role: str) -> str | None:
        """The case's only actor in a role, or None."""
        found = [key for key in self.actors if role in self.profiles[key].roles and not self.profiles[key].former]
        return found[0] if len(found) == 1 else None

    def sides(self) -> list[str]:
        """The parties to the quarrel themselves: states, governments and movements, not their people."""
        return self._sides

    def is_sharing(self, key: str) -> bool:
        """Whether an actor is or belongs to one of two parties in one country, so that the country does not tell whose he is."""
        return bool(key) and self.side_of(key) in self._sharing

    def side_of(self, key: str) -> str:
        """The party that an actor is or belongs to, by its id or its country; empty if none."""
        sides = self.sides()
        if key in sides:
            return key
        own = [side for side in sides if key.startswith(f"{side}_")]
        if own:
            return own[0]
        country = self.country(key)
        there = [side for side in sides if country and self.country(side) == country]
        return there[0] if len(there) == 1 else ""

    # Building

    def _states(self) -> dict[str, str]:
        places: dict[str, str] = {}
        for state in self.world.states.values():
            key = next(
                (self._by_name[fold(name)] for name in (state.name, *state.names, *state.capitals) if fold(name) in self._by_name), None
            )
            if key and self.profiles[key].country in ("", state.code):
                places[state.code] = key
        by_country: dict[str, list[Profile]] = {}
        for profile in self.profiles.values():
            if profile.country and profile.country not in places:
                by_country.setdefault(profile.country, []).append(profile)
        for code, own in by_country.items():
            key = state_of(own, self.world.states.get(code), self.world)
            if key:
                places[code] = key
        return places

    def _in_one_country(self) -> frozenset[str]:
        """Parties that share their country with another party, as a government and its rebels do."""
        parties: dict[str, list[str]] = {}
        for key, actor in self.actors.items():
            if actor.role == "party" and actor.country and self.profiles[key].kind not in ("person", "anonymous"):
                parties.setdefault(actor.country, []).append(key)
        return frozenset(key for keys in parties.values() if len(keys) > 1 for key in keys)

    def _parties(self) -> list[str]:
        found = [key for key, actor in self.actors.items() if actor.role == "party" and self.profiles[key].kind in _SIDES]
        return [key for key in found if not any(key.startswith(f"{other}_") for other in found)]

    def _persons(self) -> dict[str, str]:
        """Case ids of those in the table of terms: by full name, or by surname and country."""
        found: dict[str, str] = {}
        persons = {key: profile for key, profile in self.profiles.items() if profile.kind == "person"}
        for term in self.world.terms:
            for spelling in term.person:
                key = self._by_name.get(fold(spelling))
                key = key or next((k for k, p in persons.items() if fold(p.person) == fold(spelling)), None)
                if key:
                    found[fold(term.person[0])] = key
        return found

    def _compile(self) -> tuple[ahocorasick.Automaton, dict[str, Surface]]:
        surfaces: dict[str, Surface] = {}
        for surface in (*self._own_surfaces(), *self.lexicon.build(world_surfaces)):
            surfaces.setdefault(surface.folded, surface)
        automaton = ahocorasick.Automaton()
        for text, surface in surfaces.items():
            automaton.add_word(text, surface)
        automaton.make_automaton()
        return automaton, surfaces

    def _own_surfaces(self) -> list[Surface]:
        """Names of the case's actors: as written, then surnames, then demonyms of states that the world does not know."""
        own: list[Surface] = []
        for key, profile in self.profiles.items():
            own += [Surface.of(name, Sense("actor", key)) for name in profile.names]
            if profile.person:
                own.append(Surface.of(profile.person, Sense("actor", key)))
        leaders = {fold(term.surname) for term in self.world.terms}
        surnames: dict[str, list[str]] = {}
        for key, profile in self.profiles.items():
            if profile.surname:
                surnames.setdefault(profile.surname, []).append(key)
        for surname, keys in surnames.items():
            taken = fold(surname) in leaders and not any(
                fold(surname) == fold(t.surname) for t in self.world.terms if self._holds(t, keys[0])
            )
            if len(keys) == 1 and not taken:
                own.append(Surface.of(surname, Sense("surname", keys[0])))
        for code, key in self.state_ids.items():
            if code not in self.world.states:
                own += [Surface.of(word, Sense("demonym", code)) for word in _demonyms(self.profiles[key].names[0])]
                own += [Surface.of(word + "s", Sense("people", code)) for word in _demonyms(self.profiles[key].names[0])]
        return own

    def _holds(self, term: Term, key: str) -> bool:
        return self._person_ids.get(fold_word(term.person[0])) == key

    def _spellings(self) -> dict[str, str]:
        """Surnames of the case's persons by what transliterations of them share."""
        found: dict[str, str] = {}
        for key, profile in self.profiles.items():
            if profile.kind == "person" and len(profile.surname) >= TYPO_LENGTH:
                found.setdefault(spelling_key(profile.surname), key)
        return found


_COMMON_SURNAMES = words(
    "brown major begin powell carter hunt johnson wilson marshall baker costa michel harris cooper cameron howard morrison austin "
    "gates christopher rogers barak santos singh castro clinton kennedy nixon heath eden perry panetta prodi monti letta conte straw "
    "hague raab hammond brandt kohl schmidt fischer gabriel juncker taylor nasser torres franco petro duque ortega temer prince annan "
    "solana stubb harper martin bruton reynolds fabius peres sadat hussein khan sharif gandhi nehru kishida suga truss major lapid "
    "eshkol lebed ivanov assad hasan ahmed cristiani rhee macri uribe pence cheney vance young rusk hegseth austin esper muskie "
    "herter"
)


def _terms(lexicon: Lexicon) -> tuple[dict[str, list[Term]], dict[str, list[Term]]]:
    """Terms by full name and by surname, in order of time."""
    full: dict[str, list[Term]] = {}
    surname: dict[str, list[Term]] = {}
    for term in sorted(lexicon.build(World.of).terms, key=lambda term: term.start):
        full.setdefault(fold(term.person[0]), []).append(term)
        surname.setdefault(fold(term.surname), []).append(term)
    return full, surname


def _flavours(lexicon: Lexicon) -> dict[str, str]:
    """How the world's surfaces name, for names that a case gives to its own actors."""
    found: dict[str, str] = {}
    for surface in lexicon.build(world_surfaces):
        if surface.sense.what not in ("nobody", "person", "surname of"):
            found.setdefault(surface.folded, surface.sense.what)
    return found


def _slug(name: str) -> str:
    """Lower-case ASCII id of a name, starting with a letter."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(article_of(name)[1])).strip("-")
    return re.sub(r"^[^a-z]+", "", words)[:ID_LENGTH].rstrip("-")


_ENDINGS = ("an", "ian", "ean", "ese", "ish", "i", "er", "ite", "ic")


def derivation(own: str, word: str) -> str:
    """Whether a word is the adjective (demonym) or the people of a state or movement by that name; empty if neither.

    Examples
    --------
    >>> derivation("brennia", "brennian"), derivation("brennia", "brennians"), derivation("brennia", "calloway")
    ('demonym', 'people', '')
    """
    for name in own.split():
        forms = _demonyms(name)
        if word in forms:
            return "demonym"
        if word.endswith("s") and word[:-1] in forms:
            return "people"
    return ""


def _demonyms(name: str) -> list[str]:
    """Adjectives that an invented state's name might have."""
    if " " in name or len(name) < 4:
        return []
    stem = re.sub(r"(?:ia|y|a|e|o|u|i)$", "", name)
    stems = {name, stem} if len(stem) >= 4 else {name}
    return sorted({name + "n", *(base + ending for base in stems for ending in _ENDINGS)} - {name})
