"""Fetching an address that the user gave: politely (robots.txt, our own name), with limits on time, size and redirects."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from openparley import __version__
from openparley.record.intake.document import NotReadable

if TYPE_CHECKING:
    import httpx

__all__ = ["Fetched", "Fetcher"]

AGENT = f"openparley/{__version__}"
MOST_ROBOTS = 512_000
_FORMS = {
    "text/html": ("html", ".html"),
    "application/xhtml+xml": ("html", ".html"),
    "application/pdf": ("pdf", ".pdf"),
    "application/x-pdf": ("pdf", ".pdf"),
    "text/plain": ("plain", ".txt"),
    "text/markdown": ("markdown", ".md"),
    "message/rfc822": ("mail", ".eml"),
}
_STATUS = {
    401: "it wants a password",
    402: "it wants to be paid",
    403: "it refuses access",
    404: "there is no such page",
    410: "the page was taken away",
    429: "it has had too many requests from here",
    451: "it is withheld for legal reasons",
}


@dataclass(frozen=True)
class Fetched:
    """What an address gave: the bytes, as what they were sent, and the address that it ended at."""

    data: bytes
    form: str
    ending: str
    charset: str
    url: str


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: Any
    data: bytes


class Fetcher:
    """Fetches addresses one at a time; asks each site's robots.txt once.

    Parameters
    ----------
    timeout
        Longest silence of a server, in seconds.
    seconds
        Longest time for one document, in seconds, redirects and all.
    most_bytes
        Largest document.
    redirects
        Most redirects.
    """

    def __init__(self, *, timeout: float = 20.0, seconds: float = 90.0, most_bytes: int = 20_000_000, redirects: int = 5) -> None:
        self._timeout, self._seconds, self._most_bytes, self._redirects = timeout, seconds, most_bytes, redirects
        self._robots: dict[str, Any] = {}

    def fetch(self, url: str) -> Fetched:
        """Fetch one document.

        Raises
        ------
        NotReadable
            If the site forbids it, does not answer in time, or sends no text.
        """
        try:
            import httpx
        except ImportError:
            raise NotReadable("fetching needs httpx.", 'Install it: pip install "openparley[url]".') from None
        deadline = time.monotonic() + self._seconds
        try:
            with httpx.Client(headers={"User-Agent": AGENT}, timeout=self._timeout, follow_redirects=False, trust_env=True) as client:
                return self._follow(client, url, deadline)
        except httpx.TimeoutException:
            raise NotReadable(f"no answer within {self._timeout:g} s.", "Try again later, or save the page and add the file.") from None
        except httpx.InvalidURL as error:
            raise NotReadable(f"not an address: {error}.", "An address begins with https:// or http://.") from None
        except httpx.HTTPError as error:
            detail = str(error).rstrip(".") or type(error).__name__
            raise NotReadable(f"it cannot be fetched: {detail}.", "Check the address and the network.") from None

    def _follow(self, client: httpx.Client, url: str, deadline: float) -> Fetched:
        """Follow redirects, each by the rules of its own site."""
        for _ in range(self._redirects + 1):
            _check_scheme(url)
            if not self._allowed(client, url, deadline):
                raise NotReadable("the site’s robots.txt forbids programs to fetch it.", "Open it in a browser, save it and add the file.")
            answer = self._get(client, url, self._most_bytes, deadline)
            if answer.status in (301, 302, 303, 307, 308) and answer.headers.get("location"):
                url = urljoin(url, answer.headers["location"])
                continue
            if answer.status != 200:
                why = _STATUS.get(answer.status, "the server is in trouble" if answer.status >= 500 else "no document")
                raise NotReadable(f"the server answers {answer.status}: {why}.", "Check the address; or save the page and add the file.")
            return _document(answer, url)
        raise NotReadable(f"more than {self._redirects} redirects.", "Give the address that the page ends at.")

    def _allowed(self, client: httpx.Client, url: str, deadline: float) -> bool:
        """Whether robots.txt lets us; a site without one allows everything, one in trouble nothing (RFC 9309)."""
        try:
            from protego import Protego
        except ImportError:
            raise NotReadable("fetching needs protego.", 'Install it: pip install "openparley[url]".') from None
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._robots:
            self._robots[site] = Protego.parse(
                self._rules(client, urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", "")), deadline)
            )
        return self._robots[site].can_fetch(url, AGENT)

    def _rules(self, client: httpx.Client, url: str, deadline: float) -> str:
        for _ in range(self._redirects + 1):
            answer = self._get(client, url, MOST_ROBOTS, deadline, cut=True)
            if answer.status in (301, 302, 303, 307, 308) and answer.headers.get("location"):
                url = urljoin(url, answer.headers["location"])
                _check_scheme(url)
                continue
            if answer.status >= 500 or answer.status == 429:
                return "User-agent: *\nDisallow: /"
            return answer.data.decode("utf-8", errors="replace") if answer.status == 200 else ""
        return ""

    def _get(self, client: httpx.Client, url: str, most: int, deadline: float, *, cut: bool = False) -> _Answer:
        """One request, read piece by piece, so that neither a huge nor a trickling answer is waited for."""
        data = bytearray()
        with client.stream("GET", url) as response:
            for piece in response.iter_bytes(65536):
                data += piece
                if len(data) > most and cut:
                    break
                if len(data) > most:
                    raise NotReadable(f"it is larger than {most / 1e6:g} MB.", "Save it, cut it down and add the file.")
                if time.monotonic() > deadline:
                    raise NotReadable(f"fetching it takes longer than {self._seconds:g} s.", "Save the page and add the file.")
            return _Answer(response.status_code, response.headers, bytes(data[:most]))


def _check_scheme(url: str) -> None:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise NotReadable("not an address of the web.", "An address begins with https:// or http://.")


def _document(answer: _Answer, url: str) -> Fetched:
    kind, _, rest = answer.headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    form = _FORMS.get(kind)
    if form is None:
        what = f"it is “{kind[:60]}”" if kind else "the server does not say what it is"
        raise NotReadable(f"not a report: {what}.", f"Documents are: {', '.join(sorted(_FORMS))}.")
    charset = rest.lower().partition("charset=")[2].strip(" \"';")
    return Fetched(answer.data, *form, charset, url)
