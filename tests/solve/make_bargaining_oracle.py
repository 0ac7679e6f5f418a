"""What Gambit says about the bargaining game of the benchmarks, in ``bargaining_oracle.json``.

Rewritten by ``python -m tests.solve.make_bargaining_oracle``, which takes a few minutes. The game is written for Gambit
from its own table of payoffs, apart from `benchmarks.games.bargaining` and `openparley.game.efg`, so that a mistake there
shows. Gambit meets the wanted λ to about 1e-10 only; Newton steps on a recursion of this file take its answers to the
last digits, and how far they moved, and what Gambit's own action values say of the result, is stored with them.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise, product, starmap
from pathlib import Path
from typing import Any

import numpy as np
import pygambit
from scipy.optimize import brentq

ORACLE = Path(__file__).with_name("bargaining_oracle.json")
DIGITS = 13
CASES = [(variant, rounds, precision) for variant in ("base", "alt") for rounds in (1, 2, 3) for precision in (0.5, 1.0, 2.0, 5.0)]
CASES += [(variant, 4, precision) for variant in ("base", "alt") for precision in (0.5, 1.0)]
BRANCHES = {2: (4.0, 5.0, 8.0, 10.0, 14.0), 3: (4.0, 4.5, 5.0, 8.0, 10.0, 14.0)}
"""Rounds of the variant “base” → the λ at which every crossing of the principal branch is kept."""
WHOLE_AT = (4.5, 5.0)
"""λ at which every choice probability of every crossing is kept, not B's opening alone."""

TYPES = ("sincere", "maximalist")
B_MOVES, A_MOVES = ("press", "concede"), ("accept", "stall", "escalate")
Key = tuple[str, str, tuple[str, ...]]
"""Player, its type (empty for party B, who has one), public moves so far."""
Choices = dict[Key, dict[str, float]]


@dataclass(frozen=True)
class Payoffs:
    """(party A, party B) for the sincere type, then for the maximalist."""

    sincere_prob: str
    moves: Mapping[str, tuple[tuple[str, str], tuple[str, str]]]
    settlement: Mapping[str, tuple[tuple[str, str], tuple[str, str]]]
    breakdown: tuple[tuple[str, str], tuple[str, str]]


PAYOFFS = {
    "base": Payoffs(
        "0.5",
        {
            "press": (("-0.20", "-0.10"), ("-0.20", "-0.10")),
            "concede": (("0", "0"), ("0", "0")),
            "stall": (("-0.10", "-0.15"), ("-0.10", "-0.15")),
            "escalate": (("-0.40", "-0.45"), ("-0.05", "-0.45")),
        },
        {"press": (("1.00", "2.00"), ("0.25", "1.50")), "concede": (("1.50", "1.20"), ("1.20", "0.70"))},
        (("-0.80", "-0.50"), ("0.20", "-1.00")),
    ),
    "alt": Payoffs(
        "0.3",
        {
            "press": (("-0.35", "-0.25"), ("-0.15", "-0.25")),
            "concede": (("0.05", "-0.05"), ("0.10", "-0.10")),
            "stall": (("-0.20", "-0.05"), ("0.05", "-0.30")),
            "escalate": (("-0.60", "-0.70"), ("-0.10", "-0.55")),
        },
        {"press": (("0.80", "1.80"), ("-0.20", "2.10")), "concede": (("1.30", "1.00"), ("1.60", "0.20"))},
        (("-1.20", "-0.30"), ("0.50", "-1.40")),
    ),
}


# The order of everything stored


def infosets(rounds: int) -> Iterator[tuple[Key, tuple[str, ...]]]:
    """Information sets with their actions, in the order of the stored probabilities: round by round, in each by history,
    party B before party A; what was chosen first changes slowest, and types come before each other as in `TYPES`.
    """
    for past in range(rounds):
        for done in product(B_MOVES, A_MOVES[1:], repeat=past):
            yield ("party_b", "", done), B_MOVES
            for move, kind in product(B_MOVES, TYPES):
                yield ("party_a", kind, (*done, move)), A_MOVES


