"""Names that the table knows: looked up over the whole text at once, then told from places, adjectives and namesakes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openparley.record.coders.rules.actors.mentions import Found
from openparley.record.coders.rules.actors.world import fold, fold_word, words

if TYPE_CHECKING:
    from openparley.record.coders.rules.actors.mentions import Scan
    from openparley.record.coders.rules.actors.surfaces import Surface

__all__ = ["HEADS", "HERE", "find_names", "possessive_after"]

# After these words a capital is a place; a state is one too, but what happens in it concerns it.
HERE = words("in at near outside around inside across throughout within via through over above between") - {"between"}
_TOWARDS = words("to into from for toward towards of through")
_MOVES = words(
    "flew fly flies flown travel travels travelled traveled travelling traveling went go goes gone going arrive arrived arrives "
    "return returned returns returning visit visits visited visiting trip trips flight flights journey fled flee fleeing headed heads "
    "left leave march marched drove drive streets suburb suburbs city town airport outskirts centre center downtown capital region "
    "province district university hotel"
)
DETERMINERS = words("the a an this that his her its their our some these those any no both")
# Nouns before which a name without adjective ending modifies: “Ukraine war”, “US sanctions”, “Moscow talks”.
HEADS = words(
    "war wars talks talk sanctions sanction policy policies crisis conflict ceasefire cease-fire truce deal deals peace plan plans "
    "proposal proposals agreement treaty accord bill law laws aid arms weapons weapon missiles missile strikes strike attack attacks "
    "invasion border borders territory soil airspace waters port ports oil gas energy exports imports trade tariffs tariff economy "
    "dollar intelligence election elections vote citizens citizenship nationals companies company firm firms media television news "
    "newspaper report reports support backing help pressure threats threat demands demand offer position positions line side sides "
    "membership summit meeting mission missions envoys influence interests interest security defence defense budget house base bases "
    "air ground naval nuclear military foreign political diplomatic economic domestic public national federal civil soft hard-line "
    "state resolution resolutions charter agency agencies convoy inspectors monitors peacekeeping peacekeepers nations states "
    "countries members member relations ties relationship negotiations negotiating diplomacy response reaction decision statement "
    "strategy embassy consulate mandate delegation-led team blockade embargo assets bank banks visa visas troops-led trading pilot "
    "pilots ship ships tanker vessel vessels flag relief operation operations war-time conference process power powers "
    "ambassador-designate draft text roadmap package ultimatum"
)
_NOT_NOUNS = words(
    "is was are were be been has have had will would can could may might must should shall does did do and or but nor to of in on at "
    "by for from with as than that which who whom whose when where while if unless until because though although so then also not "
    "never still again once already now only even just both all says said say told tells tell asked asks ask wants want wanted has "
    "made make makes took take takes gave give gives about after against among before between during into like over through under up "
    "upon via without within toward towards the a an this these those his her its their he she it they we you i there here what how "
    "why became become becomes began begins sent sends went goes came comes put puts kept keeps let lets left leaves saw sees knew "
    "knows got gets"
)
_WORD_END = re.compile(r"(?:ed|es|s)$")
_COMBINING = re.compile("[\u0300-\u036f]")


def find_names(scan: Scan) -> None:
    """Put in every name that the table knows."""
    matches = _matches(scan)
    for _, _, surface in matches:
        if surface.sense.what == "person" and (term := scan.table.term(surface.sense.key, scan.day, full=True)):
            scan.surnames.setdefault(fold_word(term.surname), scan.table.person(term)[0])
            scan.persons.setdefault(fold_word(term.surname), []).append(term.person[0])
    for start, end, surface in matches:
        found = _mention(scan, start, end, surface)
        if found is None:
            continue
        if found.start >= 0:
            scan.extra.append(found)
            if scan.at[found.first] is None:
                scan.at[found.first] = found
        elif scan.free(found.first, found.last):
            scan.put(found)


def possessive_after(scan: Scan, last: int) -> bool:
    """Whether a possessive mark follows a token range that ends before ``last``."""
    tokens = scan.tokens
    if last >= len(tokens) or tokens[last].start != tokens[last - 1].end:
        return False
    return tokens[last].lower == "'s" or (tokens[last].text == "'" and tokens[last - 1].lower.endswith("s"))


def _matches(scan: Scan) -> list[tuple[int, int, Surface]]:
    """The longest known surfaces, left to right, none inside another or inside a word."""
    plain = scan.article.plain
    folded = fold(plain)
    offsets: list[int] | None = None
    if _COMBINING.search(folded):
        offsets = [index for index, mark in enumerate(folded) if not "\u0300" <= mark <= "\u036f"]
        folded = "".join(folded[index] for index in offsets)
    size = len(folded)
    hits: list[tuple[int, int, Surface]] = []
    for last, surface in scan.table.matches(folded):
        end = last + 1
        start = end - len(surface.folded)
        if (start and folded[start - 1].isalnum()) or (end < size and folded[end].isalnum()):
            continue
        hits.append((start, end, surface))
    hits.sort(key=lambda hit: (hit[0], -hit[1]))
    kept: list[tuple[int, int, Surface]] = []
    reached = 0
    for start, end, surface in hits:
        if start < reached:
            continue
        left, right = (start, end) if offsets is None else (offsets[start], offsets[end - 1] + 1)
        if surface.fits(plain[left:right]) and scan.article.token_at(left) >= 0:
            kept.append((left, right, surface))
            reached = end
    return kept


def _mention(scan: Scan, start: int, end: int, surface: Surface) -> Found | None:
    first, last = scan.article.token_at(start), scan.article.token_at(end - 1) + 1
    if end > scan.tokens[last - 1].end or start >= scan.tokens[first].end:
        # Boilerplate has no tokens.
        return None
    if surface.article and not any(scan.word(index) in DETERMINERS for index in range(max(0, first - 3), first)):
        return None
    what, key = surface.sense
    if what == "nobody":
        scan.blocked.update(range(first, last))
        return None
    flavour = scan.table.flavour(surface)
    if what not in ("actor", "surname") and _part_of_name(scan, first, last, what):
        return None
    compound = start > scan.tokens[first].start or end < scan.tokens[last - 1].end
    ids: tuple[str, ...]
    new: str | None = None
    place = ""
    if what == "actor" and _is_another(scan, first, last, surface):
        return None
    if what in ("actor", "surname"):
        ids = (key,)
        place = scan.table.place_of(key)
        if what == "surname" and _namesake(scan, first, key):
            return None
        kind = scan.table.profiles[key].kind
    elif what in ("person", "surname of"):
        gender = _courtesy(scan, first) if what == "surname of" else ""
        term = scan.table.term(key, scan.day, full=what == "person", among=scan.persons.get(fold_word(key), ()), gender=gender)
        if term is None or (what == "surname of" and not _called(scan, first, key)):
            return None
        name, new = scan.table.person(term)
        ids, kind, flavour = (name,), "person", "person"
        place = term.place
    else:
        if flavour in ("capital", "state") and _first_name(scan, first):
            return None
        place = key
        if flavour == "capital" and _is_here(scan, first) and not _is_owner(scan, last):
            # Only a place: no new actor comes of it, yet “officials in Cairo” are its state's.
            scan.places[first] = Found(first, last, (), "state", "singular", "name.here", 0.0, flavour, place)
            return None
        name, new = scan.table.place(key)
        ids, kind = (name,), scan.table.profiles[name].kind
    found = Found(first, last, ids, kind, "singular", f"name.{flavour}", 0.95 if what == "actor" else 0.85, flavour, place, new)
    found.number = "plural" if flavour in ("people", "members") else _number(scan, key) if what == "actor" else "singular"
    if kind == "person" and ids:
        _with_first_names(scan, found)
    if compound:
        found.start, found.end, found.attributive, found.rule, found.confidence = start, end, True, "name.compound", 0.7
        return found
    return _in_context(scan, found)


def _is_another(scan: Scan, first: int, last: int, surface: Surface) -> bool:
    """Whether a common phrase that a case uses as a name stands for somebody else: “the UN envoy”, “the envoy, Ada Osterwind, …”."""
    tokens, table = scan.tokens, scan.table
    if surface.letters != "any" or scan.word(last - 1) not in table.world.nouns:
        return False
    profile = table.profiles[surface.sense.key]
    own = {word for name in (*profile.names, profile.person) for word in fold_word(name).split()}
    before = scan.at[first - 1] if first and first not in scan.starts else None
    if before is not None and before.kind != "person" and before.ids and before.start < 0:
        at_home = before.place and before.place in (
            profile.country,
            table.place_of(surface.sense.key),
            table.place_of(table.side_of(profile.key)),
        )
        return not at_home and surface.sense.key not in before.ids and fold_word(tokens[first - 1].text) not in own
    comma = scan.word(last) == ","
    end = _name_end(scan, last + comma)
    if end and (not comma or scan.word(end) in (",", ".", ";", ")", "—")):
        return not any(fold_word(token.text) in own for token in tokens[last + comma : end])
    # “Ada Osterwind, the envoy, said”.
    at = first - 1 - (scan.word(first - 1) in DETERMINERS)
    if scan.word(at) != "," or scan.word(last) not in (",", ".", ";") or at < 2 or at + 1 in scan.starts:
        return False
    return _name_end(scan, at - 2) == at and not any(fold_word(token.text) in own for token in tokens[at - 2 : at])


def _name_end(scan: Scan, first: int) -> int:
    """Where a person's name of two to four words that the case does not know ends; 0 if none begins here."""
    tokens = scan.tokens
    at = first
    while at < len(tokens) and at < first + 4 and tokens[at].text[0].isupper() and (at == first or at not in scan.starts):
        at += 1
    known = any(scan.at[index] is not None and scan.at[index].kind != "person" for index in range(first, at))  # pyright: ignore[reportOptionalMemberAccess]
    named = at - first > 1 and not known and scan.table.is_name(tokens[first].text) and tokens[first].text.isalpha()
    return at if named else 0


