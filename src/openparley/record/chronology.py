"""``chronology.csv``: a case given as a course of moves, one row a move, each with where it can be looked up."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from openparley.errors import Complaint, did_you_mean, one_of, quoted
from openparley.record.casefile import CaseFile, Observation
from openparley.record.casetoml import CHANCE, Complain, ExtraCheck
from openparley.record.fields import Day, Ident, Model, Text
from openparley.record.wording import complaints_from

__all__ = ["COLUMNS", "FILE", "Chronology", "Row", "read_chronology", "share_checked"]

FILE = "chronology.csv"
NOUN = "row"
WIDEST_ROUNDS = 3  # a move that is dated less precisely cannot be said to lie in a round


class Row(Model):
    """One move as it happened, as far as public history knows.

    Attributes
    ----------
    date, date_end
        First and last day, both included. The move counts for the round of the first.
    actor, move
        As the game names them; ``"world"`` draws what nobody chooses.
    reference
        Where it can be looked up.
    status
        ``checked`` if somebody read the reference and it supports day and move, ``recalled`` if it is from general knowledge.
    use
        ``no`` for a row that shows the course and is no report for the model.
    """

    id: Ident
    date: Day
    date_end: Day
    actor: Ident
    move: Annotated[str, Field(pattern=r"^[A-Za-z][\w-]*$")]
    what: Text
    reference: Text
    status: Literal["checked", "recalled"]
    use: Literal["yes", "no"] = "yes"
    note: str = ""


COLUMNS: tuple[str, ...] = tuple(Row.model_fields)
NEEDED = tuple(name for name, info in Row.model_fields.items() if info.is_required())


@dataclass
class Chronology:
    """``chronology.csv`` as far as it could be read.

    Attributes
    ----------
    rows
        Sound rows by id, in the order of the file.
    places
        Line of every id that stands in the file, also of unsound rows.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)
    _joined: tuple[CaseFile, CaseFile] | None = field(default=None, repr=False)

    def complain(self, row: Row, value: Any, allowed: Any, hint: str | None, message: str, *, rank: int = 2) -> None:
        """Keep a complaint about a row."""
        self.complaints.append(Complaint(FILE, self.places[row.id], row.id, value, allowed, hint, message, noun=NOUN, rank=rank))

    def check_against(self, file: CaseFile | None, actors: Sequence[str] | None, taken: Mapping[str, tuple[str, int]]) -> None:
        """Look for rows that do not fit the case: actors, rounds, ids of entries.

        Parameters
        ----------
        file
            ``case.toml``, if it is sound.
        actors
            Ids of the actors that it declares, if they could be read.
        taken
            Id of every entry of the record → its file and line.
        """
        for row in self.rows.values():
            if row.id in taken:
                other, line = taken[row.id]
                message = f"the id {quoted(row.id)} is already used in {other}, line {line}."
                self.complain(row, row.id, None, "Call the rows M001, M002, …", message, rank=3)
            if actors is not None and row.actor not in (known := (*actors, CHANCE)):
                message = f"actor: there is no actor {quoted(row.actor)} in case.toml; there are: {one_of(known)}."
                self.complain(row, row.actor, list(known), did_you_mean(row.actor, known), message)
            if file is not None and file.model is not None:
                self._check_day(row, file)

    def _check_day(self, row: Row, file: CaseFile) -> None:
        settings = file.model
        assert settings is not None
        widest = WIDEST_ROUNDS * settings.round_days
        if (days := (row.date_end - row.date).days + 1) > widest:
            message = f"{row.date} to {row.date_end} is {days} days wide; three rounds are {widest}."
            self.complain(row, days, f"at most {widest} days", "Date the move, or set “use” to no.", message)
        last = settings.start + timedelta(days=settings.round_days * settings.rounds - 1)
        if row.use == "yes" and not settings.start <= row.date <= last:
            message = f"{row.date} is outside the rounds of the case, {settings.start} to {last}."
            self.complain(row, str(row.date), f"{settings.start} to {last}", "Set “use” to no, or change [model].", message)

    @cached_property
    def used(self) -> list[Row]:
        """Rows that report a move to the model."""
        return [row for row in self.rows.values() if row.use == "yes"]

    def joined(self, file: CaseFile) -> CaseFile:
        """The case file with an observation for every row in use; the same object for the same file, by which checks remember."""
        if not self.used:
            return file
        if self._joined is None or self._joined[0] is not file:
            rules = [Observation(move=f"{row.actor}.{row.move}", kind="event", entries=(row.id,)) for row in self.used]
            self._joined = file, file.model_copy(update={"observations": (*file.observations, *rules)})
        return self._joined[1]

    def checks(self, checks: Iterable[ExtraCheck]) -> tuple[ExtraCheck, ...]:
        """Checks of ``case.toml`` that also look at the moves named here, with complaints about them kept here.

        A row says of its move what an observation says of the moves of entries, so the checks of observations serve for both.
        """
        return tuple(_seeing(check, self) for check in checks)


