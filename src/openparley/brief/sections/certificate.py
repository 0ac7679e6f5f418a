"""The solution certificate: how exactly the game was solved and how far the averages can be trusted, in plain words."""

from __future__ import annotations

import re
from math import isnan

from openparley.brief.blocks import Prose, Section, Table, text_cells
from openparley.brief.cite import Given, Ref, Sentence
from openparley.brief.context import Context
from openparley.brief.words import UNKNOWN, decimal, percent, small

# A part of the grid: how finely the beliefs about one actor are split.
SPLIT = re.compile(r"(\d+) nodes? a split \((\w+)\)")
# What the entries of a certificate are called for people; keys that are not listed are shown as they are.
PLAIN = {
    "concept": ("Idea of play", "each player is more likely to do what serves it better, and all see the same reports"),
    "positions": ("Positions", "public situations of the game that were solved"),
    "rounds": ("Rounds", "rounds solved backwards from the end"),
    "grid": ("Belief grid", "nodes a split at which shared beliefs about the motives are tracked"),
    "draws_certified": ("Draws checked", "sets of assumptions for which the solution was recomputed independently"),
    "stages_sampled": ("Decisions checked", "decisions drawn at random for these checks"),
    "solver_residual": ("Solver’s own error", "largest inconsistency that the solver reported; 0 is exact"),
    "logit_residual": (
        "Consistency of play",
        "largest difference between what a player does and what the model says it should do; 0 is exact",
    ),
    "interpolation_error": (
        "Error between grid points",
        "largest difference in a probability when beliefs between grid points are solved directly",
    ),
    "interpolation_error_on_path": ("The same where play goes", "the same over decisions that simulated play meets"),
    "value_error": ("Error in values", "largest difference in what a player expects when beliefs between grid points are solved directly"),
    "value_error_on_path": ("The same where play goes", "the same over decisions that simulated play meets"),
    "best_response_gap": (
        "Gain from deviating",
        "most that a player could gain in one decision by doing something else, beyond its usual errors",
    ),
    "stages_with_other_roots": ("Several solutions", "checked decisions at which another solution was found"),
    "stages_with_other_roots_on_path": ("The same where play goes", "the same over decisions that simulated play meets"),
    "finer_grid_changes_choices_by": (
        "Finer grid, choices",
        "largest change of a probability of a move, today or at the start, over these draws",
    ),
    "finer_grid": ("Finer grid", "the grid on which some draws were solved again, to tell the error of the usual one"),
    "finer_grid_draws": ("Finer grid, draws", "sets of assumptions that were solved again on it"),
    "finer_grid_changes_shares_by": (
        "Finer grid, accounts within a draw",
        "largest change of the share of a combination of accounts in any week, over these draws",
    ),
    "finer_grid_changes_log_evidence_by": (
        "Finer grid, weight",
        "largest change of the log weight of a draw against the mean change, over these draws",
    ),
    "finer_grid_moves_posterior_shares_by": (
        "Finer grid, accounts",
        "largest shift of an account’s share now, over all draws, as estimated from these",
    ),
    "finer_grid_moves_posterior_shares_error": ("… its standard error", "from the spread between these draws"),
    "unsettled_stages": ("Unsettled decisions", "decisions at which the solver missed its tolerance"),
}


def certificate_section(context: Context) -> Section:
    """One sentence, one table."""
    found, book = context.posterior.diagnostics, context.book
    effective = book.count(
        "n-ess", "Effective draws", found.effective_draws, f"Kish effective number of the {found.draws:,} draws of the assumptions"
    )
    said = [
        book.say(
            "certificate",
            "computed",
            "The game was solved anew for each of ",
            Ref(context.draws),
            f" draw{'s' * (found.draws != 1)} of the assumptions and averaged with weights that are worth ",
            effective,
            " equal draws; the worst value over all draws is shown.",
        )
    ]
    said.append(book.say("certificate", "computed", "The state of the inference: ", Given(context.posterior.status), "."))
    said += [*_where(context), *_figures(context)]
    rows = [text_cells(*_plain(key), _value(context, value)) for key, value in context.posterior.certificate.items()]
    idle = len(context.posterior.idle)
    rows += [
        text_cells("Idle assumptions", "assumptions whose effect on the probability of the record cannot be told from none", f"{idle:,}"),
        text_cells("Draws of the assumptions", "how many complete sets of assumptions were tried", f"{found.draws:,}"),
        text_cells(
            "Effective draws",
            "how many equally weighted draws the average is worth; under 100 odds are ranges",
            decimal(round(found.effective_draws)),
        ),
        text_cells(
            "Dominating draws (k-hat)",
            f"over {decimal(found.k_hat_limit)}, the limit for so many draws, a few dominate: read ranges, not averages; over 1 neither; "
            f"the largest weights are {'smoothed' if found.smoothed else 'as they are'}",
            decimal(found.k_hat),
        ),
        text_cells(
            "Histories merged",
            "largest share of unseen histories that the filter merged without regard to their beliefs",
            _share(found.coarse_share),
        ),
        text_cells(
            "Histories dropped", "largest share of unseen histories that the filter left out as too light", _share(found.lost_share)
        ),
        text_cells(
            "Draws with several equilibria where play goes",
            "share of the checked draws, by posterior weight, in which some decision has another solution",
            _share(found.multiple_equilibria_share),
        ),
    ]
    return Section(
        "certificate",
        "Solution certificate",
        (Prose(tuple(said)), Table("How exactly the game was solved", text_cells("What", "In words", "Value"), tuple(rows), numeric=(2,))),
    )


def _where(context: Context) -> list[Sentence]:
    """Whether what is not unique lies where play goes, which alone touches the forecast."""
    found = context.posterior.certificate
    roots, on_path = found.get("stages_with_other_roots"), found.get("stages_with_other_roots_on_path")
    if not roots or not isinstance(on_path, int):
        return []
    book = context.book
    count = book.count(
        "n-roots", "Decisions with another equilibrium", float(roots), "checked decisions at which another solution was found"
    )
    met = book.count("n-roots-on-path", "Those where play goes", on_path, "of them, decisions that simulated play meets")
    of = "such stage" + "s" * (roots != 1)
    if not on_path:
        return [book.say("certificate", "computed", "Of ", count, f" {of} none lies where play goes.")]
    return [book.say("certificate", "computed", "Of ", count, f" {of} ", met, f" lie{'s' * (on_path == 1)} where play goes.")]


def _figures(context: Context) -> list[Sentence]:
    """Why outcomes are printed as figures where shares of accounts are not."""
    if not context.posterior.diagnostics.odds_as_range:
        return []
    text = (
        "With so few effective draws a share of an account is printed as its range alone; an outcome is averaged over accounts and "
        "futures, too, and keeps a figure, rounded by its Monte Carlo error, which is to be read with its range."
    )
    return [context.book.say("certificate", "computed", text)]


def _plain(key: str) -> tuple[str, str]:
    title, meaning = PLAIN.get(key, (key.replace("_", " ").capitalize(), "–"))
    return title, meaning


def _value(context: Context, value: float | int | str) -> str:
    if isinstance(value, str):
        return SPLIT.sub(lambda match: f"{match[1]} for {context.facts.position(match[2])}", value)
    return f"{value:,}" if isinstance(value, int) else small(value)


def _share(value: float) -> str:
    return UNKNOWN if isnan(value) else "none" if value == 0 else percent(value)
