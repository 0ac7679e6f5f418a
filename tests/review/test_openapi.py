"""The interface as its OpenAPI document says: the document is current, and nothing that may be sent breaks the server."""

import json
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import hypothesis.errors
import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from starlette.routing import Route

from openparley.record.case import open_case
from openparley.review.app import create_app
from openparley.review.openapi import FILE, document
from openparley.review.security import Access
from tests.record.small_case import small_case
from tests.review.desks import PORT, client_of, server_of

EXAMPLES, MANY = 4, 60


def test_the_document_is_current() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == document(), "run python -m openparley.review.openapi"


def test_every_route_is_in_the_document_but_the_stream(tmp_path: Path) -> None:
    app = create_app(server_of(small_case(tmp_path / "mine")), Access(PORT))
    paths = {route.path for route in app.routes if isinstance(route, Route) and route.path.startswith("/api/")}
    assert paths - set(document()["paths"]) == {"/api/progress"}
    assert set(document()["paths"]) <= paths


def hammered(folder: Path, examples: int) -> int:
    """Send what the document allows and what it forbids to every route; the number of requests."""
    case = small_case(folder / "mine", reviewed=False)
    # a command that ends at once stands in for the fit
    page, _ = client_of(server_of(case, command=lambda *_: ["true"]))
    operations = [found.ok() for found in schemathesis.openapi.from_dict(document()).get_all_operations()]
    modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    sent = sum(_sent(page, operation, mode, examples) for operation in operations for mode in modes)
    open_case(case)  # whatever came, the case is sound
    return sent


def _sent(page: httpx.Client, operation: Any, mode: schemathesis.GenerationMode, examples: int) -> int:
    """Send examples of one operation; the number of them."""
    known = {*operation.definition.raw["responses"], "404", "405"}
    sent: list[int] = []

    @hypothesis.settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(one=operation.as_strategy(generation_mode=mode))
    def send(one: schemathesis.Case) -> None:
        arguments = one.as_transport_kwargs(base_url=str(page.base_url))
        data = arguments.get("data")
        answer = page.request(
            arguments["method"],
            one.formatted_path,
            params=arguments.get("params"),
            json=arguments.get("json"),
            content=data if isinstance(data, bytes | str) else None,
        )
        sent.append(answer.status_code)
        assert str(answer.status_code) in known, (one.method, one.formatted_path, answer.status_code, answer.text)

    try:
        send()
    except hypothesis.errors.Unsatisfiable:
        # a route without parameters leaves nothing to send that the document forbids
        assert mode == schemathesis.GenerationMode.NEGATIVE, operation.label
    return len(sent)


def test_nothing_that_may_be_sent_breaks_the_server(tmp_path: Path) -> None:
    assert hammered(tmp_path, EXAMPLES) > 60


@pytest.mark.long
def test_nothing_that_may_be_sent_often_breaks_the_server(tmp_path: Path) -> None:
    assert hammered(tmp_path, MANY) > 900


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3))
KEYS = st.sampled_from(
    ["actor", "event", "mode", "date", "paraphrase", "links", "note", "context", "realis", "hearsay", "attributed_to", "?"]
)


def test_no_value_of_an_edit_breaks_the_server(tmp_path: Path) -> None:
    case = small_case(tmp_path / "mine", reviewed=False)
    page, _ = client_of(server_of(case))
    seen = ""

    @hypothesis.settings(max_examples=40)
    @given(changes=st.dictionaries(KEYS, VALUES, max_size=3))
    def send(changes: dict[str, object]) -> None:
        nonlocal seen
        body = json.dumps({"entry": "E001", "seen": seen, "changes": changes})
        answer = page.post("/api/edit", content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (200, 422), answer.text
        if answer.status_code == 200:
            seen = answer.json()["acts"][0]["id"]

    send()
    open_case(case)
