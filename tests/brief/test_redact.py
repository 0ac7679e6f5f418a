"""The redacted copy: nothing that names anybody gets into it, whatever the file, and what remains is a whole brief."""

import base64
import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from openparley.brief import Brief
from openparley.brief.lint import page_faults
from openparley.brief.redact import Names, read_names, redacted_brief, write_redacted
from openparley.brief.redact.check import Checker
from openparley.brief.redact.folders import RedactionError, refuse_folder, refuse_others
from openparley.brief.redact.names import WITHHELD, Name
from openparley.brief.redact.roles import actor_ids, position, table_of
from openparley.brief.redact.write import Redacted, files_of
from openparley.cli.brief import command
from openparley.errors import ParleyError
from openparley.record.case import Case, open_case
from tests.brief import synthetic

PERSON, STATE = "Edda Quillon", "Veldrany"
EXTRA = {"Nurmhaven": "a northern port"}
ARGUMENTS = (synthetic.posterior(), synthetic.forecast(), synthetic.run())
PAGE = '<main><h2 id="s">Sources</h2>{}</main>'


def named(folder: Path) -> Case:
    """The made-up negotiation with names for its actors, in the case file and in the paraphrases."""
    root = synthetic.write_case(folder)
    toml = (root / "case.toml").read_text(encoding="utf-8")
    toml = toml.replace('name = "The mediator"', f'name = "{PERSON}"\naliases = ["Quillon", "the Chancellor", "HQ"]\ncountry = "XAC"')
    toml = toml.replace('name = "Party A"', f'name = "{STATE}"\naliases = ["Mereškan"]')
    toml = toml.replace("gains most from a signed text", "gains most when the Veldranian fleet signs").replace(
        "in the strait", f"with {STATE}"
    )
    (root / "case.toml").write_text(toml, encoding="utf-8")
    for path in (root / "record").glob("*.jsonl"):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for row in rows:
            told = row["paraphrase"].replace("The mediator", PERSON).replace("Party A", STATE)
            row["paraphrase"] = told.replace("the northern port", "the quay of Nurmhaven")
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return open_case(root)


