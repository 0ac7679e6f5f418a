"""Intake: reports in every usual format become sources of a case, each with its text, its original and its origin."""

from openparley.record.intake.add import add
from openparley.record.intake.result import Added, Duplicate, Echo, Intake

__all__ = ["Added", "Duplicate", "Echo", "Intake", "add"]
