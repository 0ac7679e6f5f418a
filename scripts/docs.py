"""Write the generated parts of the documentation: `python -m scripts.docs`, or `--check` to be told what is stale.

Three pages are generated whole from the program (`cli.md`, `lexicon.md`, `moves.md`); in the others a block between two markers is. What
a key of a file means is said in `scripts.docs_meanings`; a key without a meaning there is an error, so nothing that a
case may hold is left out.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import itertools
import math
import re
import sys
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from openparley.cli import Verbs, group, verbs
from openparley.game.dispute import WORLD, Dispute, Draw, End, Move, PublicState
from openparley.game.families import FAMILIES
from openparley.game.positions import enumerate_positions
from openparley.infer.check import BOUNDS, TINY
from openparley.infer.model import DEFAULTS
from openparley.record import casefile, entry, sources
from openparley.record.coders.rules.lexicon import DATA
from openparley.record.plover import PLOVER_VERSION, TYPES
from scripts.docs_meanings import (
    ADDRESS_MEANINGS,
    DEFAULT_NOTES,
    ENTRY_MEANINGS,
    KEY_MEANINGS,
    MOVE_MEANINGS,
    SETTING_MEANINGS,
    STATE_MEANINGS,
)

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
LAYERS = ("record", "game", "solve", "infer", "forecast", "brief")
HELP_WIDTH = 100
NOTICE = "<!-- Written by `make docs`; change the program or scripts/docs.py, not this page. -->"
BLOCK = re.compile(r"(<!-- generated: (?P<name>[A-Za-z.-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

# Tables of case.toml in the order of the file, with the model that each is read into.
TABLES: Mapping[str, type[BaseModel]] = {
    "top level": casefile.CaseFile,
    "[actors.ID]": casefile.Actor,
    "[[accounts]]": casefile.Account,
    "[model]": casefile.ModelSettings,
    "[[assumptions]]": casefile.Assumption,
    "[[outcomes]]": casefile.Outcome,
    "when of an outcome": casefile.When,
    "[[levers]]": casefile.Lever,
    "[[observations]]": casefile.Observation,
}


def main(arguments: Sequence[str]) -> int:
    """Write what is stale, or with ``--check`` name it and return 1."""
    if set(arguments) - {"--check"}:
        print("usage: python -m scripts.docs [--check]", file=sys.stderr)
        return 2
    stale = {path: text for path, text in generated().items() if not path.exists() or path.read_text(encoding="utf-8") != text}
    for path, text in stale.items():
        if "--check" in arguments:
            print(f"{path.relative_to(ROOT)} is stale; run `make docs`.")
        else:
            path.write_text(text, encoding="utf-8")
            print(f"Wrote {path.relative_to(ROOT)}.")
    return 1 if stale and "--check" in arguments else 0


def generated() -> dict[Path, str]:
    """Every page with generated parts, as it ought to be."""
    pages = {REFERENCE / "cli.md": cli_page(), REFERENCE / "lexicon.md": lexicon_page(), REFERENCE / "moves.md": moves_page()}
    for path in sorted(REFERENCE.glob("*.md")):
        if path not in pages and BLOCK.search(text := path.read_text(encoding="utf-8")):
            pages[path] = BLOCK.sub(lambda found: f"{found[1]}\n{block(found['name']).strip()}\n\n{found[3]}", text)
    return pages


def block(name: str) -> str:
    """The text of one generated block, ending in a line break."""
    kind, _, rest = name.partition(".")
    makers: Mapping[str, Callable[[], str]] = {
        "case-toml": case_toml,
        "addresses": addresses,
        "sources-csv": lambda: keys_table(sources.Source, KEY_MEANINGS["sources.csv"]),
        "entries": entries,
        "plover": plover,
    }
    if kind == "names":
        return names_table(rest)
    return settings_table(*rest.split(".")) if kind == "settings" else makers[name]()


def cli_page() -> str:
    """All verbs with their help as printed."""
    parts = [NOTICE, "", "# Command line", "", *_CLI_INTRO, "", "```text", _help(group, "parley"), "```", ""]
    commands = Verbs()
    for name in verbs():
        command = commands.get_command(click.Context(commands), name)
        assert command is not None
        parts += [f"## {name}", "", "```text", _help(command, f"parley {name}"), "```", ""]
    return "\n".join(parts).rstrip() + "\n"


def lexicon_page() -> str:
    """The word lists of the embedded coder: what each is, its columns, how many rows it has."""
    parts = [NOTICE, "", "# Word lists of the embedded coder", "", *_LEXICON_INTRO]
    for path in sorted(DATA.glob("*.csv")):
        lines = path.read_text(encoding="utf-8").splitlines()
        about = [line.removeprefix("#").removeprefix(" ") for line in itertools.takewhile(lambda line: line.startswith("#"), lines)]
        rows = [line for line in lines if line.strip() and not line.startswith("#")]
        parts += [f"## {path.name}", "", "```text", *about, "```", "", f"Columns: `{rows[0]}`; {len(rows) - 1} rows.", ""]
    return "\n".join(parts).rstrip() + "\n"


_LEXICON_INTRO = (
    "Tables in `src/openparley/record/coders/rules/data`. A file of the same name in the folder `lexicon/` of a case adds to one:",
    "its rows are looked at first. The first line names the columns; lines that begin with `#` are comments; a cell that holds a",
    "comma stands in quotation marks. A mistake is named with file, line, value and what is allowed. What is left out of a page",
    "altogether is in `lexicon/boilerplate.toml` ([how to](../how-to/read-reports.md#teach-it-words)).",
    "",
)

_CLI_INTRO = (
    "One verb a step of the work; `parley VERB --help` prints what stands here. A verb ends by naming the file that it",
    "wrote and the next command. Errors go to standard error; with `--json` as one object",
    '`{"errors": [{"file", "line", "id", "value", "allowed", "hint", "message"}]}`.',
    "",
    "| exit code | meaning |",
    "|---|---|",
    "| 0 | done |",
    "| 1 | the input is wrong; every mistake is named with its place and what is allowed |",
    "| 2 | the command line is wrong |",
    "| 3 | our fault; the message names a file with the details |",
    "| 130 | interrupted; finished work is kept |",
    "",
    "| environment variable | meaning |",
    "|---|---|",
    "| `PARLEY_REVIEWER` | name under which `accept`, `reject`, `edit` and `remove` sign; the login name otherwise |",
    "| `PARLEY_DEBUG` | `1` prints the traceback of an error that is our fault |",
)


def _help(command: click.Command, name: str) -> str:
    settings = {**command.context_settings, "terminal_width": HELP_WIDTH, "max_content_width": HELP_WIDTH}
    context = click.Context(command, info_name=name, **settings)
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())


def case_toml() -> str:
    """Keys of every table of ``case.toml``."""
    parts = []
    for title, model in TABLES.items():
        heading = title if title[0] != "[" else f"`{title}`"
        parts += [f"### {heading[0].upper() + heading[1:]}", "", _first_sentence(model), "", keys_table(model, KEY_MEANINGS[title])]
    return "\n".join(parts)


def keys_table(model: type[BaseModel], meanings: Mapping[str, str], skip: Iterable[str] = ()) -> str:
    """Key, type, default and meaning of every field of a model."""
    rows = []
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key in skip:
            continue
        if key not in meanings:
            raise KeyError(f"{model.__name__}.{key} has no meaning in scripts/docs_meanings.py")
        default = "required" if field.is_required() else _default(field.get_default(call_default_factory=True))
        rows.append((f"`{key}`", _said(field.annotation), default, meanings[key]))
    return _table(("key", "type", "default", "meaning"), rows)


def addresses() -> str:
    """What ``sets`` of an assumption can address."""
    rows = []
    for head, rest in casefile.ADDRESSES.items():
        if head not in ADDRESS_MEANINGS:
            raise KeyError(f"the address “{head}” has no meaning in scripts/docs_meanings.py")
        default = DEFAULT_NOTES.get(head) or f"{DEFAULTS[head]:g}"
        pattern = ".".join((head, *rest)).replace("|", r"\|")
        rows.append((f"`{pattern}`", ADDRESS_MEANINGS[head], _bounds(head), default))
    return _table(("address", "what it sets", "can be", "unless set"), rows)


def _bounds(head: str) -> str:
    if head not in BOUNDS:
        return "any number"
    low, high = BOUNDS[head]
    least = "above 0" if 0 < low <= TINY else f"from {low:g}"
    return least if high == math.inf else f"{least} to {high:g}"


def entries() -> str:
    """Files, letters and keys of the six kinds of entry."""
    common = set.intersection(*(set(kind.model.model_fields) for kind in entry.KINDS.values()))
    first = next(iter(entry.KINDS.values())).model
    others = [name for name in first.model_fields if name not in common]
    parts = ["### Keys of every entry", "", keys_table(first, ENTRY_MEANINGS["every"], others)]
    for name, kind in entry.KINDS.items():
        parts += [f"### {name.capitalize()}: `record/{kind.file}`, ids {kind.prefix}001 …", "", _first_sentence(kind.model), ""]
        parts.append(keys_table(kind.model, ENTRY_MEANINGS[name], common))
    return "\n".join(parts)


def plover() -> str:
    """Types of events with their scores and modes."""
    rows = [(f"`{name}`", kind.meaning, f"{kind.score:+.1f}", ", ".join(kind.modes) or "–") for name, kind in TYPES.items()]
    return f"PLOVER {PLOVER_VERSION}.\n\n" + _table(("type", "meaning", "score", "modes"), rows)


def names_table(layer: str) -> str:
    """Public names of a layer with the first sentence of their docstrings."""
    module = importlib.import_module(f"openparley.{layer}")
    rows = []
    for name in sorted(module.__all__, key=str.lower):
        thing = getattr(module, name)
        home = getattr(thing, "__module__", "") if inspect.isroutine(thing) or inspect.isclass(thing) else ""
        rows.append((f"`{name}`", _kind(thing), f"`{home}`" if home.startswith("openparley.") else "–", _meaning(module, name, thing)))
    return _table(("name", "is", "defined in", "in a sentence"), rows)


def settings_table(layer: str, name: str) -> str:
    """Settings of a method with their defaults; the meaning is what the docstring's attributes say."""
    method = getattr(importlib.import_module(f"openparley.{layer}"), name)
    documented = {**_attributes(method), **SETTING_MEANINGS.get(name, {})}
    default = method()
    rows = [(f"`{field.name}`", _setting(getattr(default, field.name)), documented[field.name]) for field in dataclasses.fields(method)]
    return _table(("setting", "default", "meaning"), rows)


