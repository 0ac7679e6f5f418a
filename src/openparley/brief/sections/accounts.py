"""Rival accounts: how they fared over time, how well the model does at all, and which moves separate them."""

from __future__ import annotations

from math import exp, log, nan

from openparley.brief.blocks import Block, Cell, Fold, Prose, Section, Table
from openparley.brief.bottom_line import leading_account, nothing_observed
from openparley.brief.cite import Given, Link, Number, Part, Ref, Sentence
from openparley.brief.context import BASELINES, NEVER_EXPECTED, SEPARATES, Context
from openparley.brief.figures import Drawn, draw
from openparley.brief.words import capital, day, decimal, listed, percent
from openparley.infer.posterior import AccountPath, ObservedMove

COLUMNS_SHOWN = 8
# A factor of two is strong; under a tenth is none.
STRONG, SOME = 0.69, 0.095


def accounts_section(context: Context) -> tuple[Section, list[Drawn]]:
    """Chart, table, fit and matrix."""
    posterior = context.posterior
    said = [leading_account(context, actor, "accounts") for actor in posterior.accounts] if not context.unobserved else []
    said = said or [nothing_observed(context, "accounts")]
    blocks: list[Block] = [Prose((*said, *_range_note(context)))]
    note = (
        "Solid, dashed and dotted lines are shares with their 90 % range over the draws; ids above "
        "pin the entries that separated the accounts most."
    )
    drawn = draw(context, "rivals", _over_time(context), note)
    blocks += [drawn.figure] if drawn else []
    blocks += [_now(context), *([] if context.unobserved else [Prose(tuple(_fit(context)))])]
    for actor in posterior.accounts:
        blocks += _matrix(context, actor)
    blocks.append(Fold("What each account says", (Prose(tuple(_statements(context))),)))
    return Section("accounts", "Rival accounts and how they fared", tuple(blocks)), [drawn] if drawn else []


def _range_note(context: Context) -> list[Sentence]:
    if not context.posterior.diagnostics.odds_as_range:
        return []
    return [
        context.book.say(
            "accounts",
            "computed",
            "Too few draws carry the weight for a single figure, so the odds of the accounts are given as ranges only.",
        )
    ]


def _statements(context: Context) -> list[Sentence]:
    said = []
    for account in context.facts.accounts.values():
        statement = context.facts.unquoted(account.statement).rstrip(". ")
        start = "" if statement.startswith("Under ") else f"Under {account.id}: "
        basis: list[Part] = []
        for id in account.basis:
            basis += [", " if basis else " (", Link(id, id)] if id in context.facts.case.entries else []
        said.append(context.book.say("accounts", "assumed", start, Given(statement), basis, ")." if basis else "."))
    return said


def _now(context: Context) -> Table:
    columns: list[Cell] = [("Account",), ("Before the record",), ("Now, 90 % range",)]
    single = not context.posterior.diagnostics.odds_as_range
    columns += [("Now",)] if single else []
    rows = []
    for actor, path in context.posterior.accounts.items():
        for label in path.labels:
            number = context.share(actor, label)
            prior = Number(
                f"n-prior-{actor}-{label}",
                f"Prior share of {context.facts.account_name(label)}",
                path.prior[label],
                kind="share",
                of="an assumption of the case",
                assumptions=_prior_ids(context, actor),
            )
            name = (
                f"{capital(context.facts.position(actor))}: "
                f"{'' if label not in context.facts.accounts else label + ' '}{context.facts.account_name(label)}"
            )
            row: list[Cell] = [(Given(name, name=True),), (Ref(context.book.number(prior)),), (Ref(number, number.range),)]
            rows.append(tuple(row + ([(Ref(number),)] if single else [])))
    best = max(context.baselines.values(), default=nan)
    caption = "Shares relative to the accounts listed; " + (
        "no accepted entry reports a move, so they rest on the assumptions and on silence"
        if context.unobserved
        else f"the model as a whole scores {decimal(context.posterior.fit.log_score)} a move, its best baseline {decimal(best)}"
    )
    return Table(caption, tuple(columns), tuple(rows), numeric=tuple(range(1, len(columns))))


