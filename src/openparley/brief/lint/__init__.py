"""The rules that no page may break; each returns what is wrong, so that a test can plant it."""

from openparley.brief.lint.pages import SIZE_LIMIT, page_faults, untraced
from openparley.brief.lint.sentences import INTENTION, Fault, headline_faults, prose_faults, sentence_faults
from openparley.brief.lint.traces import trace_faults, unrecoverable
from openparley.brief.lint.wording import case_faults, complaints

__all__ = [
    "INTENTION",
    "SIZE_LIMIT",
    "Fault",
    "case_faults",
    "complaints",
    "headline_faults",
    "page_faults",
    "prose_faults",
    "sentence_faults",
    "trace_faults",
    "unrecoverable",
    "untraced",
]
