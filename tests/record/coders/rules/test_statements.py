"""Who says what: speakers of quotations, reported statements, what is joined and what is left out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openparley.record.coders.draft import rows
from openparley.record.coders.rules.speech.statements import Utterance
from openparley.record.entry import KINDS
from tests.record.coders.rules.speech_samples import read

_SAID = "Brenn said that told us was quoted as saying according to the port he asked if Orrin who We will To him In her view claim"
WORDS = [*_SAID.split(), *",.:“”\"'‘’—\n"]
LEADER, MINISTER, NEGOTIATOR, ENVOY = ("norland_leader",), ("norland_minister",), ("estavia_negotiator",), ("envoy",)


def said(text: str, kind: str = "news") -> list[Utterance]:
    return list(read(text, kind).utterances)


def only(text: str) -> Utterance:
    found = said(text)
    assert len(found) == 1, [item.draft for item in found]
    return found[0]


@pytest.mark.parametrize(
    ("text", "speaker", "words"),
    [
        ("“We will sign,” Ada Brenn said.", MINISTER, ["We will sign,"]),
        ("“We will sign,” said Ada Brenn, the foreign minister.", MINISTER, ["We will sign,"]),
        ("“We will sign,” Brenn told reporters after the talks.", MINISTER, ["We will sign,"]),
        ("“Will they sign?” Brenn asked.", MINISTER, ["Will they sign?"]),
        ("Ada Brenn said: “We will sign. They will not.”", MINISTER, ["We will sign. They will not."]),
        ("Speaking in Geneva, Ada Brenn said, “We will sign.”", MINISTER, ["We will sign."]),
        ("“We will sign,” Pavel Orrin, who leads the delegation, said on Tuesday.", NEGOTIATOR, ["We will sign,"]),
        ("“We will,” said Brenn, pausing, “sign.”", MINISTER, ["We will,", "sign."]),
        ("“We waited,” Brenn said. “Nobody came.”", MINISTER, ["We waited,", "Nobody came."]),
        ("Brenn smiled, writing on Telegram, “We will sign.”", MINISTER, ["We will sign."]),
        ("Asked whether he would sign, Orrin replied: “Ask me on Sunday.”", NEGOTIATOR, ["Ask me on Sunday."]),
        ("Ada Brenn arrived late. She said: “We will sign.”", MINISTER, ["We will sign."]),
        ("'We will sign,' Brenn said of the ministers' plan.", MINISTER, ["We will sign,"]),
        ("As Orrin put it last week: “You cannot bargain with a storm.”", NEGOTIATOR, ["You cannot bargain with a storm."]),
        ("“We will sign,” Orrin is reported to have said.", NEGOTIATOR, ["We will sign,"]),
        ("(“We will sign,” Orrin told us.)", NEGOTIATOR, ["We will sign,"]),
    ],
)
def test_speaker_of_a_quotation(text: str, speaker: tuple[str, ...], words: list[str]) -> None:
    found = only(text)
    assert found.speaker == speaker
    assert [text[start:end] for start, end in found.draft.fields["content"]] == words
    assert found.draft.fields["form"] == "direct"
    assert found.quoted


@pytest.mark.parametrize(
    ("text", "speaker", "spoken"),
    [
        ("Ada Brenn said that the talks would go on.", MINISTER, "the talks would go on"),
        ("Ada Brenn said the talks would go on until Friday.", MINISTER, "the talks would go on until Friday"),
        ("The talks will go on, Ada Brenn said.", MINISTER, "The talks will go on"),
        ("The talks, Ada Brenn told reporters, will go on.", MINISTER, "The talks"),
        ("According to Pavel Orrin, the talks will go on.", NEGOTIATOR, "the talks will go on"),
        ("The talks will go on, according to Pavel Orrin.", NEGOTIATOR, "The talks will go on"),
        ("Marta Lind urged both sides to stop.", ENVOY, "both sides to stop"),
        ("Estavia accused Norland of shelling the port.", ("estavia",), "shelling the port"),
        ("Estavia denied shelling the port.", ("estavia",), "shelling the port"),
        ("Veil has repeatedly said he will not yield.", LEADER, "he will not yield"),
        ("Orrin asked whether the port was open.", NEGOTIATOR, "whether the port was open"),
        ("Orrin's claim that the port was open surprised nobody.", NEGOTIATOR, "the port was open"),
        ("Orrin is said to have told colleagues that the port was open.", NEGOTIATOR, "the port was open"),
    ],
)
def test_reported_statement(text: str, speaker: tuple[str, ...], spoken: str) -> None:
    found = only(text)
    assert found.speaker == speaker
    start, end = found.spoken[0]
    assert spoken in text[start:end]
    assert found.draft.fields["form"] == "paraphrase"
    assert not found.quoted


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Brenn said the date would be kept “in spirit”.", MINISTER),
        ("Brenn called the offer “an insult to the dead”.", MINISTER),
        ("Brenn described the mood as “grim”.", MINISTER),
        ("Once the port was shut, “there was nothing left to talk about,” Brenn said.", MINISTER),
        ("Brenn said the port was “closed for good”, adding that “nobody” would reopen it.", MINISTER),
    ],
)
def test_quoted_in_part(text: str, speaker: tuple[str, ...]) -> None:
    found = only(text)
    assert (found.draft.fields["form"], found.speaker) == ("mixed", speaker)
    assert found.draft.fields["content"]


def test_carried_over_speaker_of_the_next_paragraph() -> None:
    text = "“We waited,” Brenn said.\n“They never came. They never meant to come.”"
    first, second = said(text)
    assert (first.speaker, second.speaker) == (MINISTER, MINISTER)
    assert second.draft.confidence < first.draft.confidence


def test_quotation_over_paragraphs_is_one_statement() -> None:
    text = "Orrin told the council:\n“We waited.\n“They never came.”"
    found = only(text)
    assert found.speaker == NEGOTIATOR
    assert len(found.draft.fields["content"]) == 2


@pytest.mark.parametrize(
    "text",
    [
        "The so-called “road map” was never drawn.",
        "The ministry declined to comment.",
        "The friendship had started to crack.",
        "A book called “The War of the Rivers” lay on the table.",
        "If Orrin said so, the port would close.",
    ],
)
def test_no_statement(text: str) -> None:
    assert said(text) == []


def test_anonymous_source() -> None:
    found = only("“They will sign,” a senior Norland official said on condition of anonymity.")
    assert found.attribution == "anonymous"
    assert found.speaker == ("norland_officials",)
    nobody = only("“They will sign,” one resident said.")
    assert (nobody.speaker, nobody.attribution, nobody.attributed_to) == ((), "anonymous", ("unnamed",))


@pytest.mark.parametrize(
    ("text", "medium"),
    [
        ("Veil wrote on X: “No.”", "social post"),
        ("“No deal today,” Veil told reporters.", "press remarks"),
        ("“No deal today,” Veil said in a statement.", "written statement"),
        ("“No deal today,” Veil told us.", "interview"),
        ("“The channel stays shut,” Veil said.", None),
    ],
)
def test_medium(text: str, medium: str | None) -> None:
    assert only(text).draft.fields["medium"] == medium


def test_addressee_and_hearsay() -> None:
    assert only("Veil told Pavel Orrin that the port was open.").draft.fields["addressee"] == NEGOTIATOR
    assert only("“No deal today,” Veil told us.").draft.fields["addressee"] == ("author_s01",)
    assert only("“No deal today,” Veil is reported to have said.").draft.fields["hearsay"]
    assert not only("“No deal today,” Veil said.").draft.fields["hearsay"]


def test_statement_inside_a_statement_says_through_whom() -> None:
    text = "“Believe him when he says he will walk away,” Brenn said. She meant Veil."
    inner = [item for item in said(text) if item.draft.fields["form"] == "paraphrase"]
    assert all(item.via == "norland_minister" for item in inner)


def test_one_who_names_himself_did_not_say_it() -> None:
    text = "Orrin met Veil in Geneva.\n“Nothing will happen until Veil and I meet again,” he told reporters."
    assert said(text)[-1].speaker == NEGOTIATOR


def test_voice_of_a_place_is_the_speaker() -> None:
    text = "Brenn said that Estavia had closed the port. Nobody knew why."
    reading = read(text)
    at = text.index("Estavia")
    assert reading.voice(at, at + 7).attributed_to == MINISTER
    assert reading.voice(text.index("Nobody"), len(text)).attributed_to == ("author_s01",)


def test_turns_of_a_transcript() -> None:
    text = (
        "MODERATOR: Good morning.\nFOREIGN MINISTER BRENN: We made an offer.\nIt stands.\nQUESTION: Until when?\n"
        "FOREIGN MINISTER BRENN: Friday."
    )
    found = said(text, "transcript")
    assert [item.speaker for item in found] == [(), MINISTER, (), MINISTER]
    assert len(found[1].spoken) == 2


def test_operative_paragraphs_of_a_resolution() -> None:
    text = (
        "The Security Council,\nRecalling its previous resolutions on Norland,\n1. Demands that all parties cease fire;\n"
        "2. Calls upon Estavia to withdraw;\n3. Decides to remain seized of the matter."
    )
    found = said(text, "official")
    assert len(found) == 4
    assert len({item.speaker for item in found}) == 1
    assert text[slice(*found[2].spoken[0])] == "Estavia to withdraw"


def test_span_leaves_out_time_words_and_the_full_stop() -> None:
    text = "On Sunday, Ada Brenn said that the talks would go on."
    draft = only(text).draft
    assert text[draft.start : draft.end] == "Ada Brenn said that the talks would go on"


def test_agency_that_passes_a_statement_on_is_no_speaker() -> None:
    found = only("Brenn said the talks would go on, according to Pavel Orrin.")
    assert (found.speaker, found.via) == (MINISTER, "estavia_negotiator")


def test_body_of_an_official_text_says_we() -> None:
    (found,) = said("Joint statement of Norland on the port\nWe call on Estavia to open the port.", "official")
    assert found.speaker == ("norland",)


def test_every_statement_is_a_valid_entry() -> None:
    text = "Brenn called it “a pause”. “We waited,” she said.\n“We left.”\nThe port is shut, according to two officials."
    drafts = [item.draft for item in said(text)]
    made = rows(drafts, [f"T{number:03d}" for number in range(1, len(drafts) + 1)], text, "S01", {"name": "rules", "version": "0"})
    for row in made:
        entry = KINDS["statement"].model.model_validate(row)
        assert entry.attributed_to
        assert 0 < (entry.coder.confidence if entry.coder and entry.coder.confidence else 0) < 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_any_words_give_statements_inside_the_text(words: list[str]) -> None:
    text = " ".join(words)
    for item in said(text):
        assert 0 <= item.draft.start < item.draft.end <= len(text)
        assert all(0 <= left < right <= len(text) for left, right in item.spoken)
        assert item.attributed_to


@pytest.mark.parametrize(
    ("text", "speaker", "spoken"),
    [
        ("Brenn let it be known that the port would close.", MINISTER, "the port would close"),
        ("Orrin made it clear that he would not sign.", NEGOTIATOR, "he would not sign"),
        ("Brenn was adamant that the port would close.", MINISTER, "the port would close"),
        ("In Orrin's view, the port is lost.", NEGOTIATOR, "the port is lost"),
        ("By Orrin's account, the port is lost.", NEGOTIATOR, "the port is lost"),
        ("A spokesman for the ministry, Ada Brenn, said that the port was lost.", MINISTER, "the port was lost"),
        ("According to the head of the delegation, Pavel Orrin, the port is lost.", NEGOTIATOR, "the port is lost"),
        ("Brenn regrets the closure of the port.", MINISTER, "the closure of the port"),
    ],
)
def test_further_ways_to_report(text: str, speaker: tuple[str, ...], spoken: str) -> None:
    found = only(text)
    assert found.speaker == speaker
    start, end = found.spoken[0]
    assert spoken in text[start:end]


@pytest.mark.parametrize(
    "text",
    ["Brenn has not repeated that threat.", "Orrin has never acknowledged that the port was his.", "Brenn did not explain why."],
)
def test_what_was_not_said_is_no_statement(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Brenn ordered the port shut and said that the date would be kept.",
        "Orrin urged patience and warned that the port would close.",
        "Veil promised to wait and accused Estavia of stalling.",
    ],
)
def test_papers_report_each_verb_for_itself_and_communiques_in_one_breath(text: str) -> None:
    assert len(said(text)) >= len(said(text, "official")) == 1


def test_verbs_of_a_communique_that_look_like_nouns() -> None:
    text = "4. Norland reiterates its commitment to the ceasefire and calls upon Estavia to refrain from provocation."
    found = said(text, "official")
    assert len(found) == 1
    assert text[found[0].draft.start : found[0].draft.end].endswith("provocation")


@pytest.mark.parametrize(
    "text",
    [
        "Orrin said the port was lost. “Nobody will come.”",
        "The port was lost, said Orrin, who leads the delegation. “Nobody will come.”",
        "Orrin told parliament that the port was lost. “Nobody will come.”",
    ],
)
def test_quotation_that_goes_on_from_a_report(text: str) -> None:
    found = only(text)
    assert (found.speaker, found.draft.fields["form"]) == (NEGOTIATOR, "mixed")
    assert text[slice(*found.spoken[-1])] == "Nobody will come."


def test_author_who_asks_is_no_speaker_who_tells_of_himself() -> None:
    asked = only("I asked Orrin whether the port was open.")
    assert (asked.speaker, asked.attribution, asked.draft.fields["attributed_to"]) == ((), "author", ("author_s01",))
    assert only("“We told Estavia that the port was closed,” Brenn said.").speaker == MINISTER


PRESS_CONFERENCE = """Press conference, Geneva
Foreign Minister Ada Brenn and Pavel Orrin met the press.

