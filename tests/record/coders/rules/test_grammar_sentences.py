"""Tags and clauses measured against sentences analysed by hand."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from openparley.record.coders.rules.article import read_article
from openparley.record.coders.rules.grammar.grammar import Clause, Group, parse
from openparley.record.coders.rules.grammar.tagging import make_tagger
from openparley.record.coders.rules.lexicon import Lexicon

SENTENCES = Path(__file__).with_name("grammar_sentences.txt")
CLAUSE = re.compile(r"\S+\([^)]*\)")


@cache
def sentences() -> list[tuple[str, list[str], list[str]]]:
    lines = [line for line in SENTENCES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    blocks = [block.splitlines() for block in "\n".join(lines).strip().split("\n\n")]
    return [(text, tags.split(), CLAUSE.findall(clauses)) for text, tags, clauses in blocks]


def shown(text: str) -> list[str]:
    """The clauses of a text as the file writes them."""
    article = read_article(text)

    def head(group: Group) -> str:
        return article.tokens[group.head].lower

    def one(clause: Clause) -> str:
        marks = "*" * (clause.form == "nominal") + "!" * clause.negated + "^" * clause.passive
        name = f"{clause.lemma}_{clause.particle}" if clause.particle else clause.lemma
        obliques = "+".join(f"{word.replace(' ', '_')}:{head(group)}" for word, group in clause.obliques)
        return f"{marks}{name}({'+'.join(map(head, clause.subjects))}; {'+'.join(map(head, clause.objects))}; {obliques})"

    return [one(clause) for clause in sorted(parse(article), key=lambda clause: clause.verb)]


def test_enough_sentences_of_every_kind_are_analysed_by_hand() -> None:
    assert len(sentences()) >= 150
    assert sum(len(tags) for _, tags, _ in sentences()) > 1500


def test_at_least_98_of_100_words_get_the_tag_a_person_gave() -> None:
    tagger = Lexicon().build(make_tagger)
    right = total = 0
    for text, tags, _ in sentences():
        article = read_article(text)
        found = [tag for item in article.sentences for tag in tagger.tags(article.tokens, item.first, item.last)]
        assert len(found) == len(tags), text
        right += sum(first == second for first, second in zip(found, tags, strict=True))
        total += len(tags)
    assert right / total >= 0.98


def test_at_least_94_of_100_clauses_have_their_roles_voice_and_negation_as_a_person_saw_them() -> None:
    right = proposed = wanted = 0
    for text, _, clauses in sentences():
        found, gold = Counter(shown(text)), Counter(clauses)
        right += (found & gold).total()
        proposed += found.total()
        wanted += gold.total()
    assert right / proposed >= 0.94
    assert right / wanted >= 0.94


@pytest.mark.parametrize(
    "change",
    [str.upper, lambda text: text.replace("’", "'"), lambda text: text.replace(" ", "\u00a0")],
    ids=["capitals", "apostrophes", "spaces"],
)
def test_typography_does_not_change_what_is_found(change: object) -> None:
    assert callable(change)
    texts = ["The envoy’s deputy refused to meet the rebels.", "We won’t sign it.", "Norland withdrew its troops from the valley."]
    plain = [[name.split("(")[0] for name in shown(text)] for text in texts]
    assert [[name.split("(")[0] for name in shown(change(text))] for text in texts] == plain
