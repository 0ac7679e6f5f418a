"""The routes that speak JSON: one table, from which the application and its OpenAPI document are made."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from openparley.errors import CaseError, Complaint, LockedError, ParleyError, ReadOnlyError
from openparley.record.review import Review
from openparley.review import bodies, results
from openparley.review.acts import MissingError, StaleError
from openparley.review.blind import SealedError, agreed, coders, difference
from openparley.review.desk import ORDERS, SHOWS, Desk
from openparley.review.fits import BusyError, Fits, child_command
from openparley.review.forms import form_fields

__all__ = ["ENDPOINTS", "STATUSES", "Endpoint", "Server", "routes"]

POLL_SECONDS = 0.1
ALIVE_SECONDS = 10.0
# The first class that fits; what else is said no to is a fault of what was sent.
STATUSES: tuple[tuple[type[ParleyError], int], ...] = (
    (StaleError, 409),
    (BusyError, 409),
    (MissingError, 404),
    (SealedError, 403),
    (ReadOnlyError, 403),
    (LockedError, 503),
    (CaseError, 422),
    (ParleyError, 422),
)
DIFFERENT = "adjudicated: {} over another reading"


@dataclass
class Server:
    """What the handlers work with."""

    desk: Desk
    fits: Fits = field(default_factory=Fits)
    command: Callable[..., list[str]] = child_command


Query = Mapping[str, str]
Handler = Callable[[Server, Query, Any], Any]


@dataclass(frozen=True)
class Endpoint:
    """One route.

    Attributes
    ----------
    query
        Parameters in the address: name → allowed words, or None where anything goes; path parameters among them.
    fails
        Statuses beyond 422 that it may answer with.
    """

    method: str
    path: str
    summary: str
    handler: Handler
    body: type[BaseModel] | None = None
    query: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    fails: tuple[int, ...] = ()


def state(server: Server, query: Query, body: None) -> dict[str, Any]:
    """Who reviews what, how far it is, and the headline of the last run."""
    desk = server.desk
    view = desk.view()
    blind = desk.blind
    return {
        "case": view.case.name,
        "title": view.case.file.title,
        "by": desk.by,
        "blind": blind,
        "read_only": desk.read_only,
        "counts": desk.counts(),
        # the result would steer a blind coder
        "headline": None if blind else results.headline(view.case, desk.runs, len(view.case.reviews)),
        "fit": server.fits.status(),
    }


def queue(server: Server, query: Query, body: None) -> list[dict[str, Any]]:
    """Entries in the order asked for."""
    rows = server.desk.queue(query.get("order", "effect"), query.get("show", "open"))
    return [{**row, "size": None, "effect": ""} for row in rows] if server.desk.blind else rows


def entry(server: Server, query: Query, body: None) -> dict[str, Any]:
    """An entry with its values and history."""
    found = server.desk.full(server.desk.entry(query["entry"]))
    return {**found, "size": None, "effect": ""} if server.desk.blind else found


def fields(server: Server, query: Query, body: None) -> dict[str, Any]:
    """The fields of each kind of entry, and the actors by id."""
    case = server.desk.view().case
    return {"kinds": form_fields(case), "actors": {key: actor.name for key, actor in case.file.actors.items()}}


def accept(server: Server, query: Query, body: bodies.AcceptBody) -> Any:
    """Accept an entry as it stands."""
    return _done(server, server.desk.hand.accept(body.entry, seen=body.seen, reason=body.reason))


def reject(server: Server, query: Query, body: bodies.RejectBody) -> Any:
    """Reject an entry."""
    return _done(server, server.desk.hand.reject(body.entry, seen=body.seen, reason=body.reason))


def edit(server: Server, query: Query, body: bodies.EditBody) -> Any:
    """Give an entry new values, which also accepts it."""
    return _done(server, server.desk.hand.edit(body.entry, body.changes, seen=body.seen, reason=body.reason))


def create(server: Server, query: Query, body: bodies.CreateBody) -> Any:
    """Make an entry on a stretch of a text."""
    made = server.desk.hand.create(body.source, body.start, body.end, body.kind, body.values, reason=body.reason)
    return _done(server, made)


def split(server: Server, query: Query, body: bodies.SplitBody) -> Any:
    """Make several entries of one."""
    parts = [part.model_dump() for part in body.parts]
    return _done(server, server.desk.hand.split(body.entry, parts, seen=body.seen, reason=body.reason))


def merge(server: Server, query: Query, body: bodies.MergeBody) -> Any:
    """Make one entry of several."""
    return _done(server, server.desk.hand.merge(body.entries, seen=body.seen, values=body.values, reason=body.reason))


def undo(server: Server, query: Query, body: bodies.UndoBody) -> Any:
    """Undo an act, or the last one."""
    return _done(server, server.desk.hand.undo(body.act, reason=body.reason))


def grade_source(server: Server, query: Query, body: bodies.GradeSourceBody) -> Any:
    """Grade the reliability of a source."""
    return _done(server, server.desk.hand.grade_source(body.source, body.reliability, seen=body.seen, reason=body.reason))


def grade_entry(server: Server, query: Query, body: bodies.GradeEntryBody) -> Any:
    """Grade the credibility of an entry."""
    return _done(server, server.desk.hand.grade_entry(body.entry, body.credibility, seen=body.seen, reason=body.reason))


def blind_difference(server: Server, query: Query, body: None) -> dict[str, Any]:
    """Two blind readings side by side."""
    _open(server)
    return difference(server.desk.view(), query["first"], query["second"])


def adjudicate(server: Server, query: Query, body: bodies.AdjudicateBody) -> Any:
    """Let one blind coder's reading of an entry hold."""
    _open(server)
    reason = body.reason or DIFFERENT.format(body.coder)
    return _done(server, server.desk.hand.adopt({body.entry: body.coder}, seen={body.entry: body.seen}, reason=reason))


