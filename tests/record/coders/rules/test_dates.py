"""Layer 5: what time phrases mean, worked out by hand with a calendar, where they are found, and what they date."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openparley.record.casefile import Actor
from openparley.record.coders.rules.actors.actors import ActorTable
from openparley.record.coders.rules.article import read_article
from openparley.record.coders.rules.coder import read_layers
from openparley.record.coders.rules.lexicon import Lexicon
from openparley.record.coders.rules.reading import Reading
from openparley.record.coders.rules.times.dates import DatePhrase, date_of, due_of, find_dates, meaning_of, resolve
from openparley.record.entry import FuzzyDate

# A Thursday.
ANCHOR = date(2025, 5, 29)
PAST, AHEAD = -1, 1
# phrase | way looked | first day | last day | granularity; one day only where first and last are the same.
TABLE = """
12 March 2025 | past | 2025-03-12 | 2025-03-12 | day
March 12, 2025 | past | 2025-03-12 | 2025-03-12 | day
the 12th of March 2025 | past | 2025-03-12 | 2025-03-12 | day
the 12th of March | past | 2025-03-12 | 2025-03-12 | day
12.3.2025 | past | 2025-03-12 | 2025-03-12 | day
12/3/2025 | past | 2025-03-12 | 2025-03-12 | day
2025-03-12 | past | 2025-03-12 | 2025-03-12 | day
Wednesday, 12 March 2025 | past | 2025-03-12 | 2025-03-12 | day
Monday 7 April | past | 2025-04-07 | 2025-04-07 | day
on 30 May | past | 2024-05-30 | 2024-05-30 | day
on 30 May | ahead | 2025-05-30 | 2025-05-30 | day
on 29 May | past | 2025-05-29 | 2025-05-29 | day
on 29 February 2024 | past | 2024-02-29 | 2024-02-29 | day
June 15 | past | 2024-06-15 | 2024-06-15 | day
June 15 | ahead | 2025-06-15 | 2025-06-15 | day
the 12th | past | 2025-05-12 | 2025-05-12 | day
the 12th | ahead | 2025-06-12 | 2025-06-12 | day
the 31st | past | 2025-03-31 | 2025-03-31 | day
in March | past | 2025-03-01 | 2025-03-31 | month
in March | ahead | 2026-03-01 | 2026-03-31 | month
in June | past | 2024-06-01 | 2024-06-30 | month
in May | past | 2025-05-01 | 2025-05-31 | month
last June | past | 2024-06-01 | 2024-06-30 | month
next June | ahead | 2025-06-01 | 2025-06-30 | month
in July 2019 | past | 2019-07-01 | 2019-07-31 | month
Sept. 2023 | past | 2023-09-01 | 2023-09-30 | month
early March | past | 2025-03-01 | 2025-03-10 | week
mid-March | past | 2025-03-11 | 2025-03-20 | week
in late April | past | 2025-04-21 | 2025-04-30 | week
late February | past | 2025-02-21 | 2025-02-28 | week
the beginning of May 2024 | past | 2024-05-01 | 2024-05-10 | week
mid-June | ahead | 2025-06-11 | 2025-06-20 | week
early 2024 | past | 2024-01-01 | 2024-04-30 | season
mid-2023 | past | 2023-05-01 | 2023-08-31 | season
late 2023 | past | 2023-09-01 | 2023-12-31 | season
in 2017 | past | 2017-01-01 | 2017-12-31 | year
spring 2024 | past | 2024-03-01 | 2024-05-31 | season
last winter | past | 2024-12-01 | 2025-02-28 | season
winter 2023 | past | 2023-12-01 | 2024-02-29 | season
in the autumn | past | 2024-09-01 | 2024-11-30 | season
this summer | ahead | 2025-06-01 | 2025-08-31 | season
the fall of 2024 | past | 2024-09-01 | 2024-11-30 | season
the first half of 2024 | past | 2024-01-01 | 2024-06-30 | range
the second half of last year | past | 2024-07-01 | 2024-12-31 | range
the third quarter of 2024 | past | 2024-07-01 | 2024-09-30 | quarter
Q3 2023 | past | 2023-07-01 | 2023-09-30 | quarter
1951–53 | past | 1951-01-01 | 1953-12-31 | range
from 1951 to 1953 | past | 1951-01-01 | 1953-12-31 | range
between 1992 and 1995 | past | 1992-01-01 | 1995-12-31 | range
the 1990s | past | 1990-01-01 | 1999-12-31 | range
the early 1990s | past | 1990-01-01 | 1993-12-31 | range
the late 1980s | past | 1987-01-01 | 1989-12-31 | range
from 26 to 28 March | past | 2025-03-26 | 2025-03-28 | range
14 and 15 April | past | 2025-04-14 | 2025-04-15 | range
between 3 and 5 May | past | 2025-05-03 | 2025-05-05 | range
May 3-5 | past | 2025-05-03 | 2025-05-05 | range
from June to August 2023 | past | 2023-06-01 | 2023-08-31 | range
since January | past | 2025-01-01 | 2025-05-29 | range
since 2022 | past | 2022-01-01 | 2025-05-29 | range
since autumn | past | 2024-09-01 | 2025-05-29 | range
since Monday | past | 2025-05-26 | 2025-05-29 | range
since last summer | past | 2024-06-01 | 2025-05-29 | range
since 3 February | past | 2025-02-03 | 2025-05-29 | range
on Thursday | past | 2025-05-29 | 2025-05-29 | day
on Friday | past | 2025-05-23 | 2025-05-23 | day
on Friday | ahead | 2025-05-30 | 2025-05-30 | day
last Thursday | past | 2025-05-22 | 2025-05-22 | day
next Thursday | ahead | 2025-06-05 | 2025-06-05 | day
last Friday | past | 2025-05-23 | 2025-05-23 | day
next Friday | ahead | 2025-05-30 | 2025-05-30 | day
on Monday morning | past | 2025-05-26 | 2025-05-26 | day
early on Sunday | past | 2025-05-25 | 2025-05-25 | day
in the night to Tuesday | past | 2025-05-26 | 2025-05-27 | day
from Monday to Wednesday | past | 2025-05-26 | 2025-05-28 | range
this Friday | ahead | 2025-05-30 | 2025-05-30 | day
today | past | 2025-05-29 | 2025-05-29 | day
yesterday | past | 2025-05-28 | 2025-05-28 | day
the day before yesterday | past | 2025-05-27 | 2025-05-27 | day
tomorrow | ahead | 2025-05-30 | 2025-05-30 | day
tonight | ahead | 2025-05-29 | 2025-05-29 | day
last night | past | 2025-05-28 | 2025-05-28 | day
overnight | past | 2025-05-28 | 2025-05-29 | day
this morning | past | 2025-05-29 | 2025-05-29 | day
this week | past | 2025-05-26 | 2025-05-29 | week
this week | ahead | 2025-05-26 | 2025-06-01 | week
last week | past | 2025-05-19 | 2025-05-25 | week
next week | ahead | 2025-06-02 | 2025-06-08 | week
earlier this week | past | 2025-05-26 | 2025-05-29 | week
later this week | ahead | 2025-05-29 | 2025-06-01 | week
last weekend | past | 2025-05-24 | 2025-05-25 | week
this weekend | ahead | 2025-05-31 | 2025-06-01 | week
earlier this month | past | 2025-05-01 | 2025-05-29 | month
later this month | ahead | 2025-05-29 | 2025-05-31 | month
last month | past | 2025-04-01 | 2025-04-30 | month
next month | ahead | 2025-06-01 | 2025-06-30 | month
earlier this year | past | 2025-01-01 | 2025-05-29 | year
last year | past | 2024-01-01 | 2024-12-31 | year
next year | ahead | 2026-01-01 | 2026-12-31 | year
early next year | ahead | 2026-01-01 | 2026-04-30 | season
the end of the month | ahead | 2025-05-31 | 2025-05-31 | day
by the end of the year | ahead | 2025-12-31 | 2025-12-31 | day
by the end of this month | ahead | 2025-05-31 | 2025-05-31 | day
by year-end | ahead | 2025-12-31 | 2025-12-31 | day
until the end of the week | ahead | 2025-06-01 | 2025-06-01 | day
two days ago | past | 2025-05-27 | 2025-05-27 | day
a week ago | past | 2025-05-22 | 2025-05-22 | day
two weeks ago | past | 2025-05-15 | 2025-05-15 | day
about two weeks ago | past | 2025-05-13 | 2025-05-17 | week
several days ago | past | 2025-05-24 | 2025-05-26 | week
three months ago | past | 2025-02-21 | 2025-03-07 | month
a year ago | past | 2024-01-01 | 2024-12-31 | year
two days later | past | 2025-05-31 | 2025-05-31 | day
the next day | past | 2025-05-30 | 2025-05-30 | day
the following morning | past | 2025-05-30 | 2025-05-30 | day
the following week | past | 2025-06-02 | 2025-06-08 | week
the day before | past | 2025-05-28 | 2025-05-28 | day
the previous night | past | 2025-05-28 | 2025-05-28 | day
a week earlier | past | 2025-05-22 | 2025-05-22 | day
two years earlier | past | 2023-01-01 | 2023-12-31 | year
months later | past | 2025-05-29 | 2025-11-29 | range
the same day | past | 2025-05-29 | 2025-05-29 | day
over the past month | past | 2025-04-29 | 2025-05-29 | range
over the last two years | past | 2023-05-29 | 2025-05-29 | range
in the past 24 hours | past | 2025-05-28 | 2025-05-29 | range
in recent days | past | 2025-05-22 | 2025-05-29 | week
in recent weeks | past | 2025-05-01 | 2025-05-29 | month
in the coming days | ahead | 2025-05-29 | 2025-06-05 | range
in the next two weeks | ahead | 2025-05-29 | 2025-06-12 | range
within 30 days | ahead | 2025-06-28 | 2025-06-28 | day
within 48 hours | ahead | 2025-05-31 | 2025-05-31 | day
within a month | ahead | 2025-06-29 | 2025-06-29 | day
in two weeks | ahead | 2025-06-12 | 2025-06-12 | day
in about two weeks | ahead | 2025-06-12 | 2025-06-12 | day
in three days' time | ahead | 2025-06-01 | 2025-06-01 | day
six months from now | ahead | 2025-11-29 | 2025-11-29 | day
until Friday | ahead | 2025-05-30 | 2025-05-30 | day
by Monday | ahead | 2025-06-02 | 2025-06-02 | day
by midnight on Sunday | ahead | 2025-06-01 | 2025-06-01 | day
no later than 15 June | ahead | 2025-06-15 | 2025-06-15 | day
before 1 July | ahead | 2025-07-01 | 2025-07-01 | day
on Christmas Day | past | 2024-12-25 | 2024-12-25 | day
by Christmas | ahead | 2025-12-25 | 2025-12-25 | day
New Year's Eve 2023 | past | 2023-12-31 | 2023-12-31 | day
on May Day | past | 2025-05-01 | 2025-05-01 | day
"""
ROWS = [tuple(cell.strip() for cell in line.split("|")) for line in TABLE.strip().splitlines()]
SENTENCE = "The talks, they said, failed {} for good."


def found_in(text: str) -> list[DatePhrase]:
    return list(find_dates(read_article(text, published=ANCHOR)))


@pytest.mark.parametrize(("phrase", "way", "start", "end", "granularity"), ROWS, ids=[f"{row[0]} ({row[1]})" for row in ROWS])
def test_a_phrase_is_found_whole_and_means_these_days(phrase: str, way: str, start: str, end: str, granularity: str) -> None:
    text = SENTENCE.format(phrase)
    found = [item for item in found_in(text) if item.kind != "duration"]
    assert [item.phrase for item in found] == [phrase]
    meaning = meaning_of(found[0], ANCHOR, AHEAD if way == "ahead" else PAST)
    assert meaning is not None
    assert (meaning.start.isoformat(), meaning.end.isoformat(), meaning.granularity) == (start, end, granularity)


def test_the_table_is_long_enough_to_be_worth_something() -> None:
    assert len(ROWS) >= 120
    assert len(set(ROWS)) == len(ROWS)


@pytest.mark.parametrize("phrase", ["for 21 years", "for two weeks", "a 30-day", "a two-hour"])
def test_a_duration_is_found_and_gives_no_date(phrase: str) -> None:
    (found,) = found_in(SENTENCE.format(phrase + " truce" if "-" in phrase else phrase))
    assert found.kind == "duration"
    assert resolve(found, ANCHOR) is None


@pytest.mark.parametrize(
    "text",
    [
        "They may march on the capital.",
        "The fall of Dravel was near.",
        "About 2000 people fled, and 1,950 troops came.",
        "It lies on the 38th parallel.",
        "She may well spring a surprise.",
        "He paid $2019 for it.",
        "The second half was dull.",
    ],
)
def test_words_that_only_look_like_times_are_left_alone(text: str) -> None:
    assert found_in(text) == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("They met on Friday and will meet again within 30 days.", ["weekday", "deadline"]),
        ("Since March they have waited for two weeks.", ["since", "duration"]),
        ("It is now quiet, as it was in 1999.", ["vague", "absolute"]),
        ("Until Sunday nothing will move; the next day all will.", ["deadline", "relative"]),
    ],
)
def test_kinds(text: str, kinds: list[str]) -> None:
    assert [item.kind for item in found_in(text)] == kinds


def test_without_a_day_to_read_from_only_full_dates_resolve() -> None:
    text = "On 3 May 1999 and on Friday, last week, and since 2001 they met."
    resolved = [resolve(item, None) for item in found_in(text)]
    assert [item.start.isoformat() if item else None for item in resolved] == ["1999-05-03", None, None, None]


def test_offsets_are_those_of_the_text_with_typographic_marks() -> None:
    text = "“On\u00a03 May – so they say – ” and in 1951–53, in three days’ time, mid‑June."
    for item in found_in(text):
        assert text[item.start : item.end] == item.phrase
    assert [item.phrase for item in found_in(text)] == ["On\u00a03 May", "in 1951–53", "in three days’ time", "mid‑June"]


PIECES_TEXT = (
    "on in by since until within the a two 30 12 99 1999 2024 - – ’ , . “ ” day days week month year ago later earlier next "
    "last this May March Friday Sunday mid-June early late spring half quarter 1990s '90s 31st the of term office in’s "
    "Christmas New Year's Eve 29 February 12.3.2025 0 00 \n \x00 é"
)
PIECES = st.sampled_from(PIECES_TEXT.split(" "))


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=24), st.dates(), st.sampled_from([PAST, 0, AHEAD]))
def test_any_words_give_true_offsets_and_no_range_that_ends_before_it_starts(pieces: list[str], anchor: date, way: int) -> None:
    text = " ".join(pieces)
    article = read_article(text, published=anchor)
    at = 0
    for item in find_dates(article):
        assert at <= item.start < item.end <= len(text)
        assert text[item.start : item.end] == item.phrase
        at = item.end
        meaning = meaning_of(item, anchor, way)
        if meaning is not None:
            assert meaning.start <= meaning.end


@given(st.sampled_from([row[0] for row in ROWS]), st.dates())
def test_every_phrase_of_the_table_holds_at_the_ends_of_the_calendar(phrase: str, anchor: date) -> None:
    found = found_in(SENTENCE.format(phrase))
    meaning = meaning_of(found[0], anchor)
    assert meaning is None or meaning.start <= meaning.end


# What phrases date: invented actors, a report of Thursday 29 May 2025.

ACTORS = {
    "ruritania": Actor(name="Ruritania", country="XRU", role="party"),
    "freedonia": Actor(name="Freedonia", country="XFR", role="party"),
    "envoy": Actor(name="Mediator Osric Vantongeren", aliases=("Vantongeren",), role="mediator"),
}


def reading_of(text: str, *, kind: str = "news", published: date | None = ANCHOR) -> Reading:
    lexicon = Lexicon()
    return read_layers(read_article(text, published=published, kind=kind), ActorTable.build(ACTORS, lexicon), lexicon)


def dated(text: str, words: str, **keys: object) -> FuzzyDate | None:
    reading = reading_of(text, **keys)  # pyright: ignore[reportArgumentType]
    start = text.index(words)
    return date_of(reading, start, start + len(words))


def span(found: FuzzyDate | None) -> tuple[str, str] | None:
    return (found.start.isoformat(), found.end.isoformat()) if found else None


def test_a_date_in_the_clause_is_the_clause_s() -> None:
    text = "On Sunday Ruritania shelled Freedonia, and on Tuesday Freedonia closed the border."
    assert span(dated(text, "Ruritania shelled Freedonia")) == ("2025-05-25", "2025-05-25")
    assert span(dated(text, "Freedonia closed the border")) == ("2025-05-27", "2025-05-27")


def test_what_is_to_come_lies_ahead() -> None:
    text = "Ruritania and Freedonia will meet on Monday."
    assert span(dated(text, "Ruritania and Freedonia will meet on Monday")) == ("2025-06-02", "2025-06-02")


def test_a_deadline_inside_a_threat_does_not_date_the_threat() -> None:
    text = "On 20 May Ruritania warned that it would close its ports unless Freedonia agreed by Friday."
    assert span(dated(text, "Ruritania warned that it would close its ports unless Freedonia agreed by Friday")) == (
        "2025-05-20",
        "2025-05-20",
    )


def test_relative_words_count_from_what_was_told_before() -> None:
    text = "On 10 May Ruritania offered talks. Freedonia refused two days later. The following day the guns spoke."
    assert span(dated(text, "Freedonia refused")) == ("2025-05-12", "2025-05-12")
    found = dated(text, "the guns spoke")
    assert span(found) == ("2025-05-13", "2025-05-13")
    assert found is not None
    assert found.anchor == "event"


def test_a_story_goes_on_where_it_stood() -> None:
    text = "On 10 May Ruritania launched its attack. It seized three ships."
    found = dated(text, "It seized three ships")
    assert span(found) == ("2025-05-10", "2025-05-10")
    assert found is not None
    assert found.phrase is None


def test_news_without_any_date_is_of_the_day_of_the_report_and_comment_is_not() -> None:
    text = "Ruritania rejected the plan."
    assert span(dated(text, text[:-1])) == ("2025-05-28", "2025-05-29")
    assert dated(text, text[:-1], kind="opinion") is None
    assert dated(text, text[:-1], published=None) is None


def test_what_may_come_without_a_date_has_none() -> None:
    text = "Ruritania could attack Freedonia. If Freedonia yields, Ruritania will leave."
    assert dated(text, "Ruritania could attack Freedonia") is None
    assert dated(text, "Ruritania will leave") is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Ruritania gave Freedonia 30 days to leave the island.", "2025-06-19", "2025-06-19"),
        ("Ruritania demanded that Freedonia withdraw within two weeks.", "2025-06-03", "2025-06-03"),
        ("Freedonia must answer by Friday.", "2025-05-23", "2025-05-23"),
        ("Ruritania offered direct talks in July.", "2025-07-01", "2025-07-31"),
        ("Freedonia should agree to this at once.", "2025-05-20", "2025-05-21"),
    ],
)
def test_due_days_count_from_the_day_of_the_words(text: str, start: str, end: str) -> None:
    made = FuzzyDate(start=date(2025, 5, 20), end=date(2025, 5, 20))
    due = due_of(reading_of(text), 0, len(text), made)
    assert due is not None
    assert (due.start.isoformat(), due.end.isoformat()) == (start, end)
    assert due.basis


def test_no_due_day_is_made_up() -> None:
    made = FuzzyDate(start=date(2025, 5, 20), end=date(2025, 5, 20))
    for text in ("Ruritania fought for 21 years.", "On 20 May Ruritania threatened Freedonia.", "Freedonia will yield."):
        assert due_of(reading_of(text), 0, len(text), made) is None
