"""Commitments are found in the registers that reports are written in, and what only looks like one is not."""

from pathlib import Path

import pytest

from openparley.record.coders.draft import rows
from openparley.record.coders.rules.commitments.commitcues import make_cues
from openparley.record.coders.rules.commitments.contents import make_acts
from openparley.record.coders.rules.lexicon import Lexicon
from openparley.record.entry import KINDS
from tests.record.coders.rules.dispute import read
from tests.record.coders.rules.wordlists import complaint

# Sentence, type, actor, target (None: not asked), last day on which it falls due (None: there is none; "": not asked).
STATED = [
    ("Norland threatened on Tuesday to cut off gas supplies to Suderland unless its debts are paid.", "threat", "party_a", None, None),
    (
        "President Juro Haldt warned that his army would strike the port of Tavik if the blockade was not lifted within 48 hours.",
        *("threat", "party_a_leader", None, "2031-03-14"),
    ),
    ("Norland threatened Suderland with sanctions.", "threat", "party_a", "party_b", None),
    ("“If they touch one of our ships, we will sink theirs,” Mr Haldt told state television.", "threat", "party_a_leader", None, None),
    ("“We will respond in kind,” Haldt said.", "threat", "party_a_leader", None, None),
    ("Haldt said he might abandon the talks.", "threat", "party_a_leader", None, None),
    ("Norland vowed revenge for the attack on its convoy.", "threat", "party_a", None, None),
    ("The Coast Council threatened to expel Norland.", "threat", "council", "party_a", None),
    ("Ms Venn promised that Suderland would release all prisoners.", "promise", "party_b_leader", None, None),
    ("Ostrava pledged 40 million in aid for the reconstruction of the harbour.", "promise", "mediator_state", None, None),
    ("The Council undertakes to deploy 200 observers to the border by 1 May 2031.", "promise", "council", None, "2031-05-01"),
    ("Mr Haldt said he would sign the accord once the customs posts were reopened.", "promise", "party_a_leader", None, None),
    ("Ostrava will send engineers to repair the dam, Ms Marsk told the Council.", "promise", "mediator", None, None),
    ("Kolm said it was ready to resume negotiations without preconditions.", "promise", "party_a", None, None),
    ("Under the deal, Norland will pull back its guns within 30 days.", "promise", "party_a", None, "2031-04-11"),
    ("Norland demanded the immediate withdrawal of Suderlander troops from the valley.", "demand", "party_a", "party_b", ""),
    ("Ms Venn demanded that Norland withdraw its troops.", "demand", "party_b_leader", "party_a", None),
    ("Ms Venn urged the Council to impose sanctions on Norland.", "demand", "party_b_leader", "council", None),
    ("The envoy called on Norland to lift the blockade by 1 May 2031.", "demand", "mediator", "party_a", "2031-05-01"),
    ("Haldt had been ordered by the Council to agree to a truce.", "demand", "council", "party_a_leader", None),
    ("“Suderland should sign the protocol,” Ms Marsk wrote.", "demand", "mediator", "party_b", None),
    ("The rebels warned civilians to leave the town by Sunday.", "demand", "rebels", None, "2031-03-16"),
    ("The envoy proposed a truce of ten days.", "proposal", "mediator", None, None),
    ("The envoy put forward a plan for a phased withdrawal.", "proposal", "mediator", None, None),
    ("Haldt proposed that the two sides swap prisoners on 1 April.", "proposal", "party_a_leader", None, "2031-04-01"),
    ("Haldt has since sought a summit with Ms Venn.", "proposal", "party_a_leader", "party_b_leader", None),
    ("Suderland's government has given the rebels ten days to lay down their arms.", "deadline", "party_b", "rebels", ""),
    ("The Hill Front has until Friday to answer.", "deadline", None, "rebels", "2031-03-14"),
    ("The envoy set a deadline of 1 March for Norland.", "deadline", "mediator", "party_a", "2031-03-01"),
    ("“We will decide in two weeks,” Ms Marsk said on Monday.", "deadline", "mediator", None, "2031-03-24"),
    ("Talks between Norland and Suderland are scheduled for next Monday.", "promise", "party_a", None, "2031-03-17"),
]
# The same commitment in other forms of words: sentence, type, actor, target (None: not asked).
FORMS = [
    ("An embargo has been threatened by Norland.", "threat", "party_a", None),
    ("Suderland was threatened by Norland with invasion.", "threat", "party_a", "party_b"),
    ("Threatening to cut the gas, Mr Haldt left the room.", "threat", "party_a_leader", None),
    ("Mr Haldt warned that any ship that entered the zone would be sunk.", "threat", "party_a_leader", None),
    ("Whoever crosses the line will be shot, Mr Haldt said.", "threat", "party_a_leader", None),
    ("Anyone caught with a rifle will be arrested, Mr Haldt said.", "threat", "party_a_leader", None),
    ("“If they do not open the road, we will,” Mr Haldt said.", "threat", "party_a_leader", None),
    ("Should Suderland refuse, Mr Haldt hinted, the gas might stop flowing.", "threat", "party_a_leader", "party_b"),
    ("Norland would expel Suderland's consul, an official said, if the report confirmed the charge.", "threat", "party_a", "party_b"),
    ("Norland vowed to be back with tanks unless the quota was cut.", "threat", "party_a", None),
    ("Norland threatened to bomb the bridge at Tavik.", "threat", "party_a", "party_b"),
    ("A pledge by Norland to return the prisoners was read out.", "promise", "party_a", None),
    ("Norland is committed to withdrawing its troops by June.", "promise", "party_a", None),
    ("Norland committed itself to withdraw its troops.", "promise", "party_a", None),
    ("Norland and Suderland agreed that their delegates would meet next week.", "promise", "party_a", "party_b"),
    ("“We will withdraw our troops by the end of May,” Mr Haldt told reporters.", "promise", "party_a_leader", None),
    ("Mr Haldt swore that his troops would leave the valley once order was restored.", "promise", "party_a_leader", None),
    ("The prisoners that Norland promised to free are still in jail.", "promise", "party_a", None),
    ("Norland declared a unilateral truce from Friday.", "promise", "party_a", None),
    ("The Council will send 200 observers to the border by 1 May 2031.", "promise", "council", None),
    ("Norland shall release all prisoners of war no later than 1 May 2031.", "promise", "party_a", None),
    ("A demand by Norland that Suderland disarm was rejected.", "demand", "party_a", "party_b"),
    ("Norland was told by the Council to stop drilling.", "demand", "council", "party_a"),
    ("Norland, which the Council has urged to comply, is silent.", "demand", "council", "party_a"),
    ("Ms Venn wants Norland out of the valley.", "demand", "party_b_leader", "party_a"),
    ("Ms Venn insisted that Norland leave the valley.", "demand", "party_b_leader", "party_a"),
    ("Norland made the removal of Suderland's missiles a condition of any deal.", "demand", "party_a", "party_b"),
    ("Suderland asked the Council for sanctions.", "demand", "party_b", "council"),
    ("“Nobody goes home until the guns are gone,” Ms Venn said.", "demand", "party_b_leader", None),
    ("Mr Haldt said he would attend only if Suderland withdrew.", "demand", "party_a_leader", "party_b"),
    ("The envoy's proposal for a ceasefire was rejected.", "proposal", "mediator", None),
    ("An Ostravan plan to lift the sanctions failed.", "proposal", "mediator_state", None),
    ("The envoy offered to host a conference in July.", "proposal", "mediator", None),
    ("Mr Haldt has asked for a meeting with Ms Venn.", "proposal", "party_a_leader", "party_b_leader"),
    ("Norland was given until Friday to withdraw.", "deadline", None, "party_a"),
    ("“You have until Friday to withdraw,” the envoy told Norland.", "deadline", "mediator", "party_a"),
    ("Giving Norland ten days to withdraw, the envoy left.", "deadline", "mediator", "party_a"),
    ("Suderland has three weeks to comply, the envoy said.", "deadline", None, "party_b"),
]
NOT_STATED = [
    "To threaten old soldiers with poverty would be folly.",
    "Ms Venn has refused to promise anything.",
    "Norland did not threaten Suderland.",
    "Would Norland threaten to leave the alliance?",
    "It would be a mistake to threaten Norland, analysts said.",
    "The minister will visit a school on Thursday.",
    "Prices will rise by a fifth next year, economists say.",
    "Norland's team will play Suderland in the final on Sunday.",
    "If it rains, the ceremony will be held indoors.",
    "If Norland attacks, its economy will suffer, analysts say.",
    "The company offered a discount to customers.",
    "The storm threatens the coast.",
    "Nobody expects the war to end soon.",
    "Far from offering a compromise, Norland closed the road.",
    "Ms Venn dropped the demand last week.",
    "Venn has long dreamed of a treaty with Norland.",
    "Suderland wants a seat on the Council.",
]


