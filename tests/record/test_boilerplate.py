"""Boilerplate: what is left out of a report, and above all what is not."""

from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from openparley.errors import CaseError
from openparley.record.boilerplate import Boilerplate, case_rules, find_boilerplate, read_rules
from tests.record.steps import steps

BODY = "The envoy of Ostrava left the harbour on Monday, and nobody there knew when he would be back."

# Lines of the kinds that news sites print around a report, each with a part of the reason it should be given.
AROUND = {
    "The post Who Will Blink First? appeared first on The Halven Post.": "appeared first",
    "Ada Poe contributed reporting.": "credit",
    "Ada Poe in Ostrava and Bo Vale in Norland contributed to this report.": "credit",
    "(Reporting by Ada Poe in Ostrava; Editing by Bo Vale)": "credit",
    "Reporting by Ada Poe and Bo Vale; additional reporting by Cy Marsh; writing by Ada Poe; editing by Dee Quill": "credit",
    "Follow latest updates on the truce": "link",
    "Watch: The harbour after the fire": "link",
    "Sign up to our newsletter": "newsletter",
    "Get the day’s reports delivered to your inbox every morning.": "newsletter",
    "Subscribe now for full access": "newsletter",
    "Advertisement": "advertisement",
    "ADVERTISEMENT": "advertisement",
    "Article continues below advertisement": "advertisement",
    "© 2025 The Halven Post. All rights reserved.": "copyright",
    "Copyright 2025 Halven News": "copyright",
    "Share this article": "share",
    "Leave a comment": "share",
    "Image: The harbour at dawn. Pic: Halven Agency": "picture",
    "The envoy boards a ferry, Jan. 5. (AP Photo/Ada Poe)": "picture",
    "Getty Images": "picture",
    "We use cookies to make this site work for you.": "cookies",
    "This is a breaking news story and will be updated.": "note",
}
# Sentences of reports that begin, end or look like something above; each must stay whole.
WITHIN = (
    "By Monday the envoy had left.",
    "By the time Norland answered, the ships had sailed.",
    "Reporting by the ministry put the losses at twelve ships, which the fleet denied.",
    "Follow-up talks were to be held in Suderland within ten days.",
    "Share prices fell after the envoy refused to meet the ministers.",
    "“Sign up to the truce or face the fleet,” the envoy told the ministers of Norland.",
    "Read in full, the proposal asks Norland to withdraw from the harbour.",
    "Watch towers along the border were shelled on Tuesday night, the ministry said.",
    "Both sides rejected the terms and conditions of the truce, the envoy said.",
    "Copyright and patents were among the first demands of the delegation.",
    "Updated figures from the ministry put the losses at twelve.",
    "The advertisement for the talks drew a protest from Norland.",
    "The Post said that the minister had signed it.",
    "Related demands were dropped after the meeting in Ostrava.",
    "Donate blood, the mayor asked, and hundreds came to the harbour.",
    "Photographs of the signing were not allowed, two diplomats said.",
    "Editor’s note: an earlier version gave a wrong date for the truce; it was agreed on 3 March.",
    "GENEVA, March 3 (Reuters) - The envoy left the harbour on Monday.",
    "More on this was expected on Thursday, when the ministers are to meet.",
    "Comments by the envoy angered the ministers, an official said.",
    "Join us or stand aside, the fleet told the harbour.",
)


@pytest.mark.parametrize("line", AROUND)
@pytest.mark.parametrize("gap", ["\n", "\n\n", "\r\n"], ids=["lines", "paragraphs", "crlf"])
def test_a_line_around_a_report_is_found_and_nothing_else(line: str, gap: str) -> None:
    text = gap.join([*[BODY] * 4, line, BODY, BODY])
    found = find_boilerplate(text)
    assert [text[start:end] for start, end, _ in found] == [line]
    assert AROUND[line] in found[0].reason


@pytest.mark.parametrize("line", WITHIN)
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_sentence_of_the_report_is_kept(line: str, place: str) -> None:
    lines = {"first": [line, BODY, BODY], "middle": [BODY, line, BODY], "last": [BODY, BODY, line]}[place]
    assert find_boilerplate("\n".join(lines)) == ()


def test_a_box_of_links_takes_its_headlines_and_ends_at_the_first_sentence() -> None:
    box = "Read more from The Halven Post:\nNine ships lost in fog\nFirst talks since the fire\nAnalysis: What the harbour wants"
    text = f"{BODY}\n{box}\n{BODY}\n"
    assert [text[start:end] for start, end, _ in find_boilerplate(text)] == [box]


def test_a_box_takes_no_headline_that_leads_in_a_quotation() -> None:
    text = f"{BODY}\nRead more:\nNine ships lost in fog\nHe posted:\n“We will not go.”\n{BODY}"
    assert [text[start:end] for start, end, _ in find_boilerplate(text)] == ["Read more:\nNine ships lost in fog"]


