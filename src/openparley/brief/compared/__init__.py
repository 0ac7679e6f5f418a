"""Two runs side by side, for a reader: plain sentences, and one offline page “What changed”."""

from openparley.brief.compared.page import comparison_page
from openparley.brief.compared.said import Part, said

__all__ = ["Part", "comparison_page", "said"]