@pytest.mark.parametrize(("sentence", "kind", "actor", "target", "due"), STATED, ids=[row[0][:50] for row in STATED])
def test_what_a_sentence_states(sentence: str, kind: str, actor: str | None, target: str | None, due: str | None) -> None:
    found = read(sentence)
    made = next((draft for draft in found.commitments if draft.fields["type"] == kind), None)
    assert made is not None, [(draft.fields["type"], draft.rule) for draft in found.commitments]
    assert actor is None or actor in made.fields["actor"]
    assert target is None or target in made.fields["target"]
    falls = made.fields["due"]
    if due is None:
        assert falls is None
    elif due:
        assert falls["end"] == due


@pytest.mark.parametrize(("sentence", "kind", "actor", "target"), FORMS, ids=[row[0][:50] for row in FORMS])
def test_every_form_of_words_counts(sentence: str, kind: str, actor: str | None, target: str | None) -> None:
    found = read(sentence)
    made = next((draft for draft in found.commitments if draft.fields["type"] == kind), None)
    assert made is not None, [(draft.fields["type"], draft.rule) for draft in found.commitments]
    assert actor is None or actor in made.fields["actor"]
    assert target is None or target in made.fields["target"]


def test_a_term_counts_from_the_days_in_which_it_was_given() -> None:
    (made,) = read("In January the envoy gave Norland ten days to pull back.").commitments
    assert (made.fields["due"]["start"], made.fields["due"]["end"]) == ("2031-01-11", "2031-02-10")


