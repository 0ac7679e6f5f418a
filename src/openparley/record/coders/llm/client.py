"""One question to the endpoint: sent, waited for, tried again where that helps; every way it can fail in one clear line.

No redirect is followed and no tool is offered. The key is sent in a header and stands nowhere else: whatever comes back is searched for it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from openparley.errors import Complaint, ParleyError, quoted
from openparley.record.coders.llm.budget import estimate
from openparley.record.coders.llm.endpoint import Endpoint

__all__ = ["Client", "EndpointError", "Reply", "TooLongError"]

ATTEMPTS = 5
# A request that took all its time is asked once more and no oftener.
SLOW_ATTEMPTS = 2
LONGEST_WAIT = 300.0
LONGEST_BACKOFF = 60.0
MAX_BYTES = 2_000_000
CONNECT_SECONDS = 10.0
_TOO_LONG = (
    "context length",
    "context window",
    "context size",
    "context_length",
    "maximum context",
    "too many tokens",
    "is too long",
)
# Parts of a request that an endpoint may not know, and what its complaint about them names.
_OPTIONAL: dict[str, tuple[str, ...]] = {
    "response_format": ("response_format", "json_schema", "guided", "grammar", "schema"),
    "temperature": ("temperature",),
    "seed": ("seed",),
    "max_tokens": ("max_tokens", "max_completion_tokens"),
}


class EndpointError(ParleyError):
    """The endpoint cannot be used as it is; asking on would not help."""


class TooLongError(Exception):
    """The prompt does not fit the model's context."""


class _PassingError(Exception):
    """Something that may be better in a moment."""

    def __init__(self, message: str, *, wait: float | None = None, slow: bool = False) -> None:
        super().__init__(message)
        self.wait, self.slow = wait, slow


@dataclass(frozen=True)
class Reply:
    """What the model wrote.

    Attributes
    ----------
    text
        The answer; None when there is none (a refusal, a filter).
    truncated
        Whether it was cut off at the limit of tokens.
    tokens
        Prompt and answer together.
    counted
        Whether the endpoint counted them; estimated otherwise.
    """

    text: str | None
    truncated: bool
    tokens: int
    counted: bool


