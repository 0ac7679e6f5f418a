"""What would change it: what the headline hinges on, levers, reports to watch for."""

from __future__ import annotations

from openparley.brief.blocks import Prose, Section
from openparley.brief.context import Context
from openparley.brief.figures import Drawn
from openparley.brief.sections.hinges import hinges_blocks
from openparley.brief.sections.indicators import indicators_blocks
from openparley.brief.sections.levers import levers_blocks

TITLE = "What would change it"


def change_section(context: Context) -> tuple[Section, list[Drawn]]:
    """Tornado and flip test, levers, indicators."""
    opening = context.book.say(
        "change", "note", "What follows are statements about the model, not about the world, and none of them is advice."
    )
    parts = [make(context) for make in (hinges_blocks, levers_blocks, indicators_blocks)]
    blocks = [Prose((opening,)), *(block for found, _ in parts for block in found)]
    return Section("change", TITLE, tuple(blocks)), [drawn for _, found in parts for drawn in found]
