"""The parts of the study; each returns plain figures, kept as JSON until the page is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from openparley.infer.engine import AdaptiveImportance
from tests.infer.calibrating import LONG, Pool, sanctions_model
from tests.infer.judging import Judged, engine_cases, judged_cases, traced_case
from tests.infer.uniformity import Share, bias, bins, brier, envelope, holm, kolmogorov, sureness

Figures = dict[str, Any]

SEED = 7
POOL, RUMOUR_POOL, POOL_SEED = 192, 32, 3
ENGINE_CASES, ENGINE_DRAWS, ENGINE_BATCH = 40, 64, 32
LONG_CASES, LONG_POOL, LONG_ROUNDS = 40, 24, 48
REPORTED = (5, 10, 20, 40)
NONE = "none"


def pooled(cases: int) -> Figures:
    """Calibration over cases told at draws of one pool, as the model has them."""
    return _timed(lambda: _figures(judged_cases(Pool.solve(sanctions_model(), POOL, POOL_SEED), cases, SEED, done=_told)), cases, POOL)


def rumours(cases: int) -> Figures:
    """The same with reports of moves that nobody made after the end, as often as the filter allows for."""
    pool = Pool.solve(sanctions_model(), RUMOUR_POOL, POOL_SEED)
    return _timed(lambda: _figures(judged_cases(pool, cases, SEED + 1, rumours=True, forecast=False, done=_told)), cases, RUMOUR_POOL)


def engine(cases: int) -> Figures:
    """Whole runs of the engine, with truths fresh from the prior."""
    cases = min(cases, ENGINE_CASES)
    settings = AdaptiveImportance(draws=ENGINE_DRAWS, batch=ENGINE_BATCH, seed=SEED)
    return _timed(lambda: _figures(engine_cases(sanctions_model(), cases, SEED + 2, settings)), cases, ENGINE_DRAWS)


def recovery(cases: int) -> Figures:
    """Long records: play by an account listed, from habit, and by an account that is not listed."""
    cases = min(cases, LONG_CASES)
    return _timed(lambda: _recovery(cases), cases, LONG_POOL)


PARTS: Mapping[str, Callable[[int], Figures]] = {"pooled": pooled, "rumours": rumours, "engine": engine, "recovery": recovery}


def _told(case: int) -> None:
    if case and case % 20 == 0:
        print(f"{case} cases", flush=True)


def _timed(run: Callable[[], Figures], cases: int, draws: int) -> Figures:
    started = time.process_time()
    found = run()
    return found | {"cases": cases, "draws": draws, "cpu_seconds": time.process_time() - started}


def _figures(cases: Sequence[Judged]) -> Figures:
    names = list(cases[0].covered)
    found: Figures = {
        "seed": SEED,
        "effective_draws": _spread([case.effective_draws for case in cases]),
        "k_hat_over": int(sum(case.k_hat > 0.7 for case in cases)),
        "reports": _spread([case.reports for case in cases]),
        "ranks": _ranks([case.ranks for case in cases]),
        "coverage": {name: [_share([case.covered[name][level] for case in cases]) for level in (0, 1)] for name in names},
        "coverage_pooled": [_share([held[level] for case in cases for held in case.covered.values()]) for level in (0, 1)],
        "accounts": _stated([case.accounts for case in cases]),
        "few": [min(case.few[0] for case in cases), max(case.few[1] for case in cases)],
    }
    if cases[0].exact:
        found |= {"exact": _ranks([case.exact for case in cases]), "exact_accounts": _stated([case.exact_accounts for case in cases])}
    if cases[0].forecasts:
        found["forecasts"] = _stated([case.forecasts for case in cases])
    return found


def _spread(values: Sequence[float]) -> list[float]:
    return [float(q) for q in np.quantile(values, (0.05, 0.5, 0.95))]


def _share(hits: Sequence[bool]) -> Figures:
    found = Share.count(np.array(hits))
    return {"value": found.value, "of": found.of, "interval": list(found.interval)}


def _ranks(rows: Sequence[Mapping[str, float]]) -> Figures:
    """Every rank, and both tests of its uniformity, as they are and adjusted for their number."""
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    raw = {test.__name__: {name: test(column) for name, column in columns.items()} for test in (kolmogorov, envelope)}
    return {"values": {name: [round(float(v), 5) for v in column] for name, column in columns.items()}} | {
        name: {"raw": found, "holm": holm(found)} for name, found in raw.items()
    }


def _stated(rows: Sequence[Mapping[str, tuple[float, bool]]]) -> Figures:
    """Stated probabilities against what was true: by event and, in bins, of all events together."""
    by_event = {name: np.array([row[name] for row in rows], float) for name in rows[0]}
    everything = np.concatenate(list(by_event.values()))
    events = {}
    for name, table in by_event.items():
        stated, true = table.T
        score = brier(stated, true)
        events[name] = {
            "stated": float(stated.mean()), "true": _share(list(true > 0)), "brier": vars(score),
            "bias": bias(stated, true), "sureness": sureness(stated, true),
        }  # fmt: skip
    binned = [
        {"stated": b.mean, "true": _share([True] * b.happened.hits + [False] * (b.happened.of - b.happened.hits))}
        for b in bins(*everything.T)
    ]
    return {"events": events, "bins": binned}


def _recovery(cases: int) -> Figures:
    listed = Pool.solve(sanctions_model(LONG, rounds=LONG_ROUNDS + 2, today=LONG_ROUNDS), LONG_POOL, POOL_SEED)
    wider = Pool.solve(
        sanctions_model(LONG, rounds=LONG_ROUNDS + 2, today=LONG_ROUNDS, sender=("H1", "H2", "H5")), LONG_POOL, POOL_SEED + 1
    )
    found: Figures = {"seed": SEED, "reported": list(REPORTED), "rounds": LONG_ROUNDS}
    held: list[tuple[bool, bool]] = []
    worth: list[float] = []
    for kind, (told_by, labels) in {
        "listed": (listed, ("H1", "H2")), "habit": (listed, (NONE,)), "not listed": (wider, ("H5",))
    }.items():  # fmt: skip
        traced = [
            traced_case(listed, told_by, labels[case % len(labels)], REPORTED, np.random.default_rng([SEED + 3, case]))
            for case in range(cases)
        ]
        rows = []
        for i, number in enumerate(REPORTED):
            there = [each for each in traced if not np.isnan(each.shares[i]).any()]
            none = [float(each.shares[i, each.labels.index(NONE)]) for each in there]
            row: Figures = {
                "reported": number,
                "none_mean": float(np.mean(none)) if none else None,
                "none_largest": _share([int(each.shares[i].argmax()) == each.labels.index(NONE) for each in there]),
                "none_over_half": _share([share > 0.5 for share in none]),
            }
            if kind == "listed":
                true = [float(each.shares[i, each.labels.index(each.label)]) for each in there]
                row |= {
                    "true_mean": float(np.mean(true)) if true else None,
                    "true_largest": _share([int(each.shares[i].argmax()) == each.labels.index(each.label) for each in there]),
                    "largest_mean": float(np.mean([each.shares[i].max() for each in there])) if there else None,
                }
            rows.append(row)
        found[kind] = rows
        worth += [each.effective_draws for each in traced]
        held += [pair for each in traced for pair in each.covered.values()] if kind == "listed" else []
    found["coverage_pooled"] = [_share([pair[level] for pair in held]) for level in (0, 1)]
    found["effective_draws"] = _spread(worth)
    return found