def _attributes(thing: type) -> dict[str, str]:
    """Attribute → text, from a NumPy docstring."""
    section = (inspect.getdoc(thing) or "").partition("Attributes\n----------\n")[2]
    found = re.findall(r"^(\w+)\n((?:[ ]{4}.*\n?)+)", section, re.MULTILINE)
    return {name: " ".join(text.split()).replace("``", "`") for name, text in found}


def _setting(value: Any) -> str:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        given = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        usual = type(value)()
        changed = [f"{key}={item!r}" for key, item in given.items() if item != getattr(usual, key)]
        return f"`{type(value).__name__}({', '.join(changed)})`"
    return "none" if value is None else f"`{value!r}`"


def _kind(thing: Any) -> str:
    if inspect.isclass(thing):
        return "exception" if issubclass(thing, BaseException) else "class"
    return "function" if callable(thing) else "constant" if not isinstance(thing, types.UnionType) else "type"


def _meaning(module: types.ModuleType, name: str, thing: Any) -> str:
    if inspect.isclass(thing) or inspect.isroutine(thing):
        return _first_sentence(thing)
    if name not in (constants := KEY_MEANINGS["constants"]):
        raise KeyError(f"{module.__name__}.{name} has no meaning in scripts/docs_meanings.py")
    return constants[name]


