"""Design concepts: the eleven of ODD, and what each is in this game."""

from __future__ import annotations

import inspect

from openparley.brief.card.card import Element, Table
from openparley.brief.card.subject import Subject, exact, first_sentence, spread
from openparley.brief.words import capital, counted, listed
from openparley.game.dispute import WORLD
from openparley.game.families import FAMILIES
from openparley.infer.check import KNOWN

ORIGIN = "the case, the family and the built model"
TITLE = "Design concepts"
CONCEPTS = (
    "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction", "Stochasticity",
    "Collectives", "Observation",
)  # fmt: skip
BEHAVIOUR = "agent logit quantal response equilibrium with public beliefs"


def design_concepts(subject: Subject) -> Element:
    """One row a concept, then what the rows refer to: objectives, interests, chance, drift, observation."""
    if subject.model is None:
        rows = tuple((name, _record_only(name)) for name in CONCEPTS)
        return Element("concepts", TITLE, "the case", ("Without a model only the record has something to say.",), (_table(rows),))
    told = (
        _principles(subject), _emergence(subject), _adaptation(subject), _objectives(subject), _learning(subject), _prediction(subject),
        _sensing(subject), _interaction(subject), _stochasticity(subject), _collectives(subject), _observation(subject),
    )  # fmt: skip
    tables = (
        _table(tuple(zip(CONCEPTS, told, strict=True))), _objective_table(subject), _interest_table(subject), _chance_table(subject),
        _drift_table(subject), _rule_table(subject), _report_table(subject),
    )  # fmt: skip
    return Element("concepts", TITLE, ORIGIN, (), tuple(table for table in tables if table.rows))


def _table(rows: tuple[tuple[str, str], ...]) -> Table:
    return Table("concepts", "The design concepts", ("Concept", "Here"), rows)


def _record_only(name: str) -> str:
    return "reports are coded as entries and reviewed by people" if name == "Observation" else "not there"


def _principles(subject: Subject) -> str:
    about = first_sentence(inspect.getdoc(FAMILIES[subject.played.family]) or "")
    return f"{about} Actors with private motives move in turn and in public; play is the {BEHAVIOUR}."


def _emergence(subject: Subject) -> str:
    return (
        "Choices, public beliefs, the probabilities of outcomes and the shares of the accounts come out of the game. "
        f"Imposed are the menus, what a move changes and touches, the weights, and {_chances(subject)}."
    )


def _chances(subject: Subject) -> str:
    return counted(len(subject.dispute.chance), "chance") if subject.dispute.chance else "that nothing is left to chance"


def _adaptation(subject: Subject) -> str:
    likely = listed([f"{subject.named(actor)} {subject.value(f'precision.{actor}')}" for actor in subject.played.actors])
    return f"An actor plays a move more often, the more it serves it, by the logit rule with precision λ: {likely}."


def _objectives(subject: Subject) -> str:
    weighed = {row.sets.split(".")[3] for row in subject.played.assumptions if row.sets.startswith("weight.")}
    return f"Expected discounted utility: weights on {len(weighed)} of {len(subject.dispute.interests)} interests, by account, as below."


def _learning(subject: Subject) -> str:
    model = subject.played
    if not model.uncertain:
        return "None: no motive is in doubt."
    drift = "; accounts may drift between rounds" if subject.drifting else ""
    about = listed([subject.named(actor) for actor in model.uncertain])
    return f"All learn about {about} from each move, by Bayes’ rule and in common{drift}. No rule of choice changes."


def _prediction(subject: Subject) -> str:
    model = subject.played
    rates = listed([f"{subject.named(actor)} {subject.value(f'discount.{actor}')}" for actor in model.actors])
    return f"Actors foresee play, beliefs and drift up to round {model.rounds}, solved backwards; discount δ a round: {rates}."


def _sensing(subject: Subject) -> str:
    model = subject.played
    knows = "also knows its own account" if len(model.uncertain) == 1 else "also know their own accounts"
    own = f"; {listed([subject.named(actor) for actor in model.uncertain])} {knows}" if model.uncertain else ""
    return (
        f"Each sees the public state, all earlier moves and the public beliefs{own}. So an information set is a public history with "
        f"one’s own account; in the solution, one of {len(model.positions):,} positions with one of the beliefs. Nobody mistakes a move."
    )


def _interaction(subject: Subject) -> str:
    shared = sum(1 for name in subject.dispute.interests if len(_caring(subject, name)) > 1)
    return (
        "By moves that all see: they change the public state, what is open to the others, and beliefs; "
        f"{counted(shared, 'interest')} of {len(subject.dispute.interests)} weigh for more than one actor."
    )


def _caring(subject: Subject, interest: str) -> set[str]:
    return {sets.split(".")[1] for sets in subject.by_address if sets.startswith("weight.") and sets.endswith(f".{interest}")}


def _stochasticity(subject: Subject) -> str:
    dispute = subject.dispute
    parts = ["choices (the logit rule)"]
    parts += [f"{counted(len(subject.rules[WORLD]), 'draw')} of the world"] if WORLD in dispute.steps else []
    parts += ["drift"] if subject.drifting else []
    parts += ["what is reported", "errors of reports", f"the assumptions themselves ({_ranged(subject)} have a range)"]
    return f"{capital(listed(parts))}."


def _ranged(subject: Subject) -> str:
    rows = subject.played.assumptions
    return f"{sum(not row.fixed for row in rows)} of {len(rows)}"


