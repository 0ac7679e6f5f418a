"""Layer 3, actors: no text and no table of actors stops the coder, and every mention is true to its words."""

from __future__ import annotations

from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st

from openparley.record.casefile import Actor
from openparley.record.coders.rules.actors.actors import ActorTable, find_mentions
from openparley.record.coders.rules.article import read_article
from openparley.record.coders.rules.lexicon import Lexicon

LEXICON = Lexicon()
ROLES = ("mediator", "party", "ally", "institution", "official", "spokesperson", "adviser", "press", "group", "observer")
# Names that a case may hold by mistake or on purpose: one letter, marks of patterns, articles only, other actors' names.
NAMES = (
    "A", "x", "Q.", "the", "the A", "His", "(unnamed)", "a.*b", "C++ Front", "[Ost]", "O'Neil", "Ost(er", "\\d+", "$", "?", "^Ost$", "|",
    "Cairo", "Egypt", "Egyptian", "Egyptians", "EGYPT", "Paris", "the West", "President", "President of", "the president", "Mr", "General",
    "US", "us", "it", "they", "both sides", "-", "–", "'", "’s", "“Ost”", "Østerwind", "İzmir", "Å", "ß", "北京", "🙂", "Ost  Wind", "Ost-",
    "De La", "von der", "van", "Ruritania and Freedonia", "Ruritania", "Ruritanian army", "the Movement", "Front of X", "Kemal al", "J. R.",
    "a senior official (unnamed)", "the three ministers", "the government", "Minister", "Commander O", "May", "Friday", "1", "2025",
)  # fmt: skip
WORDS = (
    *NAMES, "in Cairo", "in Cairo's", "Cairo talks", "in Cairo officials", "to Paris", "and", "and the", "of", "of the", ",", ".", ".\n\n",
    "\n",
    '"', "“", "”", "(", ")", ":", "—", "said", "told", "he", "his", "her", "its", "their", "them", "we", "our", "the two countries",
    "the two leaders", "both armies", "its rival", "the leaders of", "his government", "the movement", "officials", "troops", "drones",
    "the minister", "foreign minister", "a spokesman for", "one of the", "'s", "'", "former", "army", "U.S.", "Mr. O", "STENMOOR -", "No.",
)  # fmt: skip

odd_names = st.one_of(st.sampled_from(NAMES), st.text(min_size=1, max_size=12))
actors = st.builds(
    Actor.model_construct,
    name=odd_names,
    aliases=st.lists(odd_names, max_size=4).map(tuple),
    country=st.sampled_from(("", "XAA", "EGY", "USA", "FRA", "ZZZ")),
    role=st.sampled_from(ROLES),
    proposed=st.booleans(),
)
KEYS = ("party_a", "party_a_leader", "party_a_army", "party_b", "party_b_state", "mediator", "allies", "un", "un_council", "x", "a_", "_")
tables = st.dictionaries(st.sampled_from(KEYS), actors, max_size=7)
texts = st.one_of(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join), st.text(max_size=120))
days = st.sampled_from((None, date(2025, 5, 29), date(1941, 1, 1), date.min, date.max))


@settings(max_examples=80, deadline=None, derandomize=True)
@given(actors=tables, text=texts, day=days)
@example(actors={}, text="Talks are held in Cairo's palace and in Cairo.", day=None)
@example(actors={"x": Actor(name="Egypt", country="XAA", role="party")}, text="A truce in Cairo talks, in Paris's view.", day=None)
def test_no_text_and_no_actors_stop_the_search(actors: dict[str, Actor], text: str, day: date | None) -> None:
    table = ActorTable.build(actors, LEXICON, day)
    article = read_article(text, published=day)
    found = find_mentions(article, table)
    known = {*actors, *table.proposed()}
    reached = 0
    for item in found:
        assert reached <= item.start < item.end <= len(text)
        assert set(item.ids) <= known, "an id that no actor has"
        assert len(set(item.ids)) == len(item.ids)
        assert article.tokens[item.first].start <= item.start
        assert item.end <= article.tokens[item.last - 1].end
        reached = item.end
    assert find_mentions(article, table) == found, "the second reading finds something else"


def test_two_actors_with_one_alias_leave_it_to_the_first() -> None:
    actors = {
        "first": Actor(name="Ostmark", aliases=("the Front",), country="XAA", role="party"),
        "second": Actor(name="Westmark", aliases=("the Front",), country="XAB", role="party"),
    }
    table = ActorTable.build(actors, LEXICON, None)
    found = find_mentions(read_article("The Front attacked Westmark."), table)
    assert [item.ids for item in found] == [("first",), ("second",)]
