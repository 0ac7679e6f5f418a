"""The model card: all that the model has stands in it, and nothing in it can drift from the model."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from markdown_it import MarkdownIt
from selenium.webdriver import Chrome

from openparley.brief.card.card import NOT_FOR, SCHEMA, Box, Card, Lane, Table
from openparley.brief.card.concepts import CONCEPTS
from openparley.brief.card.describe import card_of, describe
from openparley.brief.card.markdown import as_markdown
from openparley.brief.card.page import CardError, as_html
from openparley.brief.card.picture import END_BAR, WIDTH, alone, place
from openparley.brief.card.rules import step_rules
from openparley.brief.card.subject import Subject, exact
from openparley.brief.card.submodels import known_sources
from openparley.brief.card.write import FORMATS, write_card
from openparley.brief.lint import page_faults
from openparley.game.dispute import WORLD, Dispute, Draw, End, Move, PublicState
from openparley.game.dispute_game import DisputeGame
from openparley.game.families import FAMILIES
from openparley.game.positions import Positions, enumerate_positions
from openparley.infer.engine import AdaptiveImportance
from openparley.infer.model import DEFAULTS, Model, build_model
from openparley.infer.worlds import weigh_worlds
from openparley.record.case import Case, bundled_cases, open_case
from openparley.record.new import new_case, skeletons
from openparley.solve.belief_grid import solve_belief_grid
from tests.record.small_case import small_case

ROOT = Path(__file__).resolve().parents[2]
# The other bundled cases are of the largest family, too, and are left to the long suite.
USUAL = ("strait-talks", "iran-2013")
SKELETONS = [f"skeleton of {family}" for family in skeletons()]
EVERY = [
    *(name if name in USUAL else pytest.param(name, marks=pytest.mark.long) for name in bundled_cases()),
    *SKELETONS,
]
ELEMENTS = ["purpose", "entities", "process", "concepts", "initialisation", "input", "submodels"]
OWN = [family for family in FAMILIES if FAMILIES[family].__module__.startswith("openparley.")]


@cache
def opened(name: str) -> Case:
    return open_case(skeletons()[name.removeprefix("skeleton of ")] if name.startswith("skeleton of ") else name)


@cache
def subject(name: str) -> Subject:
    return Subject.of(opened(name))


@cache
def card(name: str) -> Card:
    return card_of(subject(name))


def model(name: str) -> Model:
    return subject(name).played


def column(table: Table, name: str) -> list[str]:
    return [row[table.columns.index(name)] for row in table.rows]


@pytest.mark.parametrize("name", EVERY)
def test_the_elements_and_concepts_of_odd_come_in_order(name: str) -> None:
    assert [element.id for element in card(name).elements] == ELEMENTS
    assert tuple(column(card(name).table("concepts"), "Concept")) == CONCEPTS
    assert len(CONCEPTS) == 11
    assert all(cell.strip() for row in card(name).table("concepts").rows for cell in row)
    ids = [table.id for table in card(name).tables()]
    assert len(set(ids)) == len(ids)
    assert all(len(row) == len(table.columns) for table in card(name).tables() for row in table.rows)


@pytest.mark.parametrize("name", EVERY)
def test_every_variable_step_move_type_outcome_lever_and_assumption_is_there(name: str) -> None:
    found, built, file = card(name), model(name), opened(name).file
    assert column(found.table("state"), "Variable") == list(built.start.domains)
    assert column(found.table("state"), "At the start") == [str(value) for value in built.start.as_dict().values()]
    steps = ["chance" if step == WORLD else step for step in built.positions.steps]
    assert column(found.table("steps"), "Who") == steps
    moves = [("chance" if actor == WORLD else actor, move) for actor, labels in built.layout.moves.items() for move in labels]
    assert sorted((row[0], row[1]) for row in found.table("moves").rows) == sorted(moves)
    assert {(row[0], kind) for row in found.table("actors").rows for kind in row[3].split(", ")} == {
        (actor, "known to all" if kind == "known" else kind) for actor in built.actors for kind in built.types[actor]
    }
    assert [(row[0], row[1]) for row in found.table("accounts").rows] == [(row.id, row.actor) for row in file.accounts]
    assert column(found.table("outcomes"), "Outcome") == [row.id for row in file.outcomes]
    assert column(found.table("levers"), "Lever") == list(built.levers) if built.levers else True
    assert column(found.table("interests"), "Interest") == list(built.positions.interests)
    listed = [row for table in found.tables() if table.id.startswith("assumptions_") for row in table.rows]
    wanted = [(row.id, row.sets, exact(row.low), exact(row.likely), exact(row.high), row.status) for row in file.assumptions]
    assert sorted((*row[:5], row[7]) for row in listed) == sorted(wanted)
    assert [row[:2] for row in found.table("defaults").rows] == [(key, exact(value)) for key, value in DEFAULTS.items()]
    ends = {end for end in built.positions.ends if end}
    assert {row[0] for row in found.table("endings").rows} == {*ends, "none by the last round"}
    reports = {row[0]: int(row[1]) for row in found.table("reporting").rows}
    assert sum(reports.values()) == len(built.observed.reports)
    assert all(reports[f"{report.actor}.{report.move}"] for report in built.observed.reports)


def holds(condition: str, state: PublicState) -> bool:
    """A condition of the card, read back; a second route from its words to the states."""
    if condition == "always":
        return True
    if condition.startswith("unless "):
        return not holds(condition.removeprefix("unless "), state)
    values = {name: str(value) for name, value in state.as_dict().items()}
    for clause in condition.split(" and "):
        name, _, rest = clause.partition(" is ")
        named = rest.removeprefix("not ").split(" or ")
        if (values[name] in named) == rest.startswith("not "):
            return False
    return True


@pytest.mark.parametrize("name", EVERY)
def test_the_conditions_single_out_the_positions_in_which_a_move_is_open(name: str) -> None:
    places = model(name).positions
    inexact = []
    for number, step in enumerate(places.steps):
        here = range(places.step_start[number], places.step_start[number + 1])
        for rule in subject(name).rules[step]:
            inside = [rule.label in places.menu(v) for v in here]
            assert (rule.open_in, rule.of) == (sum(inside), len(inside))
            if "not in every such state" in rule.open_when:
                inexact.append((step, rule.label))
                continue
            assert [holds(rule.open_when, places.places[v].state) for v in here] == inside, (step, rule)
    assert not inexact


@pytest.mark.parametrize("name", ["strait-talks", *SKELETONS])
def test_what_a_move_changes_touches_and_ends_is_what_the_family_yields(name: str) -> None:
    dispute, places = subject(name).dispute, model(name).positions
    for number, step in enumerate(places.steps):
        options: dict[str, list[tuple[PublicState, Move | Draw]]] = {}
        for place_ in places.places[places.step_start[number] : places.step_start[number + 1]]:
            for option in dispute.options(step, place_.state):
                options.setdefault(option.label, []).append((place_.state, option))
        for rule in subject(name).rules[step]:
            found = options[rule.label]
            assert set(rule.ends) == {option.to.label for _, option in found if isinstance(option.to, End)}
            changed = {
                key
                for state, option in found
                if not isinstance(option.to, End)
                for key, value in option.to.as_dict().items()
                if value != state.as_dict()[key]
            }
            assert {change.split(" ")[0] for change in rule.changes} == changed, (step, rule)
            touched: dict[str, list[float]] = {}
            for row, (_, option) in enumerate(found):
                own = dict(option.interests)
                for key, amount in (option.to.interests if isinstance(option.to, End) else {}).items():
                    own[key] = own.get(key, 0.0) + amount
                for key, amount in own.items():
                    touched.setdefault(key, [0.0] * len(found))[row] = amount
            ends = {key: (min(amounts), max(amounts)) for key, amounts in touched.items() if any(amounts)}
            assert set(rule.touches) == {f"{key} {low:g}" + (f" to {high:g}" if high > low else "") for key, (low, high) in ends.items()}


@pytest.mark.parametrize("name", EVERY)
def test_numbers_on_the_card_are_those_that_the_model_uses_at_the_likely_values(name: str) -> None:
    """A second route: what inference makes of the same assumptions."""
    found, built = card(name), model(name)
    likely = {row.id: row.likely for row in built.assumptions}
    parameters, reporting = built.parameters(likely), built.reporting(likely)
    weights = {
        (actor, "known to all" if kind == "known" else kind): {key: value for key, value in of_kind.items() if value}
        for actor, motives in parameters.motives.items()
        for kind, of_kind in motives.weights.items()
    }
    shown = {
        (row[0], row[1]): {key: float(value.replace("−", "-")) for key, value in (pair.split(" ") for pair in row[2].split(", "))}
        for row in found.table("objectives").rows
    }
    assert {who: {key: value for key, value in row.items() if value} for who, row in shown.items()} == weights
    for row in found.table("actors").rows:
        motives = parameters.motives[row[0]]
        assert row[5].startswith(exact(motives.precision))
        assert row[6].startswith(exact(motives.discount))
    for move, _, detection, error, _ in found.table("reporting").rows:
        actor, _, label = move.partition(".")
        used = reporting.detected(actor, [label])[0]
        assert detection == "not reported" or detection.split(" ")[0] == exact(used), move
        assert used == 0 or detection != "not reported", move
        assert error.split(" ")[0] == exact(reporting.errors.get(actor, {}).get(label, reporting.error))


class TwoFlags(PublicState):
    left: Literal["on", "off"] = "off"
    right: Literal["on", "off"] = "off"
    count: Literal["a", "b", "c"] = "a"


class Flags(Dispute):
    """Moves whose conditions are no list of values: one or the other, and just one of the two."""

    steps = ("player",)
    State = TwoFlags
    interests = {"none": "nothing"}  # noqa: RUF012

    def player(self, s: TwoFlags) -> Iterator[Move]:
        """Switch, or take what is open."""
        yield Move("switch_left", s.but(left="on"))
        yield Move("switch_right", s.but(right="on"))
        yield Move("turn", s.but(count={"a": "b", "b": "c", "c": "a"}[s.count]))
        if "on" in (s.left, s.right):
            yield Move("either", End("done"))
        if s.left != s.right and s.count != "a":
            yield Move("just_one", End("done"))


def test_conditions_that_are_no_list_of_values_are_told_otherwise_or_said_to_be_incomplete() -> None:
    rules = {rule.label: rule for rule in step_rules(enumerate_positions(Flags(), TwoFlags()), 0)}
    assert rules["turn"].open_when == "always"
    assert rules["either"].open_when == "unless left is off and right is off"
    assert rules["just_one"].open_when == "only if count is not a, but not in every such state"
    assert (rules["just_one"].open_in, rules["just_one"].of) == (4, 12)
    assert rules["turn"].changes == ("count → a or b or c",)


PLEDGE = """[[assumptions]]
id = "A900"
sets = "weight.allies.*.broken_pledge"
statement = "What a broken word costs the allies; all else is told in it."
low = -1
likely = -1
high = -1
distribution = "fixed"
basis = ["default"]
status = "caveated"

