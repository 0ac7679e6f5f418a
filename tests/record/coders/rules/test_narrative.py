"""Layer 5, dates: where a story stands – years long past told without naming the year again – and what ends it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from openparley.errors import CaseError
from openparley.record.casefile import Actor
from openparley.record.coders.rules.actors.actors import ActorTable
from openparley.record.coders.rules.article import read_article
from openparley.record.coders.rules.coder import read_layers
from openparley.record.coders.rules.lexicon import Lexicon
from openparley.record.coders.rules.reading import Reading
from openparley.record.coders.rules.times.dates import date_of, due_of, find_dates, meaning_of
from openparley.record.entry import FuzzyDate

LEXICON = Lexicon()
ACTORS = {
    "a": Actor(name="Ruritania", country="XRU", role="party"),
    "b": Actor(name="Freedonia", country="XFR", role="party"),
    "m": Actor(name="Sylvania", country="XSY", role="mediator"),
}
PUBLISHED = date(2015, 12, 14)
HISTORY = (
    "In March 1962 Ruritania crossed the river. Two days later Freedonia called up its reserves. In late May the armies met at Osk. "
    "On 11 June Ruritania took the bridge, and in the following days burned the villages. "
    "Ten days after the bridge fell, Sylvania offered talks. "
    "Freedonia refused on the 25th. That winter both sides went hungry. In February Ruritania asked for a truce.\n\n"
    "It was signed on 3 March. The following summer the prisoners came home."
)


def reading_of(text: str, published: date | None = PUBLISHED, kind: str = "analysis") -> Reading:
    return read_layers(read_article(text, published=published, kind=kind), ActorTable.build(ACTORS, LEXICON), LEXICON)


def span(found: FuzzyDate | None) -> tuple[str, str] | None:
    return (found.start.isoformat(), found.end.isoformat()) if found else None


def dated(
    text: str, words: str, published: date | None = PUBLISHED, kind: str = "analysis", *, spoken: bool = False
) -> tuple[str, str] | None:
    start = text.index(words)
    return span(date_of(reading_of(text, published, kind), start, start + len(words), spoken=spoken))


@pytest.mark.parametrize("published", [PUBLISHED, date(1963, 9, 1), None], ids=["long after", "soon after", "no day"])
@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("the armies met at Osk", "1962-05-21", "1962-05-31"),
        ("Ruritania took the bridge", "1962-06-11", "1962-06-11"),
        ("Freedonia refused", "1962-06-25", "1962-06-25"),
        ("both sides went hungry", "1962-12-01", "1963-02-28"),
        ("Ruritania asked for a truce", "1963-02-01", "1963-02-28"),
        ("It was signed", "1963-03-03", "1963-03-03"),
        ("the prisoners came home", "1963-06-01", "1963-08-31"),
    ],
)
def test_a_date_without_a_year_is_read_from_where_the_story_stands(published: date | None, words: str, start: str, end: str) -> None:
    assert dated(HISTORY, words, published) == (start, end)


def test_days_are_counted_on_from_what_was_told() -> None:
    assert dated(HISTORY, "burned the villages") in (("1962-06-11", "1962-06-18"), ("1962-06-11", "1962-06-11"))
    assert dated(HISTORY, "Sylvania offered talks") == ("1962-06-21", "1962-06-21")


@pytest.mark.parametrize(
    "text",
    [
        "In 1971 the lands were divided. On Monday Ruritania closed the border. In October gas was found under the lake.",
        "A treaty of 1971 divides the lake. Nobody likes it. In October gas was found under the lake.",
        "The 1971 line divides the lake. In October gas was found under the lake.",
    ],
)
def test_a_story_ends_where_the_text_comes_back_to_the_present(text: str) -> None:
    assert dated(text, "gas was found", kind="news") == ("2015-10-01", "2015-10-31")


@pytest.mark.parametrize(
    "text",
    ["Ruritania fell back to the 1988 line.", "Ruritania repeated its 1988 promise.", "Ruritania shelled the 1988 monument."],
)
def test_a_year_before_a_noun_dates_nothing(text: str) -> None:
    assert dated(text, text[:-1], kind="news") == ("2015-12-13", "2015-12-14")


def test_a_dateline_neither_dates_nor_goes_on() -> None:
    text = "OSK, Ruritania, 10 December (Wire) - Ruritania shelled the port on Friday.\n\nZENDA, Freedonia - Freedonia rejected the claim."
    assert dated(text, "Ruritania shelled the port", kind="wire") == ("2015-12-11", "2015-12-11")
    assert dated(text, "Freedonia rejected the claim", kind="wire") == ("2015-12-13", "2015-12-14")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "If the port were stormed, the admiral warned on Friday, the channel would be mined.",
            "the admiral warned on Friday, the channel would",
        ),
        ("Sylvania offered on Friday to host talks in January.", "Sylvania offered on Friday to host talks in January"),
        ("Freedonia promised on Friday that it would pay within five years.", "Freedonia promised on Friday"),
    ],
)
def test_what_was_said_is_dated_by_its_saying_and_not_by_its_matter(text: str, words: str) -> None:
    assert dated(text, words, kind="news") == ("2015-12-11", "2015-12-11")


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("Freedonia will withdraw by 25 December.", "2015-12-25"),
        ("The crossing opens on 5 January.", "2016-01-05"),
        ("Ruritania demanded that they leave by 20 January.", "2016-01-20"),
    ],
)
def test_a_near_day_lies_ahead_whatever_the_tense(text: str, due: str) -> None:
    found = due_of(reading_of(text, kind="news"), 0, len(text))
    assert found is not None
    assert found.end.isoformat() == due


def test_words_that_act_are_as_old_as_they_are() -> None:
    text = "Ruritania rejects the map. We will close the border."
    assert dated(text, "We will close the border", kind="official") is None
    assert dated(text, "We will close the border", kind="official", spoken=True) == ("2015-12-14", "2015-12-14")


def test_a_case_adds_its_own_holidays(tmp_path: Path) -> None:
    (tmp_path / "dates.csv").write_text("name,month,day\nUnity Day,6,17\n", encoding="utf-8")
    text = "They will vote by Unity Day, after Christmas."
    found = find_dates(read_article(text), Lexicon(tmp_path))
    assert [phrase.phrase for phrase in found] == ["by Unity Day", "after Christmas"]
    meaning = meaning_of(found[0], PUBLISHED)
    assert meaning is not None
    assert meaning.end == date(2016, 6, 17)
    assert [phrase.phrase for phrase in find_dates(read_article(text))] == ["after Christmas"]


def test_a_holiday_on_no_day_of_the_calendar_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dates.csv").write_text("name,month,day\nUnity Day,13,17\n", encoding="utf-8")
    with pytest.raises(CaseError, match="13,17"):
        find_dates(read_article("By Unity Day."), Lexicon(tmp_path))