def moves_page() -> str:
    """States, moves, interests and chance assumptions of every family."""
    parts = [NOTICE, "", "# Families of disputes: states, moves, interests, chance", "", *_MOVES_INTRO, ""]
    for name, kind in FAMILIES.items():
        parts += [f"## `{name}`", "", f"{_first_sentence(kind)} {_theory_of(name)}", "", *_family(name, kind)]
    return "\n".join(parts).rstrip() + "\n"


_MOVES_INTRO = (
    "`family` in `[model]` of a case names one of these; `parley new DIR --family NAME` starts a case of it. What is a variable",
    "and what is merged, and why, is in the page on the theory of each. How to write another: [how to](../how-to/write-a-model.md).",
)


def _theory_of(family: str) -> str:
    """The link to the page that says where a family comes from."""
    page = f"theory/{family.replace('_', '-')}.md"
    if not (ROOT / "docs" / page).exists():
        raise FileNotFoundError(f"the family “{family}” has no page docs/{page}; write where it comes from and what is merged there.")
    return f"Where it comes from: [{page}](../{page})."


def _meant(meanings: Mapping[str, Any], *path: str) -> Any:
    """What ``scripts.docs_meanings`` says of something, with the place where it is missing in the error."""
    found: Any = meanings
    for depth, key in enumerate(path):
        if key not in found:
            name = "STATE_MEANINGS" if meanings is STATE_MEANINGS else "MOVE_MEANINGS"
            where = "".join(f'["{part}"]' for part in path[:depth])
            raise KeyError(f"{name}{where} in scripts/docs_meanings.py says nothing of “{key}”; add a sentence.")
        found = found[key]
    return found


