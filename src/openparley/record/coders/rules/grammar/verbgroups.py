"""Verb groups: auxiliaries, negation, the verb, its particle."""

from __future__ import annotations

from collections.abc import Sequence

from openparley.record.coders.rules.article import Token
from openparley.record.coders.rules.grammar.forms import verb_lemma
from openparley.record.coders.rules.grammar.parts import Verb, Words

__all__ = ["VERBAL", "verb_group"]

VERBAL = frozenset(("VB", "VZ", "VD", "VN", "VE", "VG", "BE", "HV", "DO"))
_AUX = frozenset(("MD", "BE", "HV", "DO"))
_MODALS = {
    "'ll": "will", "'d": "would", "wo": "will", "won't": "will", "wouldn't": "would", "can't": "can", "cannot": "can",
    "couldn't": "could", "mustn't": "must", "shouldn't": "should", "mightn't": "might", "shall": "will", "shan't": "will",
    "ought": "should", "needn't": "must", "need": "must", "dare": "can",
}  # fmt: skip
_NEGATIVE = frozenset(["not", "n't", "never", "no", "hardly", "barely", "scarcely", "neither", "nor", "nowhere", "cannot"])


def verb_group(tokens: Sequence[Token], tags: Sequence[str], first: int, index: int, last: int, words: Words) -> Verb | None:
    """The verb group that starts at a token."""
    at = index
    verb = Verb(index)
    negated = False
    if tags[at - first] == "NO":
        if at + 1 >= last or tags[at + 1 - first] not in ("TO", "VB", "VG", "VN", "VE", "VD", "VZ", "BE", "HV", "DO", "RB", "MD"):
            return None
        negated = True
        at += 1
        while at < last and tags[at - first] == "RB":
            at += 1
    infinitive = False
    if tags[at - first] == "TO":
        ahead = at + 1
        while ahead < last and tags[ahead - first] in ("RB", "NO"):
            ahead += 1
        if ahead >= last or (tags[ahead - first] != "VB" and tokens[ahead].lower not in ("be", "have", "do")):
            return None
        infinitive = True
        at = ahead
    chain: list[int] = []
    end = at
    while at < last:
        tag = tags[at - first]
        if ((tag in ("RB", "NO") or tokens[at].lower in ("since", "yet")) and chain and tags[chain[-1] - first] in _AUX) or (
            tag == "RB" and tokens[at].lower in ("not",)
        ):
            negated = negated or tokens[at].lower in _NEGATIVE
            at += 1
            continue
        if (
            tag == "CC"
            and chain
            and tags[at - 1 - first] == "RB"
            and at + 1 < last
            and tags[at + 1 - first] == "RB"
            and tags[chain[-1] - first] in _AUX
        ):
            at += 1  # deliberately and repeatedly
            continue
        if tag == "PU" and tokens[at].text == '"' and chain and tags[chain[-1] - first] in _AUX:
            at += 1
            continue
        if (
            tag == "PU"
            and tokens[at].text == ","
            and chain
            and tags[chain[-1] - first] in _AUX
            and at + 2 < last
            and tags[at + 1 - first] == "RB"
            and tokens[at + 2].text == ","
        ):
            at += 3  # did, however, fire
            continue
        if tag == "MD" or tag in VERBAL:
            if chain and not _chains(tokens, tags, first, chain[-1], at):
                break
            word = tokens[at].lower
            negated = negated or word.endswith("n't") or word == "cannot"
            chain.append(at)
            at += 1
            end = at
            if tag not in _AUX:
                break
            continue
        break
    if not chain:
        return None
    verb.negated = negated or any(tokens[k].lower in _NEGATIVE for k in range(index, end))
    verb.last = end
    _analyse(tokens, tags, first, chain, infinitive, verb)
    _particle(tokens, tags, first, last, verb, words)
    return verb


def _chains(tokens: Sequence[Token], tags: Sequence[str], first: int, before: int, at: int) -> bool:
    """Whether a verb continues the group of the auxiliary before it."""
    prior, tag = tags[before - first], tags[at - first]
    word = tokens[at].lower
    if prior == "MD":
        return tag in ("VB",) or word in ("be", "have", "do")
    if prior == "DO":
        return tag == "VB" or word in ("have", "do", "be")
    if prior == "HV":
        return tag in ("VN", "VE") or word in ("been", "had", "done") or (tag == "VB" and word in ("come", "become", "run", "overcome"))
    return tag in ("VN", "VE", "VG") or word in ("being", "having", "doing", "done")


def _analyse(tokens: Sequence[Token], tags: Sequence[str], first: int, chain: list[int], infinitive: bool, verb: Verb) -> None:
    """Form, tense, modal, voice of a chain of verbs."""
    lead, head = chain[0], chain[-1]
    word, tag = tokens[lead].lower, tags[lead - first]
    head_tag = tags[head - first]
    verb.head = head
    verb.lemma = verb_lemma(tokens[head].lower)
    if len(chain) == 1 and word == "'d":
        verb.lemma = "have"
    before = tags[chain[-2] - first] if len(chain) > 1 else ""
    verb.passive = before == "BE" and head_tag in ("VN", "VE")
    verb.progressive = before == "BE" and head_tag == "VG"
    verb.perfect = any(tags[k - first] == "HV" for k in chain[:-1]) or (tag == "MD" and word == "'d" and head_tag in ("VN", "VE"))
    verb.aux = head_tag in _AUX
    if tag == "MD":
        verb.form, verb.tense = "finite", "future" if word in ("will", "'ll", "won't", "shall", "shan't") else "present"
        verb.modal = _MODALS.get(word, word)
    elif infinitive:
        verb.form = "infinitive"
    elif word in ("be", "been", "being") or tag in ("VB", "VG", "VN") or word == "having":
        verb.form = {"be": "base", "been": "participle", "being": "gerund", "having": "gerund"}.get(
            word, "base" if tag == "VB" else "gerund" if tag == "VG" else "participle"
        )
        verb.passive = verb.passive or tag == "VN"
    else:
        verb.form = "finite"
        verb.tense = (
            "past" if tag in ("VD", "VE") or word in ("was", "were", "wasn't", "weren't", "had", "hadn't", "did", "didn't") else "present"
        )
        verb.ambiguous = tag == "VE"
        if word in ("do", "have") and len(chain) == 1:
            verb.tense = "present"


def _particle(tokens: Sequence[Token], tags: Sequence[str], first: int, last: int, verb: Verb, words: Words) -> None:
    """The particle right behind a verb: walk | away, call | on."""
    at = verb.last
    if at >= last or tags[at - first] not in ("RB", "IN", "SI"):
        return
    word = tokens[at].lower
    table = words.particles.get(word)
    if not table:
        return
    kind = table.get(verb.lemma) or table.get("*")
    if kind is None or (kind == "adverb" and verb.lemma in ("be", "have", "do")):
        return
    if kind == "adverb" and tags[at - first] == "IN" and "*" not in table and at + 1 < last and tags[at + 1 - first] == "CD":
        return
    verb.particle = word
    verb.last = at + 1
