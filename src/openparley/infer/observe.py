"""From accepted entries, or a chronology, to reports of moves by round: what the record shows of the play, and how well it shows it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from openparley.record.case import Case
from openparley.record.casefile import Observation
from openparley.record.entry import Commitment, Entry, Event, Status
from openparley.record.sources import OUTLET_UNKNOWN

WIDEST_DAYS = 21  # an entry dated less precisely than three rounds of a week cannot say in which round a move fell


@dataclass(frozen=True)
class Report:
    """A move that the record reports for one actor, or a draw that it reports of the world, in one round.

    Attributes
    ----------
    move
        What is reported; of several readings the likeliest.
    entries
        Ids of all entries that report it, in order.
    readings
        Share of each move that the entries may be read as; empty where the reading is not in doubt. What is left to one
        is the share of the reading that they show no move.
    """

    round: int
    actor: str
    move: str
    entries: tuple[str, ...]
    readings: tuple[tuple[str, float], ...] = ()

    @property
    def shares(self) -> Mapping[str, float]:
        """Share of each reading; all of it on the move where the reading is not in doubt."""
        return dict(self.readings) or {self.move: 1.0}


@dataclass(frozen=True)
class Observed:
    """All reports of a record.

    Attributes
    ----------
    reports
        At most one an actor and round, in order of round.
    overruled
        Entry id → why another entry of the same round went before it.
    undated
        Entries that match a rule but whose date is missing, too wide, or outside the rounds.
    """

    reports: tuple[Report, ...]
    overruled: Mapping[str, str]
    undated: Mapping[str, str]


@dataclass
class _Shown:
    """What speaks for one move of one actor in one round."""

    precedence: int
    day: date
    entries: list[str]
    origins: set[str]
    readings: dict[str, float]

    def rank(self, move: str) -> tuple[int, int, date, str]:
        """Sorts first what goes before: precedence, independent origins, the earlier day, the name."""
        return -self.precedence, -len(self.origins), self.day, move


def observe(case: Case, *, without: Collection[str] = ()) -> Observed:
    """Read the moves that the accepted entries of a case report.

    Parameters
    ----------
    without
        Ids of entries to read the record without. What they alone report becomes unreported, which is not a report of
        the contrary, and an entry that they overruled, corrected or retracted counts again. A status stays when the
        commitment it is of is left out: that a threat lapsed tells that it was made, whoever else reported the making.

    Notes
    -----
    Entries of one move in one round are one report, whatever their number: an echo is no corroboration, and the error
    rate of the observation model is that of a report. Of several moves in one round the rule with the highest
    precedence wins, then the move that more independent origins report, then the earlier, then the first by name.

    A coder's confidence does not enter. Every entry that counts has been accepted or edited by a person, and ``error.…``
    is about such entries; the confidence is what the coder thought before the person looked. Where the person doubts
    what an entry shows, the rule says so by ``readings``. Of several entries of one report the most certain rules it.

    A row of a chronology that is in use reports its own move under its own id, as an entry would that no rule puts first.
    """
    file = case.file
    found: dict[tuple[int, str], dict[str, _Shown]] = {}
    undated: dict[str, str] = {}
    for entry in _in_force(case, without).values():
        rule = rule_for(entry, file.observations)
        if rule is None:
            continue
        day, problem = (rule.on, "") if rule.on else _day_of(entry)
        if day is None:
            undated[entry.id] = problem
            continue
        number = file.round_of(day)
        if number is None or day > file.cutoff:
            undated[entry.id] = f"{day} lies outside the rounds up to the cut-off"
            continue
        actor, move = rule.move.split(".")
        _add(found.setdefault((number, actor), {}), move, rule, entry.id, day, origin_of(case, entry))
    _add_course(case, without, found, undated)
    reports, overruled = [], {}
    for (number, actor), moves in sorted(found.items()):
        first = min(moves, key=lambda name: moves[name].rank(name))
        shown = moves[first]
        reports.append(Report(number, actor, first, tuple(shown.entries), _readings(first, shown.readings)))
        for other in moves.keys() - {first}:
            overruled |= {key: f"{first} goes before {other} in round {number}" for key in moves[other].entries}
    return Observed(tuple(reports), overruled, undated)


def _add_course(case: Case, without: Collection[str], found: dict[tuple[int, str], dict[str, _Shown]], undated: dict[str, str]) -> None:
    """Let the rows of the chronology speak; each stands for itself, so each is an origin of its own."""
    for row in case.course.values():
        if row.use == "no" or row.id in without:
            continue
        number = case.file.round_of(row.date)
        if number is None or row.date > case.file.cutoff:
            undated[row.id] = f"{row.date} lies outside the rounds up to the cut-off"
            continue
        rule = Observation(move=f"{row.actor}.{row.move}", kind="event")
        _add(found.setdefault((number, row.actor), {}), row.move, rule, row.id, row.date, f"chronology:{row.id}")


def origin_of(case: Case, entry: Entry) -> str:
    """Where the story of an entry comes from: entries of one origin are echoes of one another.

    That is the agency or paper that passed it on to the source (``via``, where it is of the press), else the ``origin``
    of the source, else its outlet. Where even that is not stated the source stands alone. Somebody who told the source
    is no origin of its own: the source heard it, and nobody else repeats it.
    """
    source = case.sources.get(entry.source)
    own = source.origin.strip() if source else ""
    if entry.via:
        known = {_letters(row.origin): row.origin.strip() for row in case.sources.values() if row.origin}
        relay = case.file.actors.get(entry.via)
        passed_on = relay is not None and relay.role == "press" and entry.via != f"author_{entry.source.lower()}"
        if _letters(entry.via) in known or passed_on:
            return known.get(_letters(entry.via), entry.via)
    if own or source is None:
        return own or entry.source
    return entry.source if source.outlet == OUTLET_UNKNOWN else source.outlet


def _letters(name: str) -> str:
    """A name without what separates its words, as ``wire:reuters`` and ``wire_reuters`` are one."""
    return re.sub(r"\W|_", "", name).lower()


def _in_force(case: Case, without: Collection[str]) -> dict[str, Entry]:
    """Accepted entries less those left out, which correct and retract nothing either."""
    if not without:
        return case.accepted()
    muted = {key: entry.model_copy(update={"links": ()}) if key in without else entry for key, entry in case.entries.items()}
    return {key: entry for key, entry in replace(case, entries=muted).accepted().items() if key not in without}


def _add(moves: dict[str, _Shown], move: str, rule: Observation, entry: str, day: date, origin: str) -> None:
    readings = {name.split(".")[1]: share for name, share in rule.readings.items()} or {move: 1.0}
    shown = moves.setdefault(move, _Shown(rule.precedence, day, [], set(), readings))
    shown.precedence, shown.day = max(shown.precedence, rule.precedence), min(shown.day, day)
    shown.entries.append(entry)
    shown.origins.add(origin)
    if readings[move] > shown.readings[move]:
        shown.readings = readings


def _readings(move: str, shares: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    return () if shares == {move: 1.0} else tuple(sorted(shares.items()))


def rule_for(entry: Entry, rules: Sequence[Observation]) -> Observation | None:
    """The rule by which an entry shows a move: one that names it before any other, then by precedence; None if it shows none."""
    fitting = [rule for rule in rules if _fits(entry, rule)]
    return max(fitting, key=lambda rule: (bool(rule.entries), rule.precedence), default=None)


def _fits(entry: Entry, rule: Observation) -> bool:
    if entry.kind != rule.kind or entry.historical:
        return False
    if rule.entries:
        return entry.id in rule.entries
    match entry:
        case Event():
            return (
                _any(entry.actor, rule.actor) and _any(entry.recipient, rule.recipient) and _any((entry.event,), rule.type)
                and _any(entry.mode, rule.mode) and entry.realis in rule.realis
            )  # fmt: skip
        case Commitment():
            return _any(entry.actor, rule.actor) and _any(entry.target, rule.recipient) and _any((entry.type,), rule.type)
        case Status():
            return _any((entry.value,), rule.type)
    return False


def _any(found: Sequence[str], wanted: Sequence[str]) -> bool:
    return not wanted or bool(set(found) & set(wanted))


def _day_of(entry: Entry) -> tuple[date | None, str]:
    """First day of the entry's date, or why it has none that places a move."""
    if isinstance(entry, Status):
        return (entry.as_of, "") if entry.as_of else (None, "no date")
    when = entry.made if isinstance(entry, Commitment) and entry.made else entry.date
    if when is None:
        return None, "no date"
    if (when.end - when.start).days > WIDEST_DAYS:
        return None, f"{when.start} to {when.end} is too wide to place a move"
    return when.start, ""
