"""What this machine can do, to print beside what the solvers do: memory bandwidth and the pace of dependent arithmetic.

The triad a = b + s·c is that of the STREAM benchmark (McCalpin 1995; not checked): three arrays too large for any cache,
24 bytes counted an element, though the memory may move 32 where a line is read before it is written. The scalar loop is
a chain of x ← x·f + d in which each step waits for the one before, as an inner fixed point does.
"""

import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numba import njit

from benchmarks._measure import Spread

ELEMENTS = 12_000_000  # 96 MB an array
BYTES_AN_ELEMENT = 3 * 8
THREADS = (1, 2)
REPEATS = 7
CHAIN = 20_000_000


@dataclass(frozen=True)
class Machine:
    """Figures of the machine at the time of the run.

    Attributes
    ----------
    bandwidth
        Threads → bytes a second of the triad.
    multiply_add
        Seconds of one dependent multiply-add, compiled.
    """

    cores: int
    processor: str
    bandwidth: dict[int, Spread]
    multiply_add: Spread

    def text(self) -> str:
        rates = "; ".join(f"{Spread.of(_gigabytes(rate)).text('GB/s')} with {many} thread(s)" for many, rate in self.bandwidth.items())
        pace = Spread(*(1e9 * s for s in (self.multiply_add.low, self.multiply_add.median, self.multiply_add.high)))
        return (
            f"{self.processor}, {self.cores} cores. Triad (min / median / max): {rates}. "
            f"Dependent multiply-add: {pace.text('ns')}. Load when measured: {os.getloadavg()[0]:.1f}."
        )


def _gigabytes(rate: Spread) -> list[float]:
    return [value / 1e9 for value in (rate.low, rate.median, rate.high)]


@njit(nogil=True, cache=True)
def _triad(out: np.ndarray, one: np.ndarray, factor: float, two: np.ndarray) -> None:  # pragma: no cover - compiled
    for i in range(len(out)):
        out[i] = one[i] + factor * two[i]


@njit(cache=True)
def _chain(x: float, factor: float, add: float, steps: int) -> float:  # pragma: no cover - compiled
    for _ in range(steps):
        x = x * factor + add
    return x


def triad_bandwidth(threads: int, elements: int = ELEMENTS, repeats: int = REPEATS) -> Spread:
    """Bytes a second that ``threads`` threads move together, by the wall clock."""
    out, one, two = np.zeros(elements), np.ones(elements), np.full(elements, 2.0)
    ends = np.linspace(0, elements, threads + 1).astype(int)
    pieces = [slice(low, high) for low, high in pairwise(ends)]
    with ThreadPoolExecutor(threads) as pool:

        def work() -> None:
            for done in [pool.submit(_triad, out[piece], one[piece], 3.0, two[piece]) for piece in pieces]:
                done.result()

        work()  # compiles, and touches every page
        taken = [_wall(work) for _ in range(repeats)]
    if not (out == 7.0).all():
        raise ArithmeticError("the triad of the calibration gave a wrong sum")
    return Spread.of([BYTES_AN_ELEMENT * elements / seconds for seconds in taken])


def multiply_add_seconds(steps: int = CHAIN, repeats: int = REPEATS) -> Spread:
    """Seconds of one step of the chain."""
    _chain(1.0, 0.5, 0.5, 10)
    return Spread.of([_wall(lambda: _chain(0.3, 0.999999, 1e-7, steps)) / steps for _ in range(repeats)])


def _wall(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def calibrate() -> Machine:
    bandwidth = {threads: triad_bandwidth(threads) for threads in THREADS}
    return Machine(os.cpu_count() or 1, _processor(), bandwidth, multiply_add_seconds())


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def main() -> None:
    print(calibrate().text())


if __name__ == "__main__":
    main()