def test_a_byline_is_one_only_at_the_top() -> None:
    line = "By Ada Poe and Bo Vale, Halven Correspondents"
    assert [found.reason for found in find_boilerplate(f"A headline\n{line}\n{BODY}")] == ["byline"]
    assert find_boilerplate("\n".join([*[BODY] * 9, line, BODY])) == ()


def test_lines_of_a_wrapped_paragraph_are_not_taken_one_by_one() -> None:
    wrapped = (
        "The envoy said in the evening that the ministers had agreed to nothing\n"
        "By Norland And Suderland, and that he would leave on the following day\n"
        "Sign up to our newsletter, he joked, and then went to the harbour with\n"
        "the two ministers who had come from the city by the night train again.\n"
    )
    credit = "Reporting by Ada Poe in Ostrava and by Bo Vale in Norland; editing by\nCy Marsh"
    text = f"{wrapped}\n{wrapped}\n{credit}\n"
    assert [text[start:end] for start, end, _ in find_boilerplate(text)] == [credit]


@given(
    st.lists(
        st.one_of(st.text(max_size=80), st.sampled_from([*AROUND, *WITHIN, "Read more:", "\r\n", "\n", "\0", "🎭", "\u202e", "e\u0301"])),
        max_size=25,
    ).map("\n".join)
)
@example("\ufeffAdvertisement\r\nx")
@example("Read more:\n" * 30)
def test_spans_are_sorted_apart_whole_and_inside(text: str) -> None:
    found = find_boilerplate(text)
    assert list(found) == sorted(found)
    for before, after in pairwise(found):
        assert before.end <= after.start
    for start, end, reason in found:
        assert 0 <= start < end <= len(text)
        assert reason
        assert text[start:end].strip() == text[start:end]
        assert not text[:start].rpartition("\n")[2].strip()
        assert not text[end:].partition("\n")[0].strip()


@pytest.mark.parametrize(
    "unit", ["Read more from\n", "By Ada Poe\n", "\n", "a b ", "Sign up to ", BODY + "\n", "the post appeared first on\n"], ids=repr
)
def test_work_grows_no_faster_than_the_text(unit: str) -> None:
    def text(size: int) -> str:
        return (unit * (size // len(unit) + 1))[:size]

    few, many = (steps(partial(find_boilerplate, text(size))) for size in (3_000, 12_000))
    assert many < 6 * few
    # What a pattern does inside is not counted; one that began anew at every letter would not come to an end here.
    assert all(0 <= start < end <= 300_000 for start, end, _ in find_boilerplate(text(300_000)))


def test_a_case_adds_rules_of_its_own(tmp_path: Path) -> None:
    assert case_rules(tmp_path) == ()
    (tmp_path / "lexicon").mkdir()
    file = tmp_path / "lexicon" / "boilerplate.toml"
    file.write_text('[[rule]]\nreason = "horoscope"\nstarts = ["Your stars"]\nwords = 9\n', encoding="utf-8")
    text = f"{BODY}\nYour stars today\n{BODY}"
    assert find_boilerplate(text, case_rules(tmp_path)) == (Boilerplate(len(BODY) + 1, len(BODY) + 17, "horoscope"),)
    assert find_boilerplate(text) == ()


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("rule = 3", "not a list of rules"),
        ("[[rule]]\nstarts = ['x']", "“reason” is missing"),
        ("[[rule]]\nreason = 'x'", "it says of no line"),
        ("[[rule]]\nreason = 'x'\nstart = ['x']", "Did you mean “starts”?"),
        ("[[rule]]\nreason = 'x'\nstarts = 'x'", "“starts” is not a list of words"),
        ("[[rule]]\nreason = 'x'\nstarts = ['']", "“starts” is not a list of words"),
        ("[[rule]]\nreason = 'x'\nends = ['x']\nwords = true", "“words” is not a whole number"),
        ("[[rule]]\nreason = 'x'\nends = ['x']\nwhere = 'top'", "where: “top”"),
        ("[[rules]]\nreason = 'x'", "“rules” is not a key"),
        ("[[rule", "not TOML"),
    ],
)
def test_a_mistake_in_a_rule_is_named(toml: str, says: str) -> None:
    with pytest.raises(CaseError) as caught:
        read_rules(toml, "lexicon/boilerplate.toml")
    assert says in str(caught.value)
    assert str(caught.value).startswith("lexicon/boilerplate.toml")


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(CaseError) as caught:
        read_rules("[[rule]]\nreason = 'x'\n[[rule]]\nstarts = ['x']", "f")
    assert [complaint.id for complaint in caught.value.complaints] == ["1", "2"]
