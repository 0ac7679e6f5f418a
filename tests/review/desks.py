"""Cases, clients and servers for the tests of the review app."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from openparley.review.api import Server
from openparley.review.app import create_app
from openparley.review.desk import Desk
from openparley.review.security import Access

PORT = 8137
DEADLINE = 60.0


def rows(case: Path) -> list[dict[str, Any]]:
    """The acts on disk."""
    return [json.loads(line) for line in (case / "reviews.jsonl").read_text(encoding="utf-8").splitlines()]


def server_of(case: Path, by: str = "anna", *, blind: bool = False, **more: Any) -> Server:
    return Server(Desk(case, by, blind=blind), **more)


class InProcess(httpx.BaseTransport):
    """Sends requests to an application in this process; what the application does not catch is raised."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def answer() -> httpx.Response:
            sent = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
            got = await httpx.ASGITransport(self.app).handle_async_request(sent)
            return httpx.Response(got.status_code, headers=got.headers, content=await got.aread())

        return asyncio.run(answer())


def client_of(server: Server, *, signed_in: bool = True) -> tuple[httpx.Client, Access]:
    """A client of the application in this process, as the page that it serves."""
    access = Access(PORT)
    client = httpx.Client(transport=InProcess(create_app(server, access)), base_url=f"http://127.0.0.1:{PORT}")
    if signed_in:
        client.cookies.set(access.cookie, access.session)
        client.headers.update({"origin": f"http://127.0.0.1:{PORT}", "x-parley-csrf": access.csrf})
    return client, access


class Person:
    """Somebody who acts through the interface, and knows of each entry what they saw last."""

    def __init__(self, case: Path, by: str = "anna", *, blind: bool = False) -> None:
        self.server = server_of(case, by, blind=blind)
        self.client = client_of(self.server)[0]

    def seen(self, entry: str) -> str:
        return self.client.get(f"/api/entry/{entry}").json()["seen"]

    def does(self, act: str, entry: str, **body: Any) -> dict[str, Any]:
        answer = self.client.post(f"/api/{act}", json={"entry": entry, "seen": self.seen(entry), **body})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, **body: Any) -> httpx.Response:
        return self.client.post(f"/api/{path}", json=body)

    def state(self, entry: str) -> str:
        return self.client.get(f"/api/entry/{entry}").json()["state"]


@contextmanager
def running(case: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server in a process of its own, and its address with the token."""
    command = [sys.executable, "-c", "from openparley.cli import main; main()", "review", str(case), "--no-browser", "--json", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PARLEY_REVIEWER": "anna"})
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())["address"]
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(DEADLINE)
        assert process.stdout is not None
        process.stdout.close()


def page_of(address: str) -> httpx.Client:
    """A client that has opened the address, as the page that it got."""
    client = httpx.Client(base_url=address.partition("/?")[0], follow_redirects=True)
    page = client.get(address)
    found = re.search(r'name="parley-csrf" content="([^"]+)"', page.text)
    assert found, page.text
    client.headers.update({"origin": address.partition("/?")[0], "x-parley-csrf": found[1]})
    return client


def until(condition: Any, seconds: float = DEADLINE) -> Any:
    """Wait for something to be true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come to pass")