def adopt(server: Server, query: Query, body: bodies.AdoptBody) -> Any:
    """Let everything hold on which two blind coders agree and nobody has decided."""
    _open(server)
    chosen = dict.fromkeys(agreed(server.desk.view(), body.first, body.second), body.first)
    reason = f"both {body.first} and {body.second}, blind"
    return _done(server, server.desk.hand.adopt(chosen, seen={}, reason=reason) if chosen else [])


def start_run(server: Server, query: Query, body: bodies.RunBody) -> dict[str, Any]:
    """Fit the case as it stands, in a process of its own."""
    desk = server.desk
    _open(server)
    view = desk.view()
    if view.case.file.model is None:
        raise CaseError(Complaint("case.toml", None, None, None, None, None, "the case has no model, so there is nothing to fit."))
    desk.runs.mkdir(parents=True, exist_ok=True)
    return server.fits.start(server.command(desk.root, desk.runs, body.draws))


def stop_run(server: Server, query: Query, body: bodies.Nothing) -> dict[str, Any]:
    """End the fit under way."""
    return server.fits.stop()


def compared(server: Server, query: Query, body: None) -> dict[str, Any]:
    """Two runs: what went in differently, what came out differently."""
    _open(server)
    return results.comparison(server.desk.view().case, server.desk.runs, query["old"], query["new"])


def _open(server: Server) -> None:
    if server.desk.blind:
        raise SealedError("a blind reading sees no results and nobody else's reading; start the server without --blind for that.")


def _done(server: Server, acts: list[Review]) -> dict[str, Any]:
    """The acts, which are on disk by now, and the entries as they are afterwards."""
    desk = server.desk
    view = desk.view()
    touched = [key for key in dict.fromkeys(act.entry for act in acts) if key in view.entries]
    rows = [desk.row(view.entries[key], view) for key in touched]
    return {"acts": [act.model_dump(mode="json") for act in acts], "entries": rows, "counts": desk.counts()}


