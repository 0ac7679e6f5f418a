"""Results in a notebook: every one of them has the three methods, strict HTML, and the rows that a run writes."""

import csv
import importlib
import inspect
import io
import math
import pkgutil
import re
import subprocess
import sys
from dataclasses import is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

import openparley
from openparley._display import Shown
from openparley.brief import Brief, notebook
from openparley.brief.lint import page_faults
from openparley.brief.notebook.grids import Grid, as_frame, from_csv
from openparley.brief.notebook.pictures import no_forecast, no_posterior, unlinked
from openparley.errors import ParameterError, ParleyError
from openparley.forecast.following import write_indicators
from openparley.forecast.hinges import hinge_tables
from openparley.forecast.tables import tables
from openparley.record.case import Case, open_case
from openparley.record.ledger import LedgerRow
from scripts.docs import LAYERS
from tests.brief import synthetic
from tests.brief.notebook_samples import fitted, posterior, samples

# Dataclasses among the public names that are no result: what a game or a model is made of, settings, and what a writer wrote.
NOT_RESULTS = {
    "game": "*",
    "record": {"Source", "Span"},
    "solve": {"BackwardInduction", "BeliefGrid", "Fold", "LogitQRE", "MarkovLogit", "SequentialEquilibrium", "SplitGrid"},
    "infer": {
        "AdaptiveImportance", "Draws", "Emulator", "EvidenceRow", "Filtered", "LeaveOut", "Model", "Observed", "Proposal", "Report",
        "Reporting", "Round", "Run", "ShareError", "Variant", "Doubtful",
    },
    "forecast": {"Futures"},
    "brief": {"BriefPaths"},
}  # fmt: skip


def modules() -> list[str]:
    """Modules of the layers, those of coders and intake left out, which hold no results."""
    root = Path(openparley.__file__).parent
    found = [m.name for layer in LAYERS for m in pkgutil.walk_packages([str(root / layer)], f"openparley.{layer}.")]
    return [name for name in found if not re.search(r"\.(coders|intake|export|families|catalog)\b", name)]


def shown() -> dict[str, type]:
    """Every type with the three methods, by name."""
    for name in modules():
        importlib.import_module(name)
    return {kind.__name__: kind for kind in Shown.__subclasses__()}


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory, case: Case, brief: Brief) -> dict[str, Any]:
    return samples(tmp_path_factory.mktemp("runs"), case, brief)


@pytest.fixture(scope="module")
def known(case: Case) -> str:
    """A run that has its case."""
    return fitted(Path(), case)._repr_html_()


@pytest.mark.parametrize("layer", LAYERS)
def test_every_public_result_can_be_shown(layer: str) -> None:
    module = importlib.import_module(f"openparley.{layer}")
    kinds = [getattr(module, name) for name in module.__all__]
    results = {kind.__name__ for kind in kinds if inspect.isclass(kind) and is_dataclass(kind) and not issubclass(kind, Shown)}
    assert NOT_RESULTS[layer] == "*" or results <= set(NOT_RESULTS[layer])


def test_no_two_results_share_a_name_and_every_view_has_a_type() -> None:
    kinds = shown()
    assert len(kinds) == len(Shown.__subclasses__())
    assert {name for layer in LAYERS for name in notebook.views(layer)} <= kinds.keys()


def test_every_type_is_tried_below(every: dict[str, Any]) -> None:
    assert every.keys() == shown().keys()


def test_html_is_well_formed_and_strict(every: dict[str, Any]) -> None:
    for name, thing in every.items():
        drawn = thing._repr_html_()
        assert ElementTree.fromstring(drawn).tag == "section", name
        assert page_faults(drawn) == [], name
        assert "<a" not in drawn, name
        assert not re.search(r"(?<![\d.,–])(?:0|100)\s?%(?! 100| 50)", re.sub(r"<svg.*?</svg>", "", drawn)), name


def test_markdown_says_what_it_is_and_has_rows_of_one_width(every: dict[str, Any]) -> None:
    for name, thing in every.items():
        lines = thing._repr_markdown_().splitlines()
        assert lines[0].startswith("**"), name
        assert len(lines[0]) > 5, name
        widths = {re.sub(r"\\\|", "", line).count("|") for line in lines if line.startswith("|")}
        assert len(widths) <= 1, name


def test_every_table_is_a_frame_with_typed_columns(every: dict[str, Any]) -> None:
    for name, thing in every.items():
        assert notebook.tables_of(thing), name
        first = thing.to_frame()
        assert len(first) > 0, name
        for table in notebook.tables_of(thing):
            for column, kind in thing.to_frame(table).dtypes.items():
                assert str(kind).lower() in KINDS or str(kind).startswith("datetime64"), f"{name}, {table}, {column}: {kind}"