def _collectives(subject: Subject) -> str:
    return f"None within the game: each of {counted(len(subject.played.actors), 'actor')} decides as one, whatever it consists of."


def _observation(subject: Subject) -> str:
    observed = subject.played.observed
    return (
        "Accepted entries are read as moves by the rules below; at most one report an actor and round. "
        f"Here {counted(len(observed.reports), 'report')}; {counted(len(observed.overruled), 'entry', 'entries')} overruled, "
        f"{len(observed.undated)} without a day that places a move. "
        f"A move that is not reported is unknown and not absent: detection {subject.value('detection.default')} where no other is set; "
        f"a report names the wrong move with {subject.value('error.event')}."
    )


def _objective_table(subject: Subject) -> Table:
    model = subject.played
    weights = {
        (actor, kind): [
            (row.likely, f"{interest} {exact(row.likely)}")
            for interest in subject.dispute.interests
            for address in (f"weight.{actor}.{kind}.{interest}", f"weight.{actor}.*.{interest}")
            if (row := subject.by_address.get(address)) and not _overridden(subject, address, actor, kind, interest)
        ]
        for actor in model.actors
        for kind in model.types[actor]
    }
    rows = tuple(
        (
            actor,
            "known to all" if kind == KNOWN else kind,
            ", ".join(text for _, text in sorted(found, key=lambda pair: -abs(pair[0]))) or "nothing",
        )
        for (actor, kind), found in weights.items()
    )
    caption = "What each account weighs, at the likely values, in utils a unit; the largest first (ranges stand with the assumptions)"
    return Table("objectives", caption, ("Actor", "Account", "Weights"), rows)


def _overridden(subject: Subject, address: str, actor: str, kind: str, interest: str) -> bool:
    """Whether the weight for all accounts gives way to one of this account."""
    return ".*." in address and f"weight.{actor}.{kind}.{interest}" in subject.by_address


def _interest_table(subject: Subject) -> Table:
    rows = tuple(
        (name, meaning, ", ".join(sorted(_caring(subject, name))) or "nobody here") for name, meaning in subject.dispute.interests.items()
    )
    return Table("interests", "Interests: what one unit is", ("Interest", "One unit is", "Weighs for"), rows, folded=True)


def _chance_table(subject: Subject) -> Table:
    rows = tuple((f"chance.{name}", meaning, subject.value(f"chance.{name}")) for name, meaning in subject.dispute.chance.items())
    return Table("chance", "Chances", ("Address", "Probability that", "Likely (low to high)"), rows)


def _drift_table(subject: Subject) -> Table:
    rows = tuple((row.sets, spread(row), row.id) for row in subject.played.assumptions if row.sets.startswith(("drift.", "none.")))
    return Table(
        "drift",
        "Drift of accounts, a round, and the share kept for “none of these”",
        ("Address", "Likely (low to high)", "Assumption"),
        rows,
    )


def _told(subject: Subject, actor: str, move: str, head: str, default: str) -> str:
    """A number of the observation model for a move: its own, else its actor's, else the usual one."""
    return subject.value(f"{head}.{actor}.{move}", f"{head}.{actor}", default)


def _rule_table(subject: Subject) -> Table:
    """Which entries show which move; the rows of a chronology show their own and need no rule."""
    rows = []
    for rule in subject.case.file.observations:
        if rule.entries and set(rule.entries) <= set(subject.case.course):
            continue
        asked = (("by", rule.actor), ("to", rule.recipient), ("type", rule.type), ("mode", rule.mode), ("", rule.entries))
        words = [f"{name} {' or '.join(values)}".strip() for name, values in asked if values]
        words += [f"realis {' or '.join(rule.realis)}"] if rule.kind == "event" and rule.realis != ("actual",) else []
        words += [f"on {rule.on.isoformat()}"] if rule.on else []
        readings = ", ".join(f"{name} {exact(share)}" for name, share in rule.readings.items())
        rows.append((rule.move, rule.kind, "; ".join(words) or "any", readings or "–", str(rule.precedence)))
    columns = ("Move", "Shown by", "Where it is", "Read as", "Precedence")
    return Table("rules", "Which accepted entries show which move", columns, tuple(rows), folded=True)


def _report_table(subject: Subject) -> Table:
    """Every move with its reports and how well it is reported."""
    model = subject.played
    shown: dict[tuple[str, str], int] = {}
    for report in model.observed.reports:
        shown[report.actor, report.move] = shown.get((report.actor, report.move), 0) + 1
    confused = [row.sets.split(".")[1:] for row in model.assumptions if row.sets.startswith("confusion.")]
    rows = []
    for actor, moves in model.layout.moves.items():
        for move in moves:
            detection = _told(subject, actor, move, "detection", "detection.default")
            if actor == WORLD and not _spoken_of(subject, move):
                detection = "not reported"
            mistaken = ", ".join(other for a, m, other in confused if (a, m) == (actor, move))
            error = _told(subject, actor, move, "error", "error.event")
            rows.append((f"{actor}.{move}", str(shown.get((actor, move), 0)), detection, error, mistaken or "any other, evenly"))
    columns = ("Move", "Reports", "Detection", "Error", "Mistaken for")
    return Table("reporting", "Reports of each move, and how well it is reported", columns, tuple(rows), folded=True)


def _spoken_of(subject: Subject, move: str) -> bool:
    """Whether an assumption says how a draw of the world is reported."""
    return bool({f"detection.{WORLD}", f"detection.{WORLD}.{move}"} & subject.by_address.keys())
