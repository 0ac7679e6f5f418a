"""PDF: the words of its pages put back into paragraphs, and what its information says."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from openparley.record.intake.dates import pdf_day
from openparley.record.intake.document import Document, NotReadable

if TYPE_CHECKING:
    from pypdf import PdfReader

__all__ = ["parse"]

# A page of a report has hundreds of letters; a scan has none, or the few of a stamp.
LETTERS_A_PAGE = 15
MOST_PAGES = 2000
# Lines at the top or bottom of a page that come again on this share of the pages are no part of the text.
REPEATED, MOST_DROPPED = 0.5, 0.3
EDGE_LINES = 2
# A line that ends a paragraph is shorter than the column, or it ends a sentence before a clear indent.
SHORT = 0.8
_PAGE_NUMBER = re.compile(r"(?:page |p\. ?|[-–—] ?)?\d{1,4}(?: ?(?:of|/) ?\d{1,4})?(?: ?[-–—])?", re.IGNORECASE)


def parse(data: bytes, declared: str = "", url: str = "") -> Document:
    """The text of a PDF.

    Raises
    ------
    NotReadable
        If it is encrypted, broken, or has no text.
    """
    try:
        from pypdf import PdfReader
        from pypdf.errors import FileNotDecryptedError, PyPdfError
    except ImportError:
        raise NotReadable("reading a PDF needs pypdf.", 'Install it: pip install "openparley[pdf]".') from None
    again = "Open it and save it again, or save its text."
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise NotReadable("the PDF is encrypted.", "Save a copy without its password.")
        count = len(reader.pages)
        if count > MOST_PAGES:
            raise NotReadable(f"the PDF has {count} pages; at most {MOST_PAGES} are read.", "Split it.")
        pages = [page.extract_text() or "" for page in reader.pages]
        info = _information(reader)
    except FileNotDecryptedError:
        raise NotReadable("the PDF is encrypted.", "Save a copy without its password.") from None
    except PyPdfError as error:
        raise NotReadable(f"the PDF is broken: {str(error) or type(error).__name__}.".replace("..", "."), again) from None
    except NotReadable:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, NotImplementedError, AssertionError, OverflowError) as error:
        raise NotReadable(f"the PDF is broken ({type(error).__name__}).", again) from None
    letters = sum(char.isalpha() for page in pages for char in page)
    if letters < LETTERS_A_PAGE * max(1, len(pages)):
        what = "no text" if letters == 0 else f"next to no text ({letters} letters on {len(pages)} pages)"
        raise NotReadable(f"the PDF has {what}; it is probably a scan.", "Run an OCR program on it (ocrmypdf IN OUT) and add the result.")
    made = pdf_day(info.get("/CreationDate", ""))
    basis = "/CreationDate of the PDF: the day the file was made; check it" if made else ""
    notes = () if not made else ("The date is that of the PDF file; check that the report was published on it.",)
    return Document(
        _paragraphs(_without_edges([page.splitlines() for page in pages])),
        title=info.get("/Title", ""),
        author=info.get("/Author", ""),
        url=url,
        published=made,
        published_basis=basis,
        encoding="pdf",
        notes=notes,
    )


def _information(reader: PdfReader) -> dict[str, str]:
    """The values of the document's information that are words."""
    found: Any = reader.metadata or {}
    return {key: " ".join(str(found[key]).split()) for key in ("/Title", "/Author", "/CreationDate") if found.get(key)}


def _without_edges(pages: Sequence[list[str]]) -> list[str]:
    """All lines but page numbers and the heads and feet that come again page after page."""
    kept = [[line.strip() for line in page if line.strip()] for page in pages]
    edges = Counter(key for page in kept for key in {_masked(line) for line in (*page[:EDGE_LINES], *page[-EDGE_LINES:])})
    again = {key for key, count in edges.items() if count >= max(3, REPEATED * len(pages))}
    lines: list[str] = []
    dropped = 0
    for page in kept:
        last = len(page) - EDGE_LINES
        for index, line in enumerate(page):
            edge = index < EDGE_LINES or index >= last
            if edge and (_PAGE_NUMBER.fullmatch(line) or _masked(line) in again):
                dropped += len(line)
                continue
            lines.append(line)
    # Heads and feet are little of a page; where they seem to be much, the pages are all alike and all of them is text.
    return lines if dropped <= MOST_DROPPED * sum(len(line) for page in kept for line in page) else [line for page in kept for line in page]


def _masked(line: str) -> str:
    return re.sub(r"\d+", "#", line)


def _paragraphs(lines: Sequence[str]) -> str:
    """Lines of a column joined to paragraphs, words that were hyphenated at its edge joined again."""
    if not lines:
        return ""
    lengths = sorted(len(line) for line in lines)
    column = lengths[int(0.9 * (len(lengths) - 1))]
    words = Counter(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", " ".join(lines).casefold()))
    out: list[str] = []
    fresh = True
    for line in lines:
        if fresh:
            out.append(line)
        else:
            out[-1] = _joined(out[-1], line, words)
        fresh = _ends_paragraph(line, column)
    return "\n".join(out) + "\n"


def _ends_paragraph(line: str, column: int) -> bool:
    if len(line) >= SHORT * column:
        return False
    # A short line that breaks off in the middle of a sentence is a heading when it is much shorter, else a ragged edge.
    return line.rstrip("”\"'’)»]").endswith((".", "!", "?", "…", ":")) or len(line) < 0.6 * column


def _joined(before: str, after: str, words: Counter[str]) -> str:
    first = re.match(r"[^\W\d_]+", after)
    last = re.search(r"([^\W\d_]+)[-\u00ad\u2010]$", before)
    if last is None or first is None or not first[0][0].islower():
        return f"{before} {after}"
    whole, kept = (last[1] + first[0]).casefold(), f"{last[1]}-{first[0]}".casefold()
    # A soft hyphen never stays; a hard one stays when the text writes the word so elsewhere.
    stays = before[-1] == "-" and words[kept] > words[whole]
    return (before if stays else before[:-1]) + after
