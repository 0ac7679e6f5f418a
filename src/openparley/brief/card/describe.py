"""The model card of a case: the seven elements of ODD, each from the case, its family and the model built from both."""

from __future__ import annotations

import openparley
from openparley.brief.card.card import Card
from openparley.brief.card.concepts import design_concepts
from openparley.brief.card.entities import entities
from openparley.brief.card.process import process
from openparley.brief.card.purpose import purpose
from openparley.brief.card.start import initialisation, input_data
from openparley.brief.card.subject import Subject
from openparley.brief.card.submodels import submodels
from openparley.record.case import Case


def describe(case: Case) -> Card:
    """Work out the card of a case; nothing in it is written by hand.

    The order is that of ODD (Grimm and others 2020): purpose and patterns; entities, state variables and scales; process
    overview and scheduling; design concepts; initialisation; input data; submodels.

    Raises
    ------
    CaseError
        If the case has a model section that does not fit the dispute it names.
    """
    return card_of(Subject.of(case))


def card_of(subject: Subject) -> Card:
    """The card of a case whose model is built."""
    file = subject.case.file
    makers = (purpose, entities, process, design_concepts, initialisation, input_data, submodels)
    return Card(
        case=file.name,
        title=subject.text(file.title),
        fictional=file.fictional,
        question=subject.text(file.question),
        cutoff=file.cutoff.isoformat(),
        family=subject.model.family if subject.model else None,
        version=openparley.__version__,
        numbers=_numbers(subject),
        elements=tuple(make(subject) for make in makers),
    )


def _numbers(subject: Subject) -> dict[str, int]:
    case, model = subject.case, subject.model
    found = {"accepted_entries": len(case.accepted()), "chronology_rows": len(case.course), "sources": len(case.sources)}
    if model is not None:
        found |= {
            "actors": len(model.actors),
            "accounts": len(case.file.accounts),
            "positions": len(model.positions),
            "options": len(model.positions.labels),
            "rounds": model.rounds,
            "belief_points": subject.beliefs,
            "worlds": subject.worlds,
            "assumptions": len(model.assumptions),
            "outcomes": len(model.outcomes),
            "levers": len(model.levers),
            "reports": len(model.observed.reports),
        }
    return found
