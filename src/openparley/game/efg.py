"""Gambit's file format for games in extensive form (``.efg``, version 2): writing here, reading in `efg_read`."""

from __future__ import annotations

import math
import re
from fractions import Fraction

from openparley.errors import GameError, quoted
from openparley.game.efg_read import read_efg, read_efg_file
from openparley.game.efg_tokens import number_text
from openparley.game.tree import Chance, Choice, Number, Outcome, Terminal, Tree

__all__ = ["read_efg", "read_efg_file", "write_efg"]

SUM_TOLERANCE = 1e-9
"""How far float probabilities of a draw may miss one in all; the file states shares that sum to one exactly."""

_TO_ESCAPE = re.compile(r'(\\*)("|\Z)|\\{2,}')


def write_efg(tree: Tree) -> str:
    """The tree as the text of an ``.efg`` file, which `read_efg` and Gambit read as the same game.

    Floats are written as the decimals that read back as the same floats, fractions as decimals where these end and as
    n/d where not. Where the decimals of a draw's float probabilities do not sum to one exactly, as Gambit requires, the
    last is what the others leave. Every description is given in full wherever it applies.

    Raises
    ------
    GameError
        If a menu has base propensities other than 1 (Gambit's logit equilibrium has none), probabilities are negative or
        do not sum to one, payoffs are not finite or not one a player, or one number stands for two things.

    Notes
    -----
    Gambit 17 refuses a file whose labels hold control characters, open or close with a space, or have two in a row, or in
    which two information sets of a player share a label that is not empty; such labels are written as they are.
    """
    return _Writer(tree).text()


class _Writer:
    def __init__(self, tree: Tree) -> None:
        self.tree, self.seen = tree, {}

    def text(self) -> str:
        lines = [f"EFG 2 R {_quoted(self.tree.title)} {_braced(self.tree.players)}", _quoted(self.tree.comment)]
        for node in self.tree.nodes():
            label, outcome = _quoted(node.label), self.outcome(node.outcome)
            match node:
                case Terminal():
                    lines.append(f"t {label} {outcome}")
                case Chance():
                    lines.append(f"c {label} {self.draw(node)} {outcome}")
                case Choice():
                    lines.append(f"p {label} {self.choice(node)} {outcome}")
        return "\n".join(lines) + "\n"

    def outcome(self, outcome: Outcome | None) -> str:
        if outcome is None:
            return "0"
        payoffs, name = outcome.payoffs, f"outcome {outcome.number} {quoted(outcome.label)}"
        if len(payoffs) != len(self.tree.players):
            raise GameError(f"{name} has {len(payoffs)} payoffs; the tree has {len(self.tree.players)} players. Give one each.")
        if not all(math.isfinite(payoff) for payoff in payoffs):
            raise GameError(f"{name} has the payoffs {list(map(float, payoffs))}; finite numbers are allowed.")
        return self.once("outcome", outcome.number, f"{_quoted(outcome.label)} {{ {', '.join(map(number_text, payoffs))} }}")

    def draw(self, node: Chance) -> str:
        shares = " ".join(f"{_quoted(label)} {p}" for label, p in zip(node.actions, _exact(node), strict=True))
        return self.once("draw", node.number, f"{_quoted(node.name)} {{ {shares} }}")

    def choice(self, node: Choice) -> str:
        uneven = {label: m for label, m in zip(node.actions, node.propensities, strict=False) if m != 1}
        infoset, player = node.infoset, self.tree.players[node.infoset.player]
        if uneven:
            raise GameError(
                f"Gambit knows no base propensities, and those of “{player}” are {uneven}; "
                "set them to 1 to export the game, or solve it here."
            )
        described = f"{_quoted(infoset.label)} {_braced(node.actions)}"
        return f"{infoset.player + 1} {self.once(f'information set of player {infoset.player + 1}', infoset.number, described)}"

    def once(self, kind: str, number: int, described: str) -> str:
        """Number and description, which must be the same wherever the number appears."""
        if number < 1:
            raise GameError(f"{kind} number {number}: numbers start at 1.")
        if self.seen.setdefault((kind, number), described) != described:
            raise GameError(
                f"{kind} number {number} stands for two things: {self.seen[kind, number]} and {described}. Number them differently."
            )
        return f"{number} {described}"


def _exact(node: Chance) -> list[str]:
    """Probabilities of a draw as texts that sum to one exactly."""
    texts = [number_text(p) for p in node.probs]
    exact = [Fraction(text) for text in texts]
    over = sum(exact) - 1
    if not over and min(exact) >= 0:
        return texts
    if all(isinstance(p, Fraction) for p in node.probs) or min(exact) < 0 or abs(over) > SUM_TOLERANCE:
        raise GameError(f"the draw {quoted(node.name)} has the probabilities {_listed(node.probs)}; they must be 0 or more and sum to one.")
    # The last gives way, or, where it is too small for that, the largest.
    at = -1 if exact[-1] >= over else exact.index(max(exact))
    texts[at] = number_text(exact[at] - over)
    return texts


def _listed(probs: tuple[Number, ...]) -> str:
    return ", ".join(number_text(p) if isinstance(p, Fraction) or math.isfinite(p) else str(p) for p in probs)


def _quoted(text: str) -> str:
    """The text between marks; a single backslash inside stays as it is, for Gambit 17 reads two as three."""
    return '"' + _TO_ESCAPE.sub(_escaped, text) + '"' if "\\" in text or '"' in text else f'"{text}"'


def _escaped(run: re.Match[str]) -> str:
    return run[0].replace("\\", "\\\\").replace('"', '\\"')


def _braced(words: tuple[str, ...]) -> str:
    return "{ " + " ".join(map(_quoted, words)) + " }" if words else "{ }"
