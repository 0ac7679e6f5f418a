"""Whom an answer means: actors of the case by id or name, and those it proposes, if the report names them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from openparley.record.casefile import Actor
from openparley.record.span import sha256

__all__ = ["UnknownActorError", "Who"]

LONGEST_ID = 40
NAME_WORDS = 8


class UnknownActorError(Exception):
    """A name that the case does not know and the report does not have."""


class Who:
    """The actors that a report is read with.

    Parameters
    ----------
    actors
        Actors by id.
    """

    def __init__(self, actors: Mapping[str, Actor]) -> None:
        self.actors = dict(actors)
        self.proposed: dict[str, Actor] = {}
        self._by_name: dict[str, str] = {}
        for key, actor in self.actors.items():
            for name in (actor.name, *actor.aliases):
                self._by_name.setdefault(_plain(name), key)

    def mentioned(self, text: str) -> dict[str, Actor]:
        """Actors that the model needs to know: all of the case, and of those that a coder proposed the ones that the text names."""
        plain = f" {_plain(text)} "
        return {
            key: actor
            for key, actor in self.actors.items()
            if not actor.proposed or any(f" {_plain(name)} " in plain for name in (actor.name, *actor.aliases))
        }

    def settle(self, named: Iterable[str]) -> dict[str, Actor]:
        """End a report: the proposed actors that its entries name, which later reports may name too; the others are forgotten."""
        named = set(named)
        fresh = {key: actor for key, actor in self.proposed.items() if key in named}
        for key in self.proposed.keys() - named:
            self._by_name.pop(_plain(self.proposed[key].name), None)
        self.actors.update(fresh)
        self.proposed.clear()
        return fresh

    def ids(self, named: Iterable[Any], roles: Mapping[str, str], words: str) -> tuple[str, ...]:
        """Actor ids for what an answer names.

        Parameters
        ----------
        roles
            Roles that the answer gives to new actors, by name.
        words
            The words of the passage, in which a new name must stand.

        Raises
        ------
        UnknownActorError
            For a name that is neither.
        """
        return tuple(dict.fromkeys(self._id(str(name), roles, words) for name in named))

    def _id(self, name: str, roles: Mapping[str, str], words: str) -> str:
        if name in self.actors or name in self.proposed:
            return name
        plain = _plain(name)
        known = self._by_name.get(plain)
        if known is not None:
            return known
        stands = bool(plain) and f" {plain} " in f" {_plain(words)} "
        if not stands or name not in roles or not name.isprintable() or not name[0].isalpha() or len(plain.split()) > NAME_WORDS:
            raise UnknownActorError(name)
        key = _key(name, {*self.actors, *self.proposed})
        self.proposed[key] = Actor(name=" ".join(name.split()), role=roles[name], proposed=True)  # pyright: ignore[reportArgumentType]
        self._by_name[plain] = key
        return key


def _plain(name: str) -> str:
    """A name or text for comparison: words in small letters, one space between."""
    return " ".join(re.findall(r"\w+", name.casefold()))


def _key(name: str, taken: Iterable[str]) -> str:
    """An id made from a name, and not taken.

    Examples
    --------
    >>> _key("Foreign Minister Ådne Røst", ["x"]), _key("Røst", ["rost"])
    ('foreign_minister_adne_rost', 'rost_2')
    """
    letters = unicodedata.normalize("NFKD", name.casefold().translate({0xF8: "o", 0x142: "l", 0x111: "d", 0x131: "i"}))
    words = "_".join(re.findall(r"[a-z0-9]+", "".join(mark for mark in letters if not unicodedata.combining(mark))))
    if not words or not words[0].isalpha():
        words = f"actor_{sha256(name)[:8]}"
    words, taken, number = words[: LONGEST_ID - 4].strip("_"), set(taken), 2
    key = words
    while key in taken:
        key, number = f"{words}_{number}", number + 1
    return key