def test_what_follows_a_dated_demand_is_for_its_date() -> None:
    found = read("The envoy told Norland to withdraw by 20 March. If Norland did not, she would close the ports, she said.")
    assert [draft.fields["due"]["end"] for draft in found.commitments] == ["2031-03-20", "2031-03-20"]


def test_what_several_agree_on_they_owe_each_other() -> None:
    (made,) = read("Norland and Suderland agreed that their delegates would meet on Monday.").commitments
    assert set(made.fields["actor"]) == set(made.fields["target"]) == {"party_a", "party_b"}


def test_the_same_demand_spoken_of_again_is_told_once() -> None:
    found = read("Ms Venn demanded that Norland withdraw. Norland rejected Ms Venn's demand that it withdraw.")
    assert [draft.fields["type"] for draft in found.commitments] == ["demand"]


@pytest.mark.parametrize("sentence", NOT_STATED)
def test_what_only_looks_like_one(sentence: str) -> None:
    assert [(draft.fields["type"], draft.rule) for draft in read(sentence).commitments] == []


def test_condition_and_consequence_are_in_our_words() -> None:
    sentence = "Norland threatened to bombard the granaries of Suderland unless the hostages are freed."
    found = read(sentence)
    (made,) = found.commitments
    assert made.fields["condition"] == "what is asked for is not done"
    assert made.fields["consequence"] == "force is used"
    for words in (made.fields["condition"], made.fields["consequence"], made.fields["paraphrase"]):
        assert not any(word in words for word in ("bombard", "granaries", "hostages"))
    assert found.words(made) == sentence.removesuffix(".")


