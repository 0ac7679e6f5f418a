"""The documentation says what the program has, names nothing that it has not, and its generated parts are current."""

import importlib
import inspect
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path

import click
import pytest

import openparley.infer.engine
from openparley.brief.charts import discover
from openparley.brief.lexicon import lexicon_names
from openparley.cli import Verbs, verbs
from openparley.game.families import FAMILIES
from openparley.game.positions import enumerate_positions, moves_by_actor
from openparley.record.casefile import ADDRESSES
from openparley.solve.solvers import SOLVERS
from scripts import docs

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(#[^)\s]*)?\)")
PLACEHOLDERS = {"DIR", "CASE", "VERB", "NAME", "FILE"}


def page(path: str) -> str:
    return (ROOT / "docs" / path).read_text(encoding="utf-8")


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", docs.generated(), ids=shown)
def test_generated_parts_are_current(path: Path) -> None:
    assert path.exists(), "run `make docs`"
    assert path.read_text(encoding="utf-8") == docs.generated()[path], "run `make docs`"


def test_check_tells_what_is_stale_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "page.md"
    old.write_text("old", encoding="utf-8")
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    monkeypatch.setattr(docs, "generated", lambda: {old: "new"})
    assert docs.main(["--check"]) == 1
    assert "page.md is stale" in capsys.readouterr().out
    assert old.read_text(encoding="utf-8") == "old"
    assert docs.main([]) == 0
    assert docs.main(["--check"]) == 0
    assert docs.main(["--chekc"]) == 2


@pytest.mark.parametrize("layer", docs.LAYERS)
def test_every_public_name_has_an_entry(layer: str) -> None:
    text = page(f"reference/{layer}.md")
    missing = [name for name in importlib.import_module(f"openparley.{layer}").__all__ if f"\n| `{name}` | " not in text]
    assert not missing


def test_every_layer_has_a_page() -> None:
    folders = {path.parent.name for path in (ROOT / "src" / "openparley").glob("*/__init__.py")} - {"cli", "cases", "review"}
    assert folders == set(docs.LAYERS)


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_has_an_entry(verb: str) -> None:
    assert f"\n## {verb}\n" in page("reference/cli.md")


def test_every_key_of_the_case_file_has_an_entry() -> None:
    text = page("reference/case-file.md")
    for title, model in docs.TABLES.items():
        section = re.split(rf"^### .*{re.escape(title)}.*$", text, flags=re.MULTILINE | re.IGNORECASE)[1].partition("\n#")[0]
        keys = [field.alias or name for name, field in model.model_fields.items()]
        assert [key for key in keys if f"\n| `{key}` | " not in section] == []
    assert [head for head in ADDRESSES if f"\n| `{head}." not in text] == []


def test_a_key_without_a_meaning_is_refused() -> None:
    with pytest.raises(KeyError, match=r"Actor\.name has no meaning"):
        docs.keys_table(docs.TABLES["[actors.ID]"], {})


@pytest.mark.parametrize("family", FAMILIES)
def test_every_interest_move_variable_and_chance_has_an_entry(family: str) -> None:
    kind = FAMILIES[family]
    text = page("reference/moves.md").partition(f"## `{family}`")[2]
    moves = moves_by_actor(enumerate_positions(kind(dict.fromkeys(kind.chance, 0.5)), kind.State()))
    labels = {label for labels in moves.values() for label in labels}
    wanted = [*kind.interests, *kind.State.domains, *labels, *(f"chance.{name}" for name in kind.chance)]
    assert [name for name in wanted if f"\n| `{name}` | " not in text] == []


def test_every_solver_and_engine_has_an_entry() -> None:
    for game, method in SOLVERS:
        assert f"\n| `{method.__name__}` | `{game.__name__}` | " in page("reference/solve.md")
    assert [name for name in settings(openparley.infer.engine) if f"\n| `{name}` | " not in page("reference/infer.md")] == []


def settings(module: object) -> list[str]:
    """Methods of a module: its public dataclasses that can be made without arguments."""
    found = [
        name
        for name, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__ and is_dataclass(kind) and not name.startswith("_")
    ]
    needs = {name: inspect.signature(getattr(module, name)).parameters.values() for name in found}
    return [name for name in found if all(parameter.default is not parameter.empty for parameter in needs[name])]


@pytest.mark.parametrize("chart", discover())
def test_every_chart_has_an_entry(chart: str) -> None:
    assert f"\n| `{chart}` | " in page("reference/brief.md")


@pytest.mark.parametrize("name", lexicon_names())
def test_every_word_list_has_an_entry(name: str) -> None:
    assert f"\n| `{name}` | " in page("reference/brief.md")


def test_every_dependency_has_a_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [project["project"]["dependencies"], *project["dependency-groups"].values()]
    names = {re.split(r"[^A-Za-z0-9_-]", line, maxsplit=1)[0] for group in groups for line in group}
    listed = set(re.findall(r"[\w-]+", " ".join(re.findall(r"^\| ([\w, -]+) \| ", page("design.md"), re.MULTILINE))))
    assert names <= listed, f"docs/design.md gives no reason for {sorted(names - listed)}"


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_every_link_leads_somewhere(path: Path) -> None:
    broken = []
    for target, anchor in LINK.findall(FENCE.sub("", path.read_text(encoding="utf-8"))):
        file = (path.parent / target).resolve() if target else path
        if not file.exists() or (anchor and anchor[1:] not in anchors(file)):
            broken.append(target + anchor)
    assert not broken


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def commands(path: Path) -> Iterator[str]:
    """Commands in a page: after a prompt, in a block of shell, or between backquotes."""
    text = path.read_text(encoding="utf-8")
    for _, language, body in FENCE.findall(text):
        lines = [line.strip() for line in body.splitlines()]
        yield from (line.removeprefix("$ ") for line in lines if line.startswith("$ ") or (language == "sh" and line))
    yield from re.findall(r"`((?:parley|make) [^`]+)`", FENCE.sub("", text))


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_every_command_exists(path: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    known = Verbs()
    for command in commands(path):
        words = shlex.split(command, comments=True)
        if words[0] == "make":
            assert words[1] in targets, command
            continue
        if words[0] == "dask":
            assert words[1] in ("scheduler", "worker"), command
            continue
        assert words[0] == "parley", command
        if len(words) < 2 or words[1].startswith("-") or words[1] in PLACEHOLDERS:
            assert set(words[1:]) <= {"--help", "--version", *PLACEHOLDERS}, command
            continue
        assert words[1] in verbs(), command
        verb = known.get_command(click.Context(known), words[1])
        assert verb is not None
        options = {name for parameter in verb.params for name in parameter.opts} | {"--help"}
        assert {word.partition("=")[0] for word in words[2:] if word.startswith("--")} <= options, command


def test_help_of_every_verb_names_only_commands_that_exist() -> None:
    examples = re.findall(r"^ +parley (\S+)", page("reference/cli.md"), re.MULTILINE)
    assert set(examples) <= {*verbs(), "VERB"}


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_no_page_names_a_place_on_somebodys_disk(path: Path) -> None:
    assert not re.search(r"(?<![\w.])/(?:home|root|tmp|work|Users|var)/", path.read_text(encoding="utf-8"))
