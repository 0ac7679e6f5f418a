"""What every section works from, and the numbers that several of them print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from math import isnan, log, nan
from typing import Any

from openparley.brief import words
from openparley.brief.cite import Book, Number, Ref
from openparley.brief.facts import Facts
from openparley.brief.influence import NEVER_EXPECTED, SILENCE, Influence, influences, odds_factor
from openparley.brief.lexicon import Lexicon
from openparley.forecast.forecast import Forecast, OutcomeForecast
from openparley.forecast.questions import Question
from openparley.infer.posterior import NONE_OF_THESE, EvidenceRow, ObservedMove, Posterior
from openparley.record.casefile import Outcome

# A move separates two accounts when one had expected it at least a quarter more than another.
SEPARATES = log(1.25)
EVIDENCE_SHOWN = 5
LEAST_MOVED = 0.005  # half a point
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

    def spread(self, move: ObservedMove | EvidenceRow, *, none: bool = False) -> float:
        """Log ratio between the account that expected a move most and the one that expected it least.

        “None of these” is a yardstick and not an account, so it does not count unless asked for with ``none``.
        """
        values = [max(value, NEVER_EXPECTED) for account, value in move.log_evidence.items() if none or account != NONE_OF_THESE]
        return max(values) - min(values) if len(values) > 1 else 0.0

    def separating(self, actor: str | None = None, *, none: bool = False) -> list[ObservedMove]:
        """Moves that separate the accounts, or with ``none`` an account from “none of these”, the strongest first."""
        moves = [move for move in self.posterior.moves if actor in (None, move.actor) and self.spread(move, none=none) >= SEPARATES]
        return sorted(moves, key=lambda move: (-self.spread(move, none=none), move.round))

    def origin_counts(self) -> tuple[Ref, Ref | None]:
        """How many known origins the accepted entries have, and how many of their sources have an unknown one; None for none."""
        facts, book = self.facts, self.book
        of = "distinct origins of the accepted entries; an echo adds none"
        known = book.count("n-origins", "Independent origins", len(facts.origins), of)
        if not facts.unknown_origins:
            return known, None
        of = "sources of accepted entries that name neither outlet nor origin; they count as no origin"
        return known, book.count("n-origins-unknown", "Sources of unknown origin", len(facts.unknown_origins), of)

    def last_day(self, round: int) -> date:
        """The last day of a round that the record covers: the cut-off in the round that it falls into."""
        return min(self.posterior.rounds[round].end, self.facts.case.file.cutoff)

    def _moved_by(self, found: Sequence[Influence]) -> dict[str, Any]:
        """The trace of a number that averages over accounts: the entries that moved it most, with what each did."""
        shown = [one for one in found if one.entry][:EVIDENCE_SHOWN]
        why = "" if shown else "no entry: no report of the record bears on the accounts"
        return {"evidence": tuple(one.entry for one in shown), "moved": tuple(one.change for one in shown), "why": why}

    def by_account(self, outcome: OutcomeForecast, *, terse: bool = False) -> tuple[tuple[str, str], ...]:
        """Lines of a trace, one an account or one an actor: weight of each account and the outcome under it."""
        lines = []
        for actor, accounts in outcome.by_account.items():
            path = self.posterior.accounts.get(actor)
            label, products = words.capital(self.facts.position(actor)), []
            for account, estimate in accounts.items():
                share = path.now[account] if path and account in path.now else None
                weight = words.percent_range(share.low, share.high, share.mcse) if share else ""
                under = words.percent(estimate.value, estimate.mcse)
                if terse:
                    products.append(f"{account} {weight} × {under}" if weight else f"{account} {under}")
                else:
                    lines.append((f"{label}: {self.facts.account_name(account)}", f"weight {weight} × {under} under it"))
            lines += [(label, "; ".join(products))] if terse else []
        return tuple(lines)

    def probability(self, id: str) -> Number:
        """Probability of an outcome by the last week."""
        outcome = self.forecast.outcomes[id]
        first = id == self.headline
        worth = {actor: {label: one.value for label, one in under.items()} for actor, under in outcome.by_account.items()}
        found = influences(self.posterior, worth)
        trace: dict[str, Any] = self._moved_by(found) | {"assumptions": self.resting_on}
        trace["like"] = "" if first else self.probability(self.headline).id
        trace["breakdown"] = self.by_account(outcome, terse=not first)
        silent = next((one.change for one in found if one.entry == SILENCE), 0.0)
        if first and abs(silent) >= LEAST_MOVED:
            trace["breakdown"] += (("What was not reported", f"{words.points(silent)}, by way of the accounts"),)
        return self.book.estimate(f"n-p-{id}", f"{self.outcome_name(id)}, by {self.horizon}", outcome.at_horizon, **trace)

    @cached_property
    def resting_on(self) -> tuple[str, ...]:
        """Open assumptions, first those that move the headline when set to the ends of their ranges, the widest first."""
        hinges = self.forecast.hinges
        found = [row.assumption for row in hinges.tornado.rows if row.width > 0] if hinges else []
        known = self.open_assumptions
        return tuple(dict.fromkeys((*(id for id in found if id in known), *known)))

    def prior_probability(self, id: str) -> Number:
        """The same weeks without the record, given that the dispute is still open at the cut-off."""
        name = f"{self.outcome_name(id)}, by {self.horizon}, without the record, given a dispute still open at the cut-off"
        trace: dict[str, Any] = {"assumptions": self.resting_on, "like": self.probability(id).id, "why": "no entry: the model by itself"}
        return self.book.estimate(f"n-before-{id}", name, self.forecast.outcomes[id].prior, **trace)

    def share(self, actor: str, account: str) -> Number:
        """Posterior share of an account."""
        path = self.posterior.accounts[actor]
        now, first = path.now[account].value, path.labels[0]
        found = influences(self.posterior, {actor: {label: float(label == account) for label in path.labels}})
        found.sort(key=lambda one: (-abs(log(odds_factor(now, one.change))), one.entry))
        return self.book.estimate(
            f"n-share-{actor}-{account}",
            f"Share of the account {self.facts.account_name(account)}, of {self.facts.position(actor)}, now",
            path.now[account],
            assumptions=self.assumptions_about(actor),
            range_only=self.posterior.diagnostics.odds_as_range,
            like="" if account == first else self.share(actor, first).id,
            **self._moved_by(found),
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
        now = self.probability(outcome)
        trace: dict[str, Any] = {"evidence": now.evidence, "assumptions": self.resting_on, "like": now.id}
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

    @property
    def observed(self) -> Number:
        """How many moves the record shows."""
        entries = tuple(dict.fromkeys(move.entries[0] for move in self.posterior.moves if move.entries))
        of = "moves of the game that the record shows; reports of one move count once"
        return self.book.number(Number("n-moves", "Observed moves", self.posterior.fit.moves, of=of, evidence=entries))

    @property
    def draws(self) -> Number:
        """How many complete sets of assumptions were tried."""
        return self.book.number(Number("n-draws", "Draws", self.posterior.diagnostics.draws, of="complete sets of assumptions tried"))


def slug(text: str) -> str:
    """The text as part of an id."""
    return "".join(letter if letter.isalnum() else "-" for letter in text).strip("-").lower()
