"""Tables, sentences and the calibration picture of a backtest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from openparley.cli._frame import csv_text
from openparley.errors import one_of

if TYPE_CHECKING:
    from openparley.forecast.backtest import CaseScores, Pool

KINDS = {"log_score": "log score", "brier": "Brier"}
NAMES = {"uniform": "uniform play", "frequency": "observed frequency", "markov": "the Markov chain"}  # baselines
ROOM_BESIDE = 0.93  # a count to the right of a point further on would leave the picture


def score_rows(cases: Sequence[CaseScores], pooled: Pool, seed: int) -> list[dict[str, Any]]:
    """One row for every case and kind of score, then the pool."""
    units = [(case, case.case, len(case.moves), case.pooled) for case in cases]
    units += [(pooled, "pooled", len(pooled.moves), True)] if len(pooled.cases) > 1 else []
    rows = []
    for unit, name, count, counts in units:
        for kind in KINDS:
            row: dict[str, Any] = {"case": name, "moves": count, "in_pool": counts, "score": kind}
            row |= {predictor: unit.mean(kind, predictor) for predictor in ("model", *NAMES)}
            row["model_error"] = unit.error(kind)
            for baseline in NAMES:
                row[f"skill_{baseline}"] = unit.skill(kind, baseline)
                low, high = unit.interval(kind, baseline, seed) or (None, None)
                row |= {f"skill_{baseline}_low": low, f"skill_{baseline}_high": high}
            rows.append(row)
    return rows


def printed(rows: Sequence[dict[str, Any]]) -> list[list[str]]:
    """The rows as a reader sees them."""
    lines = []
    for row in rows:
        name = row["case"] if row["in_pool"] else f"{row['case']} (not pooled)"
        best = best_baseline(row)
        low, high = row[f"skill_{best}_low"], row[f"skill_{best}_high"]
        skill = f"{row[f'skill_{best}']:+.2f} against {NAMES[best]}"
        skill += f" [{low:+.2f}, {high:+.2f}]" if low is not None else ""
        scores = [f"{row['model']:.2f} ± {row['model_error']:.2f}", *(f"{row[name]:.2f}" for name in NAMES)]
        lines.append([name, str(row["moves"]), KINDS[row["score"]], *scores, skill])
    return lines


def best_baseline(row: dict[str, Any]) -> str:
    """The hardest rival: of log scores the highest, of Brier scores the lowest."""
    pick = max if row["score"] == "log_score" else min
    return pick(NAMES, key=lambda name: row[name])


def verdicts(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Every baseline that beats the model, said plainly."""
    said = []
    for row in rows:
        sign = 1 if row["score"] == "log_score" else -1
        better = [NAMES[name] for name in NAMES if sign * (row[name] - row["model"]) > 0]
        if better:
            there = "in the pool" if row["case"] == "pooled" else f"in {row['case']}"
            said.append(f"By {KINDS[row['score']]} the model is beaten {there} by {one_of(better).replace(' or ', ' and ')}.")
    return said or ["No baseline beats the model."]


def lost_by_actor(cases: Sequence[CaseScores]) -> list[list[str]]:
    """By case and actor, the summed log score that the model gives away to the best baseline of the case; below 0 it gains."""
    from openparley.forecast.backtest import losses

    return [
        [case.case, str(row["actor"]), str(row["moves"]), f"{row['lost']:+.1f} against {NAMES[str(row['against'])]}"]
        for case in cases
        for row in losses(case.moves)
    ]


def few_draws(cases: Sequence[CaseScores]) -> list[str]:
    """What the model's predictions rest on, by case."""
    return [
        f"{case.case}: the last prediction rests on {case.moves[-1].effective_draws:.0f} effective draws of {case.draws}."
        for case in cases
        if case.moves
    ]


