"""The application, and the server that runs it on this machine alone."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from openparley.errors import Complaint, ParleyError
from openparley.review.api import Server, routes
from openparley.review.desk import Desk
from openparley.review.pages import Pages
from openparley.review.security import Access, Guard

__all__ = ["create_app", "listen", "serve"]

LOOPBACK = "127.0.0.1"
STATIC = Path(__file__).with_name("static")


def create_app(server: Server, access: Access) -> Starlette:
    """The application of one case, one reviewer and one session."""
    pages = Pages(server, access)

    async def not_found(request: Request, error: Exception) -> Response:
        code = error.status_code if isinstance(error, HTTPException) else 500
        return PlainTextResponse("There is nothing here.\n" if code == 404 else "This cannot be done here.\n", code)

    async def refused(request: Request, error: Exception) -> Response:
        return pages.problem(error if isinstance(error, ParleyError) else ParleyError(str(error)))

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        server.fits.close()

    return Starlette(
        routes=[*pages.routes(), *routes(server), Mount("/static", StaticFiles(directory=STATIC))],
        middleware=[Middleware(Guard, access=access)],
        exception_handlers={HTTPException: not_found, ParleyError: refused},
        lifespan=lifespan,
    )


def listen(port: int) -> socket.socket:
    """A socket on the loopback interface.

    Parameters
    ----------
    port
        0 for any that is free.

    Raises
    ------
    ParleyError
        If another program has the port.
    """
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((LOOPBACK, port))
    except OSError as error:
        found.close()
        message = f"nothing can listen on port {port}: {error.strerror or error}."
        raise ParleyError(Complaint(None, None, None, port, None, "Choose another with --port, or leave it out.", message)) from None
    return found


def serve(root: Path, by: str, *, blind: bool, runs: Path | None, port: int, began: Callable[[str], None]) -> None:
    """Serve a case until Ctrl-C.

    Parameters
    ----------
    began
        Called with the address, token included, once the server listens.
    """
    desk = Desk(root, by, blind=blind, runs=runs)
    desk.view()  # a case that is not sound is said before anybody opens a page
    with listen(port) as sock:
        access = Access(sock.getsockname()[1])
        server = Server(desk)
        app = create_app(server, access)
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, lifespan="on", timeout_graceful_shutdown=1, ws="none",
            limit_concurrency=64,
        )  # fmt: skip
        sock.listen(64)
        began(access.address)
        _Ending(config, server).run(sockets=[sock])


class _Ending(uvicorn.Server):
    """Tells the streams that the end has come, which would otherwise be waited for."""

    def __init__(self, config: uvicorn.Config, server: Server) -> None:
        super().__init__(config)
        self.server = server

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """On Ctrl-C and SIGTERM."""
        self.server.fits.leaving = True
        super().handle_exit(sig, frame)