@pytest.fixture(scope="module")
def disputed(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return named(tmp_path_factory.mktemp("named") / "case")


@pytest.fixture(scope="module")
def done(disputed: Case) -> Redacted:
    return redacted_brief(disputed, *ARGUMENTS, names=EXTRA, questions=synthetic.questions())


@pytest.fixture(scope="module")
def checker(done: Redacted) -> Checker:
    return done.checker


def test_no_file_of_the_copy_holds_a_name_an_outlet_a_title_or_a_reviewer(disputed: Case, done: Redacted) -> None:
    told = [PERSON, "Quillon", STATE, "Veldran", "Mereškan", "Nurmhaven", "strait-test", "coder one"]
    for row in disputed.sources.values():
        told += [text for text in (row.outlet, row.author, row.title, row.origin, row.text_sha256[:12]) if text]
    told += [entry.span.sha256[:12] for entry in disputed.entries.values()]
    whole = "\n".join(data.decode() for data in files_of(done.brief).values())
    assert not [text for text in told if text.lower() in whole.lower()]


def test_names_are_roles_and_quotations_are_gone(done: Redacted) -> None:
    html = done.brief.html
    assert "The mediator put a ceasefire text on the table." in html
    assert "Party A’s artillery hit a northern port." in html.replace("the quay of ", "")
    assert "gains most when the party A fleet signs" in html
    assert "We will not wait for ever" not in html
    assert "<blockquote>" not in html


def test_every_number_id_and_date_of_the_original_is_in_the_copy(brief: Brief, done: Redacted) -> None:
    whole = brief
    coder = {"n-coded-hand", "n-coded-coder-a"}  # an id that holds the name of a coder is another one
    ids = whole.content["numbers"].keys() - coder
    assert done.brief.content["numbers"].keys() - coder == ids
    for id in ids:
        number = whole.content["numbers"][id]
        assert done.brief.content["numbers"][id]["value"] == number["value"], id
    anchors = re.compile(r'\sid="((?:E|C|K|L|S|A)\d+)"')
    assert anchors.findall(done.brief.html) == anchors.findall(whole.html)
    level = re.compile(r"Our confidence is (\w+)")
    assert level.findall(done.brief.html) == level.findall(whole.html)


def test_the_copy_is_marked_and_keeps_the_rules_of_the_page(done: Redacted) -> None:
    assert "REDACTED COPY of run 7f3a21" in done.brief.html
    assert done.brief.content["redacted"] == {"of_run": "7f3a21"}
    assert not [fault for fault in page_faults(done.brief.html) if "the limit is" not in fault]
    assert "source S01 (outlet A, news report, grade B)" in done.brief.html


PLANTED = {
    "text": "<p>Edda Quillon spoke.</p>",
    "other case": "<p>then QUILLON spoke</p>",
    "possessive": "<p>then quillon’s word</p>",
    "accents dropped": "<p>then Mereskan left</p>",
    "split by a tag": "<p>then Quil<b>lon</b> spoke</p>",
    "short name split by a tag": "<p>then H<b>Q</b> spoke</p>",
    "split by two lines of a picture": "<svg><text><tspan>Veld</tspan><tspan>rany</tspan></text></svg>",
    "soft hyphen": "<p>then Quil&shy;lon spoke</p>",
    "entities": "<p>then &#81;uill&#x6f;n spoke</p>",
    "entities twice": '<p title="&amp;#81;uillon">x</p>',
    "look-alike letters": "<p>then Quillоn spoke</p>",
    "two cells": "<table><tr><td>Edda</td><td>Quillon</td></tr></table>",
    "svg label": "<svg><text>Veldrany</text></svg>",
    "aria-label": '<svg><a href="#s" aria-label="20 January, Veldrany"></a></svg>',
    "caption": "<table><caption>Shares of Veldrany</caption></table>",
    "title attribute": '<abbr title="Veldrany">A</abbr>',
    "comment": "<!-- from Veldrany -->",
    "id": '<p id="n-gain-veldrany-1">x</p>',
    "style": "<style>@page{content:'Veld\\72 any'}</style>",
    "meta": '<meta name="author" content="coder one">',
    "data address": f'<img src="data:text/plain;base64,{base64.b64encode(b"by Edda Quillon").decode()}">',
    "people made from a name": "<p>the Veldranians wait</p>",
    "outlet": "<p>as the harbour courier has it</p>",
    "author": "<p>by I. Vale</p>",
    "title of a report": "<p>Deadline passes in silence</p>",
    "origin": "<p>via strait_wire</p>",
    "reviewer": "<p>accepted by Coder One</p>",
    "name from the table": "<p>near nurmhaven</p>",
    "words of a text": "<p>the strait must reopen within a month</p>",
    "words of a text over cells": "<table><td>paused for five</td><td>days only</td></table>",
    "quotation": "<p>We will not wait for ever</p>",
    "hash of a text": "<p>{hash}…</p>",
    "address": '<p data-from="https://example.org/a">x</p>',
    "path": "<p>read from /home/somebody/texts</p>",
    "acronym": "<p>HQ</p>",
    "title of the case": "<p>the strait-test case</p>",
}


@pytest.mark.parametrize("how", PLANTED)
def test_what_is_planted_in_a_page_is_found(how: str, disputed: Case, checker: Checker) -> None:
    planted = PLANTED[how].replace("{hash}", disputed.sources["S02"].text_sha256[:12])
    assert not checker.leaks({"brief.html": PAGE.format("").encode()})
    assert checker.leaks({"brief.html": PAGE.format(planted).encode()})


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("brief.json", '{"numbers": {"n-quillon": 1}}'),
        ("brief.json", '{"a": ["x", ["of \\u0051uillon"]]}'),
        ("brief.json", '"Quillon"'),
        ("charts/levers.vl.json", '{"data": {"values": [{"actor": "Veldrany"}]}}'),
        ("charts/levers.csv", 'lever,actor\nx,"y, Veldrany"\n'),
        ("charts/levers.csv", "lever,Veldrany\n"),
        ("charts/veldrany.csv", "lever\nx\n"),
        ("notes.txt", "by Quillon"),
    ],
)
def test_what_is_planted_in_another_file_is_found(name: str, data: str, checker: Checker) -> None:
    assert checker.leaks({name: data.encode()})


