"""A copy of the brief that may leave the house: names become roles, quotes go, and nothing is written that fails the check."""

from openparley.brief.redact.names import Names, read_names
from openparley.brief.redact.write import RedactedPaths, redacted_brief, write_redacted

__all__ = ["Names", "RedactedPaths", "read_names", "redacted_brief", "write_redacted"]
