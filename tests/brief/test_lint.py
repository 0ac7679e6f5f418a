"""Each rule of the page fails on a planted violation and passes on the honest sentence beside it."""

import pytest

from openparley.brief.cite import Given, Number, Ref, Sentence
from openparley.brief.lexicon import lexicon
from openparley.brief.lint import headline_faults, page_faults, sentence_faults

TEXTS = {"S01": "The mediator said we will not wait for ever, and left."}
P = Ref(Number("n-p-x", "x", 0.3, 0.2, 0.4, 0.9, "draws", 0.01, kind="share"), "unlikely (20–45 %)")
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
            ("H1 carries the most weight, ", SHARE, "; mean log score ", FIT, "."),
        ),
        ("evidence summed", ("H1 has 7 pluses.",), ("H1 has seven entries.",)),
        ("an intention", ("The president wants a deal.",), ("Under H1 the model’s mediator wants a deal.",)),
        ("an intention", ("Party A is only stalling.",), (Given("H2 (Party A is only stalling)", name=True), " is an account.")),
        ("an intention", (Given("She secretly hopes for war"), "."), ("Suppose the deadline binds.",)),
        ("full stop", ("It holds",), ("It holds.",)),
    ],
)
def test_rule_of_prose(fault: str, planted: tuple, honest: tuple) -> None:
    assert any(fault in found for found in faults(*planted))
    assert faults(*honest) == []


def test_every_sentence_is_typed() -> None:
    assert any("no such type" in found for found in faults("It holds.", type="guessed"))


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