def _courtesy(scan: Scan, first: int) -> str:
    """Gender that a courtesy before a surname tells: “Mrs”."""
    at = first - 1 - (scan.word(first - 1) == ".")
    noun = scan.table.world.nouns.get(scan.word(at)) if at >= 0 else None
    return noun.gender if noun is not None and noun.role == "courtesy" else ""


def _part_of_name(scan: Scan, first: int, last: int, what: str) -> bool:
    """Whether capitalised words beside it make it a part of another name: “National Security Council”, “Nasser Osterwind”."""
    tokens = scan.tokens
    if what == "surname of":
        after = tokens[last] if last < len(tokens) and last not in scan.starts else None
        return after is not None and after.start == tokens[last - 1].end + 1 and after.text[0].isupper() and after.text[1:2].islower()
    if what != "organisation" or first in scan.starts or first == 0 or scan.at[first - 1] is not None:
        return False
    before = tokens[first - 1]
    return (
        before.text[0].isupper()
        and before.text[1:2].islower()
        and before.end + 1 == tokens[first].start
        and before.lower not in DETERMINERS
    )


def _with_first_names(scan: Scan, found: Found) -> None:
    """Let a surname's mention begin with the first names and initials before it: “John F. Osterwind”."""
    tokens = scan.tokens
    own = fold_word(scan.table.profiles[found.ids[0]].person).split()
    at = found.first
    while at and at not in scan.starts and scan.at[at - 1] is None:
        before = tokens[at - 1]
        dotted = before.text == "." and at > 1 and len(tokens[at - 2].text) == 1 and tokens[at - 2].text.isupper()
        if dotted:
            at -= 2
        elif before.text[0].isupper() and (len(before.text) == 1 or fold_word(before.text) in own[:-1]):
            at -= 1
        else:
            break
    if at < found.first and fold_word(tokens[at].text) in own:
        found.first = at


