"""Purpose and patterns: what is asked, what the answer is held against, and what the model is not for."""

from __future__ import annotations

from openparley.brief.card.card import ABOUT_THE_MODEL, NOT_FOR, Element, Table
from openparley.brief.card.subject import Subject
from openparley.brief.words import counted, day, listed
from openparley.record.casefile import Outcome

ORIGIN = "the case"
BASELINES = "uniform play, the frequencies of earlier moves, a Markov chain of them"


def purpose(subject: Subject) -> Element:
    """The question, the outcomes with what resolves them, the patterns, the domain."""
    file = subject.case.file
    text = [f"Question: {subject.text(file.question)} As of {day(file.cutoff)}{', in a fictional case' if file.fictional else ''}."]
    tables: tuple[Table, ...] = ()
    if subject.model is None:
        text += [
            "The case has no [model] section: it is a record, and no game is played, solved or forecast. "
            "What a model would say is marked as not there.",
            f"Parts of the case: {_parts(subject)}.",
        ]
    else:
        text += [_serves(subject), _patterns(subject), _domain(subject)]
        rows = tuple((row.id, row.name, subject.text(row.what), when(row), "yes" if row.headline else "") for row in file.outcomes)
        columns = ("Outcome", "Name", "What resolves it for people", "What resolves it in the model", "Headline")
        tables = (Table("outcomes", "Outcomes that are forecast", columns, rows),)
    if file.notes.strip():
        text.append(f"Notes of the case: {subject.text(file.notes)}")
    return Element("purpose", "Purpose and patterns", ORIGIN, tuple(text), tables)


def when(outcome: Outcome) -> str:
    """What in a future counts as the outcome."""
    rule = outcome.when
    return f"the dispute ends in {rule.end}" if rule.end else f"{rule.actor} plays {rule.move}"


def _serves(subject: Subject) -> str:
    model = subject.played
    levers = f", and what {counted(len(model.levers), 'lever')} would change" if model.levers else ""
    accounts = listed([f"{subject.named(actor)} ({', '.join(model.types[actor])})" for actor in model.uncertain])
    weighed = f"weighs rival accounts of {accounts} against the record" if accounts else "plays the game on, as there are no rival accounts"
    end = day(model.calendar[model.horizon - 1].end)
    return f"The model {weighed}, and says how likely each outcome is by {end}{levers}. {ABOUT_THE_MODEL}"


def _patterns(subject: Subject) -> str:
    model = subject.played
    told = counted(len(model.observed.reports), "reported move")
    return (
        f"Patterns that it must reproduce: the course of {told} up to round {model.today}, each foreseen from what was known "
        f"before it. The score is the mean log probability, beside {BASELINES}."
    )


def _domain(subject: Subject) -> str:
    length = counted(subject.played.calendar[0].end.toordinal() - subject.played.calendar[0].start.toordinal() + 1, "day")
    return (
        f"Domain: what positions of actors do in rounds of {length}, in a dispute of this structure. "
        f"Not for: {listed(NOT_FOR)}. What happens within a round is not told apart, an account is about a position and not "
        "about a person, and nothing here says what anybody has in mind."
    )


def _parts(subject: Subject) -> str:
    case = subject.case
    found = [counted(len(case.sources), "source"), counted(len(case.entries), "entry", "entries")]
    found += [counted(len(case.course), "row") + " of a chronology"] if case.course else []
    found += [counted(len(case.file.accounts), "rival account")] if case.file.accounts else []
    return listed(found)
