"""A flat table as CSV: UTF-8, commas, a header, lines as RFC 4180 ends them."""

from __future__ import annotations

import csv
import io

from openparley.record.export.tables import Table, text_rows

__all__ = ["table_csv"]


def table_csv(table: Table) -> bytes:
    """The table; a missing value is an empty cell.

    The line ends are those of RFC 4180 because only then Python's writer puts a carriage return inside a cell between quotation
    marks, without which other readers take it for the end of the row.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows(text_rows(table))
    return out.getvalue().encode("utf-8")
