"""What every section works from, and the numbers that several of them print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import isnan, log, nan
from typing import Any

from openparley.brief import words
from openparley.brief.cite import Book, Number
from openparley.brief.facts import Facts
from openparley.brief.lexicon import Lexicon
from openparley.forecast.forecast import Forecast, OutcomeForecast
from openparley.forecast.questions import Question
from openparley.infer.posterior import NONE_OF_THESE, ObservedMove, Posterior
from openparley.record.casefile import Outcome

# A move separates two accounts when one had expected it at least a quarter more than another.
SEPARATES = log(1.25)
EVIDENCE_SHOWN = 5
# Log of a probability so small that smaller ones say no more.
NEVER_EXPECTED = log(1e-6)
BASELINES = {"uniform": "uniform play", "frequency": "observed frequencies", "markov": "a Markov chain of the moves reported"}


@dataclass(frozen=True)
class Context:
    """A case, what was inferred and forecast from it, and the document being written."""

    facts: Facts
    posterior: Posterior
    forecast: Forecast
    run: Mapping[str, Any]
    lexicon: Lexicon
    questions: tuple[Question, ...] = ()
    book: Book = field(default_factory=Book)

    @property
    def horizon(self) -> str:
        """Last day of the forecast, for people."""
        return words.day(self.forecast.weeks[-1].end)

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        """Named outcomes that were forecast, the headline first."""
        listed = sorted(self.facts.case.file.outcomes, key=lambda outcome: not outcome.headline)
        return {outcome.id: outcome for outcome in listed if outcome.id in self.forecast.outcomes}

    @property
    def headline(self) -> str:
        """Id of the headline outcome."""
        return next(iter(self.outcomes), next(iter(self.forecast.outcomes)))

    def outcome_name(self, id: str) -> str:
        """Name of an outcome."""
        return self.outcomes[id].name if id in self.outcomes else self.forecast.outcomes[id].name

    @cached_property
    def open_assumptions(self) -> tuple[str, ...]:
        """Assumptions with a range, those resting on least first."""
        order = {"unsupported": 0, "caveated": 1, "supported": 2}
        ranged = [row for row in self.facts.case.file.assumptions if not row.fixed]
        return tuple(row.id for row in sorted(ranged, key=lambda row: order[row.status]))

    def assumptions_about(self, actor: str) -> tuple[str, ...]:
        """Open assumptions that set something of one actor, or of the way it was observed."""
        sets = {row.id: row.sets.split(".") for row in self.facts.case.file.assumptions}
        return tuple(id for id in self.open_assumptions if actor in sets[id] or sets[id][0] in ("error", "detection"))

    @property
    def unobserved(self) -> bool:
        """True when no accepted entry reports a move of the game, so that there is no fit either."""
        return not (self.posterior.moves and self.posterior.fit.moves)

    def moves_of(self, actor: str) -> tuple[ObservedMove, ...]:
        """The observed moves of one actor."""
        return tuple(move for move in self.posterior.moves if move.actor == actor)

    def spread(self, move: ObservedMove) -> float:
        """Log ratio between the account that expected a move most and the one that expected it least.

        “None of these” is a yardstick and not an account, so it does not count.
        """
        values = [max(value, NEVER_EXPECTED) for account, value in move.log_evidence.items() if account != NONE_OF_THESE]
        return max(values) - min(values) if len(values) > 1 else 0.0

    def separating(self, actor: str | None = None) -> list[ObservedMove]:
        """Moves that separate the accounts, the strongest first."""
        moves = [move for move in self.posterior.moves if actor in (None, move.actor) and self.spread(move) >= SEPARATES]
        return sorted(moves, key=lambda move: (-self.spread(move), move.round))

    def strongest(self, actor: str | None = None) -> tuple[str, ...]:
        """Ids of the entries behind the moves that separate the accounts most."""
        ids = [entry for move in self.separating(actor) for entry in move.entries[:1]]
        return tuple(dict.fromkeys(ids))[:EVIDENCE_SHOWN]

    def by_account(self, outcome: OutcomeForecast) -> tuple[tuple[str, str], ...]:
        """Lines of a trace: weight of each account and the outcome under it."""
        lines = []
        for actor, accounts in outcome.by_account.items():
            path = self.posterior.accounts.get(actor)
            for account, estimate in accounts.items():
                share = path.now[account] if path and account in path.now else None
                weight = f"weight {words.percent_range(share.low, share.high, share.mcse)}; " if share else ""
                label = f"{words.capital(self.facts.position(actor))}: {self.facts.account_name(account)}"
                lines.append((label, f"{weight}under it {words.percent(estimate.value, estimate.mcse)}"))
        return tuple(lines)

    def probability(self, id: str) -> Number:
        """Probability of an outcome by the last week."""
        outcome = self.forecast.outcomes[id]
        name = f"{self.outcome_name(id)}, by {self.horizon}"
        trace: dict[str, Any] = {"evidence": self.strongest(), "assumptions": self.open_assumptions}
        trace["breakdown"] = self.by_account(outcome)
        if id != self.headline:
            trace |= {"like": self.probability(self.headline).id, "breakdown": ()}
        return self.book.estimate(f"n-p-{id}", name, outcome.at_horizon, **trace)

    def prior_probability(self, id: str) -> Number:
        """The same weeks without the record, given that the dispute is still open at the cut-off."""
        name = f"{self.outcome_name(id)}, by {self.horizon}, without the record, given a dispute still open at the cut-off"
        return self.book.estimate(
            f"n-before-{id}", name, self.forecast.outcomes[id].prior, assumptions=self.open_assumptions, like=f"n-p-{id}"
        )

    def share(self, actor: str, account: str) -> Number:
        """Posterior share of an account."""
        name = f"Share of the account {self.facts.account_name(account)}, of {self.facts.position(actor)}, now"
        first = self.posterior.accounts[actor].labels[0]
        return self.book.estimate(
            f"n-share-{actor}-{account}",
            name,
            self.posterior.accounts[actor].now[account],
            evidence=self.strongest(actor),
            assumptions=self.assumptions_about(actor),
            range_only=self.posterior.diagnostics.odds_as_range,
            like="" if account == first else self.share(actor, first).id,
        )

    def lever(self, lever: str, outcome: str, part: str) -> Number:
        """A number of a lever: ``without``, ``with`` or the ``difference``."""
        found = self.forecast.levers[lever]
        effect = found.effects[outcome]
        if part == "without" and effect.without == self.forecast.outcomes[outcome].at_horizon:
            return self.probability(outcome)
        estimate = {"without": effect.without, "with": effect.with_lever, "difference": effect.difference}[part]
        name = (
            f"{self.outcome_name(outcome)}, by {self.horizon}: "
            f"{'difference made by' if part == 'difference' else part} the lever {found.name}"
        )
        trace = {"evidence": self.strongest(), "assumptions": self.open_assumptions, "like": self.probability(outcome).id}
        return self.book.estimate(
            f"n-lever-{lever}-{outcome}-{part}", name, estimate, "points" if part == "difference" else "share", **trace
        )

    @cached_property
    def baselines(self) -> dict[str, float]:
        """Mean log score of the predictors that know no motives, those that were computed."""
        fit = self.posterior.fit
        scores = {"uniform": fit.uniform_log_score, "frequency": fit.frequency_log_score, "markov": fit.markov_log_score}
        return {which: score for which, score in scores.items() if not isnan(score)}

    @property
    def best_baseline(self) -> str:
        """The baseline with the highest score."""
        return max(self.baselines, key=lambda which: self.baselines[which], default="uniform")

    @property
    def better_baselines(self) -> list[str]:
        """Names of the baselines that predict the record better than the model."""
        return [BASELINES[which] for which, score in self.baselines.items() if self.posterior.fit.log_score < score]

    def fit(self, which: str) -> Number:
        """A mean log score: ``model``, ``uniform``, ``frequency`` or ``markov``."""
        fit = self.posterior.fit
        value = fit.log_score if which == "model" else self.baselines.get(which, nan)
        name = "the model" if which == "model" else BASELINES[which]
        of = f"mean natural-log score of {name} over {words.counted(fit.moves, 'observed move')}; nearer to 0 is better"
        return self.book.number(Number(f"n-fit-{which}", f"Mean log score of {name}", value, of=of, kind="decimal"))


def slug(text: str) -> str:
    """The text as part of an id."""
    return "".join(letter if letter.isalnum() else "-" for letter in text).strip("-").lower()