KINDS = {"str", "bool", "boolean", "int64", "float64"}


# the same rows as the files of a run


WRITTEN = tables(posterior(), synthetic.forecast())


@pytest.mark.parametrize("file", WRITTEN)
def test_a_frame_is_the_file_that_a_run_writes(file: str) -> None:
    name, text, whole = file.removesuffix(".csv"), WRITTEN[file], fitted(Path(), None)
    part = whole.forecast if name in ("outcomes", "levers") else whole.posterior
    for result in (whole, part):
        same_as_csv(result.to_frame(name), text)


def test_frames_of_hinges_and_indicators_are_the_files_that_a_run_writes(every: dict[str, Any], tmp_path: Path) -> None:
    for file, text in hinge_tables(every["Hinges"]).items():
        same_as_csv(every["Hinges"].to_frame(file.removesuffix(".csv")), text)
        same_as_csv(every["Forecast"].to_frame(file.removesuffix(".csv")), text)
    path, _ = write_indicators(replace(every["Watched"], folder=tmp_path))
    same_as_csv(every["Watched"].to_frame("indicators"), path.read_text(encoding="utf-8"))


def same_as_csv(found: pd.DataFrame, text: str) -> None:
    header, *rows = csv.reader(io.StringIO(text))
    assert list(found.columns) == header
    assert len(found) == len(rows) > 0
    for column, values in zip(header, zip(*rows, strict=True), strict=True):
        for cell, written in zip(found[column], values, strict=True):
            assert same(cell, written), f"{column}: {cell!r} is not {written!r}"


def same(cell: Any, written: str) -> bool:
    if written in ("", "nan"):
        return bool(pd.isna(cell)) or cell == ""
    if isinstance(cell, pd.Timestamp):
        return cell.date() == date.fromisoformat(written)
    return float(cell) == float(written) if isinstance(cell, float) else str(cell) == written


def test_days_are_days_and_numbers_numbers() -> None:
    kinds = posterior().to_frame().dtypes
    assert str(kinds["round_start"]).startswith("datetime64")
    assert kinds["share"] == "float64"
    evidence = posterior().to_frame("evidence")
    assert evidence["diagnostic"].dtype == bool
    assert evidence["log_evidence"].min() == -math.inf
    assert list(evidence.loc[evidence["move"] == "", "entries"].unique()) == [""]


def test_what_is_missing_stays_missing_and_ids_stay_words() -> None:
    read = from_csv("id,made,days,kept\n007,2026-01-05,3,True\n008,,,\n")
    found = as_frame(read)
    assert list(found["id"]) == ["007", "008"]
    assert found["made"].isna().tolist() == [False, True]
    assert [str(kind) for kind in found.dtypes[2:]] == ["Int64", "boolean"]
    assert as_frame(Grid(("a",), [])).shape == (0, 1)


def test_a_list_of_rows_is_one_frame(every: dict[str, Any]) -> None:
    rows = [every["LedgerRow"], every["LedgerRow"]]
    assert notebook.frame(rows).shape == (2, len(every["LedgerRow"].__dataclass_fields__))


def test_a_case_gives_the_tables_of_its_export_and_its_ledger() -> None:
    case = open_case("strait-talks")
    assert set(case.to_frame()["id"]) == set(case.entries)
    assert {"sources", "events", "commitments", "ledger", "say_do", "who_to_whom"} <= set(notebook.tables_of(case))
    assert str(case.to_frame("ledger")["due"].dtype).startswith("datetime64")


def test_a_case_that_is_a_chronology_gives_its_rows() -> None:
    case = open_case("dayton-1995")
    assert list(case.to_frame("chronology")["id"]) == list(case.course)
    assert str(case.to_frame("chronology")["date"].dtype).startswith("datetime64")
    assert f"{len(case.course)} rows of a chronology" in case._repr_markdown_()
    assert case.to_frame("ledger").shape == (0, len(LedgerRow.__dataclass_fields__))


def test_a_table_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ParameterError, match="no table “movs”; there is accounts, moves"):
        posterior().to_frame("movs")


def test_without_pandas_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ParleyError, match="needs pandas") as caught:
        posterior().to_frame()
    assert "openparley[frames]" in str(caught.value.complaints[0].hint)
    assert "<svg" in posterior()._repr_html_()


# pictures