[[levers]]"""


def changed_case(folder: Path, name: str, *changes: tuple[str, str]) -> Case:
    new_case(folder, name)
    path = folder / "case.toml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return open_case(folder)


def test_the_card_follows_an_option_an_assumption_and_the_start(tmp_path: Path) -> None:
    case = changed_case(
        tmp_path / "mine", "strait-talks", ("allies = false", "allies = true"), ('support = "full"', 'support = "cut"'),
        ('id = "A86"\nsets = "detection.default"', 'id = "A86"\nsets = "detection.party_b.strike"'),
        ("[[levers]]", PLEDGE),
    )  # fmt: skip
    before, after = card("strait-talks"), describe(case)
    assert column(before.table("steps"), "Who") == ["mediator", "party_b", "party_a", "chance"]
    assert column(after.table("steps"), "Who") == ["mediator", "allies", "party_b", "party_a", "chance"]
    assert {row[1] for row in after.table("moves").rows if row[0] == "allies"} == {"sanction", "let_pass", "hold", "backfill", "withdraw"}
    assert ("allies", "known to all", "broken_pledge −1") in after.table("objectives").rows
    reached = {row[0]: row[2] for row in after.table("state").rows}
    assert reached["deadline"].split(", ")[-1] == "lapsed"
    assert dict(row[:2] for row in after.table("start").rows)["support"] == "cut"
    assert after.numbers["positions"] == len(build_model(case).positions) > before.numbers["positions"]
    detection = {row[0]: row[2] for row in after.table("reporting").rows}
    assert detection["party_b.strike"].endswith("[A86]")
    assert detection["party_b.conciliate"] == "0.5 (by default)"


def test_the_card_follows_a_menu_an_account_and_a_range(tmp_path: Path) -> None:
    family = "sanctions_threat"
    case = skeletons()[family].joinpath("case.toml").read_text(encoding="utf-8")
    first = re.search(r'\[\[accounts\]\]\nid = "(\w+)"\nactor = "sender"', case)
    assert first
    new_case(tmp_path / "mine", family=family)
    path = tmp_path / "mine" / "case.toml"
    text = path.read_text(encoding="utf-8").replace(
        first[0], '[[accounts]]\nid = "H9"\nactor = "sender"\nname = "A third"\nstatement = "Under H9 so."\nbasis = []\n\n' + first[0], 1
    )
    text = "\n\n".join(block for block in text.split("\n\n") if "back_down" not in block)  # nothing may rest on the move that goes
    text = re.sub(r"(?m)^\[model\.initial\]", "[model.options]\nthreat_binds = true\n\n[model.initial]", text, count=1)
    likely = re.search(r'sets = "precision\.sender"\n(?:.*\n)*?likely = ([\d.]+)', text)
    assert likely
    assert "threat_binds = true" in text
    text = text.replace(likely[0], likely[0].replace(f"likely = {likely[1]}", "likely = 1.23456"), 1)
    path.write_text(text, encoding="utf-8")
    before, after = card(f"skeleton of {family}"), describe(open_case(tmp_path / "mine"))
    assert ("sender", "back_down") in {row[:2] for row in before.table("moves").rows}
    assert ("sender", "back_down") not in {row[:2] for row in after.table("moves").rows}
    assert ("threat_binds", "True") in after.table("options").rows
    assert "H9" in column(after.table("accounts"), "Account")
    assert "H9" in after.table("actors").rows[0][3].split(", ")
    assert after.numbers["belief_points"] == 4 * before.numbers["belief_points"]
    assert after.numbers["worlds"] > before.numbers["worlds"]
    assert exact(float(likely[1])) in before.table("actors").rows[0][5]
    precision = {row[0]: row[5] for row in after.table("actors").rows}
    assert precision["sender"].startswith("1.23456 (")


def test_the_sizes_are_those_of_what_a_run_solves_and_weighs() -> None:
    name = "skeleton of sanctions_threat"
    built, parameters = model(name), model(name).parameters({row.id: row.likely for row in model(name).assumptions})
    grid = AdaptiveImportance().on(built).grid
    solution = solve_belief_grid(DisputeGame(built.positions, parameters, 2), grid)
    assert card(name).numbers["belief_points"] == int(solution.stats["grid_points"])
    assert card(name).numbers["positions"] == int(solution.stats["positions"])
    reporting = built.reporting({row.id: row.likely for row in built.assumptions})
    assert card(name).numbers["worlds"] == len(weigh_worlds(built, solution.behaviour, reporting).prior)
    scales = dict(row for row in card(name).table("scales").rows)
    assert scales["Positions"].startswith(f"{len(built.positions)} that play can reach")


def test_the_page_says_what_the_model_is_not_for() -> None:
    text = " ".join(card("strait-talks").elements[0].text)
    assert all(use in text for use in NOT_FOR)
    assert "not about the world" in text


NASTY = (
    "a | b",
    "*stars* and **more**",
    "`code`",
    "<b>bold</b>",
    "[link](to)",
    "_under_ table_offer _x",
    "back\\slash \\| both",
    "~~gone~~",
    "# one",
)


def cells_of(text: str) -> list[str]:
    """Text of every cell of a page of Markdown, as a reader of it sees the page."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    starts = [i for i, token in enumerate(tokens) if token.type in ("td_open", "th_open")]
    return ["".join(child.content for child in tokens[i + 1].children or () if child.type in ("text", "text_special")) for i in starts]


