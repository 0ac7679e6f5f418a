"""The solution certificate: how exactly the game was solved and how far the averages can be trusted, in plain words."""

from __future__ import annotations

from openparley.brief.blocks import Prose, Section, Table, text_cells
from openparley.brief.context import Context
from openparley.brief.words import counted, percent, small

# What the entries of a certificate are called for people, by a word of their key; the first that fits names it.
PLAIN = (
    ("resid", "Consistency of play", "largest difference between what a player does and what the model says it should do; 0 is exact"),
    ("interp", "Error of the belief grid", "largest difference when beliefs between grid points are solved directly"),
    ("best_response", "Gain from deviating", "most that a player could gain in one decision by doing something else, beyond its usual errors"),
    ("regret", "Gain from deviating", "most that a player could gain in one decision by doing something else, beyond its usual errors"),
    ("gap", "Gain from deviating", "most that a player could gain in one decision by doing something else, beyond its usual errors"),
    ("multip", "Several solutions", "places at which more than one solution was met"),
    ("fold", "Several solutions", "places at which more than one solution was met"),
    ("equilibri", "Several solutions", "places at which more than one solution was met"),
    ("grid", "Belief grid", "points at which shared beliefs about the motives are tracked"),
    ("position", "Positions", "public situations of the game that were solved"),
    ("round", "Rounds", "rounds solved backwards from the end"),
    ("seconds", "Time", "seconds to solve one draw"),
)


def certificate_section(context: Context) -> Section:
    """One sentence, one table."""
    found, book = context.posterior.diagnostics, context.book
    effective = book.count("n-ess", "Effective draws", found.effective_draws, f"Kish effective number of the {found.draws:,} draws of the assumptions")
    said = [
        book.say(
            "certificate", "computed", f"The game was solved anew for each of {counted(found.draws, 'draw')} of the assumptions and averaged with weights that are worth ", effective,
            " equal draws; the worst value over all draws is shown.",
        )
    ]
    if context.posterior.status != "ok" and context.posterior.status != "converged":
        said.append(book.say("certificate", "computed", f"The status of the inference is {context.posterior.status}."))
    rows = [text_cells(*_plain(key), _value(value)) for key, value in context.posterior.certificate.items()]
    rows += [
        text_cells("Draws of the assumptions", "how many complete sets of assumptions were tried", f"{found.draws:,}"),
        text_cells("Effective draws", "how many equally weighted draws the average is worth; under 100 odds are ranges", f"{found.effective_draws:,.0f}"),
        text_cells("Dominating draws (k-hat)", "over 0.7 a few draws dominate and the average is not to be trusted", f"{found.k_hat:.2f}"),
        text_cells("Histories dropped", "largest share of unseen histories that the filter left out", _share(found.lost_mass)),
        text_cells("Weight on several equilibria", "share of the weight on draws whose game has more than one solution", _share(found.multiple_equilibria_share)),
    ]
    return Section("certificate", "Solution certificate", (Prose(tuple(said)), Table("How exactly the game was solved", text_cells("What", "In words", "Value"), tuple(rows), numeric=(2,))))


def _plain(key: str) -> tuple[str, str]:
    name = key.replace("_", " ")
    for word, title, meaning in PLAIN:
        if word in key.lower():
            return (f"{title} ({name})", meaning)
    return (name.capitalize(), "–")


def _value(value: float | int | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else small(value)


def _share(value: float) -> str:
    return "none" if value == 0 else percent(value)
