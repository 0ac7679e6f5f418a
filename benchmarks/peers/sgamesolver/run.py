"""Runs in sgamesolver's own environment: ``python run.py games.npz answers.npz``.

``games.npz`` holds, for every k, ``payoffs_k`` (state, player, one axis a player), ``transitions_k`` (state, one axis a
player, state), ``discount_k``, ``precisions_k`` and ``tolerance_k``, 0 for its own; ``answers.npz`` gets ``policies_k``
(precision, state, player, action), ``values_k`` and ``seconds_k``, CPU seconds for each precision from scratch.
"""

import sys
import time
import warnings

import numpy as np
import sgamesolver


def answer(payoffs, transitions, discount, precision, tolerance):
    game = sgamesolver.SGame(list(payoffs), list(transitions), float(discount))
    started = time.process_time()
    homotopy = sgamesolver.homotopy.QRE(game)
    homotopy.solver_setup(target_lambda=float(precision))
    homotopy.solver.verbose = 0
    if tolerance:
        homotopy.solver.set_parameters(corrector_tol=float(tolerance), convergence_tol=float(tolerance))
    homotopy.solve()
    seconds = time.process_time() - started
    return homotopy.equilibrium.strategies, homotopy.equilibrium.values, seconds


def main() -> None:
    warnings.simplefilter("ignore")
    games, answers = np.load(sys.argv[1]), {}
    for k in range(sum(name.startswith("payoffs_") for name in games.files)):
        found = [
            answer(*(games[f"{name}_{k}"] for name in ("payoffs", "transitions", "discount")), precision, games[f"tolerance_{k}"])
            for precision in games[f"precisions_{k}"]
        ]
        for name, column in zip(("policies", "values", "seconds"), zip(*found, strict=True), strict=True):
            answers[f"{name}_{k}"] = np.array(column)
    np.savez(sys.argv[2], **answers)


if __name__ == "__main__":
    main()
