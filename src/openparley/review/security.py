"""Who may talk to the server: a browser on this machine that was given the token, and only from our own pages."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["POLICY", "Access", "Guard"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}
LARGEST_BODY = 1_000_000  # bytes; the largest act is a few kilobytes
CSRF_HEADER = "x-parley-csrf"
SAFE = ("GET", "HEAD")
CLOSED = "Open the address that `parley review` printed; it carries the token of this session.\n"


@dataclass(frozen=True)
class Access:
    """The secrets of one server.

    Attributes
    ----------
    port
        The port listened on; requests for another host or port are refused, so that no name on the network can be pointed at us.
    token
        In the address that is printed; exchanged for the cookie.
    """

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    session: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def cookie(self) -> str:
        """Name of the session's cookie; browsers share cookies between ports."""
        return f"parley_review_{self.port}"

    @property
    def hosts(self) -> tuple[str, str]:
        """What the Host header may say."""
        return f"127.0.0.1:{self.port}", f"localhost:{self.port}"

    @property
    def address(self) -> str:
        """Where the browser begins."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"


class Guard:
    """Refuses every request that is not from our own page in a browser with the session, and sets the headers of every answer."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app = app
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a refusal."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(Request(scope))
        if refusal is not None:
            await refusal(scope, receive, with_headers)
            return
        await self.app(scope, _limited(receive), with_headers)

    def _refusal(self, request: Request) -> Response | None:
        access, headers = self.access, request.headers
        if headers.get("host", "") not in access.hosts:
            return PlainTextResponse("This server answers to 127.0.0.1 alone.\n", 421)
        token = request.query_params.get("token")
        if request.method == "GET" and request.url.path == "/" and token is not None and _same(token, access.token):
            answer = RedirectResponse("/", 303)
            answer.set_cookie(access.cookie, access.session, httponly=True, samesite="strict", path="/")
            return answer
        if not _same(request.cookies.get(access.cookie, ""), access.session):
            return PlainTextResponse(CLOSED, 403)
        return None if request.method in SAFE else self._refused_change(headers)

    def _refused_change(self, headers: Headers) -> Response | None:
        """A change must come from a page of ours: the browser says from where, and the page knows a secret."""
        if headers.get("origin", "").removeprefix("http://") != headers.get("host"):
            return PlainTextResponse("The request comes from another page.\n", 403)
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return PlainTextResponse("The request comes from another site.\n", 403)
        if not _same(headers.get(CSRF_HEADER, ""), self.access.csrf):
            return PlainTextResponse("The page is from an earlier server; load it again.\n", 403)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            return PlainTextResponse("The request is too large.\n", 413)
        return None


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


def _limited(receive: Receive) -> Receive:
    """Reads no more than the largest body, also of a request that does not say how long it is."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return message if seen <= LARGEST_BODY else {"type": "http.disconnect"}

    return limited