def test_the_speaker_of_a_quotation_commits_himself_and_the_statement_expresses_it() -> None:
    found = read("“I will meet him anywhere, any time,” Ms Venn told reporters on Monday.")
    (made,) = found.commitments
    assert made.fields["actor"] == made.fields["attributed_to"] == ("party_b_leader",)
    ((relation, statement),) = made.links
    assert (relation, statement.kind) == ("expressed_by", "statement")
    assert made.fields["made"]["start"] == made.fields["made"]["end"] == "2031-03-10"


def test_a_state_speaks_for_its_leader_and_a_critic_for_nobody() -> None:
    (own,) = read("“Norland will close the strait if the fleet comes nearer,” Haldt said.").commitments
    assert own.fields["actor"] == ("party_a_leader",)
    assert not read("“Norland will close the strait if the fleet comes nearer,” Ms Venn said.").commitments


def test_a_noun_spoken_of_before_is_not_a_new_one() -> None:
    assert [draft.fields["type"] for draft in read("Norland's threat to withhold grain worried the envoy.").commitments] == ["threat"]
    assert not read("That demand worried the envoy.").commitments
    assert not read("The envoy spoke of those threats at length.").commitments


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DEMANDS! THREATS! PROMISES!",
        "threat " * 300,
        "If if if unless unless will will would.",
        "“We will, ‘if they “will” unless’ by 99 Smarch.",
        "Норланд пригрозил закрыть пролив. 🚢🚢 \u202eתאיים\u202c\r\n\r\n\x00We will act.",
    ],
)
def test_any_text_comes_through_and_spans_stay_inside(text: str) -> None:
    found = read(text)
    for draft in [*found.commitments, *found.statuses]:
        assert 0 <= draft.start < draft.end <= len(text)


def test_drafts_are_valid_entries() -> None:
    text = " ".join(sentence for sentence, *_ in STATED)
    found = read(text)
    drafts = [*(utterance.draft for utterance in found.reading.utterances), *found.events, *found.commitments, *found.statuses]
    ids = [f"{KINDS[draft.kind].prefix}{number:03d}" for number, draft in enumerate(drafts)]
    made = rows(drafts, ids, text, "S01", {"name": "rules", "version": "0"})
    entries = [KINDS[row["kind"]].model.model_validate(row) for row in made]
    assert sum(entry.kind == "commitment" for entry in entries) >= len(STATED) * 0.8
    assert read(text).commitments == found.commitments, "reading is deterministic"


def test_a_case_may_add_words(tmp_path: Path) -> None:
    sentence = "Norland hurled the gauntlet at Suderland."
    assert not read(sentence).commitments
    header = "pos,word,with,type,target,prior\n"
    (tmp_path / "commitments.csv").write_text(f"{header}v,hurl,obj:gauntlet,threat,at,0.8\n", encoding="utf-8")
    (made,) = read(sentence, lexicon=Lexicon(tmp_path)).commitments
    assert (made.rule, made.fields["actor"], made.fields["target"]) == ("threat.hurl", ("party_a",), ("party_b",))


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ("v,hurl,obj:gauntlet,treat,at,0.8", "treat"),
        ("x,hurl,obj:gauntlet,threat,at,0.8", "x"),
        ("v,hurl,objekt,threat,at,0.8", "objekt"),
        ("v,hurl,obj,threat,at,8", "8"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str, value: str) -> None:
    found = complaint(tmp_path, "commitments.csv: pos,word,with,type,target,prior", row, make_cues)
    assert found.value == value
    assert found.allowed


def test_a_bad_class_of_acts_is_named(tmp_path: Path) -> None:
    assert "Did you mean “harmful”?" in str(complaint(tmp_path, "acts.csv: class,words", "harmfull,growl", make_acts))
