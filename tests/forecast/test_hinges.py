"""Hinges as files: what was written is read back identical, and what is none of it is refused."""

import csv
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from openparley.errors import CaseError
from openparley.forecast.at_value import AtValue
from openparley.forecast.flip import Flip, FlipTest
from openparley.forecast.hinges import FILE, Hinges, kept_hinges, read_hinges, write_hinges
from openparley.forecast.sensitivity import PosteriorRatios, Ratio, Share, VarianceShares
from openparley.forecast.tornado import Tornado, TornadoRow

EMULATED = AtValue("A1", 0.1, 0.30000000000000004, -0.1, 0.02, 0.4)
EXCLUDED = AtValue("A1", 0.9, math.nan, math.nan, math.nan, -math.inf, math.nan, 12)
HINGES = Hinges(
    "ceasefire",
    (
        VarianceShares(
            "ceasefire", "A ceasefire", "linear", 0.4, 0.1, (Share("A1", 0.2, 0.1, 0.3, 0.25, 0.1, 0.4),), 0.6, 0.02, ("A2", "A3"), 0.1
        ),
        VarianceShares("log_evidence", "log of the record", "polynomial", -0.1, 2.0, (), 1.0, math.nan, ("A1", "A2", "A3"), 0.0),
    ),
    (PosteriorRatios("ceasefire", "A ceasefire", (Ratio("A1", 0.5, 0.1),), 0.4, 7.5),),
    Tornado("ceasefire", 0.2, 0.4, -0.1, (TornadoRow("A1", (EMULATED, EMULATED, EMULATED), (EMULATED, EXCLUDED)),), 24),
    FlipTest(
        "ceasefire", 0.2, (0.05, 0.2, 0.45), 2, 0.4, -0.1,
        (Flip("A1", 0.35, EMULATED, None, 3, "confirmed", 0.01), Flip("A2", None, None, None, 0, "none")), 48,
    ),
    72,
)  # fmt: skip


def test_what_is_written_is_read_back_identical(tmp_path: Path) -> None:
    paths = write_hinges(HINGES, tmp_path)
    assert [path.name for path in paths] == ["variance_shares.csv", "correlation_ratios.csv", "tornado.csv", "flips.csv", FILE]
    found = read_hinges(tmp_path / FILE)
    # NaN is equal to nothing, so what is compared is every digit that is printed
    assert repr(found) == repr(HINGES)
    assert (found.ratios, found.tornado.base, type(found.tornado.rows)) == (HINGES.ratios, HINGES.tornado.base, tuple)
    rows = list(csv.DictReader((tmp_path / "flips.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["distance"] for row in rows] == ["0.35", ""]


def test_the_file_is_strict_json_whatever_the_numbers_are_made_of(tmp_path: Path) -> None:
    made = replace(HINGES, tornado=replace(HINGES.tornado, base=np.float64(0.2), r2_evidence=np.float64("nan")))
    path = write_hinges(made, tmp_path)[-1]

    def refused(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    data = json.loads(path.read_text(encoding="utf-8"), parse_constant=refused)
    assert data["tornado"]["rows"][0]["solved"][1]["verdict"] == "-Infinity"
    assert math.isnan(read_hinges(path).tornado.r2_evidence)
    assert type(read_hinges(path).tornado.base) is float


def test_a_headline_without_bands_has_no_flips(tmp_path: Path) -> None:
    write_hinges(replace(HINGES, flips=None), tmp_path, suffix="-other")
    assert read_hinges(tmp_path / "hinges-other.json").flips is None
    assert (tmp_path / "flips-other.csv").read_text(encoding="utf-8").count("\n") == 1
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data.pop("solves"), "solves: Field required"),
        (lambda data: data.update(solves="many"), "solves: Input should be a valid integer"),
        (lambda data: data["tornado"].update(base=None), "tornado.base: Input should be a valid number"),
        (lambda data: data["shares"][0].update(family="cubic"), "shares.0.family: Input should be 'linear' or 'polynomial'"),
        (lambda data: data["tornado"]["rows"][0]["emulated"].pop(), "tornado.rows.0.emulated.2: Field required"),
        (lambda data: data.update(ratios={}), "ratios: Input should be a valid array"),
    ],
)
def test_a_broken_file_is_refused_with_the_place(change: Callable[[dict[str, Any]], object], words: str, tmp_path: Path) -> None:
    path = write_hinges(HINGES, tmp_path)[-1]
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(CaseError) as raised:
        read_hinges(path)
    assert words in str(raised.value)
    assert raised.value.complaints[0].file == str(path)


def test_a_torn_or_missing_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"outcome": ', encoding="utf-8")
    with pytest.raises(CaseError, match="not what `parley whatif --sensitivity` writes"):
        read_hinges(tmp_path / FILE)
    with pytest.raises(CaseError, match="cannot be read"):
        read_hinges(tmp_path / "nowhere.json")


def test_an_earlier_result_is_of_the_same_outcome_and_bands_only(tmp_path: Path) -> None:
    assert kept_hinges(tmp_path, "ceasefire", (0.05, 0.2, 0.45)) is None
    write_hinges(HINGES, tmp_path)
    assert repr(kept_hinges(tmp_path, "ceasefire", (0.05, 0.2, 0.45))) == repr(HINGES)
    assert kept_hinges(tmp_path, "cut", (0.05, 0.2, 0.45)) is None
    assert kept_hinges(tmp_path, "ceasefire", (0.05, 0.2)) is None
    (tmp_path / FILE).write_text("{}", encoding="utf-8")
    assert kept_hinges(tmp_path, "ceasefire", (0.05, 0.2, 0.45)) is None
