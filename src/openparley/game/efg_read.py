"""Reading Gambit's file format for games in extensive form (``.efg``, version 2); `openparley.game.efg` is the door.

The format is that of Gambit's documentation, “The extensive game (.efg) file format”. Where it leaves something open,
what Gambit 17 reads decides, with these exceptions: repeated descriptions are compared by value (1/2 is 0.5), numbers may
carry a plus sign, labels may hold any character and repeat, numbers of information sets start at 1, and whatever follows a
complete tree is an error. In texts a backslash before a quotation mark or a backslash is dropped, as Gambit 17 writes both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import NoReturn, TypeVar

from openparley.errors import Complaint, GameError, one_of, quoted
from openparley.game.efg_tokens import Tokens, number_text
from openparley.game.tree import Chance, Choice, Infoset, Node, Outcome, Terminal, Tree

_NODE_TYPES = "c (chance), p (player) or t (end)"


def read_efg(text: str, *, file: str | None = None) -> Tree:
    """The game that an ``.efg`` text describes; payoffs and probabilities as exact fractions.

    Parameters
    ----------
    file
        Name of the file, for messages.

    Raises
    ------
    GameError
        If the text is no version-2 ``.efg`` file, ends too early or goes on after the tree, describes one information
        set, draw or outcome in two ways, names an unknown player, states too many or too few payoffs, or has draws whose
        probabilities are negative or do not sum to one. The message names line and column, what was found and what may
        stand there.

    Examples
    --------
    >>> tree = read_efg('EFG 2 R "dictator" { "Ann" "Bob" } p "" 1 1 "share" { "all" "half" } 0 t "" 1 "" { 1 0 } t "" 2 "" { 1/2 1/2 }')
    >>> tree.root.actions
    ('all', 'half')
    """
    return _Reader(text, file).tree()


def read_efg_file(path: str | Path) -> Tree:
    """The game in a file; as `read_efg`, with the file's name in every message.

    Raises
    ------
    GameError
        Also if there is no such file or it is not UTF-8 text.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise GameError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        message = f"byte {error.object[error.start]:#04x} is not UTF-8 text. Save the file as UTF-8."
        raise GameError(Complaint(str(path), line, None, None, "UTF-8 text", None, message)) from None
    return read_efg(text, file=str(path))


Key = TypeVar("Key")
Described = TypeVar("Described")


@dataclass
class _Open:
    """A node whose children are still to be read."""

    label: str
    actions: tuple[str, ...]
    make: Callable[[tuple[Node, ...]], Node]
    children: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class _Draw:
    """What is said of an event of chance."""

    name: str
    actions: tuple[str, ...]
    probs: tuple[Fraction, ...]


