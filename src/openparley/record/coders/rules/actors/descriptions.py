"""Descriptions: agent nouns with whom they belong to – “Russian officials”, “Kyiv's forces”, “the US president”, “a senior official”."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from openparley.record.coders.rules.actors.mentions import Found
from openparley.record.coders.rules.actors.naming import HEADS, possessive_after
from openparley.record.coders.rules.actors.world import Noun, words

if TYPE_CHECKING:
    from openparley.record.coders.rules.actors.actors import ActorTable
    from openparley.record.coders.rules.actors.mentions import Scan

__all__ = ["Phrase", "find_descriptions", "holders", "noun_at", "other_side", "phrase_before"]

DETERMINERS = words("the a an this that these those some any no each every both his her its their my our your all")
OWNERS = frozenset({"his", "her", "its", "their", "my", "our", "your"})
_INDEFINITE = frozenset({"a", "an", "some", "any", "no", "each", "every", ""})
# Endings of words that can only be adjectives where they stand between a determiner and a noun.
_ADJECTIVE = (
    "al",
    "ic",
    "ary",
    "ive",
    "ous",
    "ish",
    "ian",
    "ese",
    "able",
    "ible",
    "ful",
    "less",
    "est",
    "ior",
    "led",
    "backed",
    "born",
    "ern",
)
# Nobody in particular, unless a case says who: roles in which people speak without a name.
_NAMELESS = words(
    "official adviser diplomat source expert officer spokesperson negotiator representative minister legislature intelligence press "
    "company politician deputy_minister"
)  # fmt: skip
# What a state does through them is its own doing.
_STATE_ARMS = words("state office ministry institution military weapons police intelligence legislature court")
_STATE_PEOPLE = words(
    "mediator official diplomat negotiator delegation spokesperson representative team officer minister deputy_minister foreign_minister "
    "defence_minister deputy leader adviser governor"
)  # fmt: skip
_PEOPLE = frozenset({"people", "civilians"})
# Verbs that follow a noun like a plural noun would.
_VERBS = words(
    "says has was is does goes wants makes takes gives claims denies warns insists argues believes remains seems hopes plans calls"
)
_AFTER = frozenset({"of", "in", "from", "for"})
_MODIFIERS_MOST = 6


class Phrase(NamedTuple):
    """What stands before an agent noun.

    Attributes
    ----------
    first
        First token, the determiner included.
    kinds
        Kinds of the modifiers, as in ``modifiers.csv``.
    place
        Mention to which the noun belongs: “Russian”, “Kyiv's”; None if none.
    owner
        Token of a possessive pronoun, or −1.
    """

    first: int
    determiner: str
    kinds: frozenset[str]
    place: Found | None
    owner: int


def noun_at(scan: Scan, index: int) -> tuple[int, Noun] | None:
    """The agent noun that ends at a token: its first token and the noun."""
    word = scan.word(index)
    for parts in scan.table.world.noun_tails.get(word, ()):
        first = index - len(parts) + 1
        if first >= 0 and all(scan.word(first + number) == part for number, part in enumerate(parts)):
            return first, scan.table.world.nouns[" ".join(parts)]
    return None


def phrase_before(scan: Scan, first: int) -> Phrase:
    """The determiner, modifiers and owner before the token ``first``."""
    kinds: set[str] = set()
    place: Found | None = None
    at = first
    begin = first
    for _ in range(_MODIFIERS_MOST):
        before = at - 1
        if before < 0 or at in scan.starts:
            break
        item = scan.at[before]
        word = scan.word(before)
        if item is not None:
            if place is not None or not (item.attributive or item.flavour in ("demonym", "adjective", "organisation", "metonym")):
                break
            place, at = item, item.first
            continue
        if word in ("'s", "'") and before and scan.at[before - 1] is not None and scan.at[before - 1].possessive:  # pyright: ignore[reportOptionalMemberAccess]
            if place is None:
                place = scan.at[before - 1]
            at = scan.at[before - 1].first  # pyright: ignore[reportOptionalMemberAccess]
            begin = at
            break
        if word in DETERMINERS:
            owner = before if word in OWNERS else -1
            return Phrase(before, word, frozenset(kinds), place, owner)
        kind = scan.table.world.modifiers.get(word)
        if kind is None and not (word.isdigit() or word in scan.table.world.nouns or word.endswith(_ADJECTIVE) or "-" in word[1:-1]):
            break
        kinds.add(kind or ("many" if word.isdigit() else "plain"))
        at = before
    begin = at
    if place is not None and begin and scan.word(begin - 1) in ("the", "a", "an", "some", "both"):
        return Phrase(begin - 1, scan.word(begin - 1), frozenset(kinds), place, -1)
    return Phrase(begin, "'s" if place is not None and place.possessive else "", frozenset(kinds), place, -1)


def find_descriptions(scan: Scan) -> None:
    """Put in every description that belongs to somebody known, or to nobody in particular."""
    index = 0
    tails = scan.table.world.noun_tails
    tokens = scan.tokens
    for index, token in enumerate(tokens):
        if token.lower not in tails or scan.at[index] is not None or index in scan.blocked:
            continue
        here = noun_at(scan, index)
        if here is None:
            continue
        first, noun = here
        if noun.role == "courtesy" or not scan.free(first, index + 1) or _goes_on(scan, index):
            continue
        found = _describe(scan, first, index + 1, noun)
        if found is not None:
            for covered in {id(item): item for item in scan.at[found.first : found.last] if item is not None}.values():
                for number in range(covered.first, covered.last):
                    scan.at[number] = None
            scan.put(found)


def _goes_on(scan: Scan, index: int) -> bool:
    """Whether the noun is only the modifier of another agent noun: “security officials”, or a title before a name."""
    following = scan.word(index + 1)
    if index + 1 in scan.starts:
        return False
    if following in scan.table.world.noun_tails and noun_at(scan, index + 1) is not None:
        return True
    if scan.word(index) in scan.table.world.modifiers:
        beside = scan.at[index + 1] if index + 1 < len(scan.tokens) else None
        if beside is not None and beside.attributive and not beside.possessive:
            return True
        # “military aid”, “a deputy national security adviser”: an adjective here, whatever else it may be.
        plain = following.isalpha() and following.endswith("s") and not following.endswith("ss") and following not in _VERBS
        return following in HEADS or following in scan.table.world.modifiers or plain
    item = scan.at[index + 1] if index + 1 < len(scan.tokens) else None
    return item is not None and item.kind == "person" and not item.attributive


def _describe(scan: Scan, first: int, last: int, noun: Noun) -> Found | None:
    phrase = phrase_before(scan, first)
    begin = phrase.first
    determiner = phrase.determiner
    if (
        phrase.place is None
        and scan.word(begin - 1) == "of"
        and scan.word(begin - 2) in ("one", "some", "two", "three", "many", "most", "several", "both")
    ):
        determiner, begin = "a" if scan.word(begin - 2) == "one" else "some", begin - 2
    if determiner == "that" and noun.plural and scan.word(begin) == "that":
        # “said that rebel forces …”: no determiner.
        determiner, begin = "", begin + 1
    after = _after(scan, last, noun)
    apposed = _apposed(scan, begin, last)
    if "former" in phrase.kinds and apposed is None:
        return None
    plural = noun.plural and (not noun.collective or scan.word(last - 1) != noun.noun.split()[-1].lower())
    kind, number = "group" if plural or noun.collective else "office", "plural" if plural else "singular"
    found = Found(begin, last, (), kind, number, "", 0.0, "description",
                  noun=noun.noun.lower(), role=noun.role, owner=phrase.owner, gender=noun.gender)  # fmt: skip
    found.definite = determiner in ("the", "this", "that", "these", "those", "both", "'s") or determiner in OWNERS
    found.possessive = possessive_after(scan, last)
    if apposed is not None and not plural:
        found.ids, found.kind, found.rule, found.confidence, found.new = apposed.ids, "person", "description.apposition", 0.9, apposed.new
        found.attributive = True
        return found
    place = phrase.place or after
    owners = _owners_before(scan, phrase) if phrase.place is not None else _owners_after(scan, after) if after is not None else []
    if plural and len(owners) > 1 and _of_each(scan, found, owners, noun, phrase):
        return found
    if place is not None:
        found.place = place.place
        return found if _belongs(scan, found, place, noun, phrase, determiner) else None
    if found.definite and found.owner < 0 and scan.word(last) == "of":
        # “the director of …” somebody nobody knows is not the director before.
        return None
    if found.owner >= 0 or found.definite:
        found.rule = "description.open"
        return found
    return _anonymous(scan, found, noun, determiner)


def _after(scan: Scan, last: int, noun: Noun) -> Found | None:
    """To whom a noun belongs by what follows it: “of Ukraine”, “in Kyiv”."""
    if scan.word(last) not in _AFTER or (noun.role in _PEOPLE and scan.word(last) == "in"):
        return None
    at = last + 1
    while scan.word(at) in ("the", "both"):
        at += 1
    if at >= len(scan.tokens) or at in scan.starts:
        return None
    item = scan.at[at] or scan.places.get(at)
    return item if item is not None and (item.place or item.kind == "person") else None


def _apposed(scan: Scan, begin: int, last: int) -> Found | None:
    """The person named right beside a description, with a comma or dash between."""
    if scan.word(last) in (",", "(", "—") and last + 1 < len(scan.tokens):
        item = scan.at[last + 1]
        if (
            item is not None
            and item.kind == "person"
            and not item.attributive
            and not item.possessive
            and scan.word(item.last) in (",", ")", "—", ".")
        ):
            return item
    if scan.word(last) in ("of", "for"):
        # “a spokesman for the junta, Colonel …,”
        at = last + 1 + (scan.word(last + 1) == "the")
        owner = scan.at[at] if at < len(scan.tokens) and at not in scan.starts else None
        if owner is not None and owner.kind != "person" and scan.word(owner.last) == "," and owner.last + 1 < len(scan.tokens):
            item = scan.at[owner.last + 1]
            if item is not None and item.kind == "person" and not item.possessive and scan.word(item.last) in (",", "."):
                return item
    if scan.word(begin - 1) in (",", "(", "—") and begin >= 2:
        item = scan.at[begin - 2]
        if item is not None and item.kind == "person" and not item.attributive and item.last == begin - 1:
            return item
    return None


def _belongs(scan: Scan, found: Found, place: Found, noun: Noun, phrase: Phrase, determiner: str) -> bool:
    """Fill in who a description of somebody's people stands for. Returns whether it stands for anybody."""
    table = scan.table
    country = place.place or (table.country(place.ids[0]) if place.ids else "")
    plural = found.number == "plural"
    role = _deputy(noun.role) if "deputy" in phrase.kinds else noun.role
    owner = place.ids[0] if len(place.ids) == 1 else ""
    own = table.in_role(country, role, plural=plural, noun=noun.noun, owner=owner) if country else []
    if role in ("allies", "supporters", "rival", "family"):
        return _others(scan, found, place, own)
    indefinite = (determiner in _INDEFINITE and not plural and not noun.collective) or bool(phrase.kinds & {"hidden"})
    if indefinite and role in _NAMELESS:
        hidden = [key for key in own if table.profiles[key].kind == "anonymous"]
        found.ids, found.kind, found.rule, found.confidence = tuple(hidden[:1]), "anonymous", "description.anonymous", 0.7
        return True
    if determiner == "some" and phrase.place is None and plural:
        own = []
    fitting = [key for key in own if table.profiles[key].kind != "anonymous"]
    if noun.offices and not plural:
        term, new = holders(table, noun, country, scan.day)
        if term and (term in fitting or not fitting):
            found.ids, found.new, found.kind, found.rule, found.confidence = (term,), new, "office", "description.office", 0.85
            return True
    if fitting:
        found.ids, found.rule, found.confidence = (fitting[0],), "description.role", 0.85
        found.kind = table.profiles[fitting[0]].kind
        return True
    if role in _STATE_ARMS | _STATE_PEOPLE | _PEOPLE and (table.is_sharing(owner) or table.knows_place(country)):
        key, new = (table.side_of(owner), None) if table.is_sharing(owner) else table.place(country)
        sure = 0.8 if role in _STATE_ARMS else 0.5 if role in _PEOPLE or not plural else 0.65
        found.ids, found.new, found.rule, found.confidence = (key,), new, "description.state", sure
        found.kind = "state" if role in _STATE_ARMS else "group"
        return True
    found.rule, found.confidence = "description.nobody", 0.5
    return role in ("rebels", "opposition", "press", "expert", "company", "group", "politician")


