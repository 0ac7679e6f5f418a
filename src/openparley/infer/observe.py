"""From accepted entries to reports of moves by round: what the record shows of the play, and how well it shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from openparley.record.case import Case
from openparley.record.casefile import Observation
from openparley.record.entry import Commitment, Entry, Event, Status

WIDEST_DAYS = 21  # an entry dated less precisely than three rounds of a week cannot say in which round a move fell


@dataclass(frozen=True)
class Report:
    """A move that the record reports for one actor in one round.

    Attributes
    ----------
    entries
        Ids of all entries that report it, in order.
    """

    round: int
    actor: str
    move: str
    entries: tuple[str, ...]


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


def observe(case: Case) -> Observed:
    """Read the moves that the accepted entries of a case report."""
    file = case.file
    found: dict[tuple[int, str], dict[str, tuple[int, list[str]]]] = {}
    undated: dict[str, str] = {}
    for entry in case.accepted().values():
        rule = _rule_for(entry, file.observations)
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
        moves = found.setdefault((number, actor), {})
        rank, entries = moves.setdefault(move, (rule.precedence, []))
        moves[move] = (max(rank, rule.precedence), [*entries, entry.id])
    reports, overruled = [], {}
    for (number, actor), moves in sorted(found.items()):
        first = max(moves, key=lambda name: (moves[name][0], len(moves[name][1]), name))
        reports.append(Report(number, actor, first, tuple(moves[first][1])))
        for other in moves.keys() - {first}:
            overruled |= {key: f"{first} goes before {other} in round {number}" for key in moves[other][1]}
    return Observed(tuple(reports), overruled, undated)


def _rule_for(entry: Entry, rules: Sequence[Observation]) -> Observation | None:
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