def _in_context(scan: Scan, found: Found) -> Found | None:
    """The mention with what the words around it make of it: possessive, attributive, a place only."""
    first, last = found.first, found.last
    found.possessive = possessive_after(scan, last)
    following = scan.tokens[last] if last < len(scan.tokens) and last not in scan.starts else None
    if found.flavour in ("demonym", "adjective"):
        found.attributive = (
            not found.possessive and following is not None and following.text[:1].isalnum() and following.lower not in _NOT_NOUNS
        )
        if not found.attributive and not found.possessive:
            found.confidence = 0.6
        return found
    if found.kind == "person":
        found.attributive = (
            following is not None and not found.possessive and (following.lower in HEADS or following.lower in scan.table.world.nouns)
        )
        return found
    if not found.possessive and following is not None and _modifies(scan, found, following.lower):
        found.attributive = True
        return found
    if found.flavour in ("capital", "state", "seat", "people") and not found.possessive and _is_here(scan, first):
        if found.flavour in ("capital", "seat"):
            scan.places[first] = found
            return None
        if found.flavour == "state":
            found.attributive, found.rule, found.confidence = True, "name.here", 0.6
    return found


def _is_owner(scan: Scan, last: int) -> bool:
    """Whether a place's name is a possessive or modifies the noun behind it: “in Cairo's view”, “for Cairo talks”."""
    following = scan.word(last) if last not in scan.starts else ""
    return possessive_after(scan, last) or following in HEADS or following in scan.table.world.nouns