def test_a_name_in_the_finished_page_is_found_where_it_stands(done: Redacted) -> None:
    marked = done.brief.html.replace("</svg>", "<text>Quillon</text></svg>", 1)
    found = done.checker.leaks({"brief.html": marked.encode()})
    assert {one.what for one in found} == {"Quillon"}
    assert any(one.where.startswith("brief.html, near #") and "Quillon" in one.context for one in found)


@pytest.mark.parametrize("word", ["Ostrava", "NATO", "McKay", "Киев", "مكة", "G7"])
def test_a_word_that_may_be_a_name_is_reported(word: str, checker: Checker) -> None:
    assert [one.what for one in checker.leftovers({"brief.html": PAGE.format(f"<p>then {word} spoke</p>").encode()})] == [word]
    assert [one.what for one in checker.leftovers({"charts/a.csv": f"a\nthen {word}\n".encode()})] == [word]
    assert checker.leftovers({"brief.html": PAGE.format(f'<p aria-label="{word}">x</p>').encode()})


def test_months_roles_and_the_words_of_the_program_are_no_suspects(checker: Checker) -> None:
    text = "<p>Monte Carlo error, Party A, 3 March, outlet B, PLOVER REJECT, H1</p>"
    assert [one.what for one in checker.leftovers({"brief.html": PAGE.format(text).encode()})] == ["PLOVER"]


@pytest.mark.long
def test_a_place_that_nobody_has_named_keeps_the_copy_from_being_written(disputed: Case, tmp_path: Path) -> None:
    with pytest.raises(RedactionError, match=r"“Nurmhaven” \d+ ×, first: ") as refused:
        write_redacted(disputed, *ARGUMENTS, tmp_path / "out")
    assert "--redact-names" in str(refused.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.long
def test_a_second_copy_says_what_changed_since_the_first_and_nothing_of_digests(disputed: Case, tmp_path: Path, done: Redacted) -> None:
    out = tmp_path / "brief-redacted"
    out.mkdir()
    (out / "brief.json").write_bytes(done.brief.data)
    (out / "brief.html").write_text("x", encoding="utf-8")
    paths = write_redacted(disputed, *ARGUMENTS, out, names=EXTRA, questions=synthetic.questions())
    assert "Nothing changed since run 7f3a21." in paths.paths.html.read_text(encoding="utf-8")
    assert paths.withheld == ("T001",)
    assert paths.replaced["Nurmhaven"] == "a northern port"
    assert not paths.unread


def test_a_copy_lies_neither_over_a_brief_nor_beside_unchecked_files(tmp_path: Path) -> None:
    (tmp_path / "brief.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RedactionError, match="not redacted"):
        refuse_folder(tmp_path, redact=True)
    refuse_folder(tmp_path, redact=False)
    (tmp_path / "brief.json").write_text('{"redacted": {}}', encoding="utf-8")
    refuse_folder(tmp_path, redact=True)
    with pytest.raises(RedactionError, match="leave the house"):
        refuse_folder(tmp_path, redact=False)
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "old.csv").write_text("Quillon", encoding="utf-8")
    with pytest.raises(RedactionError, match=r"old\.csv"):
        refuse_others(tmp_path, {"brief.json"})


TABLE = Names(
    (
        Name("Edda Quillon", "the mediator", "actor"),
        Name("Quillon", "the mediator", "actor"),
        Name("Veldrany", "party A", "actor"),
        Name("US", "the ally state", "actor"),
        Name("Observer", "outlet A", "outlet"),
    )
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Edda Quillon waits.", "The mediator waits."),
        ("They met the President Quillon.", "They met the mediator."),
        ("Quillon’s word. QUILLON left.", "The mediator’s word. The mediator left."),
        ("It gave us a US ship.", "It gave us the ally state ship."),
        ("A Veldranian boat, Veldrany’s own", "A party A boat, party A’s own"),
        ("an observer wrote in the Observer", "an observer wrote in outlet A"),
        ("She said “never again” and left.", f"She said {WITHHELD} and left."),
        ("anti-Quillon", "anti-the mediator"),
        ("Quillonesque quills", "Mediator quills"),
        ("", ""),
    ],
)
def test_names_in_a_text_become_roles(text: str, wanted: str) -> None:
    assert TABLE.replace(text) == wanted


