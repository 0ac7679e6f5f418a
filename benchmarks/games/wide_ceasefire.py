"""A dispute for measuring scale: the core ceasefire with three uncertain actors and some 5,000 positions.

The public state also keeps how hard outsiders press, how high prices are and how the talks feel; these move by chance
and weigh on what everybody gains. Fictional; the numbers are for testing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

import numpy as np

from benchmarks.games.core_ceasefire import CoreCeasefire, CoreState
from openparley.game import Draw, Motives, Parameters, even_drift


class WideState(CoreState):
    rapport: Literal["cold", "warm"] = "cold"
    prices: Literal["low", "high"] = "low"
    season: Literal["mud", "frost"] = "mud"


class WideCeasefire(CoreCeasefire):
    """The core ceasefire in a wider world; one of three things may change in a week."""

    State = WideState
    interests = MappingProxyType(
        {
            **CoreCeasefire.interests,
            "cold_week": "a week of cold rapport",
            "dear_week": "a week of high prices",
            "frost": "a week of frost",
        }
    )
    chance = MappingProxyType({**CoreCeasefire.chance, "change": "one of the things around changes in a week"})

    def world(self, s: CoreState) -> Iterator[Draw]:
        assert isinstance(s, WideState)
        week = {"cold_week": float(s.rapport == "cold"), "dear_week": float(s.prices == "high"), "frost": float(s.season == "frost")}
        changes = {
            "as_before": (1 - self.assume.change, {}),
            "rapport": (self.assume.change / 3, {"rapport": "warm" if s.rapport == "cold" else "cold"}),
            "prices": (self.assume.change / 3, {"prices": "high" if s.prices == "low" else "low"}),
            "season": (self.assume.change / 3, {"season": "frost" if s.season == "mud" else "mud"}),
        }
        for draw in super().world(s):
            assert isinstance(draw.to, WideState)
            for name, (share, changed) in changes.items():
                yield Draw(f"{draw.label}_{name}", draw.prob * share, draw.to.but(**changed), **{**draw.interests, **week})


CHANCE = {"front_moves": 0.2, "front_moves_cut": 0.4, "backfill": 0.1, "change": 0.3}
MORE: Mapping[str, Mapping[str, Mapping[str, float]]] = {
    "mediator": {"H1": {"dear_week": -0.1}, "H2": {"cold_week": -0.1}, "H3": {"dear_week": -0.2}},
    "party_a": {"H4": {"dear_week": 0.2, "frost": -0.1}, "H5": {"frost": 0.2}},
}
PARTY_B = {
    "firm": {
        "deal": 1.0,
        "war_week": -1,
        "ground": -1,
        "walk_away": -4,
        "conciliation": -1.5,
        "support_cut": -0.5,
        "strike": 0.4,
        "frost": -0.1,
    },
    "weary": {
        "deal": 3.0,
        "war_week": -1,
        "ground": -1,
        "walk_away": -6,
        "conciliation": -0.5,
        "support_cut": -0.8,
        "strike": 0.1,
        "frost": -0.2,
    },
}


def wide_ceasefire(motives: Mapping[str, Motives]) -> tuple[WideCeasefire, Parameters]:
    """The dispute with 3 × 2 × 2 types; ``motives`` are those of the mediated ceasefire, which are added to."""
    wider = {
        actor: replace(m, weights={kind: {**row, **MORE.get(actor, {}).get(kind, {})} for kind, row in m.weights.items()})
        for actor, m in motives.items()
    }
    wider["party_b"] = replace(
        motives["party_b"], types=tuple(PARTY_B), weights=PARTY_B, prior=np.array([0.6, 0.4]), drift=even_drift(2, 0.02)
    )  # fmt: skip
    return WideCeasefire(CHANCE), Parameters(wider, CHANCE)