def _prior_ids(context: Context, actor: str) -> tuple[str, ...]:
    return tuple(row.id for row in context.facts.case.file.assumptions if row.sets.split(".")[:2] in (["prior", actor], ["none", actor]))


def _over_time(context: Context) -> Table:
    columns: list[Cell] = [("Round ends",)]
    paths = context.posterior.accounts
    columns += [
        (Given(f"{capital(context.facts.position(actor))}: {context.facts.account_name(label)}", name=True),)
        for actor, path in paths.items()
        for label in path.labels
    ]
    length = max(len(path.share) for path in paths.values())
    rows = []
    for t in range(length):
        cells: list[Cell] = [(day(context.last_day(t)),)]
        cells += [(_share(context, path, t, k),) for path in paths.values() for k in range(len(path.labels))]
        rows.append(tuple(cells))
    return Table(
        "Shares of the accounts at the end of every round",
        tuple(columns),
        tuple(rows),
        numeric=tuple(range(1, len(columns))),
        style="dates",
    )


def _share(context: Context, path: AccountPath, t: int, k: int) -> str:
    if t >= len(path.share):
        return "–"
    low, high = percent(float(path.low[t][k])), percent(float(path.high[t][k]))
    return f"{low} to {high}" if context.posterior.diagnostics.odds_as_range else percent(float(path.share[t][k]))


def _fit(context: Context) -> list[Sentence]:
    fit, book = context.posterior.fit, context.book
    said = [
        book.say(
            "accounts",
            "computed",
            "How well it fits at all: over ",
            Ref(context.observed),
            f" observed move{'s' * (fit.moves != 1)} the model scores ",
            Ref(context.fit("model")),
            " a move",
            _baselines(context),
            "; nearer to 0 is better.",
        )
    ]
    if worse := context.better_baselines:
        said.append(
            book.say(
                "accounts",
                "computed",
                f"The model predicts the record worse than {listed(worse)}, so the standing of the accounts means little.",
            )
        )
    seen = book.count("n-surprises", "Surprises seen", fit.surprises_seen, "observed moves to which the model gave under 5 %")
    expected = Number(
        "n-surprises-expected",
        "Surprises expected",
        fit.surprises_expected,
        of="sum of the probabilities under 5 % over all menus",
        kind="decimal",
    )
    said.append(
        book.say(
            "accounts",
            "computed",
            Ref(seen.number, f"{seen.text} of {fit.moves:,}"),
            f" move{'s' * (fit.moves != 1)} surprised the model, where ",
            Ref(book.number(expected)),
            " were to be expected.",
        )
    )
    return said


def _baselines(context: Context) -> list[Part]:
    """Name and score of each, as part of a sentence."""
    parts: list[Part] = []
    for index, which in enumerate(context.baselines):
        last = index == len(context.baselines) - 1
        parts += [f"{' and' if last else ','} {BASELINES[which]} ", Ref(context.fit(which))]
    return parts


def glyph(value: float) -> str:
    """Direction and size of one cell: for or against, by more than a factor of two or less.

    Examples
    --------
    >>> [glyph(value) for value in (-1.0, -0.2, 0.0, 0.2, 1.0)]
    ['−−', '−', '·', '+', '++']
    """
    sign = "+" if value > 0 else "−"
    return "·" if abs(value) < SOME else sign * (2 if abs(value) >= STRONG else 1)


def _matrix(context: Context, actor: str) -> list[Block]:
    moves = context.moves_of(actor)
    if not moves:
        return []
    found = context.separating(actor, none=True)
    shown = sorted(found[:COLUMNS_SHOWN], key=lambda move: move.round)
    position = context.facts.position(actor)
    said = [_left_out(context, actor, len(moves) - len(found), len(found) - len(shown)), *_undiagnostic(context, actor)]
    if not shown:
        return [Prose(tuple(said))]
    columns: list[Cell] = [("Account",)]
    for move in shown:
        columns.append((*_heads(move), f" {move.move.replace('_', ' ')}, {_when(context, move)}"))
    rows = []
    for label in context.posterior.accounts[actor].labels:
        cells: list[Cell] = [(Given(context.facts.account_name(label), name=True),)]
        for move in shown:
            value = _against_average(move, label)
            cells.append(("no view",) if value is None else (f"{glyph(value)} ×{_factor(value)}",))
        rows.append(tuple(cells))
    caption = (
        f"Evidence and the accounts of {position}: how many times as much an account had expected a move as all "
        f"of them on average (++ and −− are a factor of two or more, · is less than about a tenth)"
    )
    if any(len(move.entries) > 1 for move in shown):
        caption += "; +n after an id: that many further entries report the same move"
    return [Table(caption, tuple(columns), tuple(rows), style="matrix"), Prose(tuple(said))]