def move_rows(cases: Iterable[CaseScores]) -> tuple[list[str], list[list[Any]]]:
    """Every scored move, for the CSV file."""
    predictors = ("model", "uniform", "frequency", "markov")
    head = ["case", "round", "start", "actor", "move", "rows", "effective_draws", *(f"prob_{name}" for name in predictors)]
    head += [f"{kind}_{name}" for kind in KINDS for name in predictors]
    body = [
        [move.case, move.round, move.start, move.actor, move.move, " ".join(move.rows), move.effective_draws]
        + [move.prob(name) for name in predictors]
        + [getattr(move, kind)[name] for kind in KINDS for name in predictors]
        for case in cases
        for move in case.moves
    ]
    return head, body


def files_of(cases: Sequence[CaseScores], pooled: Pool, rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Everything that a backtest leaves, by name of the file."""
    from openparley.forecast.backtest import losses

    lost = [{"case": name, **row} for name, moves in _groups(cases, pooled) for row in losses(moves, by_move=True)]
    found = {
        "moves.csv": csv_text(*move_rows(cases)),
        "scores.csv": csv_text(list(rows[0]), [list(row.values()) for row in rows]),
        "losses.csv": csv_text(list(lost[0]), [list(row.values()) for row in lost]) if lost else "",
    }
    if pooled.cases:
        bins = pooled.calibration()
        body = [[found.low, found.high, found.count, found.mean_prob, found.share_happened] for found in bins]
        found["calibration.csv"] = csv_text(["low", "high", "count", "mean_prob", "share_happened"], body)
        found["calibration.svg"] = picture(pooled)
    return {name: text for name, text in found.items() if text}


def _groups(cases: Sequence[CaseScores], pooled: Pool) -> list[tuple[str, Any]]:
    return [(case.case, case.moves) for case in cases if case.moves] + ([("pooled", pooled.moves)] if pooled.cases else [])


def picture(pooled: Pool) -> str:
    """Calibration of the pool as a stand-alone SVG: how often what was given a probability came true, with counts."""
    import altair as alt

    from openparley.brief.charts._look import COLOURS, INK, LINE, SOFT
    from openparley.brief.svg import svg

    bins = [found for found in pooled.calibration() if found.count]
    rows = [
        {"prob": found.mean_prob, "share": found.share_happened, "count": str(found.count), "right": found.mean_prob < ROOM_BESIDE}
        for found in bins
    ]
    axis = {"values": [0, 0.2, 0.4, 0.6, 0.8, 1.0], "format": ".0%", "gridColor": LINE, "labelColor": SOFT, "titleColor": INK}
    x = alt.X("prob:Q", scale=alt.Scale(domain=[0, 1]), title="probability that the model gave (mean of a bin)", axis=alt.Axis(**axis))
    y = alt.Y("share:Q", scale=alt.Scale(domain=[0, 1]), title="share of them that was reported next", axis=alt.Axis(**axis))
    data = alt.Chart(alt.InlineData(values=rows))
    even = alt.Chart(alt.InlineData(values=[{"prob": 0, "share": 0}, {"prob": 1, "share": 1}]))
    chart = alt.layer(
        even.mark_line(color=SOFT, strokeDash=[4, 4], strokeWidth=1).encode(x=x, y=y),
        data.mark_circle(color=COLOURS[0], size=60, opacity=1).encode(x=x, y=y),
        data.transform_filter("datum.right").mark_text(dx=8, align="left", color=INK, fontSize=11).encode(x=x, y=y, text="count:N"),
        data.transform_filter("!datum.right").mark_text(dx=-8, align="right", color=INK, fontSize=11).encode(x=x, y=y, text="count:N"),
    ).properties(width=320, height=320, background="white", padding=12)
    says = "; ".join(f"given {found.mean_prob:.0%}, reported {found.share_happened:.0%} of {found.count}" for found in bins)
    drawn = svg(chart, "calibration", "Calibration of the backtest", f"{says}. The dashed line is perfect calibration.")
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) + "\n"