def labelled(rounds: int, probs: list[float]) -> Choices:
    """The choice probabilities by information set and action."""
    given = iter(probs)
    return {key: {action: next(given) for action in actions} for key, actions in infosets(rounds)}


@dataclass(frozen=True)
class Case:
    """One equilibrium and how exact it is.

    Attributes
    ----------
    moved
        Largest difference between these probabilities and those that Gambit returned.
    residual
        Largest difference between a log odds and λ times the gain that Gambit itself computes for these probabilities.
    """

    choices: Choices
    moved: float
    residual: float


@dataclass(frozen=True)
class OracleBranch:
    """The principal branch of the variant “base”.

    Attributes
    ----------
    folds
        λ at every turning point, in the order along the branch.
    press
        λ → probability that party B opens with ``press``, at every crossing of that λ in the order along the branch.
    equilibria
        λ → all choice probabilities at those crossings, for the λ in `WHOLE_AT`.
    residual
        As in `Case`, the largest of all crossings.
    """

    folds: tuple[float, ...]
    press: dict[float, tuple[float, ...]]
    equilibria: dict[float, tuple[Choices, ...]]
    residual: float


@dataclass(frozen=True)
class BargainingOracle:
    """``cases``: (variant, rounds, λ) → first crossing on the principal branch; ``branches``: rounds → branch of “base”."""

    cases: dict[tuple[str, int, float], Case]
    branches: dict[int, OracleBranch]


def read_bargaining_oracle() -> BargainingOracle:
    """What is stored in ``bargaining_oracle.json``."""
    stored = json.loads(ORACLE.read_text(encoding="utf-8"))
    cases = {
        (row["variant"], row["rounds"], row["precision"]): Case(labelled(row["rounds"], row["probs"]), row["moved"], row["residual"])
        for row in stored["cases"]
    }
    return BargainingOracle(cases, {row["rounds"]: _branch(row) for row in stored["branches"]})


def _branch(row: dict[str, Any]) -> OracleBranch:
    press = {at["precision"]: tuple(at["press"]) for at in row["crossings"]}
    whole = {at["precision"]: tuple(labelled(row["rounds"], p) for p in at["probs"]) for at in row["crossings"] if "probs" in at}
    return OracleBranch(tuple(row["folds"]), press, whole, row["residual"])


# The game for Gambit


def write_game(variant: str, rounds: int) -> str:
    """The text of the ``.efg`` file."""
    return _Writer(PAYOFFS[variant], rounds).text()


class _Writer:
    def __init__(self, payoffs: Payoffs, rounds: int) -> None:
        self.payoffs, self.rounds, self.ends = payoffs, rounds, 0
        self.numbers: dict[str, dict[Key, int]] = {"party_b": {}, "party_a": {}}
        sincere = Decimal(payoffs.sincere_prob)
        shares = f'"{TYPES[0]}" {sincere} "{TYPES[1]}" {1 - sincere}'
        self.lines = ['EFG 2 R "bargaining" { "party_b" "party_a" }', '""', f'c "" 1 "type" {{ {shares} }} 0']

    def text(self) -> str:
        for kind in range(2):
            self._round(kind, (), (Decimal(0), Decimal(0)))
        return "\n".join(self.lines) + "\n"

    def _round(self, kind: int, done: tuple[str, ...], paid: tuple[Decimal, Decimal]) -> None:
        self._choice(1, ("party_b", "", done), B_MOVES)
        for move in B_MOVES:
            pressed = self._pay(paid, self.payoffs.moves[move][kind])
            self._choice(2, ("party_a", TYPES[kind], (*done, move)), A_MOVES)
            self._end(self._pay(pressed, self.payoffs.settlement[move][kind]))
            for answer in A_MOVES[1:]:
                answered = self._pay(pressed, self.payoffs.moves[answer][kind])
                if len(done) // 2 + 1 == self.rounds:
                    self._end(self._pay(answered, self.payoffs.breakdown[kind]))
                else:
                    self._round(kind, (*done, move, answer), answered)

    def _choice(self, player: int, key: Key, actions: tuple[str, ...]) -> None:
        numbers = self.numbers[key[0]]
        number = numbers.setdefault(key, len(numbers) + 1)
        menu = " ".join(f'"{action}"' for action in actions)
        self.lines.append(f'p "" {player} {number} "" {{ {menu} }} 0')

    def _end(self, paid: tuple[Decimal, Decimal]) -> None:
        self.ends += 1
        self.lines.append(f't "" {self.ends} "" {{ {paid[0]}, {paid[1]} }}')

    @staticmethod
    def _pay(paid: tuple[Decimal, Decimal], flow: tuple[str, str]) -> tuple[Decimal, Decimal]:
        return paid[0] + Decimal(flow[1]), paid[1] + Decimal(flow[0])


