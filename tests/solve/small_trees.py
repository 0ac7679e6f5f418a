"""Trees written by hand for the tests of the exact solvers, and what the solvers and Gambit say about a tree in one form."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np

from openparley.game.tree import Chance, Choice, Infoset, Node, Outcome, Terminal, Tree
from openparley.solve.branch import Traced, follow
from openparley.solve.solution import Solution
from openparley.solve.trees.agent_logit import AgentLogit
from tests.solve.gambit import GambitBehaviour

Probs = Mapping[Infoset, np.ndarray]


def end(*payoffs: float) -> Terminal:
    """An end; every one has an outcome of its own number, so that a file can hold them."""
    return Terminal(Outcome(next(_outcomes), "", payoffs))


_outcomes = count(1)


def simultaneous(payoffs: Sequence[Sequence[tuple[float, ...]]], *, title: str = "simultaneous") -> Tree:
    """Two players choose at once: row r, column c pays ``payoffs[r][c]``; the second player does not see the first move."""
    return Tree(title, ("Row", "Column"), simultaneous_node(payoffs, Infoset(0, 1, "rows"), Infoset(1, 1, "columns")))


def simultaneous_node(payoffs: Sequence[Sequence[tuple[float, ...]]], first: Infoset, second: Infoset) -> Choice:
    rows = tuple(f"r{k}" for k in range(len(payoffs)))
    columns = tuple(f"c{k}" for k in range(len(payoffs[0])))
    after = tuple(Choice(second, columns, tuple(end(*cell) for cell in row)) for row in payoffs)
    return Choice(first, rows, after)


def coordination(size: int, worth: float = 1.0) -> Tree:
    """Both players get ``worth`` if they choose alike, else nothing."""
    return simultaneous([[(worth * (r == c),) * 2 for c in range(size)] for r in range(size)])


def signals(prior: tuple[float, float], *, base: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())) -> Tree:
    """A sender of two types chooses one of two messages, a receiver answers; ``base`` are the types' propensities."""
    worth = {0: ((1.0, -0.5), (0.3, 0.2), (0.4, -1.0), (0.9, 0.8)), 1: ((0.2, 0.9), (0.8, -0.1), (1.1, 0.6), (-0.3, 0.1))}
    answers = [Infoset(1, 1, "after x"), Infoset(1, 2, "after y")]

    def sender(kind: int) -> Node:
        after = tuple(
            Choice(answers[m], ("u", "d"), (end(*worth[kind][2 * m]), end(*worth[kind][2 * m + 1]))) for m in range(2)
        )  # fmt: skip
        return Choice(Infoset(0, 1 + kind, f"type {kind}"), ("x", "y"), after, base[kind])

    return Tree("signals", ("Sender", "Receiver"), Chance(1, "type", ("0", "1"), prior, (sender(0), sender(1))))


def general(tree: Tree, *precisions: float, trace: float = 1.0, **options: object) -> tuple[AgentLogit, Traced]:
    """The system of all choice probabilities, used whether or not all moves are public."""
    system = AgentLogit(tree)
    return system, follow(system, to=trace * max(precisions), wanted=precisions, **options)  # pyright: ignore[reportArgumentType]


def general_probs(system: AgentLogit, unknowns: np.ndarray) -> Probs:
    return {h: np.exp(unknowns[system.first[k] : system.first[k + 1]]) for k, h in enumerate(system.infosets)}


def gap(one: Probs, two: Probs | GambitBehaviour) -> float:
    """Largest difference between two behaviours; both must have the same information sets."""
    assert one.keys() == two.keys()
    return max((float(np.abs(one[h] - _array(two[h])).max()) for h in one), default=0.0)


def _array(probs: np.ndarray | Mapping[str, float]) -> np.ndarray:
    return np.array(list(probs.values())) if isinstance(probs, Mapping) else probs


def certified(solution: Solution[Any]) -> Mapping[str, float]:
    """The certificate, which every solution of a tree or a dispute has."""
    assert solution.certificate is not None
    return solution.certificate


def dense(jacobian_of: object, at: np.ndarray, step: float = 1e-6) -> np.ndarray:
    """Central differences of a vector function, one column an unknown."""
    columns = [(jacobian_of(at + step * row) - jacobian_of(at - step * row)) / (2 * step) for row in np.eye(len(at))]  # pyright: ignore[reportCallIssue]
    return np.array(columns).T if columns else np.zeros((0, 0))
