"""Noun groups and verb groups: the pieces of which the clauses of a sentence are made."""

from __future__ import annotations

from collections.abc import Sequence

from openparley.record.coders.rules.article import Token
from openparley.record.coders.rules.grammar.forms import noun_lemma, verb_lemma
from openparley.record.coders.rules.grammar.parts import Noun, Piece, Words
from openparley.record.coders.rules.grammar.verbgroups import VERBAL, verb_group

__all__ = ["of_chains", "pieces"]


_TIME = frozenset((
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "week", "month", "year", "day", "hour", "minute",
    "morning", "afternoon", "evening", "night", "weekend", "decade", "century", "spring", "summer", "autumn", "winter", "today",
    "yesterday", "tomorrow", "tonight", "moment", "time", "midnight", "noon", "fortnight"
))  # fmt: skip
# Before “fall” they make it a season.
_POINTING = frozenset(("this", "last", "next", "that", "each", "every", "early", "late"))
# Pronouns of number, which with “of” are about those named behind it.
_NUMBERED = frozenset((
    "some", "most", "many", "few", "all", "both", "none", "several", "half", "much", "each", "any", "either", "neither", "more", "part"
))  # fmt: skip
_MONTHS = frozenset((
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"
))  # fmt: skip
_DATED = _MONTHS | frozenset(
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "today", "yesterday", "tomorrow"]
)
_PREMODIFIER = frozenset(("JJ", "CD", "VN", "VE", "VG", "NN", "NS", "NP"))
_FINITE = frozenset(("VD", "VE", "VZ", "BE", "HV", "MD"))
_NOMINAL = frozenset(("NN", "NS", "NP", "CD"))
_QUANTITIES = frozenset((
    "more", "most", "many", "some", "much", "few", "fewer", "less", "several", "enough", "such", "other", "former", "latter"
))  # fmt: skip
_SUFFERERS = frozenset((
    "wounded", "injured", "accused", "displaced", "detained", "disappeared", "deceased", "unemployed", "oppressed", "condemned",
    "arrested", "besieged", "evacuated"
))  # fmt: skip
_NP_START = frozenset(("DT", "PS", "CD", "JJ", "NN", "NS", "NP", "VN", "VE", "VG"))
_OPENERS = frozenset(("^", "PU", "CC", "IN", "SI", "SU", "TH", "WR", "RB"))


def pieces(tokens: Sequence[Token], tags: Sequence[str], first: int, last: int, words: Words) -> list[Piece]:
    """Cut a sentence into noun groups, verb groups and single words, from left to right."""
    found: list[Piece] = []
    index = first
    while index < last:
        tag = tags[index - first]
        noun = verb = None
        if (
            tag == "SI"
            and tokens[index].lower == "as"
            and index + 2 < last
            and tokens[index + 1].lower == "well"
            and tokens[index + 2].lower == "as"
        ):
            found.append(Piece("CC", index, index + 3, "and"))
            index += 3
            continue
        if tag in _NP_START or (tag == "PR" and index + 1 < last and tags[index + 1 - first] == "PO"):
            noun = _noun(tokens, tags, first, index, last, words)
        elif tag == "PR":
            noun = Noun(index, index + 1, index, tokens[index].lower, tokens[index].lower not in ("nothing", "none", "nobody"))
            noun.no = tokens[index].lower in ("nothing", "none", "nobody")
        if noun is None and (tag in VERBAL or tag == "MD" or tag == "TO" or tag == "NO"):
            verb = verb_group(tokens, tags, first, index, last, words)
        if noun is not None:
            found.append(Piece("N", index, noun.last, "", noun))
            index = noun.last
            index += _separated(tokens, tags, first, last, found, words)
        elif verb is not None:
            found.append(Piece("V", index, verb.last, "", None, verb))
            index = verb.last
        else:
            found.append(
                Piece(
                    "IN" if tag == "TO" else tag if tag not in VERBAL and tag not in ("MD", "NO") else "RB",
                    index,
                    index + 1,
                    tokens[index].lower,
                )
            )
            index += 1
    return found


