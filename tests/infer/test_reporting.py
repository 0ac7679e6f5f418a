"""The observation model: probabilities that sum to one, rows of errors, readings in doubt."""

import numpy as np
import pytest

from openparley.infer.observe import Report
from openparley.infer.reporting import Reporting

EXACT = 1e-12
MOVES = ("hold", "threaten", "enforce")
DETECTION = {"mediator": {"hold": 0.1, "threaten": 0.7, "enforce": 0.95}}
ERRORS = {"mediator": {"hold": 0.3, "threaten": 0.05, "enforce": 0.02}}
CONFUSION = {"mediator": {"threaten": {"hold": 0.8}, "enforce": {"hold": 0.5, "threaten": 0.5}}}
PLAIN = Reporting(DETECTION, 0.1, {})
DETAILED = Reporting(DETECTION, 0.1, {}, ERRORS, CONFUSION)


def told(move: str, **readings: float) -> Report:
    return Report(0, "mediator", move, ("E1",), tuple(sorted(readings.items())))


@pytest.mark.parametrize("reporting", [PLAIN, DETAILED], ids=["plain", "detailed"])
def test_after_each_move_something_or_nothing_is_reported(reporting: Reporting) -> None:
    total = reporting.likelihood("mediator", MOVES, None)
    for move in MOVES:
        total = total + reporting.likelihood("mediator", MOVES, told(move))
    assert total == pytest.approx(1, abs=EXACT)
    assert reporting.named("mediator", MOVES).sum(1) == pytest.approx(1, abs=EXACT)


def test_errors_are_spread_evenly_unless_a_row_says_otherwise() -> None:
    assert PLAIN.named("mediator", MOVES) == pytest.approx(0.85 * np.eye(3) + 0.05, abs=EXACT)
    by_hand = np.array([[0.7, 0.15, 0.15], [0.04, 0.95, 0.01], [0.01, 0.01, 0.98]])
    assert DETAILED.named("mediator", MOVES) == pytest.approx(by_hand, abs=EXACT)


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({"hold": 0.9, "enforce": 0.9}, [0.05, 0.9, 0.05]),
        ({"hold": 0.1, "enforce": 0.3}, [0.025, 0.9, 0.075]),
        ({"hold": 0.0, "enforce": 0.0}, [0.05, 0.9, 0.05]),
        ({"hold": 0.0}, [0.0, 0.9, 0.1]),
        ({"hold": 1.0}, [0.1, 0.9, 0.0]),
    ],
)
def test_a_row_sums_to_one_whatever_its_shares(row: dict[str, float], wanted: list[float]) -> None:
    found = Reporting(DETECTION, 0.1, {}, {}, {"mediator": {"threaten": row}}).named("mediator", MOVES)[1]
    assert found == pytest.approx(wanted, abs=EXACT)


def test_a_report_of_the_only_move_cannot_be_wrong() -> None:
    assert PLAIN.named("ally", ("wait",)).tolist() == [[1.0]]


def test_an_actor_without_detection_is_never_reported() -> None:
    assert PLAIN.likelihood("world", ("front_moves", "front_holds"), None).tolist() == [1, 1]
    assert PLAIN.likelihood("world", ("front_moves", "front_holds"), Report(0, "world", "front_moves", ())).tolist() == [0, 0]


def test_a_certain_reading_is_no_reading_at_all() -> None:
    assert DETAILED.likelihood("mediator", MOVES, told("hold", hold=1.0)) == pytest.approx(
        DETAILED.likelihood("mediator", MOVES, told("hold")), abs=EXACT
    )


def test_rival_readings_are_averaged_and_the_rest_says_nothing() -> None:
    found = DETAILED.likelihood("mediator", MOVES, told("threaten", threaten=0.6, hold=0.3))
    parts = [DETAILED.likelihood("mediator", MOVES, report) for report in (told("threaten"), told("hold"), None)]
    assert found == pytest.approx(0.6 * parts[0] + 0.3 * parts[1] + 0.1 * parts[2], abs=EXACT)


@pytest.mark.parametrize("share", [0.9, 0.6, 0.5])
def test_doubt_about_a_reading_weakens_it(share: float) -> None:
    """The odds of threaten over hold fall toward what they are without a reading, and are turned by no doubt at all."""
    certain = DETAILED.likelihood("mediator", MOVES, told("threaten"))
    doubtful = DETAILED.likelihood("mediator", MOVES, told("threaten", threaten=share, hold=1 - share))
    assert doubtful[1] / doubtful[0] < certain[1] / certain[0]


def test_after_the_end_a_report_is_an_error() -> None:
    assert PLAIN.after_the_end("mediator", MOVES, None) == 1
    assert PLAIN.after_the_end("mediator", MOVES, told("hold")) == pytest.approx(0.05, abs=EXACT)
    assert DETAILED.after_the_end("mediator", MOVES, told("hold")) == pytest.approx(np.mean([0.3, 0.05, 0.02]) / 2, abs=EXACT)
    assert PLAIN.after_the_end("mediator", MOVES, told("hold", hold=0.5, threaten=0.3)) == pytest.approx(0.8 * 0.05 + 0.2, abs=EXACT)
