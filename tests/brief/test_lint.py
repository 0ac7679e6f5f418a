"""Each rule of the page fails on a planted violation and passes on the honest sentence beside it."""

import pytest

from openparley.brief.cite import Given, Number, Ref, Sentence
from openparley.brief.lexicon import lexicon
from openparley.brief.lint import headline_faults, page_faults, sentence_faults

TEXTS = {"S01": "The mediator said we will not wait for ever, and left."}
P = Ref(Number("n-p-x", "x", 0.3, 0.2, 0.4, 0.9, "draws", 0.01, kind="share"), "unlikely (20–45 %)")
NONE = Ref(Number("n-share-a-none", "share", 0.1, 0.05, 0.2, 0.9, "draws", 0.01, kind="share"))
SHARE = Ref(Number("n-share-a-H1", "share", 0.4, 0.3, 0.5, 0.9, "draws", 0.01, kind="share"))
FIT = Ref(Number("n-fit-model", "fit", -1.1, kind="decimal"))


def faults(*parts: object, type: str = "computed", list_: str = "icd203") -> list[str]:
    sentence = Sentence("x.1", "x", "computed", tuple(parts))  # type: ignore[arg-type]
    object.__setattr__(sentence, "type", type)  # past the type checks that run during tests
    return sentence_faults([sentence], lexicon(list_), TEXTS)


@pytest.mark.parametrize(
    ("fault", "planted", "honest"),
    [
        ("without its range", ("That is unlikely.",), ("That is ", P, ".")),
        ("without its range", ("That is very likely to happen (soon).",), ("That is ", P, ".")),
        ("without its range", ("That is ", P, " and likely."), ("That is ", Ref(P.number, "unlikely (20–45 %; here 20–40 %)"), ".")),
        ("another list", ("That is a ", Ref(P.number, "realistic possibility (40–50 %)"), "."), ("That is ", P, ".")),
        ("likelihood and confidence", ("Our confidence is low that it is ", P, "."), ("Our confidence is low.",)),
        ("likelihood and confidence", ("Our confidence is low: ", Ref(P.number, "30 %"), "."), ("Our confidence is low: ", SHARE, ".")),
        ("certainty or impossibility", ("It is ", Ref(P.number, "0 %"), "."), ("It is ", Ref(P.number, "less than 1 %"), ".")),
        ("certainty or impossibility", ("It is ", Ref(P.number, "100 %"), "."), ("It is ", Ref(P.number, "more than 99 %"), ".")),
        ("more digits", ("It is ", Ref(P.number, "31.4 %"), "."), ("It is ", Ref(P.number, "31 %"), ".")),
        ("no link", ("It is 31 %.",), ("It is ", P, ".")),
        ("quotation marks", ("He said ", Given("“we shall wait”"), "."), ("He said ", Given("“we will not wait for ever”"), ".")),
        ("quotation marks", ('The "deal" is near.',), ("The deal is near.",)),
        (
            "winner without absolute fit",
            ("H1 carries the most weight, ", SHARE, "."),
            ("H1 carries the most weight, ", SHARE, " and none of these ", NONE, "; mean log score ", FIT, "."),
        ),
        (
            "winner without “none of these”",
            ("H1 carries the most weight, ", SHARE, "; mean log score ", FIT, "."),
            ("H1 carries the most weight, ", SHARE, " and none of these ", NONE, "; mean log score ", FIT, "."),
        ),
        ("advice", ("The mediator should pull it.",), ("Supposing that the mediator pulls it, more of them settle.",)),
        ("advice", ("The best lever is the deadline.",), ("The lever with the largest difference is the deadline.",)),
        ("evidence summed", ("H1 has 7 pluses.",), ("H1 has seven entries.",)),
        ("an intention", ("The president wants a deal.",), ("Under H1 the model’s mediator wants a deal.",)),
        ("an intention", ("Party A is only stalling.",), (Given("H2 (Party A is only stalling)", name=True), " is an account.")),
        ("an intention", (Given("She secretly hopes for war"), "."), ("Suppose the deadline binds.",)),
        ("an intention", ("Under pressure the president wants a deal.",), ("Under H2 the model’s mediator wants a deal.",)),
        ("an intention", ("The chancellor plans to leave.",), ("The chancellor tabled three peace plans.",)),
        ("an intention", ("The envoy refuses to believe it.",), ("The envoy refuses to sign.",)),
        ("an intention", ("The envoy is lying.",), ("The envoy’s account differs from that of the wire.",)),
        ("an intention", ("The envoy lied about the convoy.",), ("The number lies between two bands.",)),
        ("an intention", ("Party A is afraid of the winter.",), ("Party A spoke of the winter.",)),
        ("an intention", ("They deliberately missed the date.",), ("They missed the date.",)),
        ("an intention", ("The office tries to win time.",), ("The office asked for a week.",)),
        ("an intention", ("Party A is determined to fight on.",), ("Party A fought on.",)),
        ("an intention", ("The general is guilty of a massacre.",), ("A court tried the general.",)),
        ("an intention", ("The general committed war crimes.",), ("A court charged the general with war crimes.",)),
        ("without its range", ("Suppose ", Given("that an exit is likely"), "."), ("Suppose ", Given("how likely an exit is"), ".")),
        ("without its range", ("Suppose ", Given("a remote chance"), "."), (Given("A remote chance", name=True), " is its name.")),
        ("full stop", ("It holds",), ("It holds.",)),
    ],
)
def test_rule_of_prose(fault: str, planted: tuple, honest: tuple) -> None:
    assert any(fault in found for found in faults(*planted))
    assert faults(*honest) == []