def _separated(tokens: Sequence[Token], tags: Sequence[str], first: int, last: int, found: list[Piece], words: Words) -> int:
    """A particle behind the object goes to the verb: “turn ships back”; the number of tokens taken."""
    at = found[-1].last
    verb = found[-2].verb if len(found) > 1 else None
    if (
        verb is None
        or verb.particle
        or verb.aux
        or at >= last
        or tags[at - first] not in ("RB", "IN")
        or found[-1].last - found[-1].first > 3
    ):
        return 0
    table = words.particles.get(tokens[at].lower, {})
    following = tags[at + 1 - first] if at + 1 < last else "PU"
    if (table.get(verb.lemma) or table.get("*")) != "adverb" or (
        tags[at - first] == "IN" and following in ("NN", "NS", "NP", "DT", "PS", "PR", "CD", "JJ")
    ):
        return 0
    verb.particle = tokens[at].lower
    return 1


def _noun(tokens: Sequence[Token], tags: Sequence[str], first: int, index: int, last: int, words: Words) -> Noun | None:
    """The noun group that starts at a token, possessors included; None if no noun comes."""
    start, head, at = index, -1, index
    owners: list[Noun] = []
    tag = tags[index - first]
    before = tags[index - 1 - first] if index > first else "^"
    if tag in ("VE", "VN", "VG"):
        following = tags[index + 1 - first] if index + 1 < last else "PU"
        if tag == "VG" and before == "IN" and following == "NS" and verb_lemma(tokens[index].lower) in words.verbs["intransitive"]:
            pass  # by retreating soldiers
        elif (
            following not in ("NN", "NS", "NP")
            or tag == "VG"
            or before not in _OPENERS
            or (before in ("^", "PU", "CC") and tag == "VE" and following != "NS")
        ):
            return None
        if before in ("CC", "PU", "RB", "SU", "TH", "WR") or (before == "^" and tokens[index].lower.endswith("ing")):
            return None
    if tag == "CD" and _is_year(tokens[index].text) and (index + 1 >= last or tags[index + 1 - first] not in ("NN", "NS", "JJ", "PO")):
        year = Noun(index, index + 1, index, tokens[index].lower, False)
        year.time = True
        return year
    opened = tag in ("DT", "PS")
    if opened:
        at += 1
        if tokens[index].lower in ("all", "both", "half") and at < last and tags[at - first] in ("DT", "PS"):
            at += 1
    base = index
    while at < last:
        tag = tags[at - first]
        if tag in _NOMINAL or (tag == "PR" and at == index):
            if head >= 0 and _new_group(tokens, tags, first, head, at):
                break
            if tag != "CD" or head < 0 or tags[head - first] == "CD":
                head = at
            elif head >= 0 and tags[head - first] == "NP" and at + 1 < last and tokens[at].text.isdigit():
                pass
            else:
                break
            at += 1
        elif tag == "PO" and head >= 0:
            owner = Noun(start, at, head, noun_lemma(tokens[head].lower), False)
            owners.append(owner)
            at += 1
            base, head, opened = at, -1, True
        elif tag == "JJ":
            if head >= 0 and not _more(tags, first, at, last):
                break
            at += 1
        elif tag in ("VN", "VE", "VG"):
            if (opened and tag == "VG" and head < 0 and not _more(tags, first, at, last)) or (
                opened and head < 0 and tokens[at].lower in _SUFFERERS and not _more(tags, first, at, last)
            ):  # the freezing of
                head = at
            elif (
                (head >= 0 and tags[head - first] != "CD") or not _more(tags, first, at, last) or not (opened or at > start or at == index)
            ):
                break
            at += 1
        elif tag == "RB" or tag == "NO":
            if (
                head >= 0
                or at + 1 >= last
                or (
                    tags[at + 1 - first] not in ("JJ", "VN", "VE", "CD", "VG", "RB")
                    and not (opened and tokens[at].lower in ("only", "then", "now", "once", "very"))
                )
            ):
                break
            at += 1
        elif (
            tag == "PU"
            and tokens[at].text in ("-", "/")
            and at > start
            and at + 1 < last
            and tokens[at].start == tokens[at - 1].end
            and tokens[at].end == tokens[at + 1].start
        ):
            at += 1
            if tags[at - first] in ("VN", "VE", "VG", "RB", "IN", "VB", "JJ"):
                head = head if head >= 0 and tags[at - first] == "IN" else -1
                at += 1
        elif (
            (
                tag == "PU"
                and tokens[at].text in ("'", '"', "$")
                and at > start
                and at + 1 < last
                and (head < 0 or tokens[at].text == "'")
                and tags[at + 1 - first] in _PREMODIFIER
            )
            or (
                tag == "PU"
                and tokens[at].text == ","
                and head < 0
                and at > start
                and tags[at - 1 - first] == "JJ"
                and at + 1 < last
                and tags[at + 1 - first] in ("JJ", "VN", "VE")
            )
            or (
                tag == "CC"
                and head < 0
                and at > start
                and tags[at - 1 - first] in ("JJ", "CD", "VE", "VN")
                and at + 1 < last
                and tags[at + 1 - first] in ("JJ", "VN", "VE", "CD", "RB")
                and _more(tags, first, at + 1, last)
            )
        ):
            at += 1
        else:
            break
    while at > start and tags[at - 1 - first] in ("RB", "NO"):
        at -= 1
    if head < 0:
        if at - index > 1 and tokens[at - 1].lower == "other":
            return _finish(tokens, Noun(start, at, at - 1, "other", True))
        if tags[index - first] == "DT" and tokens[index].lower not in ("a", "an", "the", "every"):  # a determiner that stands alone
            return _finish(tokens, Noun(index, index + 1, index, tokens[index].lower, True))
        if owners:
            return owners[-1]
        if tokens[at - 1].lower in _QUANTITIES and (
            at >= last or tags[at - first] in ("IN", "PU", "MD", "BE", "HV", "VZ", "VB", "VE", "VD")
        ):
            return _finish(tokens, Noun(start, at, at - 1, tokens[at - 1].lower, True))
        if tags[at - 1 - first] == "JJ" and tags[index - first] == "DT" and at - index > 1:  # the wounded, the rich
            head = at - 1
        else:
            return None
    noun = Noun(start, head + 1 if tags[at - 1 - first] != "CD" else at, head, noun_lemma(tokens[head].lower), False)
    noun.owners = owners
    _names_before(tokens, tags, first, base, noun)
    return _finish(tokens, noun)


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isdigit() and "1500" <= text <= "2100"


