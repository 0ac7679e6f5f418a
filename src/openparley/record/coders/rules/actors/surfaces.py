"""Words that name somebody, and what they mean: the patterns that are looked for in a text."""

from __future__ import annotations

import re
from typing import NamedTuple

from openparley.record.coders.rules.actors.profiles import article_of
from openparley.record.coders.rules.actors.world import World, fold
from openparley.record.coders.rules.lexicon import Lexicon

__all__ = ["Sense", "Surface", "spelling_key", "spellings", "world_surfaces"]


class Sense(NamedTuple):
    """What a surface stands for.

    ``what`` is actor, surname (of a case's actor; ``key`` its id), state, demonym, people, capital, metonym (``key`` the state's code),
    organisation, adjective, members, seat (``key`` the organisation's name), person (of the table of terms), or nobody.
    """

    what: str
    key: str


class Surface(NamedTuple):
    """A surface as it is looked for.

    Attributes
    ----------
    folded
        Lower case without accents; what the automaton knows.
    letters
        upper (an acronym: capitals only), title (starts with a capital) or any.
    article
        Whether it was given with an article and needs a determiner before it.
    """

    folded: str
    sense: Sense
    letters: str
    article: bool

    @staticmethod
    def of(name: str, sense: Sense) -> Surface:
        """The surface of a name as people write it."""
        article, words = article_of(name.translate(_MARKS))
        bare = words.replace(".", "")
        if bare.isupper() and len(bare) <= 6:
            letters = "upper" if len(bare) < 4 else "acronym"
        else:
            letters = "title" if words[:1].isupper() else "any"
        # “the West”, “the Chancellor”: without the article the words mean something else, but “The Hague” is one name.
        return Surface(fold(words), sense, letters, bool(article) and " " not in words)

    def fits(self, words: str) -> bool:
        """Whether the letters in the text are as this surface needs them."""
        if self.letters == "any":
            return True
        if self.letters == "upper":
            return words.isupper()
        return words[:1].isupper()


_MARKS = {ord("’"): "'", ord("‘"): "'", ord("‑"): "-", ord("–"): "-"}


def spellings(name: str) -> tuple[str, ...]:
    """A name without accents, and as those write it who spell the letters out.

    Examples
    --------
    >>> spellings("Đurić"), spellings("Lind")
    (('duric', 'djuric'), ('lind',))
    """
    spelt = name.lower()
    for letter, plain in _SPELT_OUT.items():
        spelt = spelt.replace(letter, plain)
    return tuple(dict.fromkeys((fold(name), fold(spelt))))


_SPELT_OUT = {"đ": "dj", "ö": "oe", "ü": "ue", "ä": "ae", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "ð": "dh"}


def spelling_key(name: str) -> str:
    """What different transliterations of a name share.

    Examples
    --------
    >>> spelling_key("Vysotskyy") == spelling_key("Vysotskiy") == spelling_key("Wyssotski")
    True
    """
    key = re.sub(r"[^a-z]", "", spellings(name)[-1])
    for pattern, plain in _SPELLINGS:
        key = pattern.sub(plain, key)
    return key


_SPELLINGS = [
    (re.compile(pattern), plain)
    for pattern, plain in (
        ("sch", "sh"), ("tch|tsch", "ch"), ("dzh|dj", "j"), ("kh", "h"), ("gh", "g"), ("ph", "f"), ("tz|ts", "c"), ("ck", "k"), ("q", "k"),
        ("w", "v"), ("ou|oo", "u"), ("ay|ai|ei|ey|aj", "e"), ("yo|io", "o"), ("(?:iy|ij|yy|yi|ii|y|j|i)+", "i"), ("ie", "e"),
        (r"(.)\1+", r"\1"),
    )
]  # fmt: skip


def _spelt_out(name: str) -> list[str]:
    """A name as it is, and with its letters spelt out, capitals kept."""
    return [name] + [one.title() for one in spellings(name)[1:]]


def world_surfaces(lexicon: Lexicon) -> tuple[Surface, ...]:
    """Surfaces of the world's tables; where two rows share one, the first has it."""
    world = lexicon.build(World.of)
    found = [Surface.of(row.cells["name"], Sense("nobody", "")) for row in lexicon.rows("places.csv", ("name",))]
    for state in world.states.values():
        code = state.code
        found += [Surface.of(name, Sense("state", code)) for name in (state.name, *state.names)]
        found += [Surface.of(name, Sense("demonym", code)) for name in state.adjectives]
        found += [Surface.of(name, Sense("people", code)) for name in state.people]
        found += [Surface.of(name, Sense("capital", code)) for name in state.capitals]
        found += [Surface.of(name, Sense("metonym", code)) for name in state.metonyms]
    for org in world.organisations.values():
        found += [Surface.of(name, Sense("organisation", org.name)) for name in (org.name, *org.names)]
        found += [Surface.of(name, Sense("adjective", org.name)) for name in org.adjectives]
        found += [Surface.of(name, Sense("members", org.name)) for name in org.people]
        found += [Surface.of(name, Sense("seat", org.name)) for name in org.seats]
    persons: dict[str, str] = {}
    for term in world.terms:
        for name in term.person:
            found += [Surface.of(spelt, Sense("person", term.person[0])) for spelt in _spelt_out(name)]
        persons.setdefault(term.surname, term.person[0])
    found += [Surface.of(spelt, Sense("surname of", surname)) for surname in persons for spelt in _spelt_out(surname)]
    return tuple(found)