class Client:
    """Asks one model at one endpoint; safe to use from several threads.

    Parameters
    ----------
    key
        Sent as bearer token; None sends none.
    seed
        None leaves the choice to the endpoint.
    timeout
        Seconds until an answer must be there.
    backoff
        Seconds that the first pause between two attempts lasts on average; later ones double.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        model: str,
        *,
        key: str | None = None,
        temperature: float | None = 0.0,
        seed: int | None = 0,
        max_tokens: int = 4096,
        timeout: float = 120.0,
        backoff: float = 1.0,
    ) -> None:
        httpx = _httpx()
        self.endpoint, self.timeout, self.backoff = endpoint, timeout, backoff
        self._key = key
        self._options = {"model": model, "temperature": temperature, "seed": seed, "max_tokens": max_tokens}
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "openparley"}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        limits = httpx.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS))
        # A proxy has no business between us and this machine; certificates are only read where they are needed.
        ways = {"trust_env": not endpoint.loopback, "verify": endpoint.url.startswith("https:")}
        self._open = lambda: httpx.Client(headers=headers, timeout=limits, follow_redirects=False, **ways)
        self._http: Any = None
        self._left_out: set[str] = set()
        self.notes: list[str] = []
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the connections; the next question opens them anew."""
        with self._lock:
            http, self._http = self._http, None
        if http is not None:
            http.close()

    def ask(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], stop: threading.Event) -> Reply:
        """One answer.

        Parameters
        ----------
        stop
            Ends pauses between attempts.

        Raises
        ------
        EndpointError
            When asking on would not help, with the endpoint's reason.
        TooLongError
            When the paragraph has to be split.
        """
        from tenacity import RetryCallState, Retrying, retry_if_exception_type, sleep_using_event, wait_random_exponential

        backoff = wait_random_exponential(multiplier=2 * self.backoff, max=LONGEST_BACKOFF)

        def pause(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.wait if isinstance(error, _PassingError) else None
            # Everybody waits as long as the endpoint says; the jitter keeps them from coming back at one moment.
            return backoff(state) if asked is None else asked + 0.1 * backoff(state)

        def enough(state: RetryCallState) -> bool:
            error = state.outcome.exception() if state.outcome else None
            slow = isinstance(error, _PassingError) and error.slow
            return stop.is_set() or state.attempt_number >= (SLOW_ATTEMPTS if slow else ATTEMPTS)

        retrying = Retrying(
            sleep=sleep_using_event(stop), stop=enough, wait=pause, retry=retry_if_exception_type(_PassingError), reraise=True
        )
        try:
            return retrying(self._once, messages, schema)
        except _PassingError as error:
            tries = retrying.statistics.get("attempt_number", 1)
            raise self._error(f"{error} ({tries} {'attempt' if tries == 1 else 'attempts'}).", "Try again later.") from None

    def _once(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> Reply:
        """One attempt; what the endpoint does not know is left out at once and asked again."""
        for _ in range(len(_OPTIONAL) + 1):
            left_out = set(self._left_out)
            status, headers, body = self._post(self._payload(messages, schema, left_out))
            if status in (400, 422) and self._leave_out(body, left_out):
                continue
            if status != 200:
                self._refuse(status, headers, body)
            return self._reply(messages, headers, body)
        raise self._error("turns down every form of the request.", None)

    def _payload(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], left_out: set[str]) -> dict[str, Any]:
        wrapped = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
        every = {**self._options, "response_format": wrapped, "messages": list(messages), "stream": False}
        sent = {name: value for name, value in every.items() if value is not None and name not in left_out}
        if "max_tokens" in left_out:
            sent["max_completion_tokens"] = self._options["max_tokens"]
        return sent

    def _post(self, payload: Mapping[str, Any]) -> tuple[int, Mapping[str, str], str]:
        """Status, headers and body; no more of it than `MAX_BYTES`, no longer than twice the time allowed."""
        httpx = _httpx()
        began = time.monotonic()
        try:
            with self._connected().stream("POST", self.endpoint.url, json=payload) as response:
                data = bytearray()
                for piece in response.iter_bytes():
                    data += piece
                    if len(data) > MAX_BYTES:
                        raise self._error(f"sent more than {MAX_BYTES / 1e6:.0f} MB in answer to one paragraph.", None)
                    if time.monotonic() - began > self.timeout:
                        raise _PassingError(f"was not through after {self.timeout:g} s", slow=True)
                return response.status_code, response.headers, self._clean(data.decode("utf-8", errors="replace"))
        except httpx.ConnectTimeout:
            raise _PassingError("could not be reached in time", slow=True) from None
        except httpx.TimeoutException:
            raise _PassingError(f"gave no answer within {self.timeout:g} s", slow=True) from None
        except httpx.ConnectError as error:
            hint = "Is the server running, and is the address right?"
            raise self._error(f"cannot be reached: {self._clean(str(error))}.", hint) from None
        except httpx.TransportError as error:
            raise _PassingError(f"closed the connection ({type(error).__name__})") from None

    def _refuse(self, status: int, headers: Mapping[str, str], body: str) -> None:
        """Raise what a status other than 200 means."""
        if status in (408, 409, 425, 429) or status >= 500:
            wait = _retry_after(headers.get("retry-after"))
            if wait is not None and wait > LONGEST_WAIT:
                raise self._error(f"asks to wait {wait:.0f} s (HTTP {status}).", "Try again later.")
            raise _PassingError(f"answered HTTP {status}{self._reason(body)}", wait=wait)
        if 300 <= status < 400:
            target = quoted(headers.get("location", "nowhere").split("?")[0])
            raise self._error(f"redirects to {target}.", "Redirects are not followed: give the address itself.")
        if status in (400, 413, 422) and (status == 413 or any(word in body.lower() for word in _TOO_LONG)):
            raise TooLongError
        hints = {
            401: "Name the environment variable that holds the key with --api-key-env.",
            403: "The key is not allowed to use this model.",
            404: "Check the address and the name of the model.",
        }
        raise self._error(f"answered HTTP {status}{self._reason(body)}.", hints.get(status))

    def _leave_out(self, body: str, left_out: set[str]) -> bool:
        """Whether a complaint is about an optional part of the request, which is then left out from now on."""
        text = body.lower()
        if any(word in text for word in _TOO_LONG):
            return False
        with self._lock:
            for name, words in _OPTIONAL.items():
                if name not in left_out and self._options.get(name, True) is not None and any(word in text for word in words):
                    if name not in self._left_out:
                        self._left_out.add(name)
                        self.notes.append(f"{self.endpoint.host} does not know “{name}”; it was left out.")
                    return True
        return False

    def _reply(self, messages: Sequence[Mapping[str, str]], headers: Mapping[str, str], body: str) -> Reply:
        """Read the envelope; a broken one may be a passing fault of something between."""
        kind = headers.get("content-type", "").split(";")[0].strip().lower()
        if kind and not kind.endswith("json"):
            raise self._error(f"answered with {quoted(kind)} instead of JSON.", "Is the address that of chat completions, ending in /v1?")
        try:
            value = json.loads(body)
            choice = value["choices"][0]
            text, reason = choice["message"].get("content"), choice.get("finish_reason")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
            raise _PassingError(f"answered with something that is no chat completion{self._reason(body)}") from None
        # Once more, now that escapes are read.
        text = self._clean(text) if isinstance(text, str) else None
        usage = value.get("usage")
        total = usage.get("total_tokens") if isinstance(usage, dict) else None
        if isinstance(total, int) and not isinstance(total, bool) and total > 0:
            return Reply(text, reason == "length", total, True)
        return Reply(text, reason == "length", estimate("".join(message["content"] for message in messages) + (text or "")), False)

    def _reason(self, body: str) -> str:
        """What the endpoint says itself, shortened."""
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            return ""
        error = value.get("error", value) if isinstance(value, dict) else None
        message = error.get("message") if isinstance(error, dict) else error
        printable = "".join(character for character in message if character.isprintable()) if isinstance(message, str) else ""
        return f": {quoted(self._clean(printable), width=160)}" if printable else ""

    def _connected(self) -> Any:
        with self._lock:
            if self._http is None:
                self._http = self._open()
            return self._http

    def _clean(self, text: str) -> str:
        return text.replace(self._key, "***") if self._key else text

    def _error(self, message: str, hint: str | None) -> EndpointError:
        return EndpointError(Complaint(None, None, None, self.endpoint.host, None, hint, f"the endpoint {self.endpoint.host} {message}"))


def _httpx() -> Any:
    """The library, with a clear word where it is missing."""
    try:
        import httpx
        import jsonschema  # noqa: F401
        import tenacity  # noqa: F401
    except ImportError as error:
        message = f"the coder that asks a language model needs {error.name}, which is not installed."
        raise ParleyError(Complaint(None, None, None, error.name, None, 'pip install "openparley[llm]"', message)) from None
    return httpx


def _retry_after(value: str | None) -> float | None:
    """Seconds to wait, from a number or a date."""
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        try:
            return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
        except (ValueError, TypeError):
            return None
