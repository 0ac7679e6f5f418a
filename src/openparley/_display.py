"""What a notebook asks of a result: a picture and a short table, the table in Markdown, a data frame."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

RENDERERS = "openparley.brief.notebook"


class Shown:
    """Base of every result that a notebook can show.

    A result lies in its own layer and how it looks lies in `brief`, which stands above all of them and brings the charts with it.
    So nothing is imported here: the renderers are looked up by the name of the result's type when somebody asks.
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        """Static HTML with the brief's charts as SVG; no script, no style, no address."""
        return _renderers().html(self)

    def _repr_markdown_(self) -> str:
        """What it is in a few sentences, and a short table."""
        return _renderers().markdown(self)

    def to_frame(self, table: str = "") -> pd.DataFrame:
        """A tidy table of the result, one observation a row; needs the extra ``frames``.

        Parameters
        ----------
        table
            Which of its tables; empty for the first. `openparley.brief.notebook.tables_of` names them.

        Raises
        ------
        ParameterError
            If the result has no such table.
        ParleyError
            If pandas is not installed.
        """
        return _renderers().frame(self, table)


def _renderers() -> Any:
    return importlib.import_module(RENDERERS)
