"""What a coder proposes before it becomes an entry: a stretch of the text, the fields of its kind, the rule and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openparley.record.span import make_span

__all__ = ["Draft", "rows"]


@dataclass(frozen=True, slots=True)
class Draft:
    """One proposal.

    Attributes
    ----------
    kind
        Kind of entry.
    start, end
        Code points of the source's text.
    rule
        Name of the rule that proposes it; with its record of right and wrong it is the reason for the confidence.
    confidence
        Probability that the proposal is right, 0 to 1.
    fields
        Keys of the kind but for id, source, span, coder, review and links; ``content`` holds (start, end) pairs,
        and ``of`` of a status may be another draft of the same document.
    links
        Pairs (relation, target draft), the target being another draft of the same document.
    """

    kind: str
    start: int
    end: int
    rule: str
    confidence: float
    fields: Mapping[str, Any]
    links: tuple[tuple[str, Draft], ...] = ()


def rows(drafts: Sequence[Draft], ids: Sequence[str], text: str, source: str, coder: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Drafts as rows of the record.

    Parameters
    ----------
    ids
        The id for each draft, in order.
    coder
        ``name`` and ``version`` of the coder; rule and confidence are added.
    """
    place = {id(draft): name for draft, name in zip(drafts, ids, strict=True)}
    return [_row(draft, name, place, text, source, coder) for draft, name in zip(drafts, ids, strict=True)]


def _row(draft: Draft, name: str, place: Mapping[int, str], text: str, source: str, coder: Mapping[str, Any]) -> dict[str, Any]:
    fields = dict(draft.fields)
    if "content" in fields:
        fields["content"] = [make_span(text, start, end).model_dump(exclude={"head"}) for start, end in fields["content"]]
    if isinstance(fields.get("of"), Draft):
        fields["of"] = place[id(fields["of"])]
    links = [{"rel": relation, "to": place[id(target)]} for relation, target in draft.links if id(target) in place]
    return {
        "id": name,
        "kind": draft.kind,
        "source": source,
        "span": make_span(text, draft.start, draft.end).model_dump(),
        **fields,
        "coder": {**coder, "rule": draft.rule, "confidence": round(draft.confidence, 3)},
        "links": [*fields.get("links", ()), *links],
    }
