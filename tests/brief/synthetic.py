"""A made-up negotiation for the tests of the brief: plausible shapes, no solver needed."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from openparley.forecast.at_value import AtValue
from openparley.forecast.flip import Flip, FlipTest
from openparley.forecast.following import NOT_YET, OVERDUE, SEEN, Followed
from openparley.forecast.forecast import Forecast, LeverEffect, LeverForecast, OutcomeForecast
from openparley.forecast.hinges import Hinges
from openparley.forecast.indicators import Indicator, Prob
from openparley.forecast.questions import Question, Resolution
from openparley.forecast.sensitivity import PosteriorRatios, Ratio, Share, VarianceShares
from openparley.forecast.tornado import Tornado, TornadoRow
from openparley.infer.posterior import AbsoluteFit, AccountPath, AssumptionVerdict, Diagnostics, Estimate, ObservedMove, Posterior, Round
from openparley.record.case import Case, open_case
from openparley.record.span import make_span, sha256

START, ROUNDS, WEEKS = date(2026, 1, 5), 16, 13
OF = "the draws of the assumptions and the accounts"

TEXTS = {
    "S01": (
        "Harbour Courier, 20 January 2026. The mediator tabled a ceasefire text on Monday and said the strait must reopen within a month. "
        "“We will not wait for ever,” the mediator told reporters. Party A rejected the monitoring "
        "clause. Two diplomats said Party A only wanted time."
    ),
    "S02": (
        "Island Gazette, 24 February 2026. The deadline passed without a word from the mediator. "
        "Party A shelled the northern port on Friday. "
        "The mediator’s office said tariffs would follow in two weeks. Party B accepted the text as it stands."
    ),
    "S03": (
        "The Gazette’s commentator, 20 March 2026. The mediator admires Party A’s leader and will never punish it. "
        "Party B struck a depot. The mediator paused patrol support. Allies pledged to fill the gap by May."
    ),
    "S04": (
        "Harbour Courier, 24 April 2026. Correction: patrol support was paused for five days "
        "only. Talks on technical terms are set for 4 May. "
        "The mediator set a new deadline of 15 May. Party A offered talks on fishing rights instead."
    ),
}
SOURCES = [
    ("S01", "Harbour Courier", "I. Vale", "Text tabled for the strait", "2026-01-20", "news", "Harbour Courier", "B"),
    ("S02", "Island Gazette", "", "Deadline passes in silence", "2026-02-24", "news", "Strait Wire", ""),
    ("S03", "Island Gazette", "P. Oram", "Why the mediator will not act", "2026-03-20", "opinion", "Island Gazette", ""),
    ("S04", "Harbour Courier", "I. Vale", "New date, old quarrel", "2026-04-24", "news", "Harbour Courier", "B"),
]
ACCOUNTS = [
    ("H1", "mediator", "Wants a deal", "Under H1 the model’s mediator gains most from a signed text and pays for a lapse."),
    ("H2", "mediator", "Favours party A", "Under H2 the model’s mediator loses when party A is pressed."),
    ("H3", "mediator", "Ready to walk away", "Under H3 the model’s mediator values its own exit more than a text."),
    ("J1", "party_a", "Ready for terms", "Under J1 the model’s party A gains from a ceasefire on the tabled terms."),
    ("J2", "party_a", "Thinks it is winning", "Under J2 the model’s party A gains from every further round."),
]
EVENTS = [
    (
        "E001",
        "S01",
        "The mediator tabled a ceasefire text on Monday",
        "COOPERATE",
        ["mediator"],
        ["party_a", "party_b"],
        "2026-01-19",
        "The mediator put a ceasefire text on the table.",
    ),
    (
        "E002",
        "S01",
        "Party A rejected the monitoring clause",
        "REJECT",
        ["party_a"],
        ["mediator"],
        "2026-01-20",
        "Party A turned down the clause on monitoring.",
    ),
    (
        "E003",
        "S02",
        "Party A shelled the northern port on Friday",
        "ASSAULT",
        ["party_a"],
        ["party_b"],
        "2026-02-20",
        "Party A’s artillery hit the northern port.",
    ),
    (
        "E004",
        "S02",
        "Party B accepted the text as it stands",
        "AGREE",
        ["party_b"],
        ["mediator"],
        "2026-02-23",
        "Party B agreed to the tabled text unchanged.",
    ),
    ("E005", "S03", "Party B struck a depot", "ASSAULT", ["party_b"], ["party_a"], "2026-03-18", "Party B hit a depot."),
    (
        "E006",
        "S03",
        "The mediator paused patrol support",
        "SANCTION",
        ["mediator"],
        ["party_b"],
        "2026-03-16",
        "The mediator suspended patrol support for party B.",
    ),
    (
        "E007",
        "S04",
        "patrol support was paused for five days only",
        "AID",
        ["mediator"],
        ["party_b"],
        "2026-03-21",
        "Patrol support came back after five days.",
    ),
    (
        "E008",
        "S04",
        "Party A offered talks on fishing rights instead",
        "CONSULT",
        ["party_a"],
        ["mediator"],
        "2026-04-22",
        "Party A answered with talks on another matter.",
    ),
    (
        "E009",
        "S02",
        "without a word from the mediator",
        "REJECT",
        ["mediator"],
        ["party_a"],
        "2026-02-19",
        "The mediator let the date pass in silence.",
    ),
]
COMMITMENTS = [
    (
        "C001",
        "S01",
        "the strait must reopen within a month",
        "deadline",
        ["mediator"],
        ["party_a"],
        "2026-01-19",
        "2026-02-19",
        "The mediator gave party A a month to reopen the strait.",
    ),
    (
        "C002",
        "S02",
        "tariffs would follow in two weeks",
        "threat",
        ["mediator"],
        ["party_a"],
        "2026-02-24",
        "2026-03-10",
        "The mediator’s office threatened tariffs in two weeks.",
    ),
    (
        "C003",
        "S03",
        "Allies pledged to fill the gap by May",
        "promise",
        ["allies"],
        ["party_b"],
        "2026-03-19",
        "2026-05-01",
        "The allies promised to replace the patrol support by May.",
    ),
    (
        "C004",
        "S04",
        "The mediator set a new deadline of 15 May",
        "deadline",
        ["mediator"],
        ["party_a"],
        "2026-04-23",
        "2026-05-15",
        "The mediator set 15 May as the new date.",
    ),
    (
        "C005",
        "S04",
        "Talks on technical terms are set for 4 May",
        "proposal",
        ["party_a"],
        ["mediator"],
        "2026-04-22",
        "2026-05-04",
        "Party A proposed technical talks for 4 May.",
    ),
]
MOVES = [
    (2, "mediator", "table_offer", ("E001", "C001"), (0.46, 0.24, 0.20, 0.30)),
    (2, "party_a", "stall", ("E002",), (0.22, 0.48, 0.40)),
    (6, "mediator", "let_lapse", ("E009",), (0.12, 0.46, 0.30, 0.28)),
    (6, "party_a", "escalate", ("E003",), (0.14, 0.44, 0.30)),
    (7, "mediator", "threaten", ("C002",), (0.40, 0.20, 0.22, 0.25)),
    (9, "mediator", "let_lapse", (), (0.16, 0.40, 0.30, 0.33)),
    (10, "mediator", "cut_support", ("E006",), (0.08, 0.26, 0.20, 0.12)),
    (10, "party_a", "stall", (), (0.40, 0.44, 0.46)),
    (10, "mediator", "restore_support", ("E007",), (0.44, 0.26, 0.18, 0.25)),
    (15, "mediator", "threaten", ("C004",), (0.36, 0.20, 0.16, 0.22)),
    (15, "party_a", "counter", ("E008", "C005"), (0.34, 0.30, 0.25)),
]
OUTCOMES = [
    ("ceasefire", "A ceasefire takes hold", "Both sides confirm that fire has stopped for seven days.", 0.31, 0.27, 0.40, 0.42, True),
    ("tariffs", "Tariffs come into force", "The mediator’s state publishes the order and it takes effect.", 0.14, 0.06, 0.27, 0.26, False),
    ("walk_away", "The mediator walks away", "The mediator announces that its effort has ended.", 0.22, 0.09, 0.41, 0.18, False),
    ("escalation", "A new wave of shelling", "Three or more strikes on towns in one week.", 0.86, 0.81, 0.93, 0.70, False),
]
WHEN = {
    "ceasefire": 'end = "ceasefire"',
    "tariffs": 'actor = "mediator", move = "enforce"',
    "walk_away": 'end = "walk_away"',
    "escalation": 'actor = "party_a", move = "escalate"',
}
# actor, move, about, between, probability under each account, gain in nats
INDICATORS = [
    ("mediator", "cut_support", "mediator", (), (0.08, 0.34, 0.28, 0.15), 0.041),
    ("mediator", "threaten", "mediator", (), (0.62, 0.31, 0.35, 0.4), 0.024),
    ("party_a", "escalate", "mediator", (), (0.44, 0.52, 0.41, 0.45), 0.004),
    ("mediator", "cut_support", "mediator", ("H1", "H2"), (0.08, 0.34), 0.066),
    ("mediator", "table_offer", "mediator", ("H2", "H3"), (0.2, 0.3), 0.008),
    ("party_a", "stall", "party_a", (), (0.35, 0.6, 0.5), 0.031),
    ("party_a", "counter", "party_a", ("J1", "J2"), (0.4, 0.22), 0.019),
]
BAND_EDGES = (0.05, 0.2, 0.45, 0.55, 0.8, 0.95)
# assumption, the headline at its 5 and 95 % quantile as emulated, and as solved: forecast and verdict of the record
TORNADO = [
    ("A03", (0.21, 0.43), ((0.17, 0.4), (0.49, -1.6))),
    ("A01", (0.24, 0.37), ((0.26, -0.2), (0.41, 0.1))),
    ("A05", (0.27, 0.36), ((0.25, 0.0), (float("nan"), -float("inf")))),
    ("A02", (0.28, 0.33), ()),
    ("A06", (0.32, 0.29), ()),
    ("A04", (0.30, 0.32), ()),
    ("A07", (0.31, 0.31), ()),
]


def write_case(folder: Path, *, texts: bool = True, lexicon: str = "icd203", fictional: bool = True) -> Path:
    """The case as files."""
    (folder / "record").mkdir(parents=True)
    (folder / "texts").mkdir()
    for id, text in TEXTS.items():
        if texts:
            (folder / "texts" / f"{id}.txt").write_bytes(text.encode())
    (folder / "case.toml").write_text(_toml(lexicon, fictional), encoding="utf-8")
    head = "id,outlet,author,title,url,published,published_basis,retrieved,kind,origin,reliability,language,text_sha256,chars"
    lines = [head]
    for id, outlet, author, title, published, kind, origin, grade in SOURCES:
        lines.append(
            ",".join(
                [
                    id,
                    outlet,
                    author,
                    f'"{title}"',
                    "",
                    published,
                    "date line",
                    "",
                    kind,
                    origin,
                    grade,
                    "en",
                    sha256(TEXTS[id]),
                    str(len(TEXTS[id])),
                ]
            )
        )
    (folder / "sources.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _jsonl(folder / "record/events.jsonl", [_event(row) for row in EVENTS])
    _jsonl(folder / "record/commitments.jsonl", [_commitment(row) for row in COMMITMENTS])
    lapse = _common("L001", "status", "S02", "The deadline passed", "The date passed and nothing followed.", ["author"]) | {
        "of": "C001",
        "value": "lapsed",
        "as_of": "2026-02-24",
    }
    _jsonl(folder / "record/statuses.jsonl", [lapse])
    claims = [
        _common(
            "K001",
            "claim",
            "S03",
            "The mediator admires Party A’s leader",
            "A commentator explains inaction by admiration.",
            ["author"],
            "author",
        )
        | {
            "explains": ["mediator"],
            "behaviour": "no punishment",
            "explanation": "admiration for party A’s leader",
            "stance": "asserted",
            "supports": ["H2"],
        },
        _common(
            "K002",
            "claim",
            "S01",
            "Party A only wanted time",
            "Two unnamed diplomats explain the refusal by delay.",
            ["diplomats"],
            "anonymous",
        )
        | {"explains": ["party_a"], "behaviour": "refusal", "explanation": "playing for time", "stance": "asserted", "supports": ["J2"]},
    ]
    _jsonl(folder / "record/claims.jsonl", claims)
    quote = _common(
        "T001",
        "statement",
        "S01",
        "“We will not wait for ever,” the mediator told reporters",
        "The mediator said “We will not wait for ever”.",
        ["mediator"],
    )
    _jsonl(folder / "record/statements.jsonl", [quote | {"speaker": ["mediator"], "form": "direct", "content": []}])
    _jsonl(folder / "record/relations.jsonl", [])
    ids = [row[0] for row in EVENTS] + [row[0] for row in COMMITMENTS] + ["L001", "K001", "K002"]
    acts = [
        {"id": f"V{n:04d}", "entry": id, "act": "accept", "by": "coder one", "at": "2026-04-28T09:00:00Z", "reason": None}
        for n, id in enumerate(ids, 1)
    ]
    _jsonl(folder / "reviews.jsonl", acts)
    return folder


def case(folder: Path, **options: object) -> Case:
    return open_case(write_case(folder, **options))  # type: ignore[arg-type]


def posterior() -> Posterior:
    rounds = tuple(Round(t, START + timedelta(7 * t), START + timedelta(7 * t + 6)) for t in range(ROUNDS))
    accounts = {
        "mediator": _path("mediator", ("H1", "H2", "H3", "none"), (0.33, 0.30, 0.27, 0.10), 0),
        "party_a": _path("party_a", ("J1", "J2", "none"), (0.45, 0.45, 0.10), 1),
    }
    moves = tuple(_move(*row) for row in MOVES)
    fit = AbsoluteFit(len(moves), -1.18, -1.52, -1.31, 1, 0.8)
    verdicts = {
        f"A{n:02d}": AssumptionVerdict(f"A{n:02d}", _estimate(0.5, 0.2, 0.9), _estimate(0.55, 0.25, 0.9), identified=n % 3 == 0)
        for n in range(1, 8)
    }
    diagnostics = Diagnostics(
        draws=256, effective_draws=141.3, k_hat=0.42, odds_as_range=False, coarse_share=0.0004, multiple_equilibria_share=0.0
    )
    certificate = {
        "grid": 84,
        "positions": 432,
        "rounds": 29,
        "logit_residual": 3.2e-9,
        "stages_with_other_roots": 0,
        "interpolation_error": 0.004,
        "best_response_gap": 0.021,
    }
    draws = {"A01": np.linspace(0, 1, 256)}
    return Posterior(
        rounds,
        accounts,
        moves,
        fit,
        verdicts,
        diagnostics,
        certificate,
        draws,
        np.full(256, 1 / 256),
        "ok",
        {"engine": "importance sampling"},
    )


def forecast() -> Forecast:
    weeks = tuple(Round(t, date(2026, 4, 30) + timedelta(7 * t), date(2026, 4, 30) + timedelta(7 * t + 6)) for t in range(WEEKS))
    outcomes, sample = {}, {}
    rng = np.random.default_rng(7)
    for id, name, _, value, low, high, prior, _ in OUTCOMES:
        by_week = tuple(_estimate(*(end * (1 - 0.8 ** (t + 1)) / (1 - 0.8**WEEKS) for end in (value, low, high))) for t in range(WEEKS))
        under = {
            "mediator": {
                "H1": _estimate(value * 1.2, low, high),
                "H2": _estimate(value * 0.6, low / 2, high),
                "H3": _estimate(value * 0.8, low, high),
                "none": _estimate(value, low, high),
            }
        }
        before = tuple(_estimate(p, p / 2, min(0.97, p * 1.6)) for p in (prior * (t + 1) / WEEKS for t in range(WEEKS)))
        outcomes[id] = OutcomeForecast(id, name, by_week, under, before)
        chosen = rng.permutation(
            [int(k * WEEKS / max(1, round(50 * value))) for k in range(round(50 * value))] + [-1] * (50 - round(50 * value))
        )
        sample[id] = tuple(int(week) for week in chosen)
    effects = {
        "ceasefire": LeverEffect("ceasefire", outcomes["ceasefire"].at_horizon, _estimate(0.43, 0.33, 0.56), _estimate(0.12, 0.04, 0.2)),
        "tariffs": LeverEffect("tariffs", outcomes["tariffs"].at_horizon, _estimate(0.38, 0.2, 0.6), _estimate(0.24, 0.1, 0.4)),
        "walk_away": LeverEffect("walk_away", outcomes["walk_away"].at_horizon, _estimate(0.20, 0.08, 0.40), _estimate(-0.02, -0.06, 0.03)),
    }
    gains = {"mediator": _estimate(-0.4, -0.9, -0.05), "party_a": _estimate(-0.3, -0.7, 0.1), "party_b": _estimate(0.5, 0.2, 0.9)}
    levers = {"deadline_binds": LeverForecast("deadline_binds", "The deadline cannot lapse", "commitment", "mediator", effects, gains)}
    none = {
        id: LeverEffect(id, outcomes[id].at_horizon, outcomes[id].at_horizon, _estimate(0.004, -0.01, 0.02))
        for id in ("ceasefire", "tariffs", "walk_away")
    }
    levers["support_guaranteed"] = LeverForecast("support_guaranteed", "Support is guaranteed", "commitment", "allies", none, gains)
    return Forecast(weeks, outcomes, levers, 4000, sample, indicators(), followed(), hinges())


def indicators() -> tuple[Indicator, ...]:
    """Reports to watch for over four weeks, about two actors, the first for all accounts and then for a pair."""
    found = [_indicator(*row) for row in INDICATORS]
    return tuple(found)


def followed() -> tuple[Followed, ...]:
    """What became of the indicators of an earlier run: one of each state, a pair of accounts among them."""
    earlier = [_indicator(*row[:5], by=by) for row, by in zip(INDICATORS, (date(2026, 4, 18), date(2026, 5, 9)), strict=False)]
    silence = {account: float(np.log1p(-prob.value)) for account, prob in earlier[0].probs.items()}
    seen = _indicator("mediator", "threaten", "mediator", (), (0.62, 0.31, 0.35, 0.4), by=date(2026, 4, 30))
    party = _indicator("party_a", "stall", "party_a", (), (0.35, 0.6, 0.5), by=date(2026, 4, 18))
    late = {account: float(np.log1p(-prob.value)) for account, prob in party.probs.items()}
    return (
        Followed("6b1c09", earlier[0], OVERDUE, None, silence),
        Followed("6b1c09", seen, SEEN, date(2026, 4, 20), {}),
        Followed("6b1c09", earlier[1], NOT_YET, None, {}),
        Followed("6b1c09", party, OVERDUE, None, late),
    )


def hinges(*, solved: bool = True, skill: float = 0.62) -> Hinges:
    """What the headline hinges on: seven assumptions, three of them confirmed by solves, one of which the record excludes.

    Parameters
    ----------
    solved
        False for the emulator alone.
    skill
        Of the emulator of the headline; under 0.1 it says that nothing changes.
    """
    base = OUTCOMES[0][3]
    rows = [_tornado_row(id, ends if skill >= 0.1 else (base, base), solves if solved else ()) for id, ends, solves in TORNADO]
    rows.sort(key=lambda row: -row.width)
    wide = Tornado("ceasefire", base, skill, 0.4, tuple(rows), 96 if solved else 0)
    flips = FlipTest("ceasefire", base, BAND_EDGES, 2, skill, 0.4, tuple(_flips(solved)), 160 if solved else 0)
    shares = tuple(_variance_shares(quantity, name) for quantity, name in (("ceasefire", OUTCOMES[0][1]), ("log_evidence", "Log evidence")))
    ratios = (PosteriorRatios("ceasefire", OUTCOMES[0][1], (Ratio("A03", 0.31, 0.22), Ratio("A01", 0.14, 0.05)), 0.09, 141.3),)
    return Hinges("ceasefire", shares, ratios, wide, flips, 256 if solved else 0)


def questions(*, resolved: int = 2) -> tuple[Question, ...]:
    """Frozen questions: two open ones – the headline by the horizon and by an earlier day – and some resolved.

    Parameters
    ----------
    resolved
        How many are resolved, yes and no in turn, each about another day.
    """
    ends = [forecast_week(t) for t in (12, 5)]
    found = [
        _question("Q001", "ceasefire", "Will a ceasefire take hold before August?", ends[0], 0.42, 0.35),
        _question("Q002", "tariffs", "Will tariffs come into force by early June?", ends[1], 0.09, None),
    ]
    for n in range(resolved):
        deadline, prob = date(2026, 4, 3) + timedelta(n), (0.7, 0.2)[n % 2]
        asked = _question(f"Q{n + 3:03d}", "walk_away", "Will the mediator walk away in time?", (deadline, deadline), prob, 0.5)
        answer = ("yes", "no")[n % 2]
        told = Resolution(f"R{n + 1:03d}", asked.id, answer, "Island Gazette", deadline, "2026-04-28T10:00:00+00:00", "coder one", "", "")
        found.append(replace(asked, resolutions=(told,)))
    return tuple(found)


def forecast_week(t: int) -> tuple[date, date]:
    """First and last day of a week of the forecast."""
    return date(2026, 4, 30) + timedelta(7 * t), date(2026, 4, 30) + timedelta(7 * t + 6)


def run(**changes: object) -> dict[str, object]:
    base: dict[str, object] = {
        "id": "7f3a21",
        "seed": 20260429,
        "version": "0.1.0.dev0",
        "created": "2026-04-29T12:00:00Z",
        "inputs": {},
        "settings": {"draws": 256, "futures": 4000},
    }
    return base | {"software": {"numpy": "2.4.6"}} | changes


def odd(base: Posterior) -> Posterior:
    """A posterior that must not be trusted: few draws, worse than its baselines."""
    fit = replace(base.fit, log_score=-1.9)
    return replace(
        base,
        fit=fit,
        diagnostics=replace(base.diagnostics, effective_draws=22.0, k_hat=0.9, odds_as_range=True, multiple_equilibria_share=0.3),
    )


def unobserved(base: Posterior) -> Posterior:
    """A posterior of a record that shows no move of the game: only silence moved the shares."""
    return replace(base, moves=(), fit=AbsoluteFit(0, float("nan"), float("nan"), float("nan"), 0, 0.0))


def _estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, low, high, value - 0.4 * (value - low), value + 0.4 * (high - value), 0.9, OF, 0.006)


def _indicator(
    actor: str,
    move: str,
    about: str,
    between: tuple[str, ...],
    probs: tuple[float, ...],
    gain: float = 0.02,
    by: date = date(2026, 5, 27),
) -> Indicator:
    everyone = ("H1", "H2", "H3", "none") if about == "mediator" else ("J1", "J2", "none")
    labels: tuple[str, ...] = between or everyone
    under = {account: Prob(prob, 0.006) for account, prob in zip(labels, probs, strict=True)}
    last = {"threaten": date(2026, 4, 20), "stall": date(2026, 3, 16)}.get(move)
    read = f"{'sanction' if move == 'cut_support' else 'reject or consult'} (event) toward Party B"
    return Indicator(
        actor, move, about, between, gain, 0.002, under, by, by - timedelta(14), read, "Harbour Courier (3), Island Gazette (2)", last
    )


def _tornado_row(id: str, ends: tuple[float, float], solves: tuple[tuple[float, float], ...]) -> TornadoRow:
    base = OUTCOMES[0][3]
    low, high = (AtValue(id, x, end, end - base, 0.0, 0.05) for x, end in zip((0.27, 0.83), ends, strict=True))
    middle = AtValue(id, 0.5, base, 0.0, 0.0, 0.0)
    solved = tuple(
        AtValue(id, x, value, value - base, 0.0, verdict, 0.02, 16) for x, (value, verdict) in zip((0.27, 0.83), solves, strict=False)
    )
    return TornadoRow(id, (low, middle, high), solved)


def _flips(solved: bool) -> list[Flip]:
    there = AtValue("A03", 0.78, 0.47, 0.16, 0.0, -1.1, 0.02, 16)
    if not solved:
        emulated = replace(there, error=float("nan"), draws=0)
        return [Flip("A03", 0.4, emulated, 0.4, 0, "emulated", 0.02), *(Flip(id, None, None, None, 0, "none") for id, *_ in TORNADO[1:])]
    done = [Flip("A03", 0.4, there, 0.45, 4, "confirmed", 0.02), Flip("A01", None, None, None, 3, "confirmed")]
    return [*done, Flip("A05", None, None, None, 6, "not settled"), *(Flip(id, None, None, None, 0, "none") for id, *_ in TORNADO[3:])]


def _variance_shares(quantity: str, name: str) -> VarianceShares:
    shares = (Share("A03", 0.41, 0.33, 0.5, 0.52, 0.44, 0.61), Share("A01", 0.12, 0.06, 0.2, 0.2, 0.12, 0.28))
    return VarianceShares(quantity, name, "polynomial", 0.62, 0.14, shares, 0.2, 0.05, ("A02", "A04", "A05", "A06", "A07"), 0.06)


def _question(id: str, outcome: str, wording: str, week: tuple[date, date], prob: float, analyst: float | None) -> Question:
    name, what, prior = next((row[1], row[2], row[6]) for row in OUTCOMES if row[0] == outcome)
    asked = "2026-03-02T09:00:00+00:00"
    made = {"id": "6b1c09", "created": asked, "cutoff": "2026-03-01", "futures": 4000, "status": "computed"}
    return Question(
        id, asked, "strait-test", True, wording, outcome, name, what, "the record", ("An offer alone.",), week[1], week, analyst,
        "coder one" if analyst is not None else "", _estimate(prob, prob * 0.6, min(0.97, prob * 1.5)), 0.5, prior, made, "0" * 64
    )  # fmt: skip


def _path(actor: str, labels: tuple[str, ...], prior: tuple[float, ...], seed: int) -> AccountPath:
    share = np.array(prior)
    rows = []
    for t in range(ROUNDS):
        for round_, mover, _, _, probs in MOVES:
            if (round_, mover) == (t, actor):
                share = share * np.array(probs)
                share /= share.sum()
        rows.append(share)
    shares = np.array(rows)
    width = np.linspace(0.05, 0.15, ROUNDS)[:, None]
    low, high = np.clip(shares - width, 0.005, 1), np.clip(shares + width, 0, 0.99)
    now = {label: _estimate(float(shares[-1, k]), float(low[-1, k]), float(high[-1, k])) for k, label in enumerate(labels)}
    return AccountPath(actor, labels, dict(zip(labels, prior, strict=True)), shares, low, high, now)


def _move(round_: int, actor: str, move: str, entries: tuple[str, ...], probs: tuple[float, ...]) -> ObservedMove:
    labels = ("H1", "H2", "H3", "none") if actor == "mediator" else ("J1", "J2", "none")
    by = dict(zip(labels, probs, strict=True))
    return ObservedMove(
        round_, actor, move, entries, float(np.mean(probs)), by, 0.2, 0.25, {label: float(np.log(p)) for label, p in by.items()}
    )


def _common(id: str, kind: str, source: str, words: str, paraphrase: str, by: list[str], attribution: str = "author") -> dict[str, object]:
    start = TEXTS[source].index(words)
    span = make_span(TEXTS[source], start, start + len(words)).model_dump()
    coder = {"name": "hand", "version": "1", "rule": None, "confidence": 0.9}
    return {
        "id": id,
        "kind": kind,
        "source": source,
        "span": span,
        "paraphrase": paraphrase,
        "attributed_to": by,
        "attribution": attribution,
        "coder": coder,
    }


def _event(row: tuple) -> dict[str, object]:
    id, source, words, type_, actor, recipient, day, paraphrase = row
    dates = {"start": day, "end": day, "granularity": "day", "anchor": "publication", "phrase": None}
    return _common(id, "event", source, words, paraphrase, ["author"]) | {
        "actor": actor,
        "event": type_,
        "recipient": recipient,
        "realis": "actual",
        "date": dates,
    }


def _commitment(row: tuple) -> dict[str, object]:
    id, source, words, type_, actor, target, made, due, paraphrase = row
    dates = {"start": made, "end": made, "granularity": "day", "anchor": "publication", "phrase": None}
    return _common(id, "commitment", source, words, paraphrase, actor, "institution") | {
        "type": type_,
        "actor": actor,
        "target": target,
        "made": dates,
        "due": {"start": due, "end": due, "basis": "stated"},
    }


def _jsonl(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _toml(lexicon: str, fictional: bool) -> str:
    parts = [
        'schema = 1\nname = "strait-test"\ntitle = "Strait talks: will fire stop before the summer?"\n'
        f"fictional = {str(fictional).lower()}\n"
        'question = "Will a ceasefire take hold in the strait within 13 weeks?"\ncutoff = 2026-04-29\n'
        f'lexicon = "{lexicon}"\nnotes = "A made-up negotiation between two parties, for tests."\n'
    ]
    for id, name, role in (
        ("mediator", "The mediator", "mediator"),
        ("party_a", "Party A", "party"),
        ("party_b", "Party B", "party"),
        ("allies", "The allies", "ally"),
    ):
        parts.append(f'[actors.{id}]\nname = "{name}"\nrole = "{role}"\n')
    for id, actor, name, statement in ACCOUNTS:
        parts.append(f'[[accounts]]\nid = "{id}"\nactor = "{actor}"\nname = "{name}"\nstatement = "{statement}"\nbasis = ["K001"]\n')
    parts.append('[model]\nfamily = "mediated_ceasefire"\nstart = 2026-01-05\nround_days = 7\nrounds = 29\n')
    sets = [
        "weight.mediator.H1.deal",
        "precision.mediator",
        "weight.party_a.J2.ground",
        "propensity.mediator.hold",
        "detection.default",
        "error.event",
        "drift.mediator",
    ]
    for n, address in enumerate(sets, 1):
        words = re.sub(r"[._]", " ", address)
        status = ("supported", "caveated", "unsupported")[n % 3]
        parts.append(
            f'[[assumptions]]\nid = "A{n:02d}"\nsets = "{address}"\nstatement = "How much {words} counts."\n'
            f'low = 0.2\nlikely = 0.5\nhigh = 0.9\ndistribution = "pert"\nbasis = ["analyst"]\nstatus = "{status}"\n'
            'if_wrong = "The forecast moves."\n'
        )
    for id, name, what, *_, headline in OUTCOMES:
        parts.append(
            f'[[outcomes]]\nid = "{id}"\nname = "{name}"\nwhat = "{what}"\nwhen = {{ {WHEN[id]} }}\nheadline = {str(headline).lower()}\n'
        )
    for id, name, actor in (
        ("deadline_binds", "The deadline cannot lapse", "mediator"),
        ("support_guaranteed", "Support is guaranteed", "allies"),
    ):
        parts.append(
            f'[[levers]]\nid = "{id}"\nname = "{name}"\nstatement = "{name} from the cut-off on."\n'
            f'actor = "{actor}"\npulls = "commitment"\ngame = {{ {id} = true }}\n'
        )
    return "\n".join(parts)
