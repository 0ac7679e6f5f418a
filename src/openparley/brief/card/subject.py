"""The case as its card sees it: the model that is built from it, if it has one, and values as people read them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from openparley.brief.card.rules import Rule, step_rules
from openparley.brief.facts import Facts
from openparley.game.dispute import WORLD, Dispute
from openparley.game.families import FAMILIES
from openparley.infer.engine import AdaptiveImportance
from openparley.infer.model import DEFAULTS, Model, build_model
from openparley.record.case import Case
from openparley.record.casefile import Assumption
from openparley.solve import split_grid


@dataclass(frozen=True)
class Subject:
    """A case, its model and the grid that a run solves it on."""

    case: Case
    model: Model | None
    facts: Facts

    @classmethod
    def of(cls, case: Case) -> Subject:
        """The case with its model.

        Raises
        ------
        CaseError
            If the model section does not fit the dispute that it names.
        """
        return cls(case, build_model(case) if case.file.model else None, Facts.of(case))

    @property
    def played(self) -> Model:
        """The model of a case that has one."""
        assert self.model is not None
        return self.model

    @property
    def dispute(self) -> Dispute:
        """The dispute with the options of the case."""
        return self.played.positions.dispute

    @cached_property
    def by_address(self) -> dict[str, Assumption]:
        """The assumption that sets each address."""
        return {row.sets: row for row in self.case.file.assumptions}

    def value(self, *addresses: str, default: str = "") -> str:
        """The first of the addresses that an assumption sets, as value, range and id; else what holds by default."""
        for address in addresses:
            if (row := self.by_address.get(address)) is not None:
                return f"{spread(row)} [{row.id}]"
        head = addresses[-1].split(".")[0]
        usual = DEFAULTS.get(head)
        return default or (f"{exact(usual)} (by default)" if usual is not None else "not set")

    @cached_property
    def rules(self) -> dict[str, tuple[Rule, ...]]:
        """Step → what may be done, or happen, at it."""
        positions = self.played.positions
        return {name: step_rules(positions, number) for number, name in enumerate(positions.steps)}

    @cached_property
    def nodes(self) -> dict[str, int]:
        """Actor with rival accounts → points at which the public belief about it is tabulated."""
        model = self.played
        grid = AdaptiveImportance().on(model).grid
        return {actor: split_grid(len(model.types[actor]), grid.nodes_for(actor)).points for actor in model.uncertain}

    @property
    def drifting(self) -> tuple[str, ...]:
        """Actors whose account may change between rounds."""
        return tuple(actor for actor in self.played.uncertain if any(sets.startswith(f"drift.{actor}") for sets in self.by_address))

    @property
    def worlds(self) -> int:
        """Combinations of accounts that are weighed: all of them, and those with “none of these” in one actor's place."""
        counts = [len(self.played.types[actor]) for actor in self.played.uncertain]
        return _product(counts) + sum(_product(counts[:i] + counts[i + 1 :]) for i in range(len(counts)))

    @property
    def beliefs(self) -> int:
        """Points of the belief grid at each position."""
        return _product(list(self.nodes.values()))

    def named(self, step: str) -> str:
        """Who moves at a step, inside a sentence: a position, or chance."""
        return mover(step) if step == WORLD else self.facts.position(step)

    def text(self, words: str) -> str:
        """What the case says, in one line, without quotation marks around words that no stored text has."""
        return " ".join(self.facts.unquoted(words).split())

    def about_step(self, step: str) -> str:
        """The first sentence of what the family says of a step."""
        return first_sentence(inspect.getdoc(getattr(self.dispute, step)) or "")


def family_page(family: str) -> str:
    """The page that says where a family comes from: the one that its file names, or the documentation of its package."""
    module = inspect.getmodule(FAMILIES[family])
    assert module is not None
    found = re.search(r"docs/[\w/-]+\.md", module.__doc__ or "")
    return found[0] if found else f"the documentation of {module.__name__.split('.')[0]}"


def first_sentence(text: str) -> str:
    """The first paragraph up to its full stop.

    Examples
    --------
    >>> first_sentence("Hold or threaten. Or both.")
    'Hold or threaten.'
    """
    paragraph = " ".join(text.split("\n\n")[0].split())
    return re.split(r"(?<=[.?!]) (?=[A-Z])", paragraph)[0]


def spread(row: Assumption) -> str:
    """The likeliest value of an assumption with its range."""
    return exact(row.likely) if row.fixed else f"{exact(row.likely)} ({exact(row.low)} to {exact(row.high)})"


def exact(value: float) -> str:
    """A number as the case gives it.

    Examples
    --------
    >>> exact(-0.5), exact(0.002), exact(3.0)
    ('−0.5', '0.002', '3')
    """
    return f"{value:g}".replace("-", "−")


def mover(step: str) -> str:
    """Who moves at a step, as tables have it."""
    return "chance" if step == WORLD else step


def _product(numbers: Sequence[int]) -> int:
    total = 1
    for number in numbers:
        total *= number
    return total