def _two_verbs(tags: Sequence[str], at: int) -> bool:
    """Whether two predicates follow a name directly."""
    while at < len(tags) and tags[at] == "NP":
        at += 1
    return at + 1 < len(tags) and tags[at] in ("VE", "VD", "VZ") and tags[at + 1] in _FINITE


def _new_group(tokens: Sequence[Token], tags: Sequence[str], first: int, head: int, at: int) -> bool:
    """Whether a noun right behind another begins a group of its own: after a plural, after a date."""
    before, word, tag = tokens[head], tokens[at], tags[at - first]
    if tag == "NP" and tags[head - first] == "NS" and not before.text[0].isupper():
        return True
    if before.lower in _DATED and before.text[0].isupper():
        return tag != "CD" and not (tag in ("NN", "NS") and before.lower not in _MONTHS)
    if tag == "NP" and tags[head - first] == "NN" and not before.text[0].isupper() and _two_verbs(tags, at - first):
        return True  # the war Norland started | ruined …
    if tag == "NP" and before.lower in _TIME and not before.text[0].isupper():
        return True
    return (
        word.lower in _DATED
        and word.text[0].isupper()
        and tags[head - first] != "CD"
        and at + 1 < len(tokens)
        and tags[head - first] != "NP"
    )


def _names_before(tokens: Sequence[Token], tags: Sequence[str], first: int, base: int, noun: Noun) -> None:
    """A name or adjective of nation right before a common noun is its owner: “Russian attacks”, “the White House attack”."""
    if tags[noun.head - first] == "NP":
        return
    at = base
    while at < noun.head:
        if tags[at - first] == "NP" or (tags[at - first] == "JJ" and tokens[at].text[0].isupper()):
            end = at
            while end < noun.head and (tags[end - first] == "NP" or (tags[end - first] == "JJ" and tokens[end].text[0].isupper())):
                end += 1
            noun.owners.append(Noun(at, end, end - 1, tokens[end - 1].lower, False))
            at = end
        else:
            at += 1
    if tags[noun.first - first] == "PS" and base == noun.first:
        noun.owners.append(Noun(noun.first, noun.first + 1, noun.first, tokens[noun.first].lower, True))