MINISTER BRENN: Good morning. Estavia said last night that it would sign.
We shall see.

QUESTION (Harbour Radio): Minister, is there a date?

A: Not yet.

Q: Mr Orrin, will you sign?

A: As the old people put it, "ink is patient".

MR ORRIN (Estavia): I have nothing to add.

The press conference ended at noon."""


def test_press_conference() -> None:
    turns = [item for item in said(PRESS_CONFERENCE, "transcript") if item.draft.fields["form"] == "direct" and item.via is None]
    speakers = [item.speaker for item in turns if item.draft.rule != "turn.question"]
    assert speakers == [MINISTER, MINISTER, NEGOTIATOR, NEGOTIATOR]
    assert turns[-1].draft.end == PRESS_CONFERENCE.index("add.") + 4
    inside = next(item for item in said(PRESS_CONFERENCE, "transcript") if item.speaker == ("estavia",))
    assert inside.via == "norland_minister"


@pytest.mark.parametrize(
    "labels",
    [
        ("FOREIGN MINISTER BRENN:", "QUESTION:"),
        ("Ms. Brenn (Norland):", "Q:"),
        ("**Ada Brenn:**", "**Question:**"),
        ("MS BRENN —", "REPORTER —"),
        ("[10:42] Ada Brenn:", "[10:43] Reporter 2:"),
        ("Ada Brenn, Foreign Minister of Norland:", "Journalist:"),
    ],
)
def test_labels_of_turns(labels: tuple[str, str]) -> None:
    text = "\n".join(f"{label} Number {number} is gone." for number, label in enumerate(labels * 2))
    found = said(text, "transcript")
    assert [item.speaker for item in found] == [MINISTER, (), MINISTER, ()]
    assert [text[slice(*item.spoken[0])] for item in found] == [f"Number {number} is gone." for number in range(4)]


@pytest.mark.parametrize("head", ["Date: 3 May", "Venue: Geneva", "Note to editors: none"])
def test_heading_is_no_label(head: str) -> None:
    text = f"{head}\nQ. Who won?\nA. Nobody.\nQ. Why?\nA. It rained."
    assert len(said(text, "transcript")) == 4
