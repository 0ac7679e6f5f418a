"""A solved tree as data and as text: numbers from 1, labels as they are in the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from openparley.cli._frame import print_table

if TYPE_CHECKING:
    from openparley.game.tree import Infoset, Tree
    from openparley.solve.solution import Solution
    from openparley.solve.trees.behaviour import TreeBehaviour

__all__ = ["as_data", "print_path", "print_solution"]

MOST_INFOSETS = 20
MOST_LISTED = 12
LONGEST_LABEL = 48
SMALLEST_FIXED = 1e-4
HEADERS = ("player", "infoset", "action", "prob", "value", "reach")


def as_data(solution: Solution[TreeBehaviour], *, all_of_it: bool) -> dict[str, Any]:
    """A solution with the keys that are promised to programs."""
    branch, shown = solution.branch, solution.behaviour
    data = {
        "status": solution.status,
        "precision": shown.precision,
        "actions": list(_actions(shown)),
        "equilibria": len(solution.equilibria),
        "folds": [{"precision": fold.precision, "kind": fold.kind} for fold in branch.folds] if branch else [],
        "traced_to": branch.traced_to if branch else None,
        "certificate": dict(solution.certificate or {}),
    }
    if all_of_it:
        data["others"] = [{"precision": other.precision, "actions": list(_actions(other))} for other in solution.equilibria[1:]]
    return data


def _actions(behaviour: TreeBehaviour) -> Iterator[dict[str, Any]]:
    tree = behaviour.tree
    for infoset, actions in tree.infosets().items():
        for k, action in enumerate(actions):
            yield {
                "player": tree.players[infoset.player],
                "player_number": infoset.player + 1,
                "infoset": infoset.label,
                "infoset_number": infoset.number,
                "action": action,
                "action_number": k + 1,
                "prob": float(behaviour.probs[infoset][k]),
                "value": float(behaviour.values[infoset][k]),
                "reach": behaviour.reach[infoset],
                "belief": behaviour.beliefs[infoset].tolist(),
            }


def print_solution(solution: Solution[TreeBehaviour], *, all_of_it: bool) -> None:
    """The status, then the numbers, then what else is on the branch."""
    shown, tree = solution.behaviour, solution.behaviour.tree
    menus = tree.infosets()
    listed = list(menus.items()) if all_of_it else list(menus.items())[:MOST_INFOSETS]
    click.echo(f"{_sentence(solution.status)}\n")
    reached = "" if solution.equilibria else f", short of the wanted {solution.settings['precision']:g}"
    click.echo(f"{_title(tree)} at λ = {shown.precision:.6g}{reached}")
    payoffs = ", ".join(f"{_named(i, label)} {_number(x)}" for i, (label, x) in enumerate(zip(tree.players, shown.payoffs, strict=True)))
    click.echo(f"Expected payoffs: {payoffs}\n")
    print_table(HEADERS, [row for infoset, actions in listed for row in _rows(shown, infoset, actions)])
    if len(listed) < len(menus):
        click.echo(f"The first {len(listed)} of {len(menus)} information sets; --all or --json gives all.")
    _print_branch(solution, all_of_it=all_of_it)


def print_path(solutions: Sequence[Solution[TreeBehaviour]]) -> None:
    """One row a precision, with what is done at the first information set; what is not plainly solved is said below."""
    words = [solution.status.partition(":")[0] for solution in solutions]
    counts = ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))
    low, high = (solutions[k].settings["precision"] for k in (0, -1))
    click.echo(f"{_sentence(counts)}, of {len(solutions)} precisions from λ = {low:g} to {high:g}.\n")
    tree = solutions[0].behaviour.tree
    first = next(iter(tree.infosets().items()), None)
    headers = ["λ", "status", "equilibria", *(_named(k, label) for k, label in enumerate(first[1] if first else ()))]
    rows = []
    for solution, word in zip(solutions, words, strict=True):
        # Where λ was not reached, the numbers belong to another one.
        probs = map(_number, solution.behaviour.probs[first[0]]) if first and solution.equilibria else [""] * (len(headers) - 3)
        rows.append((f"{solution.settings['precision']:g}", word, len(solution.equilibria), *probs))
    if first:
        click.echo(f"What is done at {_place(tree, first[0])}:")
    print_table(headers, rows)
    unsolved = list(dict.fromkeys(solution.status for solution in solutions if not solution.solved))
    for status in unsolved[:MOST_LISTED]:
        click.echo(f"\n{_sentence(status)}")
    if len(unsolved) > MOST_LISTED:
        click.echo(f"\nand {len(unsolved) - MOST_LISTED} more; --json gives all.")


def _print_branch(solution: Solution[TreeBehaviour], *, all_of_it: bool) -> None:
    """Every equilibrium by its first information set, and the folds."""
    tree, found = solution.behaviour.tree, solution.equilibria
    first = next(iter(tree.infosets().items()), None)
    if len(found) > 1 and first:
        shown = found if all_of_it else found[:MOST_LISTED]
        click.echo(f"\nThe {len(found)} equilibria, in the order of the branch, by what is done at {_place(tree, first[0])}:")
        rows = [(k + 1, *map(_number, one.probs[first[0]])) for k, one in enumerate(shown)]
        print_table(["", *(_named(k, label) for k, label in enumerate(first[1]))], rows)
        if len(shown) < len(found):
            click.echo(f"and {len(found) - len(shown)} more; --all gives all.")
    if solution.branch is None:
        return
    for kind, words in (("fold", "The branch turns back"), ("crossing", "Another branch crosses")):
        places = [f"{fold.precision:.6g}" for fold in solution.branch.folds if fold.kind == kind]
        more = "" if all_of_it or len(places) <= MOST_LISTED else f" and at {len(places) - MOST_LISTED} places more"
        if places:
            click.echo(f"\n{words} at λ = {', '.join(places if all_of_it else places[:MOST_LISTED])}{more}.")


def _rows(behaviour: TreeBehaviour, infoset: Infoset, actions: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Rows of one information set; what is the same for all its actions is said once."""
    for k, action in enumerate(actions):
        player = _named(infoset.player, behaviour.tree.players[infoset.player])
        where = (player, _named(infoset.number - 1, infoset.label)) if k == 0 else ("", "")
        numbers = (_number(behaviour.probs[infoset][k]), _number(behaviour.values[infoset][k]))
        yield (*where, _named(k, action), *numbers, _number(behaviour.reach[infoset]) if k == 0 else "")


def _title(tree: Tree) -> str:
    title = " ".join(tree.title.split())
    return f"Agent logit equilibrium of “{title}”" if title else "Agent logit equilibrium"


def _place(tree: Tree, infoset: Infoset) -> str:
    label = f" ({_short(infoset.label)})" if infoset.label else ""
    return f"information set {infoset.number}{label} of player {_named(infoset.player, tree.players[infoset.player])}"


def _named(index: int, label: str) -> str:
    """Number and label, because labels may be empty or repeat."""
    return f"{index + 1} {_short(label)}".rstrip()


def _short(label: str) -> str:
    text = " ".join(label.split())
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"


def _number(value: float) -> str:
    return f"{value:.6f}" if value == 0 or abs(value) >= SMALLEST_FIXED else f"{value:.3e}"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