def _finish(tokens: Sequence[Token], noun: Noun) -> Noun:
    noun.no = tokens[noun.first].lower in ("no", "neither")
    word = tokens[noun.head]
    noun.time = (
        (word.lower in _MONTHS and word.text[0].isupper())
        or noun.lemma in _TIME
        or (noun.lemma == "fall" and tokens[noun.head - 1].lower in _POINTING and noun.head > noun.first)
    )
    return noun


def _more(tags: Sequence[str], first: int, at: int, last: int) -> bool:
    """Whether a noun still comes in this group."""
    at += 1
    while at < last and tags[at - first] in ("JJ", "VN", "VE", "VG", "CD", "RB"):
        at += 1
    return at < last and tags[at - first] in ("NN", "NS", "NP")


def of_chains(tokens: Sequence[Token], parts: list[Piece], words: Words) -> list[Piece]:
    """Put “of X” into the noun group before it, unless the verb before that group takes “of” itself (“accused X of …”)."""
    found: list[Piece] = []
    index = 0
    while index < len(parts):
        piece = parts[index]
        noun = piece.noun
        if noun is None:
            found.append(piece)
            index += 1
            continue
        at, inner = index + 1, noun
        chain = [noun]
        before = next((item.verb for item in reversed(found[-2:]) if item.verb is not None), None)
        blocked = before is not None and found[-1].verb is before and before.lemma in words.verbs["of_verbs"] and not before.passive
        while (
            not blocked
            and at + 1 < len(parts)
            and parts[at].kind == "IN"
            and parts[at].word == "of"
            and parts[at + 1].noun is not None
            and (not noun.pronoun or noun.lemma in _NUMBERED)
        ):
            of = parts[at + 1].noun
            if of is None:
                break
            inner.of = of
            inner.pronoun = False
            inner = of
            chain.append(of)
            at += 2
            if (
                at + 1 < len(parts)
                and parts[at].kind == "CC"
                and parts[at].word in ("and", "or")
                and (other := parts[at + 1].noun) is not None
                and _alike(tokens, of, other)
                and not _verb_follows(parts, at + 2)
            ):
                of.extra.append(other)
                chain.append(other)
                at += 2
        end = chain[-1].last
        for item in chain[:-1]:
            item.last = max(item.last, end)
        found.append(Piece("N", piece.first, end, "", noun))
        index = at
    return found


def _alike(tokens: Sequence[Token], first: Noun, second: Noun) -> bool:
    """Whether two noun groups look like equals: both names, or both without determiner."""
    if (
        tokens[second.first].lower in ("two", "three", "four", "five", "six", "one", "some", "many")
        and second.pronoun is False
        and second.head == second.first
    ):
        return False
    named = tokens[first.head].text[0].isupper(), tokens[second.head].text[0].isupper()
    return named[0] == named[1] and (named[0] or tokens[second.first].lower not in ("the", "a", "an", "its", "their", "his", "her"))


def _verb_follows(parts: Sequence[Piece], at: int) -> bool:
    verb = parts[at].verb if at < len(parts) else None
    return verb is not None and verb.form == "finite"