def _family(name: str, kind: type[Dispute]) -> Iterator[str]:
    dispute = kind(dict.fromkeys(kind.chance, 0.5))
    positions = enumerate_positions(dispute, kind.State())
    yield f"Steps of a round, in order: {', '.join(f'`{step}`' for step in kind.steps)}."
    yield f"From the state of defaults play can reach {len(positions)} positions, {len(positions.labels)} options in all.\n"
    yield "### Public state\n"
    start = kind.State()
    yield _table(
        ("variable", "values", "default", "meaning"),
        [
            (f"`{key}`", _values(domain), f"`{getattr(start, key)}`", _meant(STATE_MEANINGS, name, key))
            for key, domain in kind.State.domains.items()
        ],
    )
    for step in dict.fromkeys(kind.steps):
        yield f"### {'What may happen' if step == WORLD else 'Moves of'} {'at the world’s step' if step == WORLD else f'`{step}`'}\n"
        places = [(place.state, dispute.options(step, place.state)) for place in positions.places if kind.steps[place.step] == step]
        headers = ("draw" if step == WORLD else "move", "open when", "changes", "touches", "meaning")
        labels = dict.fromkeys(option.label for _, options in places for option in options)
        yield _table(headers, [_option(label, places, _meant(MOVE_MEANINGS, name, step, label)) for label in labels])
    yield "### Interests\n"
    yield _table(("interest", "one unit is"), [(f"`{key}`", text) for key, text in kind.interests.items()])
    numeraires = ", ".join(f"`{actor}` in units of `{interest}`" for actor, interest in kind.numeraire.items())
    yield f"Gains and losses are reported for {numeraires}; that interest weighs 1 or −1, alike for every type of the actor.\n"
    yield "### Chance assumptions\n"
    chances = [(f"`chance.{key}`", text) for key, text in kind.chance.items()]
    yield _table(("address", "probability that"), chances) if chances else "None: nothing here is left to chance.\n"
    yield "### Levers and options\n"
    levers = [key for key, parameter in inspect.signature(kind).parameters.items() if parameter.kind is parameter.KEYWORD_ONLY]
    rows = [(f"`{key}`", _lever(kind, key)) for key in levers]
    yield _table(("key of `game` in a lever, or of `options` in `[model]`", "meaning"), rows)
    ends = ", ".join(f"`{end}`" for end in sorted({end for end in positions.ends if end}))
    yield f"### Endings\n\nAn outcome with `when = {{ end = … }}` can name {ends}.\n"


def _lever(kind: type[Dispute], key: str) -> str:
    """What the docstring's parameters say of a lever; several may share an entry."""
    found = re.search(rf"^(?:\w+, )*{key}(?:, \w+)*\n((?:[ ]{{4}}.*\n?)+)", inspect.getdoc(kind) or "", re.MULTILINE)
    if found is None:
        raise KeyError(f"the docstring of {kind.__name__} says nothing of the lever “{key}”; add it under “Parameters”.")
    return " ".join(found[1].split()).replace("``", "`")


