"""Gambit's agent logit QRE: one request in JSON on standard input, one answer on standard output.

{"task": "lambda", "game": <path of an .efg file>, "precisions": [λ, …], "repeats": n}
    The first crossing of each λ on the principal branch, each traced anew from λ = 0.
{"task": "branch", "game": <path>, "repeats": n}
    The whole branch: λ at every point.
"""

import json
import os
import resource
import sys
import time

import pygambit

KIB = 1024


def peak_bytes():
    """Peak memory; on Linux from the kernel's own count, as getrusage's includes that of the parent process there."""
    if os.path.exists("/proc/self/status"):
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * KIB for line in status if line.startswith("VmHWM:"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else KIB)


def timed(work):
    wall, cpu = time.perf_counter(), time.process_time()
    answer = work()
    return answer, {"cpu_seconds": time.process_time() - cpu, "wall_seconds": time.perf_counter() - wall}


def choices(game, profile):
    """Per information set: player, moves on the way to one of its nodes, action → probability."""
    rows = []
    for player in game.players:
        for history, probs in profile[player]:
            way = [step.action for step in history]
            actions = game.get_actions(pygambit.H.path(*way))
            rows.append([player, way, {action: float(probs[action]) for action in actions}])
    return rows


def solve_lambda(game, request):
    rows = []
    for precision in request["precisions"]:
        found = [timed(lambda at=precision: pygambit.qre.logit_solve_lambda(game, [at])) for _ in range(request["repeats"])]
        point = found[0][0][0]
        times = [taken for _, taken in found]
        rows.append({"precision": precision, "met": point.lam, "times": times, "choices": choices(game, point.profile)})
    return {"rows": rows}


def trace_branch(game, request):
    found = [timed(lambda: pygambit.qre.logit_solve_branch(game)) for _ in range(request["repeats"])]
    return {"precisions": [point.lam for point in found[0][0]], "times": [taken for _, taken in found]}


def main():
    request = json.load(sys.stdin)
    after_import = peak_bytes()
    game = pygambit.read_efg(request["game"])
    answer = {"lambda": solve_lambda, "branch": trace_branch}[request["task"]](game, request)
    answer |= {"version": pygambit.__version__, "peak_bytes": peak_bytes(), "import_bytes": after_import}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
