"""An endpoint of chat completions on this machine, with a small deterministic “model” that codes from keywords, and every bad manner."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LISTS = ("events", "statements", "commitments", "statuses", "claims", "relations")
# Word in a sentence, beginning of the meaning of the type it shows.
VERBS = {
    "refused": "refuses",
    "shelled": "does violence",
    "accepted": "agrees",
    "warned": "warns",
    "met": "meets",
    "praised": "backs",
    "sent": "gives material help",
}


@dataclass
class Answer:
    """What the server does with one request: status, headers and body, or silence."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drop: bool = False


Behave = Callable[[dict[str, Any], int], Answer]


@dataclass
class Endpoint:
    """The running server: its address, what it was asked, and how it behaves."""

    url: str
    behave: Behave
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)


def completion(content: Any, *, finish: str = "stop", usage: int | None = 100) -> Answer:
    """The envelope of a chat completion around an answer."""
    text = content if isinstance(content, str | None) else json.dumps(content, ensure_ascii=False)
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    body = {"object": "chat.completion", "choices": [choice]}
    return Answer(body if usage is None else {**body, "usage": {"total_tokens": usage}})


def empty(**lists: Any) -> dict[str, Any]:
    """An answer with nothing in it but what is given."""
    return {"new_actors": [], **{name: [] for name in LISTS}, **lists}


def common(first: str, last: str = "", **more: Any) -> dict[str, Any]:
    """Keys that every entry of an answer has."""
    return {
        "place": {"from": first, "to": last},
        "paraphrase": "In words of its own.",
        "attribution": "author",
        "attributed_to": [],
        "hearsay": False,
        "historical": False,
        "date": None,
        "confidence": 0.9,
        **more,
    }


def event(first: str, last: str = "", **more: Any) -> dict[str, Any]:
    own = {"actor": [], "event": "REJECT", "mode": [], "recipient": [], "context": [], "realis": "actual"}
    return {**common(first, last), **own, **more}


def statement(first: str, last: str = "", **more: Any) -> dict[str, Any]:
    own = {"speaker": [], "addressee": [], "form": "direct", "medium": None, "content": []}
    return {**common(first, last), **own, **more}


def commitment(first: str, last: str = "", **more: Any) -> dict[str, Any]:
    own = {"type": "threat", "actor": [], "target": [], "condition": None, "consequence": None, "due": None, "event": None}
    return {**common(first, last), **own, **more}


def status(first: str, last: str = "", **more: Any) -> dict[str, Any]:
    return {**common(first, last), "of": "#1", "value": "lapsed", "as_of": None, **more}


def claim(first: str, last: str = "", **more: Any) -> dict[str, Any]:
    own = {"explains": [], "behaviour": "waited", "explanation": "hopes for more", "mechanism": None, "stance": "asserted"}
    return {**common(first, last), **own, **more}


def block(payload: dict[str, Any], name: str) -> str:
    """A block of the question's data."""
    found = re.search(rf"<<(\w+) {name}[^>\n]*>>\n(.*?)\n<<\1 END {name}>>", payload["messages"][1]["content"], re.DOTALL)
    assert found, f"no block {name}"
    return found[2]


def labels(payload: dict[str, Any]) -> dict[str, str]:
    """The types of events as the question names them: meaning by label."""
    section = payload["messages"][0]["content"].split("TYPES OF EVENTS\n")[1].split("\n\n")[0]
    return dict(line.split(": ", 1) for line in section.splitlines())


def code(payload: dict[str, Any]) -> dict[str, Any]:
    """A small model: it goes by the meanings of the types."""
    names = labels(payload)
    return by_keywords(payload, lambda meaning: next(label for label, text in names.items() if text.startswith(meaning)))


def by_keywords(payload: dict[str, Any], label: Callable[[str], str]) -> dict[str, Any]:
    """Code each sentence with a verb of the list; actors are the known names left and right of it."""
    known = {name: row["id"] for row in map(json.loads, block(payload, "ACTORS").splitlines()) for name in (row["name"], *row["aliases"])}
    answer = empty()
    for found in re.finditer(r"[^.!?]+[.!?]", block(payload, "PARAGRAPH")):
        words = found.group().split()
        if "“" in found.group():
            continue
        for verb, meaning in VERBS.items():
            if verb not in words:
                continue
            at = words.index(verb)
            left, right = " ".join(words[:at]), " ".join(words[at:])
            doers, others = ([key for name, key in known.items() if name in part][:1] for part in (left, right))
            span = (" ".join(words), "") if len(words) <= 12 else (" ".join(words[:4]), " ".join(words[-4:]))
            answer["events"].append(event(*span, event=label(meaning), actor=doers, recipient=others))
    return answer


def good(payload: dict[str, Any], number: int) -> Answer:
    """Answers as asked."""
    return completion(code(payload))


@contextmanager
def endpoint(behave: Behave = good) -> Iterator[Endpoint]:
    """Run the server on a free port of this machine."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body go out at once; otherwise each answer waits 40 ms for an acknowledgement.
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                running.asked.append(payload)
                running.headers.append(dict(self.headers))
                number = len(running.asked)
            self._send(running.behave(payload, number))

        def _send(self, answer: Answer) -> None:
            if answer.delay:
                running.release.wait(answer.delay)
            if answer.drop:
                self.close_connection = True
                return
            body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda request, address: None  # type: ignore[method-assign]
    running = Endpoint(f"http://127.0.0.1:{server.server_address[1]}", behave)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