def test_the_pictures_are_those_of_the_brief(brief: Brief, known: str) -> None:
    """A run that has its case shows what the page shows, mark by mark."""
    for title in ("Rival accounts over time", "Outcomes by week", "Fifty futures", "Without a lever and with it"):
        ours = [marks(svg) for svg in re.findall(r"<svg.*?</svg>", known) if f">{title}:" in svg]
        theirs = [marks(svg) for svg in re.findall(r"<svg.*?</svg>", brief.html, re.DOTALL) if f">{title}:" in svg]
        assert ours
        assert ours == theirs, title


def marks(svg: str) -> list[tuple[str, str]]:
    """What is drawn, and where."""
    paper = re.sub(r'<rect width="100%" height="100%"[^>]*/>', "", svg)
    return [
        (node.tag, node.get("d") or f"{node.get('cx')} {node.get('cy')}" if node.tag != "text" else "".join(node.itertext()))
        for node in ElementTree.fromstring(paper).iter()
        if node.tag in ("path", "circle", "text")
    ]


def test_without_its_case_an_account_is_called_by_its_id(case: Case, known: str) -> None:
    first = next(account.name for account in case.file.accounts if account.id == "H1").split()[0]
    bare = posterior()._repr_html_()
    assert f">H1 {first}" in known
    assert ">H1<" in bare
    assert first not in bare


def test_a_case_shows_its_commitments_and_what_it_holds() -> None:
    drawn = open_case("strait-talks")._repr_html_()
    assert "Commitments from the day made to the day due" in drawn
    assert "207 entries" in drawn
    assert "Fiction." in drawn


def test_what_cannot_be_read_as_a_value_is_not_shown_as_one() -> None:
    odd = synthetic.odd(synthetic.posterior())
    said = odd._repr_markdown_()
    assert "Read the shares as ranges" in said
    assert re.search(r"\| mediator \| H1 \| 33 % \| – \|", said)
    assert "log score" in said


@pytest.mark.parametrize(
    "thing", [no_posterior(), no_forecast(), synthetic.unobserved(synthetic.posterior())], ids=["no accounts", "no outcomes", "no moves"]
)
def test_a_result_of_nothing_still_shows_itself(thing: Any) -> None:
    assert ElementTree.fromstring(thing._repr_html_()).find("h4") is not None
    assert thing._repr_markdown_().startswith("**")
    assert list(thing.to_frame().columns)


def test_tags_in_a_name_are_words() -> None:
    outcome = replace(synthetic.forecast().outcomes["ceasefire"], name='<script src="x">|</script>')
    assert "<script" not in outcome._repr_html_()
    assert "<script" not in outcome._repr_markdown_()


def test_ink_of_a_link_stays_when_the_link_goes() -> None:
    drawn = '<svg><a href="#x" tabindex="-1" fill="red"><path d="M0,0"/></a><a href="#y" tabindex="-1"><text>t</text></a></svg>'
    assert unlinked(drawn) == '<svg><g fill="red"><path d="M0,0"/></g><g><text>t</text></g></svg>'


# the docs and the package


def test_the_page_names_the_tables_that_there_are(every: dict[str, Any]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "use-in-a-notebook.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (an? [^|]+) \| ([^|]+) \|$", page, re.MULTILINE))
    for said, name in (("a posterior", "Posterior"), ("a forecast", "Forecast"), ("a solution of a game", "Solution")):
        assert tuple(re.findall(r"`([^`]+)`", rows[said])) == notebook.tables_of(every[name])
    named = {word for row in rows.values() for word in re.findall(r"`([a-z_]+)`", row)}
    assert named <= {table for thing in every.values() for table in notebook.tables_of(thing)}
    assert all(f"openparley.{name}" in page or f"import {name}" in page or f", {name}" in page for name in openparley.HOMES)


def test_importing_the_package_imports_nothing_else() -> None:
    code = (
        "import sys, openparley; sys.exit(any(name.partition('.')[0] in {'numpy', 'pydantic', 'altair', 'pandas'} for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_names_of_the_package_lead_to_what_its_stub_says() -> None:
    stub = (Path(openparley.__file__).parent / "__init__.pyi").read_text(encoding="utf-8")
    said = {(name, f"{module}.{thing}") for module, thing, name in re.findall(r"from openparley\.([\w.]+) import (\w+) as (\w+)", stub)}
    assert said == {(name, ".".join(home)) for name, home in openparley.HOMES.items()}
    assert openparley.load is open_case
    with pytest.raises(AttributeError, match="no attribute “lode”"):
        openparley.lode  # noqa: B018