def read_game(variant: str, rounds: int) -> pygambit.Game:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bargaining.efg"
        path.write_text(write_game(variant, rounds), encoding="utf-8")
        return pygambit.read_efg(str(path))


def at(key: Key) -> Any:
    """What Gambit calls an information set: one of its histories, which begins with nature's draw."""
    return pygambit.H.path(key[1] or TYPES[0], *key[2])


def gambit_logits(profile: Any, rounds: int) -> np.ndarray:
    """Log odds of every action but the first against the first, in the order of `infosets`."""
    probs = [(profile[at(key)], actions) for key, actions in infosets(rounds)]
    return np.array([np.log(float(p[action])) - np.log(float(p[actions[0]])) for p, actions in probs for action in actions[1:]])


def gambit_residual(profile: Any, rounds: int, precision: float, logits: np.ndarray) -> float:
    """Largest |log odds − λ · gain|, where the gains are what Gambit computes with these log odds set into ``profile``."""
    for key, probs in labelled(rounds, probabilities(logits, rounds).tolist()).items():
        profile.set_mixed_action(at(key), probs)
    values = [(profile.action_values[at(key)], actions) for key, actions in infosets(rounds)]
    gains = [float(v[action]) - float(v[actions[0]]) for v, actions in values for action in actions[1:]]
    return float(np.abs(logits - precision * np.array(gains)).max())


# Newton steps on a recursion that is neither Gambit's nor the solvers' of the package