def _seeing(check: ExtraCheck, course: Chronology) -> ExtraCheck:
    """A check that gets the rows as well, and whose complaints about them name the row."""

    def seeing(file: CaseFile, complain: Complain) -> Iterator[Complaint]:
        first = len(file.observations)

        def sort_out(path: tuple[Any, ...], message: str, *, value: Any = None, allowed: Any = None, hint: str | None = None) -> Complaint:
            if len(path) > 1 and path[0] == "observations" and int(path[1]) >= first:
                row = course.used[int(path[1]) - first]
                return Complaint(FILE, course.places[row.id], row.id, value, allowed, hint, message, noun=NOUN, rank=2)
            return complain(path, message, value=value, allowed=allowed, hint=hint)

        yield from check(course.joined(file), sort_out)

    return seeing


def read_chronology(text: str) -> Chronology:
    """Rows by id and every complaint. A byte-order mark and semicolons, as spreadsheets write them, are fine."""
    found = Chronology()
    text = text.removeprefix("\ufeff")
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        hint = "A quotation mark inside a cell is written twice, and every opening one needs its closing one."
        found.complaints.append(Complaint(FILE, None, None, None, None, hint, f"the table cannot be read: {error}.", rank=0))
        return found
    names = [name.strip() for name in table[0]] if table else []
    found.complaints += _header(names)
    if any(complaint.rank == 0 for complaint in found.complaints):
        return found
    for number, cells in enumerate(table[1:], start=2):
        if any(cell.strip() for cell in cells):
            _add(found, names, cells, number)
    _check_order(found)
    return found


def _header(names: Sequence[str]) -> Iterator[Complaint]:
    """Missing, unknown and repeated columns."""
    for name in (name for name in NEEDED if name not in names):
        message = f"the column “{name}” is missing; columns are: {one_of(COLUMNS)}."
        yield Complaint(FILE, 1, None, None, list(COLUMNS), did_you_mean(name, names), message, rank=0)
    for name in (name for name in names if name not in COLUMNS):
        yield Complaint(FILE, 1, None, name, list(COLUMNS), did_you_mean(name, COLUMNS), f"{quoted(name)} is not a column here.", rank=2)
    if twice := next((name for name in names if names.count(name) > 1), None):
        yield Complaint(FILE, 1, None, twice, None, None, f"the column “{twice}” stands twice.", rank=0)


def _add(found: Chronology, names: Sequence[str], cells: Sequence[str], number: int) -> None:
    """Read one row."""
    if len(cells) != len(names):
        message = f"{len(cells)} cells, but the header has {len(names)} columns."
        hint = "A cell that holds a comma needs quotation marks."
        found.complaints.append(Complaint(FILE, number, cells[0] or None, len(cells), len(names), hint, message, noun=NOUN, rank=2))
        return
    filled = {name: cell.strip() for name, cell in zip(names, cells, strict=True) if name in COLUMNS and cell.strip()}
    item = filled.get("id")
    if item in found.places:
        message = f"the id {quoted(item)} is already used in row {found.places[item]}."
        found.complaints.append(Complaint(FILE, number, item, item, None, "Give every row an id of its own.", message, noun=NOUN, rank=3))
        return
    if item is not None:
        found.places[item] = number
    try:
        row = Row.model_validate(filled)
    except ValidationError as error:
        found.complaints += complaints_from(error, Row, lambda path: (FILE, number, NOUN, item))
        return
    found.rows[row.id] = row


def _check_order(found: Chronology) -> None:
    """Days run forward, within a row and from row to row."""
    before: Row | None = None
    for row in found.rows.values():
        if row.date_end < row.date:
            message = f"“date_end” ({row.date_end}) is before “date” ({row.date})."
            found.complain(row, str(row.date_end), f"{row.date} or later", "Exchange the two days.", message)
        if before is not None and row.date < before.date:
            message = f"{row.date} comes after {before.date} of {before.id}; rows stand in order of “date”."
            found.complain(row, str(row.date), f"{before.date} or later", "Move the row up, or correct its day.", message)
        else:
            before = row


def share_checked(rows: Mapping[str, Row]) -> float:
    """Share of the rows whose reference was read; NaN without rows."""
    return sum(row.status == "checked" for row in rows.values()) / len(rows) if rows else float("nan")