A_SOURCE, AN_ENTRY = {"source": None}, {"entry": None}
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/api/state", "Who reviews what, and how far it is", state),
    Endpoint("GET", "/api/queue", "Entries in order", queue, query={"order": ORDERS, "show": SHOWS}),
    Endpoint("GET", "/api/fields", "Fields of the forms", fields),
    Endpoint("GET", "/api/entry/{entry}", "One entry", entry, query=AN_ENTRY, fails=(404,)),
    Endpoint("GET", "/api/source/{source}", "One source", lambda s, q, b: s.desk.source(q["source"]), query=A_SOURCE, fails=(404,)),
    Endpoint("GET", "/api/history", "The last acts", lambda s, q, b: s.desk.history()),
    Endpoint("POST", "/api/accept", "Accept an entry", accept, bodies.AcceptBody, fails=(403, 404, 409)),
    Endpoint("POST", "/api/reject", "Reject an entry", reject, bodies.RejectBody, fails=(403, 404, 409)),
    Endpoint("POST", "/api/edit", "Edit an entry", edit, bodies.EditBody, fails=(403, 404, 409)),
    Endpoint("POST", "/api/create", "Make an entry", create, bodies.CreateBody, fails=(403, 404, 409)),
    Endpoint("POST", "/api/split", "Split an entry", split, bodies.SplitBody, fails=(403, 404, 409)),
    Endpoint("POST", "/api/merge", "Merge entries", merge, bodies.MergeBody, fails=(403, 404, 409)),
    Endpoint("POST", "/api/undo", "Undo an act", undo, bodies.UndoBody, fails=(403, 404, 409)),
    Endpoint("POST", "/api/grade/source", "Grade a source", grade_source, bodies.GradeSourceBody, fails=(403, 404, 409)),
    Endpoint("POST", "/api/grade/entry", "Grade an entry", grade_entry, bodies.GradeEntryBody, fails=(403, 404, 409)),
    Endpoint("GET", "/api/coders", "Who has read blind", lambda s, q, b: [] if s.desk.blind else coders(s.desk.view())),
    Endpoint("GET", "/api/difference", "Two readings", blind_difference, query={"first": None, "second": None}, fails=(403, 404)),
    Endpoint("POST", "/api/adjudicate", "Let a reading hold", adjudicate, bodies.AdjudicateBody, fails=(403, 404, 409)),
    Endpoint("POST", "/api/adopt", "Let agreement hold", adopt, bodies.AdoptBody, fails=(403, 404, 409)),
    Endpoint("POST", "/api/run", "Fit the case", start_run, bodies.RunBody, fails=(403, 409)),
    Endpoint("POST", "/api/stop", "Stop the fit", stop_run, bodies.Nothing),
    Endpoint("GET", "/api/compare", "Two runs", compared, query={"old": None, "new": None}, fails=(403, 404)),
)


def routes(server: Server) -> list[Route]:
    """Starlette's routes of the table, and the stream of progress."""
    found = [Route(one.path, _endpoint(server, one), methods=[one.method]) for one in ENDPOINTS]

    async def progress(request: Request) -> Response:
        return StreamingResponse(_events(server.fits, request), media_type="text/event-stream")

    return [*found, Route("/api/progress", progress, methods=["GET"])]


def refusal(error: ParleyError) -> JSONResponse:
    """An error as the pages read it."""
    status = next(code for kind, code in STATUSES if isinstance(error, kind))
    return JSONResponse({"errors": [found.as_json() for found in error.complaints]}, status)


def _endpoint(server: Server, one: Endpoint) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        try:
            query = _query(request, one)
            body = await _body(request, one)
            return Ascii(await run_in_threadpool(one.handler, server, query, body))
        except ParleyError as error:
            return refusal(error)

    return answer


class Ascii(JSONResponse):
    """JSON that survives whatever a text holds, also half of a surrogate pair."""

    def render(self, content: Any) -> bytes:
        """Everything beyond ASCII escaped."""
        return json.dumps(content, allow_nan=False, separators=(",", ":"), default=str).encode("ascii")


def _query(request: Request, one: Endpoint) -> dict[str, str]:
    """Parameters of path and address, each one of the words allowed."""
    found: dict[str, str] = {}
    for name, allowed in one.query.items():
        value = request.path_params.get(name, request.query_params.get(name))
        if value is None:
            if allowed is None:
                raise CaseError(Complaint(None, None, None, None, None, None, f"the parameter “{name}” is missing."))
            continue
        if allowed is not None and value not in allowed:
            raise CaseError(Complaint(None, None, None, value, list(allowed), None, f"“{name}” is one of: {', '.join(allowed)}."))
        found[name] = value
    return found


async def _body(request: Request, one: Endpoint) -> Any:
    """The body as its model; what does not fit is refused, with every complaint."""
    if one.body is None:
        return None
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise CaseError("the body is not JSON; send it as application/json.")
    data = await request.body()
    try:
        data.decode("utf-8")
        return one.body.model_validate_json(data)
    except UnicodeDecodeError:
        raise CaseError("the body is not UTF-8.") from None
    except ValidationError as error:
        found = [
            Complaint(None, None, None, None, None, None, f"{'.'.join(map(str, row['loc'])) or 'body'}: {row['msg']}")
            for row in error.errors()
        ]
        raise CaseError(found) from None


async def _events(fits: Fits, request: Request) -> AsyncIterator[str]:
    """The status of the fit whenever it changes, until the page is gone."""
    last, quiet = -1, 0.0
    while not fits.leaving and not await request.is_disconnected():
        status = fits.status()
        if status["number"] != last:
            last, quiet = status["number"], 0.0
            yield f"data: {json.dumps(status)}\n\n"
        elif quiet >= ALIVE_SECONDS:
            quiet = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(POLL_SECONDS)
        quiet += POLL_SECONDS
