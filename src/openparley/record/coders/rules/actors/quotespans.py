"""Which tokens stand between quotation marks: enough to tell who “he” is before statements are looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openparley.record.coders.rules.actors.mentions import Scan

__all__ = ["quotes_of"]


def quotes_of(scan: Scan) -> tuple[list[int], list[tuple[int, int]]]:
    """Number of the quotation in which each token stands, −1 outside, and the token ranges of the quotations."""
    article, tokens = scan.article, scan.tokens
    inside = [-1] * len(tokens)
    ranges: list[tuple[int, int]] = []
    starts = {sentence.first: sentence.paragraph for sentence in article.sentences}
    paragraph, opened = -1, -1
    for index, token in enumerate(tokens):
        if index in starts and starts[index] != paragraph:
            if opened >= 0:
                ranges.append((opened, index))
            paragraph, opened = starts[index], -1
        if token.text == '"':
            mark = article.text[token.start]
            if opened < 0 and mark != "”":
                opened = index
            elif opened >= 0 and mark not in "“„":
                ranges.append((opened, index + 1))
                inside[index] = len(ranges) - 1
                opened = -1
                continue
        if opened >= 0:
            inside[index] = len(ranges)
    if opened >= 0:
        ranges.append((opened, len(tokens)))
    return inside, ranges