def split(logits: np.ndarray, rounds: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Per round, choice probabilities of B (batch, history, move) and of A (batch, history, move, type, answer)."""
    found, start = [], 0
    for many in (4**t for t in range(rounds)):
        block = logits[:, start : start + 9 * many].reshape(-1, many, 9)
        found.append((_softmax(block[..., :1]), _softmax(block[..., 1:].reshape(-1, many, 2, 2, 2))))
        start += 9 * many
    return found


def _softmax(logits: np.ndarray) -> np.ndarray:
    full = np.exp(np.concatenate([np.zeros_like(logits[..., :1]), logits], -1))
    return full / full.sum(-1, keepdims=True)


def probabilities(logits: np.ndarray, rounds: int) -> np.ndarray:
    """All choice probabilities, in the order of `infosets`."""
    rows = [np.concatenate([b[0], a[0].reshape(len(a[0]), -1)], 1).ravel() for b, a in split(logits[None], rounds)]
    return np.concatenate(rows)


def gains(logits: np.ndarray, payoffs: Payoffs, rounds: int) -> np.ndarray:
    """Expected payoff of every action less that of the first, for each row of log odds."""
    flow_a, flow_b = (np.array([[float(payoffs.moves[m][k][who]) for k in range(2)] for m in (*B_MOVES, *A_MOVES[1:])]) for who in (0, 1))
    settled_a, settled_b = (np.array([[float(payoffs.settlement[m][k][who]) for k in range(2)] for m in B_MOVES]) for who in (0, 1))
    chosen, share = split(logits, rounds), float(payoffs.sincere_prob)
    weights = [np.broadcast_to(np.array([share, 1 - share]), (len(logits), 1, 2)).astype(logits.dtype)]
    for _, a in chosen[:-1]:  # B's own moves say nothing about the type
        weights.append(np.moveaxis(weights[-1][:, :, None, :, None] * a[..., 1:], 3, 4).reshape(len(logits), -1, 2))
    over_a, over_b = (np.array([float(payoffs.breakdown[k][who]) for k in range(2)]) for who in (0, 1))
    value_a, value_b = (np.broadcast_to(over, (len(logits), 4**rounds, 2)).astype(logits.dtype) for over in (over_a, over_b))
    found = []
    for (b, a), weight in zip(reversed(chosen), reversed(weights), strict=True):
        options_a, options_b = (
            np.concatenate(
                [
                    np.broadcast_to(settled, (*a.shape[:2], 2, 2))[..., None],
                    np.moveaxis(value.reshape(*a.shape[:3], 2, 2), 3, 4) + flow[2:].T,
                ],
                -1,
            )
            for settled, value, flow in ((settled_a, value_a, flow_a), (settled_b, value_b, flow_b))
        )
        pressed_a, pressed_b = ((a * options).sum(-1) + flow[:2] for options, flow in ((options_a, flow_a), (options_b, flow_b)))
        expected = (weight[:, :, None] * pressed_b).sum(-1) / weight.sum(-1)[..., None]
        gain_b, gain_a = expected[..., 1:] - expected[..., :1], options_a[..., 1:] - options_a[..., :1]
        found.append(np.concatenate([gain_b, gain_a.reshape(*a.shape[:2], 8)], -1).reshape(len(logits), -1))
        value_a, value_b = ((b[..., None] * pressed).sum(2) for pressed in (pressed_a, pressed_b))
    return np.concatenate(found[::-1], 1)


STEP = 1e-30  # of a complex-step derivative, which has no cancellation
ACCURATE = 1e-11  # residual from which Newton steps that gain nothing are at the limit of double precision


@dataclass(frozen=True)
class Curve:
    """The equilibria of a variant as a curve of points x = (log odds, λ)."""

    payoffs: Payoffs
    rounds: int

    def residual(self, x: np.ndarray) -> np.ndarray:
        return x[:-1] - x[-1] * gains(x[None, :-1], self.payoffs, self.rounds)[0]

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        n = len(x) - 1
        derivative = gains(x[:-1] + 1j * STEP * np.eye(n), self.payoffs, self.rounds)
        derivative = np.imag(derivative).T / STEP
        return np.column_stack([np.eye(n) - x[-1] * derivative, -gains(x[None, :-1], self.payoffs, self.rounds)[0]])

    def polish(self, start: np.ndarray, normal: np.ndarray) -> np.ndarray:
        """Newton steps in the plane through ``start`` that ``normal`` is orthogonal to; they stop when they gain nothing."""
        x, best, kept = start, np.inf, start
        for _ in range(30):
            size = np.abs(residual := self.residual(x)).max()
            if size >= best and best < ACCURATE:
                return kept
            best, kept = size, x
            x = x - np.linalg.solve(np.vstack([self.jacobian(x), normal]), np.append(residual, 0.0))
        raise RuntimeError(f"Newton steps left a residual of {best:.1e} at λ = {start[-1]}")

    def tangent(self, x: np.ndarray, along: np.ndarray) -> np.ndarray:
        direction = np.linalg.svd(self.jacobian(x))[2][-1]
        return direction * np.sign(direction @ along)

    def at(self, precision: float, start: np.ndarray) -> np.ndarray:
        return self.polish(np.append(start[:-1], precision), np.eye(len(start))[-1])

    def fold(self, before: np.ndarray, after: np.ndarray) -> float:
        """λ where the curve turns between two of its points."""
        chord = after - before

        def on(share: float) -> np.ndarray:
            return self.polish(before + share * chord, chord)

        def rising(share: float) -> float:
            return float(self.tangent(on(share), chord)[-1])

        turn: Any = brentq(rising, 0.0, 1.0, xtol=1e-10)
        return float(on(turn)[-1])


# Everything together


def solve_case(variant: str, rounds: int, precision: float) -> dict[str, Any]:
    answer = pygambit.qre.logit_solve_lambda(read_game(variant, rounds), [precision])[0]
    found = gambit_logits(answer.profile, rounds)
    x = Curve(PAYOFFS[variant], rounds).at(precision, np.append(found, precision))
    probs = probabilities(x[:-1], rounds)
    moved = np.abs(probs - probabilities(found, rounds)).max()
    residual = gambit_residual(answer.profile, rounds, precision, x[:-1])
    return (
        {"variant": variant, "rounds": rounds, "precision": precision} | _sizes(moved=moved, residual=residual) | {"probs": _rounded(probs)}
    )


def trace_branch(rounds: int) -> dict[str, Any]:
    traced = pygambit.qre.logit_solve_branch(read_game("base", rounds))
    curve, profile = Curve(PAYOFFS["base"], rounds), traced[-1].profile
    points = [np.append(gambit_logits(point.profile, rounds), point.lam) for point in traced if point.lam > 0]
    lam = np.array([x[-1] for x in points])
    turns = [i for i in range(1, len(lam) - 1) if (lam[i] - lam[i - 1]) * (lam[i + 1] - lam[i]) < 0]
    folds = [curve.fold(points[i - 1], points[i + 1]) for i in turns]
    crossings, worst = [], 0.0
    for precision in BRANCHES[rounds]:
        found = [curve.at(precision, _between(points[i], points[i + 1], precision)) for i in _crossed(lam, precision)]
        _check_pieces(precision, folds, [x[0] for x in found])
        worst = max(worst, *(gambit_residual(profile, rounds, precision, x[:-1]) for x in found))
        rows = [probabilities(x[:-1], rounds) for x in found]
        whole = {"probs": [_rounded(row) for row in rows]} if precision in WHOLE_AT else {}
        crossings.append({"precision": precision, "press": _rounded([row[0] for row in rows])} | whole)
    return {"rounds": rounds, "folds": [round(f, 9) for f in folds]} | _sizes(residual=worst) | {"crossings": crossings}


def _crossed(lam: np.ndarray, precision: float) -> list[int]:
    return [int(i) for i in np.flatnonzero((lam[:-1] - precision) * (lam[1:] - precision) < 0)]


def _between(one: np.ndarray, two: np.ndarray, precision: float) -> np.ndarray:
    share = (precision - one[-1]) / (two[-1] - one[-1])
    return one + share * (two - one)


def _check_pieces(precision: float, folds: list[float], found: list[float]) -> None:
    """Between two folds the branch passes a λ once or not at all, so the folds say how many crossings there are."""
    ends = [0.0, *folds, np.inf]
    expected = sum(min(pair) < precision < max(pair) for pair in pairwise(ends))
    if len(found) != expected or len({round(x, 8) for x in found}) != expected:
        raise RuntimeError(f"{expected} crossings of λ = {precision} lie between the folds, but Newton steps led to {found}")


def _rounded(probs: Any) -> list[float]:
    return [round(float(p), DIGITS) for p in probs]


def _sizes(**sizes: float) -> dict[str, float]:
    return {name: float(f"{size:.1e}") for name, size in sizes.items()}


def main() -> None:
    cases = ",\n".join(json.dumps(row) for row in starmap(solve_case, CASES))
    branches = ",\n".join(map(json.dumps, map(trace_branch, BRANCHES)))
    text = f'{{"solver": "pygambit {pygambit.__version__}", "cases": [\n{cases}],\n"branches": [\n{branches}]}}\n'
    ORACLE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
