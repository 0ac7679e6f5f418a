"""The card as one HTML file in the brief's style: strict policy, no script, no address."""

from __future__ import annotations

import re

from openparley.brief.card.card import Card
from openparley.brief.card.picture import draw
from openparley.brief.lint import SIZE_LIMIT, page_faults
from openparley.brief.render import filled, style
from openparley.errors import ParleyError

# Pictures of the card are wider than a chart, and scroll sideways on a telephone as tables do.
WIDE = "\n.round svg{max-width:none}\n@media (max-width:46rem){.round svg{min-width:38rem}}"


class CardError(ParleyError):
    """The page would break a rule of pages; the fault is ours."""

    exit_code = 3


def as_html(card: Card) -> str:
    """The card as one page.

    Raises
    ------
    CardError
        If the page breaks a rule of `openparley.brief.lint`.
    """
    running = f"{'FICTIONAL · ' if card.fictional else ''}{card.title} · model card · openparley {card.version}"
    drawn = {picture.id: draw(picture) for element in card.elements for picture in element.pictures}
    text = filled("card/card.html.j2", style(running) + WIDE, card=card, drawn=drawn, running=running)
    html = re.sub(r"\n\s*\n+", "\n", text)
    # the limit of size is the brief's, which has to be sent around; a card holds whatever the case does
    faults = [fault for fault in page_faults(html) if f"the limit is {SIZE_LIMIT:,}" not in fault]
    if faults:
        raise CardError("The model card breaks the rules of pages:\n" + "\n".join(faults))
    return html