def _owners_before(scan: Scan, phrase: Phrase) -> list[Found]:
    """Owners joined before a noun: “Ruritanian and Freedonian troops”, “Ruritania's and Freedonia's leaders”."""
    owners = [phrase.place] if phrase.place is not None else []
    at = phrase.first - 1
    while owners and scan.word(at) in ("and", ",", "or") and at > 0:
        before = at - 1
        if scan.word(before) in ("'s", ","):
            before -= 1
        item = scan.at[before] if before >= 0 else None
        if item is None or not item.place or item.kind == "person" or item.flavour == "description":
            break
        owners.insert(0, item)
        at = item.first - 1
    return owners if len(owners) > 1 and scan.word(owners[-1].first - 1) in ("and", "or") else owners[-1:]


def _owners_after(scan: Scan, first: Found) -> list[Found]:
    """Owners joined behind a noun: “the leaders of Ruritania, Freedonia and Sylvania”."""
    owners = [first]
    while True:
        at = owners[-1].last
        if scan.word(at) not in (",", "and"):
            return owners
        joined = scan.word(at) == "and" or scan.word(at + 1) == "and"
        at += 1 + (scan.word(at) == "," and scan.word(at + 1) == "and")
        at += scan.word(at) == "the"
        item = scan.at[at] if at < len(scan.tokens) and at not in scan.starts else None
        if item is None or not item.place or item.kind == "person" or item.attributive or item.possessive:
            return owners if len(owners) < 2 or joined else owners[:-1]
        owners.append(item)
        if joined:
            return owners