def _left_out(context: Context, actor: str, flat: int, weaker: int) -> Sentence:
    """How many moves of an actor the matrix does not have: those that separate no two rows, and the weakest for room."""
    position, moves = context.facts.position(actor), len(context.moves_of(actor))
    of = f"moves of {position} on which neither two accounts nor an account and none of these differ by a quarter"
    number = context.book.count(f"n-flat-{actor}", "Moves that do not separate the accounts", flat, of)
    does, left = ("separates", "is") if flat == 1 else ("separate", "are")
    rest = f" move{'s' * (moves != 1)} of {position} {does} no two rows by a quarter and {left} left out of the matrix"
    parts: list[Part] = [Ref(number.number, f"{flat} of {moves}"), rest]
    if not flat:
        parts = [f"All moves of {position} separate two rows by a quarter or more"]
    if weaker:
        less = context.book.count(
            f"n-weaker-{actor}", "Moves that separate less", weaker, f"moves of {position} not in the matrix for room"
        )
        parts += [", and ", less, " more for room"] if flat else ["; ", less, " of them left out of the matrix for room"]
    return context.book.say("accounts", "computed", parts, ".")


def _undiagnostic(context: Context, actor: str) -> list[Sentence]:
    """How many reports of anybody's moves separate no two rows of the matrix, with the entries behind them."""
    if (matrix := context.posterior.evidence.get(actor)) is None:
        return []
    reports = [row for row in matrix.rows if row.actor]
    idle = [row for row in reports if context.spread(row, none=True) < SEPARATES]
    entries = len({entry for row in idle for entry in row.entries})
    rows = f"two accounts of {context.facts.position(actor)} nor an account and none of these"
    of = f"reports of any actor’s moves on which neither {rows} differ by a quarter"
    number = context.book.count(f"n-idle-{actor}", "Reports that separate no two rows", len(idle), of)
    behind = context.book.count(f"n-idle-entries-{actor}", "Entries behind them", entries, "entries that these reports rest on")
    share = Ref(number.number, f"{len(idle)} of {len(reports)}")
    named = f" report{'s' * (len(reports) != 1)} of anybody’s moves, with "
    rest = f" {'entry' if entries == 1 else 'entries'} behind them, separate no two rows by as much."
    return [context.book.say("accounts", "computed", share, named, behind, rest)]


def _when(context: Context, move: ObservedMove) -> str:
    """The day of the first entry that reports a move, or the week where that is not known to the day."""
    entry = context.facts.case.entries.get(move.entries[0]) if move.entries else None
    dated = (getattr(entry, "made", None) or entry.date) if entry else None
    if dated is not None and dated.start == dated.end <= context.facts.case.file.cutoff:
        return f"{dated.start:%-d %b}"
    return f"week to {context.last_day(move.round):%-d %b}"


def _heads(move: ObservedMove) -> list[Part]:
    if not move.entries:
        return ["silence"]
    return [Link(move.entries[0], move.entries[0]), f" +{len(move.entries) - 1}" if len(move.entries) > 1 else ""]


def _factor(value: float) -> str:
    """How many times as much an account had expected the move as all of them on average."""
    factor = exp(value)
    return f"{factor:.1f}" if factor >= 0.95 else f"{factor:.2f}".rstrip("0") if factor >= 0.005 else "<0.01"


def _against_average(move: ObservedMove, label: str) -> float | None:
    """Log ratio of an account's probability to the average over accounts; None when the account has no view."""
    value = move.log_evidence.get(label)
    return None if value is None or move.predictive_prob <= 0 else max(value, NEVER_EXPECTED) - log(move.predictive_prob)
