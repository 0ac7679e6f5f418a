"""Confidence of a rule from its record of right and wrong."""

from __future__ import annotations

from collections.abc import Mapping

from openparley.record.coders.rules.lexicon import Lexicon, bad_value

__all__ = ["confidence", "rate_of", "speech_rates"]

# Half of the counts come from texts that the rules were made with, so unseen texts fare worse: a share is taken off.
SOBER = 0.93
# What is thought of a rule without any record: right as often as wrong (Laplace).
PRIOR_RIGHT, PRIOR_SEEN = 1.0, 2.0


def confidence(right: float, seen: float) -> float:
    """Probability that a rule is right the next time.

    Examples
    --------
    >>> confidence(0, 0), round(confidence(18, 18), 3)
    (0.465, 0.884)
    """
    return SOBER * (right + PRIOR_RIGHT) / (seen + PRIOR_SEEN)


def rate_of(rates: Mapping[str, float], rule: str) -> float:
    """Confidence of a rule, or of its family when it has no record of its own; of a rule unheard of, what is thought without any.

    Examples
    --------
    >>> rate_of({"after": 0.8}, "after.np_said")
    0.8
    """
    while rule:
        if rule in rates:
            return rates[rule]
        rule = rule.rpartition(".")[0]
    return confidence(0, 0)


def speech_rates(lexicon: Lexicon) -> Mapping[str, float]:
    """Confidence of each rule for statements, claims and relations that has a record."""
    return lexicon.build(_speech_rates)


def _speech_rates(lexicon: Lexicon) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for row in lexicon.rows("speech_rates.csv", ("rule", "right", "seen")):
        counts = []
        for column in ("right", "seen"):
            value = row.cells[column]
            if not value.isdigit():
                raise bad_value(row, column, value, ["a whole number, 0 or more"])
            counts.append(int(value))
        found.setdefault(row.cells["rule"], confidence(counts[0], counts[1]))
    return found