def _of_each(scan: Scan, found: Found, owners: list[Found], noun: Noun, phrase: Phrase) -> bool:
    """“the leaders of Ruritania and Freedonia”, “Ruritanian and Freedonian troops”: those of each, or else the states themselves."""
    table = scan.table
    keys: list[str] = []
    for owner in owners:
        own = table.in_role(owner.place, noun.role, noun=noun.noun, owner=owner.ids[0] if len(owner.ids) == 1 else "")
        own = [key for key in own if table.profiles[key].kind != "anonymous"]
        held = holders(table, noun, owner.place, scan.day)[0] if noun.offices and not own else ""
        state = owner.ids[0] if owner.ids else table.place(owner.place)[0] if table.knows_place(owner.place) else ""
        fallback = state if noun.role in _STATE_ARMS | _STATE_PEOPLE | _PEOPLE else ""
        keys.append(own[0] if own else held or fallback)
    if not all(keys) or len(set(keys)) < 2:
        return False
    found.first = min(found.first, owners[0].first) if phrase.place is not None else found.first
    found.ids, found.kind, found.rule, found.confidence = tuple(dict.fromkeys(keys)), "group", "description.each", 0.8
    return True


def _deputy(role: str) -> str:
    return {
        "leader": "deputy",
        "foreign_minister": "deputy_minister",
        "defence_minister": "deputy_minister",
        "minister": "deputy_minister",
    }.get(role, role)


