"""One question over real HTTP: what is retried, what is not, what every failure says, and where the key is."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from openparley.errors import ParleyError
from openparley.record.coders.llm import client as client_module
from openparley.record.coders.llm.client import Client, EndpointError, Reply, TooLongError
from openparley.record.coders.llm.endpoint import read_endpoint, read_key
from tests.record.coders.llm.server import Answer, Endpoint, completion, endpoint

MESSAGES = [{"role": "user", "content": "What does it say?"}]
SCHEMA = {"type": "object"}
KEY = "sk-not-a-real-key-0123456789"


class Hurried(threading.Event):
    """Keeps in mind how long it was to wait, and does not."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.pauses.append(timeout)
        return self.is_set()


def asked(
    behave: Callable[[dict[str, Any], int], Answer], stop: threading.Event | None = None, **settings: Any
) -> tuple[Reply, Endpoint, Client]:
    """Ask a server that behaves like this once."""
    with endpoint(behave) as running:
        client = Client(read_endpoint(running.url), "small", **{"backoff": 0.001, "timeout": 60.0, **settings})
        try:
            return client.ask(MESSAGES, SCHEMA, stop or threading.Event()), running, client
        finally:
            client.close()


def failed(behave: Callable[[dict[str, Any], int], Answer], **settings: Any) -> str:
    with pytest.raises(EndpointError) as caught:
        asked(behave, **settings)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_question_and_the_answer() -> None:
    reply, running, _ = asked(lambda payload, number: completion("{}", usage=17), key=KEY)
    assert reply == Reply("{}", False, 17, True)
    (payload,) = running.asked
    assert (payload["model"], payload["temperature"], payload["seed"], payload["stream"]) == ("small", 0, 0, False)
    assert payload["response_format"]["json_schema"]["schema"] == SCHEMA
    assert "tools" not in payload
    assert "functions" not in payload
    assert running.headers[0]["Authorization"] == f"Bearer {KEY}"


def test_tokens_are_estimated_where_the_endpoint_does_not_count() -> None:
    reply, _, _ = asked(lambda payload, number: completion("x" * 35, usage=None))
    assert (reply.tokens, reply.counted) == (15, False)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_passing_trouble_is_waited_out(status: int) -> None:
    reply, running, _ = asked(lambda payload, number: completion("{}") if number == 3 else Answer({"error": "busy"}, status))
    assert reply.text == "{}"
    assert len(running.asked) == 3


@pytest.mark.parametrize("as_date", [False, True], ids=["seconds", "date"])
def test_retry_after_is_honoured(as_date: bool) -> None:
    def behave(payload: dict[str, Any], number: int) -> Answer:
        when = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True) if as_date else "100"
        return completion("{}") if number == 2 else Answer({}, 429, {"Retry-After": when})

    stop = Hurried()
    asked(behave, stop)
    (pause,) = stop.pauses
    assert pause is not None
    assert (10 if as_date else 100) <= pause < 100.1  # a date has come nearer by the time it is read


def test_pauses_may_grow() -> None:
    stop = Hurried()
    with pytest.raises(EndpointError):
        asked(lambda payload, number: Answer({}, 500), stop, backoff=1.0)
    assert len(stop.pauses) == 4
    assert all(pause is not None and 0 <= pause <= 2 * 2**number for number, pause in enumerate(stop.pauses))


def test_a_pause_ends_when_stopped() -> None:
    """The server says stop while it answers; whoever slept on would ask again."""
    stop, times = threading.Event(), []

    def behave(payload: dict[str, Any], number: int) -> Answer:
        times.append(number)
        stop.set()
        return Answer({}, 500)

    with pytest.raises(EndpointError):
        asked(behave, stop, backoff=30.0)
    assert times == [1]


def test_trouble_that_stays_is_one_line_with_the_endpoints_reason() -> None:
    said = failed(lambda payload, number: Answer({"error": {"message": "out of\nmemory \x1b[31m"}}, 500))
    assert "answered HTTP 500: “out ofmemory [31m” (5 attempts). Try again later." in said


def test_a_longer_wait_than_anybody_has_is_said() -> None:
    assert "asks to wait 7200 s (HTTP 429)" in failed(lambda payload, number: Answer({}, 429, {"Retry-After": "7200"}))


@pytest.mark.parametrize(("status", "hint"), [(401, "--api-key-env"), (403, "not allowed"), (404, "name of the model")])
def test_what_will_not_pass_is_not_repeated(status: int, hint: str) -> None:
    times: list[int] = []

    def behave(payload: dict[str, Any], number: int) -> Answer:
        times.append(number)
        return Answer({"error": {"message": "no"}}, status)

    said = failed(behave)
    assert f"HTTP {status}: “no”" in said
    assert hint in said
    assert times == [1]


def test_nobody_there_is_one_clear_line() -> None:
    with endpoint() as running:
        url = running.url
    client = Client(read_endpoint(url), "small")
    with pytest.raises(EndpointError) as caught:
        client.ask(MESSAGES, SCHEMA, threading.Event())
    client.close()
    assert str(caught.value).startswith(f"the endpoint {url.removeprefix('http://')} cannot be reached: ")
    assert "refused" in str(caught.value)


def test_silence_ends_after_the_timeout_and_two_attempts() -> None:
    said = failed(lambda payload, number: Answer({}, delay=600), timeout=0.15)
    assert "gave no answer within 0.15 s (2 attempts)" in said