def _modifies(scan: Scan, found: Found, following: str) -> bool:
    """Whether a name stands before a noun as its adjective."""
    if following in HEADS or following in scan.table.world.nouns:
        after = scan.word(found.last + 1)
        # “Russia attacks the port”: a verb has an object.
        return not (following.endswith("s") and after in DETERMINERS and following not in scan.table.world.nouns)
    if not scan.tokens[found.first].text.isupper() and "." not in scan.tokens[found.first].text:
        return False
    return (
        following[:1].isalpha()
        and following.islower()
        and following not in _NOT_NOUNS
        and not _WORD_END.search(following)
        and not following.endswith("ly")
    )


def _is_here(scan: Scan, first: int) -> bool:
    """Whether a place is where something happens or somebody goes."""
    before = scan.word(first - 1)
    at = first - 1
    if before == "the":
        at -= 1
        before = scan.word(at)
    if before in HERE:
        return True
    return before in _TOWARDS and any(scan.word(index) in _MOVES for index in range(max(0, at - 3), at))


def _first_name(scan: Scan, first: int) -> bool:
    """Whether a first name stands right before: then a place's name is a surname."""
    if first == 0 or not scan.tokens[first - 1].text[0].isupper() or scan.at[first - 1] is not None:
        return False
    return scan.tokens[first].start == scan.tokens[first - 1].end + 1 and fold_word(scan.tokens[first - 1].text) in scan.table.world.genders


def _namesake(scan: Scan, first: int, key: str) -> bool:
    """Whether another first name stands before a surname: then it is somebody else."""
    if not _first_name(scan, first):
        return False
    own = fold(scan.table.profiles[key].person).split()
    return fold_word(scan.tokens[first - 1].text) not in own


def _called(scan: Scan, first: int, surname: str) -> bool:
    """Whether a surname alone may stand for the one who held office: introduced by a title, or no word or first name itself."""
    if _first_name(scan, first):
        return False
    before = scan.word(first - 1).rstrip(".")
    noun = scan.table.world.nouns.get(before)
    if noun is not None and noun.title:
        return True
    return fold_word(surname) in scan.surnames or scan.table.is_telling(surname)


def _number(scan: Scan, key: str) -> str:
    return scan.table.profiles[key].number
