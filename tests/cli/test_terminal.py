"""Tables on a terminal: nothing is cut, words that belong together stay together, long text takes what is left."""

import pytest

from openparley.cli._terminal import terminal_lines

HEADERS = ("id", "type", "due", "none", "what")
WHAT = "The mediator threatens a port closure at the end of a fortnight unless both coasts agree to talk."
ROWS = [("C001", "threat", "2026-03-06", "", WHAT), ("C002", "proposal", "2026-05-01…2026-05-31", "", "A second round.")]


def test_only_long_text_wraps_and_empty_columns_are_dropped() -> None:
    head, lines = terminal_lines(HEADERS, ROWS, 80)
    assert head[0].split() == ["id", "type", "due", "what"]
    assert lines[0].startswith("C001  threat    2026-03-06")
    assert sum("C00" in line for line in lines) == 2
    assert max(map(len, lines)) <= 80
    start = head[0].index("what")
    assert " ".join(line[start:].strip() for line in lines[:-1]) == WHAT


@pytest.mark.parametrize("width", [100, 60, 45, 30, 20])
def test_no_value_is_cut_at_any_width(width: int) -> None:
    head, lines = terminal_lines(HEADERS, ROWS, width)
    assert max(map(len, [*head, *lines])) <= width
    words = " ".join(lines).split()
    for word in ("C001", "threat", "2026-03-06", "proposal", "2026-05-31", *WHAT.split()):
        assert word in words, word


def test_prose_goes_below_its_row_when_little_room_is_left() -> None:
    _, lines = terminal_lines(HEADERS, ROWS, 45)
    assert lines[0].split() == ["C001", "threat", "2026-03-06"]
    assert lines[1].startswith("      what: The mediator")
