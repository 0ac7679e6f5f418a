"""A stand-in for the work of a draw: assumptions whose log evidence is known in closed form, so that no game is solved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from openparley.infer import engine as engine_module
from openparley.infer.draw import Table
from openparley.infer.engine import AdaptiveImportance, Run, run_draws
from openparley.infer.model import Model
from openparley.record.casefile import Assumption
from tests.infer.small_model import small_model
from tests.solve.small_dispute import small_parameters

COUNT = 60
OUTER = 1.6448536269514722  # 95th percentile of a standard normal, so that a value is its own coordinate


def standard(count: int = COUNT) -> tuple[Assumption, ...]:
    """Assumptions that are standard normal."""
    return tuple(
        Assumption(
            id=f"A{i:03d}", sets=f"weight.mediator.*.x{i}", statement="Stated.", low=-OUTER, likely=0.0, high=OUTER,
            distribution="normal", basis=("default",), status="caveated",
        )
        for i in range(count)
    )  # fmt: skip


def toy_model(assumptions: tuple[Assumption, ...] = standard()) -> Model:
    return replace(small_model(small_parameters(), rounds=3, today=1), assumptions=assumptions)


@dataclass(frozen=True)
class Bell:
    """log m = height − ½ Σ ((z_j − centre_j) / width_j)² over a few of the assumptions."""

    centre: tuple[float, ...] = (1.6, -1.2, 0.8)
    width: tuple[float, ...] = (0.8, 1.0, 1.2)
    height: float = -40.0

    def __call__(self, z: np.ndarray) -> float:
        return self.height - 0.5 * float(np.square((z[: len(self.centre)] - self.centre) / np.array(self.width)).sum())

    @property
    def mean(self) -> np.ndarray:
        """Posterior mean of each of the few."""
        return np.array(self.centre) / (1 + np.square(self.width))

    @property
    def log_evidence(self) -> float:
        """Log of the average of m over the prior."""
        spread = 1 + np.square(self.width)
        return self.height + float(np.sum(np.log(np.array(self.width)) - 0.5 * np.log(spread) - 0.5 * np.square(self.centre) / spread))


def patch(monkeypatch: pytest.MonkeyPatch, log_evidence: Callable[[np.ndarray], float]) -> list[int]:
    """Let the engine compute this and nothing else; returns the list of draws that it asks for."""
    asked: list[int] = []

    def work(model: Model, values: Mapping[str, float], index: int, *rest: Any) -> Table:
        asked.append(index)
        z = np.array([values[row.id] for row in model.assumptions])
        return {"log_evidence": np.array([log_evidence(z)])}

    monkeypatch.setattr(engine_module, "work", work)
    return asked


def run_toy(engine: AdaptiveImportance, **options: Any) -> Run:
    return run_draws(toy_model(), replace(engine, processes=1, fine=0), {}, **options)
