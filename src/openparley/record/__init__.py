"""What happened and where we read it: cases, their entries, the evidence for each and what people decided about it."""

from openparley.record.acts import accept, edit, reject, remove
from openparley.record.agreement import agreement, match
from openparley.record.case import Case, bundled_cases, find_case, open_case, runs_dir
from openparley.record.casefile import CaseFile
from openparley.record.check import check_case, check_texts
from openparley.record.entry import KINDS, Claim, Commitment, Entry, Event, FuzzyDate, Relation, Statement, Status
from openparley.record.ledger import ledger, say_do, who_to_whom
from openparley.record.new import new_case
from openparley.record.sources import Source
from openparley.record.span import Span, make_span, verify

__all__ = [
    "KINDS",
    "Case",
    "CaseFile",
    "Claim",
    "Commitment",
    "Entry",
    "Event",
    "FuzzyDate",
    "Relation",
    "Source",
    "Span",
    "Statement",
    "Status",
    "accept",
    "agreement",
    "bundled_cases",
    "check_case",
    "check_texts",
    "edit",
    "find_case",
    "ledger",
    "make_span",
    "match",
    "new_case",
    "open_case",
    "reject",
    "remove",
    "runs_dir",
    "say_do",
    "verify",
    "who_to_whom",
]
