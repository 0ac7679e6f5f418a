"""Initialisation and input data: where play begins, and what of the world enters."""

from __future__ import annotations

from collections import Counter

from openparley.brief.card.card import Element, Table
from openparley.brief.card.subject import Subject
from openparley.brief.words import counted, day, listed
from openparley.record.review import Review


def initialisation(subject: Subject) -> Element:
    """The first state, what the case chose of the family's options, the first beliefs."""
    title = "Initialisation"
    if subject.model is None:
        return Element("initialisation", title, "the case", ("Not there: nothing is played.",))
    model, settings = subject.played, subject.case.file.model
    assert settings is not None
    initial = tuple(
        (name, str(value), "set by the case" if name in settings.initial else "the family’s default")
        for name, value in model.start.as_dict().items()
    )
    options = tuple((name, str(value)) for name, value in settings.options.items())
    tables = [Table("start", "The public state at the start", ("Variable", "Level", "Why"), initial)]
    tables += [Table("options", "Options of the family that the case sets", ("Option", "Value"), options)] if options else []
    if model.uncertain:
        rows = tuple(
            (actor, kind, subject.value(f"prior.{actor}.{kind}", default="1 (by default)"), subject.value(f"none.{actor}"))
            for actor in model.uncertain
            for kind in model.types[actor]
        )
        caption = "First beliefs, common to all actors: relative weights of the accounts; and what the analyst keeps for “none of these”"
        tables.append(Table("priors", caption, ("Actor", "Account", "Relative weight", "None of these"), rows))
    text = (
        f"Play begins on {day(settings.start)}, in a state that is the same in every draw of the assumptions; the assumptions differ from "
        "draw to draw. There is no run-in.",
    )
    return Element("initialisation", title, "the case, and the family’s defaults", text, tuple(tables))


def input_data(subject: Subject) -> Element:
    """Sources, entries by kind and state, rows of a chronology, the reports that come of them."""
    case = subject.case
    text = [
        f"{counted(len(case.sources), 'source')} of {counted(len({row.outlet for row in case.sources.values()}), 'outlet')}; "
        f"{counted(len(case.texts), 'text')} in the case. "
        f"{counted(len(case.accepted()), 'entry', 'entries')} of {len(case.entries)} may be used: accepted by a person and not set aside. "
        f"Reviewed by: {_reviewers(case.reviews)}."
    ]
    if case.course:
        states = Counter(row.status for row in case.course.values())
        used = sum(row.use == "yes" for row in case.course.values())
        told = listed([f"{number} {state}" for state, number in sorted(states.items())])
        text.append(f"A chronology of {counted(len(case.course), 'row')} ({told}), {used} in use; each row is a report of its own.")
    tables: list[Table] = []
    if case.entries:
        states = case.states()
        kinds = Counter((entry.kind, entry.review.state) for entry in case.entries.values())
        rows = tuple(
            (kind, *(str(kinds[kind, state]) for state in states), str(sum(kinds[kind, state] for state in states)))
            for kind in sorted({kind for kind, _ in kinds})
        )
        tables.append(Table("entries", "Entries of the record", ("Kind", *states, "All"), rows))
    if subject.model is not None:
        text.append(_enters(subject))
        reports = Counter(report.actor for report in subject.model.observed.reports)
        rows = tuple((actor, str(number)) for actor, number in sorted(reports.items()))
        tables += [Table("reports", "Reports of moves that reach the model", ("Whose", "Reports"), rows)] if rows else []
    return Element("input", "Input data", "the record", tuple(text), tuple(tables))


def _enters(subject: Subject) -> str:
    exogenous = listed(list(subject.dispute.chance)) or "none"
    return (
        "No time series drives the game: the record is held against play and does not steer it. "
        f"What comes from outside the game is chance at fixed probabilities: {exogenous}."
    )


def _reviewers(reviews: tuple[Review, ...]) -> str:
    return listed(sorted({review.by for review in reviews})) or "nobody yet"