class _Reader(Tokens):
    """Holds what the numbers in a file stand for."""

    def __init__(self, text: str, file: str | None) -> None:
        super().__init__(text, file)
        self.players: tuple[str, ...] = ()
        self.infosets: dict[tuple[int, int], tuple[Infoset, tuple[str, ...]]] = {}
        self.draws: dict[int, _Draw] = {}
        self.outcomes: dict[int, Outcome] = {}
        self.first: dict[tuple[int, object], int] = {}

    def tree(self) -> Tree:
        """Reads everything."""
        title, comment = self.header()
        return Tree(title, self.players, self.body(), comment)

    # The header

    def header(self) -> tuple[str, str]:
        """Title and comment; the players are kept."""
        if self.found == "NFG":
            self.unexpected("EFG", "This is a game in strategic form; give it as a tree (.efg).")
        if self.found.startswith("<"):
            self.unexpected("EFG", "This may be a workbook of Gambit's window; save the game from there as .efg.")
        self.word(("EFG",), "EFG, with which an extensive game begins")
        self.word(("2",), "2, the version of the format", "Version 1 is read by no present Gambit; save the game as version 2.")
        self.word(("R", "D"), "R or D, the type of the numbers")
        title = self.text("the title")
        self.players = self.texts("the players’ names")
        return title, self.text("the comment") if self.kind == "text" else ""

    # The nodes

    def body(self) -> Node:
        """The root; nodes stand in the file each before its children, so an explicit stack holds the open ones."""
        stack: list[_Open] = []
        while True:
            if self.kind == "end" and stack:
                self.truncated(stack)
            node = self.node()
            while not isinstance(node, _Open):
                if not stack:
                    if self.kind != "end":
                        self.unexpected("the end of the file, for the tree is complete", "Does a node before have too few actions?")
                    return node
                parent = stack[-1]
                parent.children.append(node)
                if len(parent.children) < len(parent.actions):
                    break
                node = stack.pop().make(tuple(parent.children))
            else:
                stack.append(node)

    def truncated(self, stack: list[_Open]) -> NoReturn:
        """Says what is missing at the end of the file."""
        last = stack[-1]
        missing = sum(len(node.actions) - len(node.children) for node in stack) - len(stack) + 1
        place = f"node {quoted(last.label)}" if last.label else "the last open node"
        self.wrong(
            f"the file ends inside the tree, at least {missing} node{'s' if missing > 1 else ''} too early: "
            f"what follows action {quoted(last.actions[len(last.children)])} of {place} is missing.",
            allowed=_NODE_TYPES,
        )

    def node(self) -> _Open | Terminal:
        """The next node, without its children."""
        kind = self.word(("c", "p", "t"), f"a node: {_NODE_TYPES}")
        label = self.text("the node’s label")
        if kind == "t":
            return Terminal(self.outcome(), label)
        if kind == "c":
            number = self.integer("the number of the draw", 1)
            draw = self.draw(number)
            outcome = self.outcome()
            return _Open(
                label, draw.actions, lambda children: Chance(number, draw.name, draw.actions, draw.probs, children, label, outcome)
            )
        infoset, actions = self.infoset()
        paid = self.outcome()
        return _Open(label, actions, lambda children: Choice(infoset, actions, children, (), label, paid))

    def infoset(self) -> tuple[Infoset, tuple[str, ...]]:
        """Player and information set of a node, with its actions."""
        start = self.at
        player = self.integer("the number of the player", 1)
        if player > len(self.players):
            cast = f"players are 1 to {len(self.players)}" if self.players else "the file names no players"
            self.wrong(f"found player {player}; {cast}.", allowed=cast, at=start)
        start = self.at
        number = self.integer("the number of the information set", 1)
        key, name = (player, number), f"information set {number} of player {quoted(self.players[player - 1])}"
        described = None
        if self.kind == "text":
            label = self.text("the name of the information set")
            described = Infoset(player - 1, number, label), self.labels("the actions", name)
        elif key not in self.infosets:
            others = [quoted(self.players[other - 1]) for other, seen in self.infosets if seen == number]
            hint = f"Player {one_of(others)} has one of that number." if others else None
            self.undescribed(name, start, "its name and { actions }", hint)
        return self.once(self.infosets, key, described, name, start)

    def draw(self, number: int) -> _Draw:
        """What an event of chance is, described here or before."""
        start, name, described = self.at, f"draw {number}", None
        if self.kind == "text":
            label = self.text("the name of the draw")
            actions, probs = self.shares(name)
            described = _Draw(label, actions, probs)
        elif number not in self.draws:
            self.undescribed(name, start, "its name and { actions with probabilities }", None)
        return self.once(self.draws, number, described, name, start)

    def labels(self, what: str, owner: str) -> tuple[str, ...]:
        """Braced actions; at least one."""
        start = self.at
        found = self.texts(what)
        if not found:
            self.wrong(f"{owner} has no action; at least one is needed.", at=start)
        return found

    def shares(self, owner: str) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:
        """Braced actions of chance, each with its probability."""
        start, actions, probs = self.at, [], []
        self.word(("{",), "“{”, then actions with their probabilities")
        while self.kind == "text":
            actions.append(self.text("an action"))
            probs.append(self.number(f"the probability of {quoted(actions[-1])}"))
        self.word(("}",), "an action in quotation marks, or “}”")
        listed = ", ".join(f"{label} {number_text(p)}" for label, p in zip(actions, probs, strict=True)) or "none"
        if not actions or min(probs) < 0 or sum(probs) != 1:
            total = f", which sum to {number_text(sum(probs, Fraction(0)))}" if actions else ""
            hint = "Write thirds and the like as fractions, 1/3." if actions and min(probs) >= 0 else None
            self.wrong(
                f"{owner} has the probabilities {listed}{total}; shares of 0 or more that sum to one exactly are allowed.",
                hint=hint,
                at=start,
            )
        return tuple(actions), tuple(probs)

    def outcome(self) -> Outcome | None:
        """The outcome at a node."""
        start = self.at
        number = self.integer("the number of the outcome (0 for none)", 0)
        if self.kind == "text":
            if number == 0:
                self.wrong("outcome 0 means none and has neither a name nor payoffs; number it from 1, or leave them out.")
            label = self.text("the name of the outcome")
            described = Outcome(number, label, self.payoffs(f"outcome {number}"))
            return self.once(self.outcomes, number, described, f"outcome {number}", start)
        if number == 0:
            return None
        if number not in self.outcomes:
            self.undescribed(f"outcome {number}", start, "its name and { payoffs }", None)
        return self.outcomes[number]

    def payoffs(self, owner: str) -> tuple[Fraction, ...]:
        """Braced payoffs, one a player, with commas or without."""
        start, found = self.at, []
        self.word(("{",), "“{”, then the payoffs")
        while self.kind == "number":
            found.append(self.number("a payoff"))
            if self.found == "," and self.kind == "mark":
                self.advance()
        self.word(("}",), "a payoff, a number such as 2, -0.5, 1/3 or 1e-3, or “}”")
        if len(found) != len(self.players):
            self.wrong(
                f"{owner} has {_count(found, 'payoff')}, and the game has {_count(self.players, 'player')}; give one each.", at=start
            )
        return tuple(found)

    def undescribed(self, name: str, start: int, what: str, hint: str | None) -> NoReturn:
        """Refuses a number that means nothing yet."""
        self.wrong(f"{name} has not been described; where it first appears, {what} must follow its number.", hint=hint, at=start)

    def once(self, known: dict[Key, Described], key: Key, described: Described | None, name: str, start: int) -> Described:
        """What a number stands for: the first description, which any later one must repeat."""
        if described is None:
            return known[key]
        if key not in known:
            known[key], self.first[id(known), key] = described, start
        elif known[key] != described:
            self.wrong(
                f"{name} is described otherwise than on line {self.line(self.first[id(known), key])}: {_differing(known[key], described)}.",
                hint="Repeat the first description, leave it out, or give the thing a number of its own.",
                at=start,
            )
        return known[key]


def _count(things: list[Fraction] | tuple[str, ...], noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"


def _differing(before: object, now: object) -> str:
    """The parts in which two descriptions differ."""

    def parts(described: object) -> dict[str, object]:
        match described:
            case Outcome(_, label, payoffs):
                return {"name": label, "payoffs": ", ".join(map(number_text, payoffs))}
            case _Draw(name, actions, probs):
                return {"name": name, "actions": ", ".join(actions), "probabilities": ", ".join(map(number_text, probs))}
            case (Infoset(label=label), tuple(actions)):
                return {"name": label, "actions": ", ".join(actions)}
        raise AssertionError(described)

    here = parts(now)
    return "; ".join(f"{what} {quoted(was)} there, {quoted(here[what])} here" for what, was in parts(before).items() if was != here[what])
