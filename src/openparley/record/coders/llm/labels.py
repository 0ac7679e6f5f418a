"""What the types of events are called in front of the model: by their PLOVER names, or by others to see whether names matter."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from openparley.record.plover import TYPES

__all__ = ["Labels"]


@dataclass(frozen=True)
class Labels:
    """Types and their labels, in the order in which the model sees them.

    Attributes
    ----------
    pairs
        PLOVER type and label.
    shuffle
        Seed by which actors and other options are put in another order; None leaves them as they are.
    """

    pairs: tuple[tuple[str, str], ...] = tuple((name, name) for name in TYPES)
    shuffle: int | None = None

    @classmethod
    def neutral(cls, seed: int) -> Labels:
        """Types in their own order under meaningless labels, dealt out at random.

        Examples
        --------
        >>> sorted(label for _, label in Labels.neutral(1).pairs)[:3]
        ['T01', 'T02', 'T03']
        """
        names = [f"T{number:02d}" for number in range(1, len(TYPES) + 1)]
        random.Random(seed).shuffle(names)
        return cls(tuple(zip(TYPES, names, strict=True)))

    @classmethod
    def shuffled(cls, seed: int) -> Labels:
        """Types under their names, and everything that can be chosen from in another order."""
        pairs = [(name, name) for name in TYPES]
        random.Random(seed).shuffle(pairs)
        return cls(tuple(pairs), seed)

    @cached_property
    def label(self) -> dict[str, str]:
        """Label by type."""
        return dict(self.pairs)

    @cached_property
    def type(self) -> dict[str, str]:
        """Type by label."""
        return {label: name for name, label in self.pairs}

    def mixed(self, options: Sequence[str]) -> list[str]:
        """Options in the order for this seed."""
        found = list(options)
        if self.shuffle is not None:
            random.Random(self.shuffle).shuffle(found)
        return found
