"""OpenSpiel's CFR+: one request in JSON on standard input, one answer on standard output.

{"game": <path of an .efg file>, "targets": [half NashConv, …], "max_seconds": CPU seconds of iterations}
    Iterations until the average play is this close to a Nash equilibrium; NashConv is taken at iterations that grow by a
    sixth and its own time is not counted.
"""

import json
import os
import resource
import sys
import time
from importlib.metadata import version

import pyspiel

KIB = 1024
GROWTH = 7 / 6


def peak_bytes():
    """Peak memory; on Linux from the kernel's own count, as getrusage's includes that of the parent process there."""
    if os.path.exists("/proc/self/status"):
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * KIB for line in status if line.startswith("VmHWM:"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else KIB)


def run(game, targets, max_seconds):
    solver = pyspiel.CFRPlusSolver(game)
    left, reached, cpu, wall, done, after = sorted(targets, reverse=True), [], 0.0, 0.0, 0, 1
    gap, judged = float("inf"), 0.0
    while left and cpu < max_seconds:
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        while done < after:
            solver.evaluate_and_update_policy()
            done += 1
        cpu, wall = cpu + time.process_time() - cpu_start, wall + time.perf_counter() - wall_start
        started = time.process_time()
        gap = pyspiel.nash_conv(game, solver.average_policy()) / 2
        judged = time.process_time() - started
        while left and gap <= left[0]:
            reached.append({"target": left.pop(0), "iterations": done, "cpu_seconds": cpu, "wall_seconds": wall})
        after = max(done + 1, int(done * GROWTH))
    return {"reached": reached, "gap": gap, "iterations": done, "cpu_seconds": cpu, "nash_conv_seconds": judged}


def main():
    request = json.load(sys.stdin)
    after_import = peak_bytes()
    game = pyspiel.load_game("efg_game", {"filename": request["game"]})
    answer = run(game, request["targets"], request["max_seconds"])
    answer |= {"version": version("open_spiel"), "peak_bytes": peak_bytes(), "import_bytes": after_import}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
