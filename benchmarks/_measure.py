"""Seconds, repeats and peak memory, measured in one way by all benchmarks."""

import gc
import importlib
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

ROOT = Path(__file__).resolve().parent.parent
KIB = 1024
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Spread:
    """Smallest, median and largest of repeated measurements."""

    low: float
    median: float
    high: float

    @staticmethod
    def of(values: Sequence[float]) -> "Spread":
        return Spread(min(values), statistics.median(values), max(values))

    def text(self, unit: str = "") -> str:
        return f"{self.low:.3g} / {self.median:.3g} / {self.high:.3g}{unit and ' '}{unit}"


@dataclass(frozen=True)
class Taken(Generic[Answer]):
    """What repeated work gave, and what one run of it took.

    Attributes
    ----------
    cpu
        Seconds that all threads of the process computed; on a shared machine steadier than the wall clock.
    """

    answer: Answer
    cpu: Spread
    wall: Spread


def repeated(work: Callable[[], Answer], repeats: int) -> Taken[Answer]:
    """``work`` timed ``repeats`` times; whatever should not count, such as compiling, is done by calling it before."""
    cpu, wall, answer = [], [], None
    for _ in range(repeats):
        gc.collect()
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        answer = work()
        cpu.append(time.process_time() - cpu_start)
        wall.append(time.perf_counter() - wall_start)
    assert answer is not None, "work that is timed has to return something"
    return Taken(answer, Spread.of(cpu), Spread.of(wall))


def peak_bytes() -> int:
    """The most memory this process has held at once.

    Linux hands `getrusage`'s figure on from the parent that started a process, so the kernel's own count is read there.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * KIB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * KIB


@dataclass(frozen=True)
class Fresh:
    """One call in a process of its own.

    Attributes
    ----------
    import_bytes
        Peak before the call, when everything was imported: the part of ``peak_bytes`` that Python and libraries take.
    """

    answer: Any
    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int
    import_bytes: int


def fresh(module: str, function: str, *arguments: Any, seconds: float = 600.0) -> Fresh | None:
    """Call a function whose arguments and answer are JSON in a new process; None where it takes more than ``seconds``."""
    request = json.dumps([module, function, arguments])
    command = [sys.executable, "-m", "benchmarks._measure", request]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        raise RuntimeError(f"{module}.{function}{arguments} failed: {done.stderr.strip()[-800:]}")
    return Fresh(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    module, function, arguments = json.loads(sys.argv[1])
    work = getattr(importlib.import_module(module), function)
    before, wall, cpu = peak_bytes(), time.perf_counter(), time.process_time()
    answer = work(*arguments)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(json.dumps(asdict(Fresh(answer, cpu, wall, peak_bytes(), before))))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def against(measured: float, aim: float, unit: str) -> str:
    """``measured / aim``, marked where the aim is missed (it is the largest that is wanted)."""
    return f"{measured:.3g} / {aim:g}{unit and ' '}{unit}" + ("" if measured <= aim else " **missed**")


if __name__ == "__main__":
    main()
