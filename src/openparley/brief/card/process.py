"""Process overview and scheduling: the steps of a round, who may do what when, what ends the dispute."""

from __future__ import annotations

from openparley.brief.card.card import Box, Element, Lane, Picture, Table
from openparley.brief.card.rules import ALWAYS, Rule, at_the_horizon, between_rounds
from openparley.brief.card.subject import Subject, mover
from openparley.brief.words import counted, listed

ORIGIN = "the family, with the options of the case, and the built model"
TITLE = "Process overview and scheduling"
NOTE = "Tinted: open in every state. Dashed: open in some states only, see the table of moves. A bar at the end: it may end the dispute."


def process(subject: Subject) -> Element:
    """A round in a picture, its steps, every move and draw, the endings."""
    if subject.model is None:
        return Element("process", TITLE, "the case", ("Not there: without a model nobody moves.",))
    order = listed([subject.named(step) for step in subject.dispute.steps])
    between = listed(list(between_rounds(subject.played.positions)))
    text = (
        f"A round has {counted(len(subject.dispute.steps), 'step')}, in this order: {order}. One moves at a step; the others see the move "
        "before the next step. After each move the public beliefs are updated by Bayes’ rule.",
        f"Between rounds: {f'{between}; ' if between else ''}"
        f"{_drift(subject)} Time is counted in rounds and moves on when the last step is done.",
    )
    tables = (_steps(subject), _moves(subject), _endings(subject))
    return Element("process", TITLE, ORIGIN, text, tables, (_picture(subject, between),))


def _drift(subject: Subject) -> str:
    drifting = [subject.named(actor) for actor in subject.drifting]
    accounts = "account" if len(drifting) == 1 else "accounts"
    return f"the {accounts} of {listed(drifting)} may drift." if drifting else "no account changes."


def _steps(subject: Subject) -> Table:
    sizes = subject.played.positions.step_start
    rows = tuple(
        (
            str(number + 1),
            mover(step),
            subject.about_step(step),
            str(len(subject.rules[step])),
            f"{int(sizes[number + 1] - sizes[number]):,}",
        )
        for number, step in enumerate(subject.dispute.steps)
    )
    return Table("steps", "Steps of a round, in order", ("Step", "Who", "What the family says of it", "Moves", "Positions"), rows)


def _moves(subject: Subject) -> Table:
    rows = [(mover(step), *_move(rule)) for step, rules in subject.rules.items() for rule in rules]
    columns = ("Who", "Move or draw", "Open when", "Positions", "Changes", "Touches")
    caption = "Every move and draw: when it is open among the positions in reach, what it may change, which interests it may touch"
    return Table("moves", caption, columns, tuple(rows))


def _move(rule: Rule) -> tuple[str, ...]:
    ends = (f"ends the dispute: {' or '.join(rule.ends)}",) if rule.ends else ()
    share = f"{rule.open_in:,}/{rule.of:,}"
    return rule.label, rule.open_when, share, "; ".join((*ends, *rule.changes)) or "nothing", ", ".join(rule.touches) or "nothing"


def _endings(subject: Subject) -> Table:
    ways: dict[str, list[str]] = {}
    for step, rules in subject.rules.items():
        for rule in rules:
            for end in rule.ends:
                ways.setdefault(end, []).append(f"{mover(step)}: {rule.label}")
    rows = [(end, ", ".join(how), "what the move touches") for end, how in ways.items()]
    left = ", ".join(at_the_horizon(subject.played.positions)) or "nothing"
    rows.append(("none by the last round", "no round is left", left))
    return Table("endings", "How the dispute may end", ("Ending", "By", "What counts"), tuple(rows))


def _picture(subject: Subject, between: str) -> Picture:
    lanes = tuple(
        Lane(
            subject.named(step).removeprefix("the "),
            tuple(
                Box(rule.label.replace("_", " "), "always" if rule.open_when == ALWAYS else "sometimes", bool(rule.ends)) for rule in rules
            ),
            number,
        )
        for number, (step, rules) in enumerate(subject.rules.items(), 1)
    )
    return Picture("round", "One round of the game", NOTE, lanes, f"next round{f': {between}' if between else ''}")