def _option(label: str, places: Sequence[tuple[PublicState, tuple[Move | Draw, ...]]], meaning: str) -> tuple[str, ...]:
    """One row: when an option is open, what it changes, which interests it touches."""
    found = [(state, option) for state, options in places for option in options if option.label == label]
    return (f"`{label}`", _open_when([s for s, _ in found], [s for s, _ in places]), _changes(found), _touched(found), meaning)


def _open_when(inside: Sequence[PublicState], reachable: Sequence[PublicState]) -> str:
    """The values of each variable for which it can be open; checked to be exactly the states in which it is."""
    limits = {}
    for name in inside[0].domains:
        values, possible = {state.as_dict()[name] for state in inside}, {state.as_dict()[name] for state in reachable}
        if values != possible:
            limits[name] = values
    described = [state for state in reachable if all(state.as_dict()[name] in values for name, values in limits.items())]
    text = "; ".join(f"{name} is {' or '.join(sorted(map(str, values)))}" for name, values in limits.items()) or "always"
    return text if len(described) == len(inside) else f"{text} (not in every such state)"


def _changes(found: Sequence[tuple[PublicState, Move | Draw]]) -> str:
    changed: dict[str, dict[str, None]] = {}
    ends = dict.fromkeys(f"`{option.to.label}`" for _, option in found if isinstance(option.to, End))
    for state, option in found:
        if isinstance(option.to, End):
            continue
        for name, value in option.to.as_dict().items():
            before = state.as_dict()[name]
            if value != before:
                counts = isinstance(value, int) and isinstance(before, int)
                changed.setdefault(name, {})[f"{value - before:+d}" if counts else f"→ {value}"] = None  # type: ignore[operator]
    ways = [f"{name} {' or '.join(values)}" for name, values in changed.items()]
    return "; ".join([*([f"ends the dispute: {' or '.join(ends)}"] if ends else []), *ways]) or "–"


def _touched(found: Sequence[tuple[PublicState, Move | Draw]]) -> str:
    rows = [(option.interests, option.to.interests if isinstance(option.to, End) else {}) for _, option in found]
    names = dict.fromkeys(name for row in rows for part in row for name in part)
    amounts = {name: {sum(part.get(name, 0.0) for part in row) for row in rows} for name in names}
    return ", ".join(f"{name} {_amount(values)}" for name, values in amounts.items() if any(values)) or "–"


def _amount(values: set[float]) -> str:
    low, high = min(values), max(values)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _values(domain: tuple[str, ...] | int) -> str:
    return f"0 to {domain}" if isinstance(domain, int) else ", ".join(f"`{value}`" for value in domain)


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headers, ["---"] * len(headers), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _first_sentence(thing: Any) -> str:
    """The first paragraph of a docstring as one line, its literals in Markdown."""
    text = " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())
    return text.replace("``", "`").replace("|", r"\|")


def _default(value: Any) -> str:
    if value is None or value is PydanticUndefined:
        return "none"
    if isinstance(value, BaseModel):
        return "–"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return "empty" if value in ("", (), {}) else ", ".join(f"`{item}`" for item in (value if isinstance(value, tuple) else (value,)))


PLAIN: Mapping[Any, str] = {str: "text", int: "whole number", float: "number", bool: "true or false", type(None): "none", Any: "anything"}


def _said(annotation: Any) -> str:
    """A type in words."""
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _said(inside[0])
    if origin is typing.Literal:
        return ", ".join(f"`{word}`" for word in inside)
    if origin in (typing.Union, types.UnionType):
        if set(inside) == {str, int, float, bool}:
            return "values"
        words = list(dict.fromkeys(_said(part) for part in inside if part is not type(None)))
        return " or ".join(words)
    if origin is tuple:
        return f"list of {_plural(_said(inside[0]))}"
    if origin is dict:
        return f"table of {_plural(_said(inside[1]))}"
    if annotation in PLAIN:
        return PLAIN[annotation]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "table"
    return "date" if getattr(annotation, "__name__", "") == "date" else str(annotation)


def _plural(word: str) -> str:
    return f"{word}s" if word == "table" else word


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