@pytest.mark.parametrize("name", [*EVERY, "nasty"])
def test_markdown_reads_back_as_the_same_tables(name: str) -> None:
    found = card(name if name != "nasty" else "iran-2013")
    if name == "nasty":
        found = replace(
            found, elements=(replace(found.elements[0], tables=(Table("n", "N", ("cell",), tuple((cell,) for cell in NASTY)),)),)
        )
    text = as_markdown(found, {"round": "round.svg", "state": "state.svg"})
    wanted = [" ".join(cell.split()) for table in found.tables() for row in (table.columns, *table.rows) for cell in row]
    assert cells_of(text) == wanted


def test_markdown_shows_the_pictures_that_it_is_given() -> None:
    text = as_markdown(card("iran-2013"), {"round": "round.svg", "state": "state.svg"})
    tokens = MarkdownIt("commonmark").parse(text)
    assert [child.attrs["src"] for token in tokens for child in token.children or () if child.type == "image"] == ["state.svg", "round.svg"]
    assert "![" not in as_markdown(card("iran-2013"), {})


@pytest.mark.parametrize("name", ["strait-talks", "iran-2013"])
def test_the_page_keeps_the_policy_and_holds_every_cell(name: str) -> None:
    html = as_html(card(name))
    assert page_faults(html) == []
    assert "default-src 'none'" in html
    assert "<script" not in html
    assert html.count("<svg ") == 2
    shown = {" ".join(cell.split()) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", html)}
    from markupsafe import escape

    assert {str(escape(" ".join(cell.split()))) for table in card(name).tables() for row in table.rows for cell in row} <= shown


def test_a_page_that_breaks_a_rule_is_not_written() -> None:
    broken = replace(card("iran-2013"), elements=tuple(replace(one, id="twice") for one in card("iran-2013").elements))
    with pytest.raises(CardError, match="the id twice stands"):
        as_html(broken)


def test_boxes_stay_within_the_picture_and_apart() -> None:
    lanes = [Lane("one", tuple(Box("word " * (1 + n % 3), ends=n % 2 == 0) for n in range(20)), 1), Lane("two", (Box("a"),), 2)]
    placed, tops, height = place(lanes)
    boxes = [box for row in placed for box in row]
    assert all(box.x + box.width <= WIDTH for box in boxes)
    assert max(box.y for box in boxes) < height
    assert len({box.y for box in placed[0]}) > 1
    assert tops[1] > max(box.y for box in placed[0])
    for one in boxes:
        for two in boxes:
            apart = one is two or one.y != two.y or one.x + one.width < two.x or two.x + two.width < one.x
            assert apart


@pytest.mark.parametrize("name", ["skeleton of mediated_ceasefire", "skeleton of crisis_signalling"])
def test_words_stand_inside_their_boxes(chromium: Chrome, tmp_path: Path, name: str) -> None:
    for element in card(name).elements:
        for picture in element.pictures:
            path = tmp_path / f"{picture.id}.svg"
            path.write_text(alone(picture), encoding="utf-8")
            chromium.get(path.as_uri())
            script = "return [...document.querySelectorAll('text')].map(t => {const b = t.getBBox(); return [t.textContent, b.width]})"
            widths = dict(chromium.execute_script(script))
            placed, _, _ = place(picture.lanes)
            for one in (box for row in placed for box in row):
                assert widths[one.box.text] <= one.width - (END_BAR if one.box.ends else 0), one.box
            says = chromium.execute_script("return document.querySelector('desc').textContent")
            assert all(box.text in says for lane in picture.lanes for box in lane.boxes)


def test_a_case_without_a_model_says_which_parts_there_are(tmp_path: Path) -> None:
    small_case(tmp_path / "small")
    found = describe(open_case(tmp_path / "small"))
    assert found.family is None
    assert [element.id for element in found.elements] == ELEMENTS
    text = " ".join(text for element in found.elements for text in element.text)
    assert "no [model] section" in text
    assert "not there" in text.lower()
    assert {row[0] for row in found.table("entries").rows} == {entry.kind for entry in open_case(tmp_path / "small").entries.values()}
    assert page_faults(as_html(found)) == []
    assert [element.pictures for element in found.elements] == [()] * 7


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_is_written_whole_with_what_it_shows(tmp_path: Path, form: str) -> None:
    wrote = write_card(card("iran-2013"), tmp_path / "deep" / f"card.{form}", form)
    assert all(path.stat().st_size for path in wrote)
    assert len(wrote) == (3 if form == "md" else 1)
    text = wrote[0].read_text(encoding="utf-8")
    if form == "json":
        assert json.loads(text)["schema"] == SCHEMA
        assert json.loads(text)["elements"][1]["tables"][0]["id"] == "actors"
    assert [name for name in re.findall(r"\]\((.*?\.svg)\)", text)] == [path.name for path in wrote[1:]]


@pytest.mark.parametrize("family", OWN)
def test_what_was_read_of_the_sources_is_what_the_page_says(family: str) -> None:
    """Each work and how far it was read, as in the family's page: in its table of sources, or in its prose."""
    recorded = {row["name"]: row["works"] for row in known_sources()["family"]}
    assert family in recorded, f"src/openparley/brief/card/sources.toml says nothing of the sources of {family}"
    text = (ROOT / "docs" / "theory" / f"{family.replace('_', '-')}.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")]
    for work in recorded[family]:
        *names, year = re.findall(r"[A-Z][\w-]+|\d{4}", work["work"])
        table = [row for row in rows if len(row) == 4 and all(name in row[2] for name in (*names, year))]
        if table:
            assert work["read"] in {row[3] for row in table}, work
        else:
            assert all(name in text for name in (*names, year)), work


@pytest.mark.parametrize("part", known_sources()["submodel"], ids=lambda part: part["name"])
def test_every_submodel_has_its_page(part: dict) -> None:
    text = " ".join((ROOT / part["page"]).read_text(encoding="utf-8").replace("*", "").split())
    for work in part["works"]:
        assert work["work"] in text
        assert work["read"] in text


def test_the_state_and_the_round_are_drawn_from_the_positions() -> None:
    pictures = {picture.id: picture for element in card("strait-talks").elements for picture in element.pictures}
    drawn = {lane.name: {box.text: box.look for box in lane.boxes} for lane in pictures["state"].lanes}
    assert drawn["deadline"] == {"none": "always", "set": "plain", "running": "plain", "due": "plain", "lapsed": "never"}
    ending = {(lane.name, box.text) for lane in pictures["round"].lanes for box in lane.boxes if box.ends}
    assert ending == {("mediator", "walk away"), ("Party B", "concede"), ("Party A", "accept")}
    assert pictures["round"].again == "next round: deadline running → due, set → running"
    places: Positions = model("strait-talks").positions
    assert [lane.step for lane in pictures["round"].lanes] == list(np.arange(len(places.steps)) + 1)
