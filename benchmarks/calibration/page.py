"""The page of figures, from what the parts found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LEVEL = 0.05

HEAD = """# Is the inference calibrated?

Written by `python -m benchmarks.calibration --write`. The method, and which result counts as passing, is in
[docs/theory/calibration.md](../../docs/theory/calibration.md). Intervals in brackets are 95 % intervals of the binomial
(Clopper–Pearson); triples of numbers are the 5th, 50th and 95th percentile over the cases.
"""
TITLES = {
    "pooled": "Cases told at draws of one pool",
    "rumours": "The same, with reports of moves that nobody made once the dispute is over",
    "engine": "Whole runs of the engine, truths fresh from the prior",
}


def page(known: Mapping[str, Any]) -> str:
    """All parts that are there."""
    parts = [HEAD]
    parts += [_calibration(TITLES[name], known[name]) for name in TITLES if name in known]
    if "recovery" in known:
        parts.append(_recovery(known["recovery"]))
    return "\n".join(parts)


def _calibration(title: str, found: Mapping[str, Any]) -> str:
    lines = [
        f"## {title}", "",
        f"{found['cases']} cases, {found['draws']} draws each, seed {found['seed']}; {found['cpu_seconds']:.0f} CPU seconds. "
        f"Moves reported: {_triple(found['reports'], 0)}. Effective draws: {_triple(found['effective_draws'], 0)}; "
        f"k-hat above 0.7 in {found['k_hat_over']} cases.", "",
    ]  # fmt: skip
    sets = [("as a user has them", found["ranks"])] + ([("with the truth among the draws", found["exact"])] if "exact" in found else [])
    lines += ["| ranks | smallest p of the band, adjusted | where | smallest p of Kolmogorov–Smirnov, adjusted | where | passed |"]
    lines += ["| --- | --: | --- | --: | --- | --- |"]
    for name, ranks in sets:
        (band, where), (distance, place) = (_smallest(ranks[test]["holm"]) for test in ("envelope", "kolmogorov"))
        lines.append(f"| {name} | {band:.3f} | {where} | {distance:.3f} | {place} | {_passed(min(band, distance) >= LEVEL)} |")
    lines += ["", *_coverage(found), "", *_stated("Accounts, as a user has them", found["accounts"])]
    if "exact_accounts" in found:
        lines += ["", *_stated("Accounts, with the truth among the draws", found["exact_accounts"])]
    if "forecasts" in found:
        lines += ["", *_stated("Forecasts over the three rounds after the record", found["forecasts"])]
    if found["few"][0] < found["few"][1]:
        low, high = found["few"]
        lines += ["", f"While fewer than ten moves were reported the share of an account was never below {low:.2g} or above {high:.4f}."]
    return "\n".join(lines) + "\n"


def _coverage(found: Mapping[str, Any]) -> list[str]:
    wide, half = found["coverage_pooled"]
    head = [
        f"90 % ranges hold the truth in {_share(wide)} of {wide['of']}, 50 % ranges in {_share(half)}: "
        f"{_passed(0.85 <= wide['value'] <= 0.95)}.", "",
        "| assumption | p of the band, raw | 90 % range holds | 50 % range holds |", "| --- | --: | --: | --: |",
    ]  # fmt: skip
    raw = found["ranks"]["envelope"]["raw"]
    return head + [f"| {name} | {raw[name]:.3f} | {_share(pair[0])} | {_share(pair[1])} |" for name, pair in found["coverage"].items()]


def _stated(title: str, found: Mapping[str, Any]) -> list[str]:
    lines = [
        f"**{title}.** z of bias is positive when events are true more often than stated, z of sureness when stated too extremely.", "",
        "| event | stated, mean | true | z of bias | z of sureness | Brier | reliability | resolution | uncertainty |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]  # fmt: skip
    for name, each in found["events"].items():
        score = each["brier"]
        parts = " | ".join(f"{score[key]:.3f}" for key in ("score", "reliability", "resolution", "uncertainty"))
        lines.append(
            f"| {name} | {each['stated']:.3f} | {_share(each['true'])} | {each['bias']:+.1f} | {each['sureness']:+.1f} | {parts} |"
        )
    lines += ["", "| stated, mean of the bin | true | events |", "| --: | --: | --: |"]
    return lines + [f"| {each['stated']:.3f} | {_share(each['true'])} | {each['true']['of']} |" for each in found["bins"]]


def _recovery(found: Mapping[str, Any]) -> str:
    wide, half = found["coverage_pooled"]
    lines = [
        "## Long records: recovery, and how often “none of these” wins", "",
        f"{found['cases']} records of {found['rounds']} rounds for each kind of play, {found['draws']} draws, seed {found['seed']}; "
        f"{found['cpu_seconds']:.0f} CPU seconds.{_worth(found)} Under a listed account the 90 % ranges of the assumptions hold the truth "
        f"in {_share(wide)} of {wide['of']}, the 50 % ranges in {_share(half)}.", "",
        "| the sender plays | moves reported | records | share of “none of these”, mean | it is the largest | it exceeds ½ |",
        "| --- | --: | --: | --: | --: | --: |",
    ]  # fmt: skip
    names = {"listed": "by an account listed", "habit": "from habit", "not listed": "by an account not listed"}
    for key, name in names.items():
        for row in found[key]:
            if row["none_largest"]["of"]:
                wins = " | ".join(_share(row[column]) for column in ("none_largest", "none_over_half"))
                lines.append(f"| {name} | {row['reported']} | {row['none_largest']['of']} | {row['none_mean']:.3f} | {wins} |")
    lines += [
        "",
        "| by an account listed: moves reported | share of the true account, mean | it is the largest | share of the largest, mean |",
    ]
    lines += ["| --: | --: | --: | --: |"]
    for row in found["listed"]:
        if row["true_largest"]["of"]:
            lines.append(f"| {row['reported']} | {row['true_mean']:.3f} | {_share(row['true_largest'])} | {row['largest_mean']:.3f} |")
    return "\n".join(lines) + "\n"


def _worth(found: Mapping[str, Any]) -> str:
    return f" Effective draws at the end: {_triple(found['effective_draws'], 1)}." if "effective_draws" in found else ""


def _smallest(adjusted: Mapping[str, float]) -> tuple[float, str]:
    name = min(adjusted, key=lambda key: adjusted[key])
    return adjusted[name], name


def _share(share: Mapping[str, Any]) -> str:
    low, high = share["interval"]
    return f"{share['value']:.3f} ({low:.2f}–{high:.2f})"


def _triple(values: Sequence[float], digits: int) -> str:
    return " / ".join(f"{value:.{digits}f}" for value in values)


def _passed(passed: bool) -> str:
    return "passed" if passed else "**not passed**"
