"""Small field types that entries, sources and the case file share; each says in its own words what it expects."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

__all__ = ["Day", "Flag", "Ident", "Model", "Number", "Text", "Whole"]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Model(BaseModel):
    """Base of everything read from a case: immutable, and unknown keys are errors, not noise."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _day(value: Any) -> date:
    """A calendar day; pydantic alone would also take time stamps and numbers."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("no_such_day", "there is no such day in the calendar") from None
    raise PydanticCustomError("bad_date", "not a date")


Day = Annotated[date, BeforeValidator(_day)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Whole = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Ident = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=40)]
