"""Gambit's file format for extensive-form games (``.efg``, version 2)."""

from __future__ import annotations

from decimal import Decimal

from openparley.errors import GameError
from openparley.game.tree import Chance, Choice, Infoset, Terminal, Tree


def write_efg(tree: Tree) -> str:
    """The tree as the text of an ``.efg`` file.

    Numbers are written as the decimals that read back as the same floats; the last probability of a draw is what the
    others leave, so that they sum to one exactly, as Gambit requires.

    Raises
    ------
    GameError
        If a menu has base propensities other than 1: Gambit's logit equilibrium has none.
    """
    lines = [f"EFG 2 R {_quoted(tree.title)} {_braced(tree.players)}", '""']
    numbers: dict[Infoset, int] = {}
    used = dict.fromkeys(tree.players, 0)
    draws = outcomes = 0
    for node in tree.nodes():
        if isinstance(node, Terminal):
            outcomes += 1
            payoffs = ", ".join(_decimal(payoff) for payoff in node.payoffs)
            lines.append(f't "" {outcomes} {_quoted(node.outcome)} {{ {payoffs} }}')
        elif isinstance(node, Chance):
            draws += 1
            shares = " ".join(f"{_quoted(label)} {p}" for label, p in zip(node.actions, _exact(node), strict=True))
            name = _quoted(f"{node.name} {draws}")  # Gambit wants every draw's label to be its own
            lines.append(f'c "" {draws} {name} {{ {shares} }} 0')
        else:
            infoset = node.infoset
            if infoset not in numbers:
                _check_even(node)
                used[infoset.player] += 1
                numbers[infoset] = used[infoset.player]
            player = tree.players.index(infoset.player) + 1
            lines.append(f'p "" {player} {numbers[infoset]} {_quoted(str(infoset))} {_braced(node.actions)} 0')
    return "\n".join(lines) + "\n"


def _exact(node: Chance) -> list[str]:
    shares = [Decimal(repr(p)) for p in node.probs[:-1]]
    last = 1 - sum(shares, Decimal(0))
    if last < 0:
        raise GameError(f"the draw “{node.name}” has probabilities {list(node.probs)}; they must sum to one.")
    return [format(p, "f") for p in (*shares, last)]


def _check_even(node: Choice) -> None:
    uneven = {label: m for label, m in zip(node.actions, node.propensities, strict=True) if m != 1}
    if uneven:
        raise GameError(
            f"Gambit knows no base propensities, and those of “{node.infoset.player}” are {uneven}; "
            "set them to 1 to export the dispute, or solve it here."
        )


def _decimal(value: float) -> str:
    return format(Decimal(repr(float(value))), "f")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _braced(words: tuple[str, ...]) -> str:
    return "{ " + " ".join(_quoted(word) for word in words) + " }"