def test_an_id_that_holds_a_name_is_another_one(disputed: Case) -> None:
    actors = dict(disputed.file.actors)
    actors["veldrany_navy"], actors["quillon"] = actors["party_b"], actors["mediator"]
    file = disputed.file.model_copy(update={"actors": actors})
    ids = actor_ids(Case(**{**disputed.__dict__, "file": file}), ["Veldrany"])
    assert ids["mediator"] == "mediator"
    assert (ids["veldrany_navy"], ids["quillon"]) == ("party_c", "mediator_a")


def test_a_position_reads_as_words() -> None:
    ids = ["party_a", "party_a_leader", "mediator", "mediator_spokesperson", "author_s01", "observer_b"]
    said = ["party A", "party A’s leader", "the mediator", "the mediator’s spokesperson", "the author of S01", "observer B"]
    assert [position(id, ids) for id in ids] == said


def test_the_table_of_the_owner_counts_before_that_of_the_case(disputed: Case) -> None:
    table = table_of(disputed, {"mediator": "the go-between", "Nurmhaven": "a port"})
    assert table.replace("Quillon in Nurmhaven") == "The go-between in a port"


@pytest.mark.parametrize("text", ["who,role\na,b\n", "name,role\n,b\n", "name,role\nQuillon,\n", ""])
def test_a_table_that_cannot_be_used_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParleyError, match=r"names\.csv"):
        read_names(path)


def test_a_table_of_names_may_be_one_of_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("\ufeffname;role\nDravel Point;a cape\n", encoding="utf-8")
    assert read_names(path) == {"Dravel Point": "a cape"}


@pytest.mark.long
def test_the_bundled_fiction_passes_and_names_nobody() -> None:
    """The record of the case with the posterior of the made-up one: the words are those of strait-talks, the figures are not."""
    case = open_case("strait-talks")
    posterior, forecast, run = ARGUMENTS
    forecast = replace(forecast, indicators=(), followed=(), hinges=None)  # these hold names of the other case
    done = redacted_brief(case, posterior, forecast, run, names={"Dravel Point": "a cape"})
    whole = "\n".join(data.decode() for data in files_of(done.brief).values()).lower()
    names = {name for actor in case.file.actors.values() for name in (actor.name, *actor.aliases)}
    names |= {text for row in case.sources.values() for text in (row.outlet, row.title, row.author)}
    assert not [name for name in names if " " in name and name != name.lower() and name.lower() in whole]
    assert not [word for word in ("quillon", "veldrany", "tamorel", "halvenmark", "mereškan", "dravel", "skarnhead") if word in whole]


@pytest.mark.long
def test_the_verb_writes_the_copy_and_tells_its_owner_what_became_of_whom(
    disputed: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted = SimpleNamespace(
        posterior=ARGUMENTS[0], forecast=ARGUMENTS[1], run=ARGUMENTS[2], reused=0, folder=tmp_path / "case" / "runs" / "7f3a21"
    )
    monkeypatch.setattr("openparley.cli.brief.run_fit", lambda *_, **__: (disputed, fitted))
    table = tmp_path / "names.csv"
    table.write_text("name,role\nNurmhaven,a northern port\n", encoding="utf-8")
    said = CliRunner().invoke(command, ["any", "--redact", "--redact-names", str(table)])
    assert said.exit_code == 0, said.output
    folder = tmp_path / "case" / "brief-redacted"
    assert f"Wrote {folder / 'brief.html'}, {folder / 'brief.json'}." in said.output
    assert "Quillon → the mediator" in said.output
    assert "Paraphrases withheld, because they repeat words of a text: T001." in said.output
    again = CliRunner().invoke(command, ["any", "--out", str(folder)])
    assert isinstance(again.exception, RedactionError)
