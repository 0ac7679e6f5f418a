"""What a reader is told, with its evidence: one offline page and the same as data."""

from openparley.brief.brief import Brief, BriefError, BriefPaths, make_brief, write_brief

__all__ = ["Brief", "BriefError", "BriefPaths", "make_brief", "write_brief"]
