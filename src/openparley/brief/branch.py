"""The picture of a branch of logit equilibria: what is done at an information set against λ, with folds and answers marked.

No chart of the brief, which knows no branch; `parley solve --chart` draws it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import altair as alt
import numpy as np
import vl_convert
from scipy.interpolate import PchipInterpolator

from openparley.brief.charts._look import COLOURS, DASHES, INK, LINE, PAPER, SIZE, SOFT, WIDTH, Row, apart, look, share_axis, wrap
from openparley.brief.svg import specification
from openparley.errors import SolveError
from openparley.game.tree import Infoset, Tree
from openparley.solve.solution import Branch, Solution
from openparley.solve.trees.behaviour import TreeBehaviour

__all__ = ["branch_chart", "branch_data", "branch_svg"]

MOST_PANELS = 8
POINTS = 400  # a line; more cannot be told apart on paper
HEIGHT, LABEL_ROOM, LABEL_LETTERS = 170, 130, 20
GAP = 14 / HEIGHT
TITLE_LETTERS = 52
MARKS = {"equilibrium": "circle", "fold": "diamond", "crossing": "cross"}
MEANING = {
    "equilibrium": "dot: an equilibrium at the wanted λ",
    "fold": "diamond: the branch turns back",
    "crossing": "cross: another branch crosses",
}


class _Traced(NamedTuple):
    """Points of the branch that are drawn, and which of them are folds or crossings."""

    precisions: np.ndarray
    shown: np.ndarray
    marks: list[tuple[str, float, np.ndarray]]


def branch_svg(solutions: Sequence[Solution[TreeBehaviour]]) -> str:
    """The picture as an SVG file; `branch_data` says of what."""
    chart = branch_chart(branch_data(solutions))
    drawn = vl_convert.vegalite_to_svg(specification(chart))
    said = f"<title>{escape(_title(solutions[0].behaviour.tree))}</title><desc>{escape(solutions[0].status)}</desc>"
    return re.sub(r"<svg [^>]*>", lambda head: head[0].replace("<svg ", '<svg role="img" ', 1) + said, drawn, count=1)


def branch_data(solutions: Sequence[Solution[TreeBehaviour]]) -> list[Row]:
    """Rows behind the picture; ``part`` is line, mark or title.

    Parameters
    ----------
    solutions
        Answers on one branch, at one or several precisions, solved with ``picture=True``.

    Raises
    ------
    SolveError
        If nothing was kept for a picture.
    """
    tree, branch = solutions[0].behaviour.tree, solutions[0].branch
    if branch is None or not branch.labels:
        raise SolveError("there is no branch to draw; solve with LogitQRE(picture=True).")
    traced = _traced(branch, solutions)
    rows: list[Row] = []
    for infoset, first in _panels(solutions[0].behaviour, len(branch.labels)):
        actions = tree.infosets()[infoset]
        panel = f"{_who(tree, infoset.player)}: {infoset.label.strip() or f'information set {infoset.number}'}"
        for k, action in enumerate(actions):
            common = {
                "panel": panel,
                "infoset": f"{infoset.player + 1}.{infoset.number}",
                "action": k,
                "label": action or f"action {k + 1}",
            }
            for at, (precision, prob) in enumerate(zip(traced.precisions.tolist(), traced.shown[:, first + k].tolist(), strict=True)):
                rows.append({**common, "part": "line", "order": at, "precision": precision, "prob": prob})
            for kind, precision, shown in traced.marks:
                rows.append({**common, "part": kind, "precision": precision, "prob": float(shown[first + k])})
            for solution in solutions:
                for found in solution.equilibria:
                    prob = float(found.probs[infoset][k])
                    rows.append({**common, "part": "equilibrium", "precision": found.precision, "prob": prob})
    return [{"part": "title", "title": _title(tree), "notes": _notes(solutions, rows)}, *rows]


def branch_chart(rows: Sequence[Row]) -> alt.ConcatChart:
    """One panel an information set, two beside one another."""
    head = rows[0]
    panels: dict[str, list[Row]] = {}
    for row in rows[1:]:
        panels.setdefault(row["infoset"], []).append(row)
    most = max(row["precision"] for row in rows[1:])
    whole = alt.concat(*(_panel(group, most) for group in panels.values()), columns=min(2, len(panels)), spacing=24)
    whole = whole.resolve_scale(color="independent", strokeDash="independent")
    title = alt.Title(head["title"], subtitle=head["notes"], anchor="start", color=INK, subtitleColor=SOFT, fontSize=14, offset=14)
    # Set, not passed on: `properties` would copy every row once more.
    whole.title, whole.config = title, look()
    whole.config.background, whole.padding = PAPER, 12
    return whole


def _panel(rows: list[Row], most: float) -> alt.LayerChart:
    width = WIDTH - LABEL_ROOM
    lines = [row for row in rows if row["part"] == "line"]
    used = sorted({row["action"] for row in lines})
    colour = alt.Color("action:O", scale=alt.Scale(domain=used, range=[COLOURS[k % len(COLOURS)] for k in used]), legend=None)
    dash = alt.StrokeDash("action:O", scale=alt.Scale(domain=used, range=[DASHES[k % len(DASHES)] for k in used]), legend=None)
    axis = alt.Axis(title="λ, per unit of payoff", tickCount=5, labelFlush=False)
    x = alt.X("precision:Q", scale=alt.Scale(domain=[0, most], nice=False), axis=axis)
    unit = alt.Scale(domain=[0, 1], nice=False)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=unit, axis=share_axis([0, 0.25, 0.5, 0.75, 1]))

    drawn = [row for row in rows if row["part"] in MARKS]
    marks, ends = alt.Chart(alt.InlineData(drawn)), alt.Chart(alt.InlineData(_ends(lines)))
    wanted = sorted({row["precision"] for row in drawn if row["part"] == "equilibrium"})
    upright = alt.Chart(alt.InlineData([{"precision": at} for at in wanted[:1]] if len(wanted) == 1 else []))
    shape = alt.Shape("part:N", scale=alt.Scale(domain=list(MARKS), range=list(MARKS.values())), legend=None)
    fill = alt.Fill("part:N", scale=alt.Scale(domain=list(MARKS), range=[INK, PAPER, INK]), legend=None)
    text = ends.mark_text(align="left", baseline="middle", fontSize=SIZE - 1)
    layers = [
        upright.mark_rule(color=SOFT, strokeWidth=1, strokeDash=[3, 3]).encode(x=x),
        alt.Chart(alt.InlineData(lines)).mark_line(strokeWidth=2).encode(x=x, y=y("prob"), order="order:Q", color=colour, strokeDash=dash),
        ends.mark_rule(strokeWidth=0.8, color=LINE).encode(x=x, x2=alt.value(width + 12), y=y("prob"), y2=alt.Y2("at")),
        marks.mark_point(size=42, stroke=INK, strokeWidth=1.2, opacity=1).encode(x=x, y=y("prob"), shape=shape, fill=fill),
        text.encode(x=alt.value(width + 15), y=y("at"), text=alt.Text("label:N"), color=colour),
    ]
    title = alt.Title(wrap(rows[0]["panel"], TITLE_LETTERS), anchor="start", color=INK, fontSize=SIZE, fontWeight="normal", offset=8)
    return alt.LayerChart(layer=layers).properties(width=width, height=HEIGHT, title=title)


def _ends(lines: list[Row]) -> list[Row]:
    """Where every line ends, and the place of its label."""
    last = list({row["action"]: row for row in lines}.values())
    places = apart([row["prob"] for row in last], GAP, 0.0, 1.0)
    labels = [" ".join(row["label"].split()) for row in last]
    short = [label if len(label) <= LABEL_LETTERS else label[: LABEL_LETTERS - 1] + "…" for label in labels]
    return [{**row, "at": at, "label": label} for row, at, label in zip(last, places, short, strict=True)]


def _panels(behaviour: TreeBehaviour, kept: int) -> list[tuple[Infoset, int]]:
    """The information sets that are drawn, each with the place of its first action among what was kept."""
    found: list[tuple[Infoset, int]] = []
    first = 0
    for infoset, actions in behaviour.tree.infosets().items():
        if first + len(actions) > kept:
            break
        found.append((infoset, first))
        first += len(actions)
    most = sorted(found, key=lambda one: -behaviour.reach[one[0]])[:MOST_PANELS]
    return [one for one in found if one in most]


def _traced(branch: Branch, solutions: Sequence[Solution[TreeBehaviour]]) -> _Traced:
    """The branch through all its points and all answers, no further than was asked for; the last step went beyond."""
    limit = max(solution.settings["precision"] * solution.settings["trace"] for solution in solutions)
    precisions, shown = _with_answers(branch, solutions)
    # Both coordinates are interpolated without overshooting, so that shares stay shares and folds stay where they are.
    steps = np.abs(np.diff(np.column_stack([precisions / limit, shown]), axis=0)).max(axis=1)
    moved = np.concatenate([[True], steps > 0])
    along = np.concatenate([[0.0], np.cumsum(steps)])[moved]
    if len(along) > 1:
        at = np.unique(np.concatenate([np.linspace(0, along[-1], POINTS), along]))
        dense = PchipInterpolator(along, np.column_stack([precisions, shown])[moved])(at)
        dense = dense[dense[:, 0] <= limit].round(5)
        precisions, shown = dense[:, 0], dense[:, 1:]
    return _Traced(precisions, shown, [mark for mark in _marks(branch) if mark[1] <= limit])


def _with_answers(branch: Branch, solutions: Sequence[Solution[TreeBehaviour]]) -> tuple[np.ndarray, np.ndarray]:
    """Points of the branch, with the answers at their places: in the order of the segments that meet their λ."""
    points, kept = branch.precisions, len(branch.labels)
    low, high = np.minimum(points[:-1], points[1:]), np.maximum(points[:-1], points[1:])
    extra: list[tuple[int, float, np.ndarray]] = []
    for solution in solutions:
        where = solution.settings["precision"]
        segments = np.flatnonzero((low < where) & (where <= high))
        if len(segments) == len(solution.equilibria):
            found = [np.concatenate([one.probs[h] for h in one.tree.infosets()])[:kept] for one in solution.equilibria]
            extra += [(int(k) + 1, where, probs) for k, probs in zip(segments, found, strict=True)]
    # Several answers on one segment come in the direction of the branch.
    extra.sort(key=lambda one: (one[0], one[1] * np.sign(points[one[0]] - points[one[0] - 1])))
    places = [place for place, _, _ in extra]
    if not extra:
        return points, branch.shown
    return np.insert(points, places, [one[1] for one in extra]), np.insert(branch.shown, places, [one[2] for one in extra], axis=0)


def _marks(branch: Branch) -> list[tuple[str, float, np.ndarray]]:
    """What is done at folds, which are points of the branch, and at crossings, which lie between two; in its order."""
    points, shown, start = branch.precisions, branch.shown, 0
    low, high = np.minimum(points[:-1], points[1:]), np.maximum(points[:-1], points[1:])
    found: list[tuple[str, float, np.ndarray]] = []
    for fold in branch.folds:
        segments = np.flatnonzero((low <= fold.precision) & (fold.precision <= high))
        segments = segments[segments >= start]
        if len(segments):
            start = int(segments[0])
            share = (fold.precision - points[start]) / (points[start + 1] - points[start] or 1.0)
            found.append((fold.kind, fold.precision, shown[start] + share * (shown[start + 1] - shown[start])))
    return found


def _notes(solutions: Sequence[Solution[TreeBehaviour]], rows: Sequence[Row]) -> list[str]:
    """What the marks mean and what was left out."""
    there = {row["part"] for row in rows}
    meanings = ["; ".join(text for kind, text in MEANING.items() if kind in there)]
    wanted = sorted({solution.settings["precision"] for solution in solutions})
    asked = f"wanted: λ = {wanted[0]:g}" if len(wanted) == 1 else f"wanted: {len(wanted)} values of λ from {wanted[0]:g} to {wanted[-1]:g}"
    panels, all_sets = len({row["infoset"] for row in rows}), len(solutions[0].behaviour.tree.infosets())
    some = f"; {panels} of {all_sets} information sets" if panels < all_sets else ""
    return [line for line in (f"{asked}{some}", *meanings) if line]


def _title(tree: Tree) -> str:
    title = " ".join(tree.title.split())
    return f"Logit equilibria of “{title}”" if title else "Logit equilibria"


def _who(tree: Tree, player: int) -> str:
    return " ".join(tree.players[player].split()) or f"player {player + 1}"
