"""What a reader is told, with its evidence: one offline page and the same as data.

Names are imported when they are first asked for: a notebook that shows a record needs neither the page nor its sections.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openparley._lazy import lazily

if TYPE_CHECKING:
    from openparley.brief.brief import Brief, BriefError, BriefPaths, make_brief, write_brief

__all__ = ["Brief", "BriefError", "BriefPaths", "make_brief", "write_brief"]

__getattr__ = lazily(__name__, {"brief": ("Brief", "BriefError", "BriefPaths", "make_brief", "write_brief")})
