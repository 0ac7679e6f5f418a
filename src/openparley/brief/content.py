"""``brief.json``: all that the page says as data, with what a later brief compares itself with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from openparley.brief.changed import Changes, inputs
from openparley.brief.context import Context
from openparley.brief.watched import watched
from openparley.infer.left_out import notes
from openparley.infer.posterior import Estimate, WithoutIt

SCHEMA = 1


def content_of(context: Context, compared: Changes) -> dict[str, Any]:
    """Every sentence, every number with its range, error and evidence, and the results; no number that JSON has not."""
    posterior, forecast = context.posterior, context.forecast
    book = context.book
    content = {
        "schema": SCHEMA,
        "case": context.facts.case.file.name,
        "run": dict(context.run),
        "sentences": [sentence.as_json() for sentence in book.sentences],
        "numbers": {id: number.as_json() for id, number in book.numbers.items()},
        "accounts": {
            actor: {
                label: {
                    "name": context.facts.account_name(label),
                    "prior": float(path.prior[label]),
                    "now": _estimate(path.now[label]),
                    "share": [float(value) for value in path.share[:, k]],
                    "low": [float(value) for value in path.low[:, k]],
                    "high": [float(value) for value in path.high[:, k]],
                }
                for k, label in enumerate(path.labels)
            }
            for actor, path in posterior.accounts.items()
        },
        "outcomes": {
            id: {
                "name": context.outcome_name(id),
                "headline": id == context.headline,
                "by": forecast.weeks[-1].end.isoformat(),
                "prior": _estimate(outcome.prior),
                "at_horizon": _estimate(outcome.at_horizon),
                "by_week": [_estimate(estimate) for estimate in outcome.by_week],
                "by_account": {
                    actor: {label: _estimate(one) for label, one in under.items()} for actor, under in outcome.by_account.items()
                },
            }
            for id, outcome in forecast.outcomes.items()
        },
        "levers": {
            id: {
                "name": lever.name,
                "pulls": lever.pulls,
                "actor": lever.actor,
                "effects": {
                    outcome: {
                        "without": _estimate(effect.without),
                        "with": _estimate(effect.with_lever),
                        "difference": _estimate(effect.difference),
                    }
                    for outcome, effect in lever.effects.items()
                },
                "gains": {actor: _estimate(gain) for actor, gain in lever.gains.items()},
            }
            for id, lever in forecast.levers.items()
        },
        "fit": {key: getattr(posterior.fit, key) for key in posterior.fit.__dataclass_fields__},
        "certificate": dict(posterior.certificate)
        | {key: getattr(posterior.diagnostics, key) for key in posterior.diagnostics.__dataclass_fields__}
        | {"status": posterior.status},
        **watched(context),
        "left_out": {result.variant.id: _left_out(result) for result in posterior.left_out},
        "what_changed": compared.as_json(),
        "inputs": inputs(context),
        "chronology": list(context.facts.case.course),
        "reviewers": sorted({review.by for review in context.facts.case.reviews}),
    }
    return _finite(content)


def _left_out(result: WithoutIt) -> dict[str, Any]:
    """The accounts without an outlet, an origin or what else was left out; none where nothing changes."""
    accounts = result.accounts if result.variant.changes else {}
    return {
        "changes": result.variant.changes,
        "impossible": result.impossible,
        "accounts": {actor: {label: _estimate(now) for label, now in shares.items()} for actor, shares in accounts.items()},
        "change": {actor: dict(result.change[actor]) for actor in accounts},
        "effective_draws": result.effective_draws,
        "k_hat": result.k_hat,
        "odds_as_range": result.odds_as_range,
        "notes": list(notes(result)),
    }


def _finite(value: Any) -> Any:
    """JSON has no word for what is not a number: null."""
    if isinstance(value, Mapping):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {key: getattr(estimate, key) for key in estimate.__dataclass_fields__}