def holders(table: ActorTable, noun: Noun, place: str, day: object) -> tuple[str, str | None]:
    """Id (and name, if new) of who holds the office that a noun names, in a state or organisation on a day; empty if the table has none."""
    from datetime import date

    if not isinstance(day, date):
        return "", None
    for office in noun.offices:
        term = table.world.holder(office, place, day)
        if term is not None:
            return table.person(term)
    return "", None


def _others(scan: Scan, found: Found, place: Found, own: list[str]) -> bool:
    """Allies, supporters, rivals of somebody: those whom the case names so, and nobody else."""
    table = scan.table
    if place.flavour in ("adjective", "demonym", "members") and place.ids and found.role == "allies":
        # “European allies” are Europe's states, whoever's allies they are.
        found.ids, found.rule, found.confidence, found.kind = place.ids, "description.allies", 0.75, "group"
        return True
    if found.role == "rival" and (other := other_side(table, place.ids)):
        found.ids, found.rule, found.confidence, found.kind = (other,), "description.rival", 0.65, table.profiles[other].kind
        return True
    names = [name for key in place.ids for name in table.profiles[key].names]
    for key in (*own, *(key for key in table.actors if key not in own and found.role in table.profiles[key].roles)):
        if key in own or any(name in text for text in table.profiles[key].names for name in names):
            found.ids, found.rule, found.confidence, found.kind = (key,), "description.allies", 0.7, "group"
            return True
    found.rule, found.confidence = "description.nobody", 0.5
    return True


def other_side(table: ActorTable, ids: Sequence[str]) -> str:
    """Against whom somebody stands, where there are two parties and he is one of them or of its people; empty otherwise."""
    sides = table.sides()
    own = {table.side_of(key) for key in ids}
    return next((side for side in sides if side not in own), "") if len(sides) == 2 and len(own) == 1 and own <= set(sides) else ""


def _anonymous(scan: Scan, found: Found, noun: Noun, determiner: str) -> Found | None:
    """A description without owner and article: somebody, but nobody in particular, unless only one actor of the case can be meant."""
    table = scan.table
    only = table.only(noun.role)
    if only is None and noun.collective:
        bodies = [key for key in table.actors if noun.role in table.profiles[key].roles and table.profiles[key].kind == "institution"]
        only = bodies[0] if len(bodies) == 1 else None
    if found.number == "plural" or noun.collective:
        if (
            only is not None
            and noun.role in ("legislature", "intelligence", "opposition", "rebels", "civilians", "press")
            and not determiner
        ):
            found.ids, found.rule, found.confidence = (only,), "description.only", 0.6
            found.kind = table.profiles[only].kind
            return found
        found.kind = "anonymous" if noun.role in _NAMELESS else "group"
        found.rule, found.confidence = "description.nobody", 0.5
        return found if noun.role in _NAMELESS | {"military", "rebels", "civilians", "opposition", "leader"} else None
    if noun.role in _NAMELESS and determiner in ("a", "an", "another", "one"):
        hidden = [key for key in table.actors if table.profiles[key].kind == "anonymous" and noun.role in table.profiles[key].roles]
        found.ids = tuple(hidden) if len(hidden) == 1 else ()
        found.kind, found.rule, found.confidence = "anonymous", "description.anonymous", 0.6
        return found
    return None
