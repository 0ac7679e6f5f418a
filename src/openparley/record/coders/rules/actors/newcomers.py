"""People and organisations that nobody has told the coder about: capitalised names beside a title, an apposition or a head word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openparley.record.coders.rules.actors.descriptions import DETERMINERS, noun_at, phrase_before
from openparley.record.coders.rules.actors.mentions import Found
from openparley.record.coders.rules.actors.naming import HEADS, possessive_after
from openparley.record.coders.rules.actors.surfaces import spelling_key, spellings
from openparley.record.coders.rules.actors.world import fold_word, words

if TYPE_CHECKING:
    from openparley.record.coders.rules.actors.mentions import Scan
    from openparley.record.coders.rules.actors.world import Noun

__all__ = ["find_newcomers"]

TYPO_LENGTH = 6
_PARTICLES = words("de da do dos du van von der den bin ibn al el la le della di")
_ORG_HEADS = words(
    "Party Union Council Organization Organisation Agency Front Movement Ministry Committee Commission Court Bank League Alliance "
    "Army Brigade Battalion Congress Parliament Assembly Senate Institute University Foundation Association Federation Authority "
    "Coalition Group Corps Guard Forces Department Office Secretariat Mission Centre Center Fund Company Corporation Airlines Times "
    "Post Journal Herald News Tribune Gazette Chronicle Wire Television Radio Society Conference Syndicate Command Directorate Bureau "
    "Junta"
)
_OF_ORGS = words("Ministry Council Party Front Movement League Union Bank Court Army Organization Organisation Department Office Institute")
_PLACE_WORDS = words(
    "Street Avenue Road Square River Sea Ocean Island Islands Mountains Lake Bay Airport Valley Province County City Strait Gulf "
    "Point Coast Peninsula Desert Hills Bridge Park Hotel Palace House Hall Channel Canal Station Harbour Harbor Base Camp Day Year "
    "Week War Act Prize Cup Award Agreement Accord Accords Treaty Plan Pact Protocol Convention Summit Declaration Charter Resolution "
    "Truth Social One"
)  # fmt: skip
_TIME = words(
    "January February March April May June July August September October November December Monday Tuesday Wednesday Thursday Friday "
    "Saturday Sunday Christmas Easter Ramadan"
)  # fmt: skip
_SAYS = words("said says told tells added adds warned argued argues wrote writes insisted noted claimed explained announced replied")
_STOP = words(
    "the a an this that these those his her its their our my your i we he she they it you who what when where why how if but and or "
    "nor yet so as at in on of to by for from with without not no nothing nobody after before since until while although though "
    "because despite during under over there here then now once also even still just only more most many much some any all each every "
    "both either neither one two three another other such like unlike according asked far translated look let maybe perhaps instead "
    "meanwhile however today yesterday tomorrow had has have is was are were be been will would can could may might must should do "
    "does did yes well oh mr mrs ms dr"
)


def find_newcomers(scan: Scan) -> None:
    """Give titles to the names that are known, then put in the names that are new."""
    _titles(scan)
    lower = {token.text for token in scan.tokens if token.text.islower()}
    runs = _runs(scan, lower)
    left = [run for run in runs if not _take(scan, run[0], run[1])]
    for first, last in left:
        _short(scan, first, last)


def _titles(scan: Scan) -> None:
    """Extend the mention of a person over the title before it: “Russian President”, “Ms”."""
    for item in scan.found():
        if item.kind == "person" and item.start < 0:
            scan.surnames.setdefault(fold_word(scan.tokens[item.last - 1].text), item.ids[0])
            _with_title(scan, item)


def _with_title(scan: Scan, item: Found) -> Noun | None:
    """Let a person's mention begin with the title before it; the title's noun, or None."""
    at = item.first - 1
    if scan.word(at) == "." and at and scan.tokens[at].start == scan.tokens[at - 1].end:
        at -= 1
    if at < 0 or scan.at[at] is not None or item.first in scan.starts:
        return None
    here = noun_at(scan, at)
    if here is None or not here[1].title:
        return None
    first, noun = here
    begin = first
    if noun.role != "courtesy":
        phrase = phrase_before(scan, first)
        begin = phrase.first
        if phrase.place is not None:
            item.place = item.place or phrase.place.place
    for index in range(begin, item.first):
        scan.at[index] = item
    item.first = begin
    item.noun, item.role = item.noun or noun.noun.lower(), item.role or noun.role
    item.gender = item.gender or noun.gender
    return noun


def _runs(scan: Scan, lower: set[str]) -> list[tuple[int, int]]:
    """Stretches of capitalised tokens that no mention covers."""
    tokens, covered = scan.tokens, scan.at
    runs: list[tuple[int, int]] = []
    index, size = 0, len(tokens)
    while index < size:
        text = tokens[index].text
        if covered[index] is not None or index in scan.blocked or not text[0].isupper() or not text[0].isalpha():
            index += 1
            continue
        first = index
        opening = index in scan.starts or tokens[index - 1].text in ('"', "(", ":", "—", "-", "'")
        if tokens[index].lower in _STOP or text in _TIME or (opening and tokens[index].lower in lower):
            index += 1
            continue
        index += 1
        while index < size and index not in scan.starts and covered[index] is None:
            text = tokens[index].text
            adjacent = tokens[index].start == tokens[index - 1].end
            if (
                (text[0].isupper() and text not in _TIME)
                or (
                    adjacent
                    and text in (".", "'")
                    and len(tokens[index - 1].text) <= 2
                    and index + 1 < size
                    and tokens[index + 1].text[0].isupper()
                    and index + 1 not in scan.starts
                )
                or (text[:3] in ("al-", "el-") and text[3:4].isupper())
                or (text in _PARTICLES and _name_follows(scan, index + 1))
            ):
                index += 1
            else:
                break
        runs.append((first, index))
    return runs


def _name_follows(scan: Scan, index: int) -> bool:
    """Whether a capitalised word, perhaps behind a second particle, follows: “de la Osterwind”."""
    index += index < len(scan.tokens) and scan.tokens[index].text in _PARTICLES
    return index < len(scan.tokens) and scan.at[index] is None and scan.tokens[index].text[0].isupper()


def _take(scan: Scan, first: int, last: int) -> bool:
    """Put in a name of several words, or one with a title or apposition, if it is a person's or an organisation's."""
    first = _past_title(scan, first, last)
    words = [token.text for token in scan.tokens[first:last]]
    if any(word in _PLACE_WORDS for word in words):
        return True
    if (words[-1] in _ORG_HEADS and len(words) > 1) or (words[0] in _OF_ORGS and scan.word(last) == "of"):
        return _organisation(scan, first, last)
    title = _title_before(scan, first)
    described = title is not None and title.role != "courtesy"
    known = fold_word(words[0]) in scan.table.world.genders
    noun, at = (title, -1) if title is not None else _described_before(scan, first) or _described_after(scan, last) or (None, -1)
    if len(words) == 1:
        if title is None or fold_word(words[0]) in scan.surnames or _respelt(scan, first, words[0]):
            return False
    elif (
        not (known or noun is not None or scan.word(last) in _SAYS or _is_said_by(scan, first, last))
        or (words[-1].isupper() and len(words[-1]) > 1)
        or (not known and title is None and scan.word(first - 1) in ("of", "in", "at", "near", "from"))
    ):
        return False
    name = scan.article.text[scan.tokens[first].start : scan.tokens[last - 1].end]
    if name.isupper():
        # A transcript's speaker.
        words, name = [word.title() for word in words], name.title()
    surname = " ".join(words[_family(words) :])
    found = Found(
        first, last, (), "person", "singular", "person.title" if described else "person.name", 0.75 if noun or known else 0.55, "person"
    )
    _with_title(scan, found)
    if not found.place and at >= 0 and (owner := phrase_before(scan, at).place) is not None:
        found.place = owner.place
    country = found.place if found.place in scan.table.world.states or found.place in scan.table.state_ids else ""
    role = {"spokesperson": "spokesperson", "adviser": "adviser", "press": "press", "mediator": "mediator"}.get(
        noun.role if noun else "", ""
    )
    role = role or (
        "official" if noun is not None and noun.role not in ("expert", "company", "courtesy", "family", "group") else "observer"
    )
    gender = found.gender or (noun.gender if noun else "")
    key, new = scan.table.propose(
        name, role, country, kind="person", surname=surname, gender=gender, roles=(noun.role,) if noun and noun.role != "courtesy" else ()
    )
    found.ids, found.new, found.possessive = (key,), new, possessive_after(scan, last)
    for spelt in spellings(words[-1]):
        scan.surnames.setdefault(spelt, key)
    scan.put(found)
    return True


def _is_said_by(scan: Scan, first: int, last: int) -> bool:
    """Whether a name stands right behind a verb of speech and nothing behind it makes it anything else."""
    if scan.word(first - 1) not in _SAYS or first in scan.starts or not 2 <= last - first <= 4:
        return False
    return (
        last >= len(scan.tokens) or last in scan.starts or scan.word(last) in (",", ".", ";", ":", "who", "in", "at", "on", "of", "-", "—")
    )


def _family(words: list[str]) -> int:
    at = len(words) - 1
    while at > 1 and words[at - 1].lower() in _PARTICLES:
        at -= 1
    return at


def _past_title(scan: Scan, first: int, last: int) -> int:
    """First token of a run behind a title that is written with capitals too: “General”, “Prime Minister”."""
    for at in range(first, min(first + 3, last - 1)):
        here = noun_at(scan, at)
        if here is not None and here[0] == first and here[1].title and not here[1].plural and noun_at(scan, at + 1) is None:
            return at + 1
    return first


def _title_before(scan: Scan, first: int) -> Noun | None:
    at = first - 1
    if scan.word(at) == "." and at and scan.tokens[at].start == scan.tokens[at - 1].end:
        at -= 1
    if at < 0 or first in scan.starts or scan.at[at] is not None:
        return None
    here = noun_at(scan, at)
    return here[1] if here is not None and here[1].title and not here[1].plural else None


def _described_after(scan: Scan, last: int) -> tuple[Noun, int] | None:
    """The agent noun of an apposition after a name and its first token: “…, a former envoy,”."""
    if scan.word(last) != "," or last + 1 >= len(scan.tokens) or last + 1 in scan.starts:
        return None
    opening, item = scan.word(last + 1), scan.at[last + 1]
    known = opening in DETERMINERS or opening in scan.table.world.modifiers or opening in scan.table.world.nouns
    if not known and (item is None or item.kind == "person" or not (item.attributive or item.possessive)):
        return None
    for index in range(last + 1, min(last + 9, len(scan.tokens))):
        if index in scan.starts or scan.word(index) in (",", ".", "who", "and", "said"):
            return None
        here = noun_at(scan, index)
        if here is not None and scan.word(index + 1) not in scan.table.world.noun_tails:
            return here[1], here[0]
    return None


def _described_before(scan: Scan, first: int) -> tuple[Noun, int] | None:
    """The agent noun before a name in apposition and its first token: “a spokeswoman, …,”."""
    if scan.word(first - 1) != "," or first in scan.starts:
        return None
    at = first - 2
    item = scan.at[at] if at >= 0 else None
    if item is not None:
        # “the envoy to Ruritania, …”
        at = item.first - 1
        at -= scan.word(at) == "the"
        if scan.word(at) not in ("to", "of", "for"):
            return None
        at -= 1
    here = noun_at(scan, at) if at >= 0 else None
    return (here[1], here[0]) if here is not None and not here[1].plural else None


def _organisation(scan: Scan, first: int, last: int) -> bool:
    tokens = scan.tokens
    if scan.word(last) == "of":
        at = last + 1 + (scan.word(last + 1) == "the")
        while at < len(tokens) and tokens[at].text[0].isupper() and at not in scan.starts:
            last = at = at + 1
        if not scan.free(first, last):
            return True
    before = scan.at[first - 1] if first and first not in scan.starts else None
    if (
        before is not None
        and before.kind != "person"
        and not before.possessive
        and before.start < 0
        and tokens[first].start == tokens[first - 1].end + 1
    ):
        # “Sudan Liberation Movement”: the state is part of the name.
        for index in range(before.first, before.last):
            scan.at[index] = None
        first = before.first
    elif (
        scan.word(first - 1) == "and"
        and first >= 2
        and tokens[first - 2].text[0].isupper()
        and scan.at[first - 2] is None
        and first - 1 not in scan.starts
    ):
        first -= 2
    name = scan.article.text[tokens[first].start : tokens[last - 1].end]
    key, new = scan.table.propose(name, "institution", kind="institution")
    found = Found(first, last, (key,), "institution", "singular", "organisation.head", 0.55, "name", "", new)
    found.possessive = possessive_after(scan, last)
    scan.put(found)
    if scan.word(last) == "(" and last + 2 < len(tokens) and tokens[last + 1].text.isupper() and scan.word(last + 2) == ")":
        scan.acronyms[tokens[last + 1].text] = key
    return True


def _short(scan: Scan, first: int, last: int) -> None:
    """A surname that the article introduced, or a known one in another spelling."""
    for index in range(first, last):
        text = scan.tokens[index].text
        if text in scan.acronyms:
            _acronym(scan, index, scan.acronyms[text])
            continue
        key = next((scan.surnames[one] for one in spellings(text) if one in scan.surnames), None) or _respelt(scan, index, text)
        if key is None or not scan.free(index, index + 1):
            continue
        begin = index
        own = fold_word(scan.table.profiles[key].person).split()
        if index > first:
            if fold_word(scan.tokens[index - 1].text) not in own:
                continue
            begin = index - 1
        found = Found(begin, index + 1, (key,), "person", "singular", "person.surname", 0.8, "person")
        proposed = scan.table.proposed().get(key)
        found.new = proposed.name if proposed else None
        found.possessive = possessive_after(scan, index + 1)
        _with_title(scan, found)
        scan.put(found)


def _acronym(scan: Scan, index: int, key: str) -> None:
    """An organisation by the letters that the article introduced for it."""
    proposed = scan.table.proposed().get(key)
    found = Found(
        index,
        index + 1,
        (key,),
        "institution",
        "singular",
        "organisation.acronym",
        0.7,
        "organisation",
        "",
        proposed.name if proposed else None,
    )
    found.possessive = possessive_after(scan, index + 1)
    following = scan.word(index + 1)
    found.attributive = not found.possessive and (following in HEADS or following in scan.table.world.nouns)
    scan.put(found)


def _respelt(scan: Scan, index: int, text: str) -> str | None:
    """The case's person whose surname this is in another transliteration or with one typing error."""
    if len(text) < TYPO_LENGTH or text.isupper() or fold_word(text) in scan.table.world.genders:
        return None
    known = scan.table.spellings.get(spelling_key(text))
    if known is not None:
        return known
    return scan.table.typo(text)