def test_a_slow_answer_within_the_time_is_an_answer() -> None:
    def behave(payload: dict[str, Any], number: int) -> Answer:
        answer = completion("{}")
        answer.delay = 0.2
        return answer

    assert asked(behave)[0].text == "{}"


def test_a_closed_connection_is_tried_again() -> None:
    assert asked(lambda payload, number: completion("{}") if number > 1 else Answer(drop=True))[0].text == "{}"
    assert "closed the connection" in failed(lambda payload, number: Answer(drop=True))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"choices": []}', b'{"choices": [{"message": "x"}]}', b"[" * 100_000])
def test_what_is_no_completion_is_tried_again_and_then_said(body: bytes) -> None:
    assert "something that is no chat completion" in failed(lambda payload, number: Answer(body))


def test_another_content_type_is_said() -> None:
    said = failed(lambda payload, number: Answer(b"<html>Welcome", headers={"Content-Type": "text/html; charset=utf-8"}))
    assert "answered with “text/html” instead of JSON" in said


def test_a_redirect_is_not_followed_and_the_key_stays() -> None:
    with endpoint() as other:
        said = failed(lambda payload, number: Answer({}, 307, {"Location": f"{other.url}/v1/chat/completions?token=x"}), key=KEY)
        assert other.asked == []
    assert f"redirects to “{other.url}/v1/chat/completions”" in said


def test_an_answer_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MAX_BYTES", 100_000)
    assert "sent more than" in failed(lambda payload, number: Answer(b"x" * 1_000_000))


def test_a_truncated_answer_says_so() -> None:
    assert asked(lambda payload, number: completion('{"events": [', finish="length"))[0].truncated


@pytest.mark.parametrize("status", [400, 413])
def test_a_prompt_that_does_not_fit(status: int) -> None:
    message = {"error": {"message": "This model's maximum context length is 4096 tokens", "code": "context_length_exceeded"}}
    with pytest.raises(TooLongError):
        asked(lambda payload, number: Answer(message, status))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("response_format", "'response_format' of type 'json_schema' is not supported with this model"),
        ("response_format", "Failed to parse grammar"),
        ("temperature", "Unsupported value: 'temperature' does not support 0 with this model."),
        ("seed", "Extra inputs are not permitted: seed"),
        ("max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
    ],
)
def test_what_an_endpoint_does_not_know_is_left_out_and_noted(name: str, message: str) -> None:
    def behave(payload: dict[str, Any], number: int) -> Answer:
        return Answer({"error": {"message": message}}, 400) if name in payload else completion("{}")

    reply, running, client = asked(behave)
    assert reply.text == "{}"
    assert name not in running.asked[-1]
    assert (running.asked[-1].get("max_completion_tokens") == 4096) is (name == "max_tokens")
    assert client.notes == [f"{read_endpoint(running.url).host} does not know “{name}”; it was left out."]


def test_the_key_is_in_no_message() -> None:
    spilled = {"error": {"message": f"no such key: {KEY}"}}
    assert KEY not in failed(lambda payload, number: Answer(spilled, 401), key=KEY)
    assert KEY not in failed(lambda payload, number: Answer({}, 302, {"Location": f"http://x.example/?{KEY}"}), key=KEY)
    for text in (KEY, json.dumps(KEY).replace("sk", "\\u0073k")):
        assert KEY not in (asked(lambda payload, number, text=text: completion(f"the key is {text}"), key=KEY)[0].text or "")


def test_where_a_key_may_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", KEY)
    assert read_key("SOME_KEY", read_endpoint("http://127.0.0.1:1")) == KEY
    assert read_key("SOME_KEY", read_endpoint("http://10.0.0.7:8000/v1")) == KEY
    assert read_key("SOME_KEY", read_endpoint("https://models.example")) == KEY
    assert read_key(None, read_endpoint("https://models.example")) is None
    for bad, words in [("http://models.example", "unencrypted"), ("http://8.8.8.8", "unencrypted")]:
        with pytest.raises(ParleyError, match=words) as caught:
            read_key("SOME_KEY", read_endpoint(bad))
        assert KEY not in str(caught.value)
    for typed in (KEY, "sk_abc", "A" * 41, ""):
        with pytest.raises(ParleyError, match="not the key") as caught:
            read_key(typed, read_endpoint("http://localhost"))
        assert not typed or typed not in str(caught.value)
    with pytest.raises(ParleyError, match="OTHER_KEY is not set"):
        read_key("OTHER_KEY", read_endpoint("http://localhost"))
    monkeypatch.setenv("SOME_KEY", "two words\n")
    with pytest.raises(ParleyError, match="cannot be sent"):
        read_key("SOME_KEY", read_endpoint("http://localhost"))


@pytest.mark.parametrize("typed", ["", "models.example", "ftp://x", "http://", "http://[::1", "http://x:port", "file:///etc/passwd"])
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(ParleyError, match="is not an address"):
        read_endpoint(typed)


def test_addresses() -> None:
    assert read_endpoint("http://h/api/v3").url == "http://h/api/v3/chat/completions"
    assert read_endpoint("http://h/v1/chat/completions").url == "http://h/v1/chat/completions"
    assert read_endpoint("https://h/deploy?api-version=1").url == "https://h/deploy/chat/completions?api-version=1"
    assert read_endpoint("http://[::1]:8000").host == "[::1]:8000"
    with pytest.raises(ParleyError, match="name or password") as caught:
        read_endpoint("https://anna:secret@h/v1")
    assert "secret" not in str(caught.value)
