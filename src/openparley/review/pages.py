"""The pages: HTML drawn here, acts and lists by the scripts that they load."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from openparley.errors import ParleyError
from openparley.review import results
from openparley.review.acts import MissingError
from openparley.review.api import STATUSES, Server
from openparley.review.blind import SealedError, coders, difference
from openparley.review.effects import brief_of
from openparley.review.security import Access

__all__ = ["Pages"]

RELIABILITY = {
    "A": "reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "cannot be judged",
}
CREDIBILITY = {
    "1": "confirmed by others",
    "2": "probably true",
    "3": "possibly true",
    "4": "doubtful",
    "5": "improbable",
    "6": "cannot be judged",
}
REASONS = (
    "not in the text",
    "wrong speaker or actor",
    "wrong kind",
    "wrong date",
    "repeats another entry",
    "opinion, not report",
    "not about this dispute",
)
NAVIGATION = (("/", "Review"), ("/sources", "Sources"), ("/coders", "Coders"), ("/assumptions", "Assumptions"), ("/runs", "Runs"))
OPEN_TO_BLIND = ("/", "/sources")


class Pages:
    """Renders the pages of one server."""

    def __init__(self, server: Server, access: Access) -> None:
        self.server = server
        self.access = access
        loader = PackageLoader("openparley.review", "templates")
        self.templates = Environment(loader=loader, autoescape=select_autoescape(default=True, default_for_string=True))

    def routes(self) -> list[Route]:
        """One route a page."""
        pages: dict[str, Callable[[Request], dict[str, Any]]] = {
            "/": self._review,
            "/sources": self._sources,
            "/coders": self._coders,
            "/assumptions": self._assumptions,
            "/runs": self._runs,
            "/runs/{run}/brief": self._brief,
        }
        found = [Route(path, self._page(path, data), methods=["GET"]) for path, data in pages.items()]
        return [*found, Route("/runs/{run}/brief.html", self._brief_itself, methods=["GET"])]

    def problem(self, error: ParleyError) -> Response:
        """An error as a page."""
        status = next(code for kind, code in STATUSES if isinstance(error, kind))
        return self._draw("problem", {"complaints": [str(found) for found in error.complaints], "title": "This does not work yet"}, status)

    def _page(self, path: str, data: Callable[[Request], dict[str, Any]]) -> Callable[[Request], Any]:
        name = {"/": "review", "/runs/{run}/brief": "brief"}.get(path, path.strip("/"))

        async def answer(request: Request) -> Response:
            try:
                if self.server.desk.blind and path not in OPEN_TO_BLIND:
                    raise SealedError("This page shows results or what others have said, so a blind reading does not open it.")
                found = await run_in_threadpool(data, request)
                return self._draw(name, {**found, "here": path}, 200)
            except ParleyError as error:
                return self.problem(error)

        return answer

    def _draw(self, name: str, data: dict[str, Any], status: int) -> Response:
        desk = self.server.desk
        links = [link for link in NAVIGATION if not desk.blind or link[0] in OPEN_TO_BLIND]
        shared = {
            "csrf": self.access.csrf,
            "by": desk.by,
            "blind": desk.blind,
            "read_only": desk.read_only,
            "navigation": links,
            "here": "",
        }
        page = self.templates.get_template(f"{name}.html.j2").render({**shared, **data})
        return HTMLResponse(page.encode("utf-8", "replace"), status)

    def _case(self) -> dict[str, Any]:
        file = self.server.desk.view().case.file
        return {"title": file.title, "question": file.question, "fictional": file.fictional, "case": file.name}

    def _review(self, request: Request) -> dict[str, Any]:
        return {**self._case(), "reasons": REASONS, "grades": CREDIBILITY}

    def _sources(self, request: Request) -> dict[str, Any]:
        desk = self.server.desk
        view = desk.view()
        rows = [
            {
                **source.model_dump(mode="json"),
                "seen": view.versions.get(key, ""),
                "entries": sum(entry.source == key for entry in view.entries.values()),
                "text": key in view.case.texts,
            }
            for key, source in view.case.sources.items()
        ]
        return {**self._case(), "sources": rows, "grades": RELIABILITY}

    def _coders(self, request: Request) -> dict[str, Any]:
        view = self.server.desk.view()
        names = coders(view)
        first, second = request.query_params.get("first"), request.query_params.get("second")
        if first is None and second is None and len(names) >= 2:
            first, second = names[:2]
        chosen = first in names and second in names and first != second
        found = difference(view, str(first), str(second)) if chosen else None
        return {**self._case(), "names": names, "first": first, "second": second, "found": found}

    def _assumptions(self, request: Request) -> dict[str, Any]:
        desk = self.server.desk
        case = desk.view().case
        shown = results.assumption_rows(case, desk.runs), results.lever_rows(case, desk.runs)
        return {**self._case(), "assumptions": shown[0], "levers": shown[1], "headline": self._headline()}

    def _runs(self, request: Request) -> dict[str, Any]:
        desk = self.server.desk
        return {**self._case(), "runs": results.run_rows(desk.view().case, desk.runs), "headline": self._headline()}

    def _headline(self) -> dict[str, Any] | None:
        desk = self.server.desk
        view = desk.view()
        return results.headline(view.case, desk.runs, len(view.case.reviews))

    def _brief(self, request: Request) -> dict[str, Any]:
        run = request.path_params["run"]
        if brief_of(results.run_folder(self.server.desk.runs, run)) is None:
            raise MissingError("this run has no brief; run the case from here, or with `parley brief`.")
        return {**self._case(), "run": run}

    async def _brief_itself(self, request: Request) -> Response:
        """The brief as it lies on disk, under a policy of its own: its one style sheet and nothing else."""
        try:
            if self.server.desk.blind:
                raise SealedError("A blind reading sees no results.")
            place = brief_of(results.run_folder(self.server.desk.runs, request.path_params["run"]))
            if place is None:
                raise MissingError("this run has no brief.")
        except ParleyError as error:
            return self.problem(error)
        html = await run_in_threadpool(place.with_suffix(".html").read_bytes)
        digest = results.sheet_digest(html.decode("utf-8"))
        policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
        )
        return HTMLResponse(html, headers={"content-security-policy": f"{policy}; sandbox", "x-frame-options": "SAMEORIGIN"})
