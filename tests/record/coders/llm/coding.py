"""What the tests of the coder share: a document, settings for a server, and one reading."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openparley.record.casefile import Actor
from openparley.record.coders.coder import Coded, Document
from openparley.record.coders.draft import Draft
from openparley.record.coders.llm.coder import LLMCoder, Settings
from openparley.record.sources import Source
from openparley.record.span import sha256
from tests.record.coders.llm.server import Behave, Endpoint, endpoint, good

ACTORS = {
    "mediator": Actor(name="The envoy of Ostrava", aliases=("the envoy",), country="XAA", role="mediator"),
    "party_a": Actor(name="Norland", country="XAB", role="party"),
    "party_b": Actor(name="Suderland", country="XAC", role="party"),
}
TEXT = (
    "Norland refused to meet the envoy. Norland shelled the harbour of Suderland on Tuesday.\n"
    "“We will act if they do not,” the envoy said on Monday. Suderland accepted the truce of the envoy.\n"
    "Short line.\n"
    "Weeks later Suderland sent grain to the islands and Norland praised Suderland for it, which nobody at the table had thought likely.\n"
)


def document(text: str = TEXT, source: str = "S01", earlier: Sequence[dict[str, Any]] = ()) -> Document:
    row = Source(
        id=source,
        outlet="Gazette",
        published=date(2025, 3, 5),
        kind="news",
        language="en",
        text_sha256=sha256(text),
        chars=max(1, len(text)),
    )
    return Document(row, text, tuple(earlier))


def settings(running: Endpoint, **more: Any) -> Settings:
    return Settings(**{"endpoint": running.url, "model": "small", "timeout": 5.0, "backoff": 0.001, "workers": 1, **more})


def coded(
    behave: Behave = good, text: str = TEXT, *, earlier: Sequence[dict[str, Any]] = (), cache: Path | None = None, **more: Any
) -> tuple[Coded, Endpoint]:
    """One reading of a text by a server that behaves like this."""
    with endpoint(behave) as running:
        coder = LLMCoder(ACTORS, settings(running, **more), cache=cache)
        return coder.code(document(text, earlier=earlier)), running


def spans(drafts: Sequence[Draft], text: str = TEXT) -> list[tuple[str, str]]:
    """Kind or type and words of each draft."""
    return [(str(draft.fields.get("event") or draft.kind), text[draft.start : draft.end]) for draft in drafts]