def test_an_account_under_which_a_motive_is_told_is_one_of_the_case() -> None:
    sentence = Sentence("x.1", "x", "assumed", ("Under H9 the model’s mediator wants a deal.",))
    assert sentence_faults([sentence], lexicon("icd203"), TEXTS, ("H9",)) == []
    assert sentence_faults([sentence], lexicon("icd203"), TEXTS, ("H1",))


def test_what_somebody_reports_of_an_intention_is_reported() -> None:
    told = ("The mediator said that Party A wants war, per Harbour Courier.",)
    assert faults(*told, type="reported") == []
    assert any("an intention" in found for found in faults(*told, type="computed"))


def test_every_sentence_is_typed() -> None:
    assert any("no such type" in found for found in faults("It holds.", type="guessed"))


def test_a_note_has_neither_a_number_nor_a_likelihood() -> None:
    assert faults("None of this is advice.", type="note") == []
    for planted in (("It rests on ", FIT, "."), ("It rests on 7 entries.",)):
        assert any("a number in a note" in found for found in faults(*planted, type="note"))
        assert not any("in a note" in found for found in faults(*planted, type="computed"))
    for planted in (("That is unlikely.",), ("That is ", P, ".")):
        assert any("a likelihood word in a note" in found for found in faults(*planted, type="note"))


def test_a_report_names_its_outlet() -> None:
    assert any("without saying by whom" in found for found in faults("The mediator set a date.", type="reported"))
    assert faults("The mediator set a date, per Harbour Courier.", type="reported") == []


def test_the_bottom_line_ends_in_its_range() -> None:
    assert headline_faults(Sentence("b.1", "bottom-line", "computed", ("That it holds is ", P, "."))) == []
    assert headline_faults(Sentence("b.1", "bottom-line", "computed", ("It is ", P, " that it holds.")))


@pytest.mark.parametrize(
    "planted",
    [
        '<a href="https://example.org/x">x</a>',
        '<img src="//example.org/x.png">',
        "<p style='color:red'>x</p>",
        "<script>1</script>",
        '<link rel="stylesheet" href="#x">',
        '<p id="a"></p><p id="a"></p>',
        '<a href="#nowhere">x</a>',
        '<rect fill="url(http://example.org/#a)"/>',
        "x" * 300_001,
    ],
    ids=["address", "image", "style", "script", "stylesheet", "twice", "dead anchor", "url", "weight"],
)
def test_rule_of_the_page(planted: str) -> None:
    assert page_faults(f"<html>{planted}</html>")


def test_an_honest_page_passes() -> None:
    assert page_faults('<html><style>.a { color: red }</style><a href="#x">1</a><p id="x">2</p></html>') == []
