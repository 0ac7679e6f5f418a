"""Fetching addresses, from a server of our own: what is fetched, what the site forbids, what is too slow, large or foreign."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fpdf import FPDF

from openparley import __version__
from openparley.record.case import open_case
from openparley.record.intake import add
from openparley.record.intake.document import NotReadable
from openparley.record.intake.fetch import Fetcher
from tests.record.intake.reports import report
from tests.record.small_case import small_case, snapshot

PAGE = (
    '<!doctype html><html><head><meta charset="{charset}"><title>Ten days</title>'
    '<meta property="article:published_time" content="2025-03-03T10:00:00Z"></head><body><article>'
    + "".join(f"<p>{line} Grüße.</p>" for line in report(1).splitlines())
    + "</article></body></html>"
)


class Site(ThreadingHTTPServer):
    """A server on this machine; ``asked`` holds path and agent of every request."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.robots = b"User-agent: *\nDisallow: /private\n"
        self.robots_status = 200
        super().__init__(("127.0.0.1", 0), Handler)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"


class Handler(BaseHTTPRequestHandler):
    @property
    def site(self) -> Site:
        assert isinstance(self.server, Site)
        return self.server

    def do_GET(self) -> None:
        self.site.asked.append((self.path, self.headers.get("User-Agent", "")))
        answer: Callable[[], None] | None = getattr(self, "get_" + self.path.strip("/").split("/")[0].partition(".")[0], None)
        (answer or (lambda: self.reply(404, b"no")))()

    def reply(self, status: int, body: bytes, kind: str = "text/html", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def get_robots(self) -> None:
        self.reply(self.site.robots_status, self.site.robots, "text/plain")

    def get_page(self) -> None:
        self.reply(200, PAGE.format(charset="utf-8").encode(), "text/html; charset=utf-8")

    def get_latin(self) -> None:
        self.reply(200, PAGE.format(charset="utf-8").encode("cp1252"), 'text/html; charset="windows-1252"')

    def get_text(self) -> None:
        self.reply(200, report(2).encode(), "text/plain; charset=utf-8")

    def get_pdf(self) -> None:
        made = FPDF()
        made.add_page()
        made.set_font("helvetica", size=11)
        made.multi_cell(0, 6, report(3))
        self.reply(200, bytes(made.output()), "application/pdf")

    def get_moved(self) -> None:
        self.reply(301, b"", Location="/page")

    def get_loop(self) -> None:
        self.reply(302, b"", Location="/loop")

    def get_file(self) -> None:
        self.reply(302, b"", Location="file:///etc/passwd")

    def get_sneaky(self) -> None:
        self.reply(302, b"", Location="/private/page")

    def get_picture(self) -> None:
        self.reply(200, b"\x89PNG\r\n", "image/png")

    def get_liar(self) -> None:
        self.reply(200, b"\x89PNG\r\n\x1a\n" * 50, "text/html")

    def get_large(self) -> None:
        self.reply(200, b"<p>words</p>" * 40_000)

    def get_silent(self) -> None:
        time.sleep(1.5)

    def get_trickle(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        try:
            for _ in range(30):
                self.wfile.write(b"<p>words</p>")
                time.sleep(0.1)
        except OSError:
            self.close_connection = True  # whoever asked has gone away, as it should

    def get_broken(self) -> None:
        self.reply(503, b"later")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.02,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def fetcher(monkeypatch: pytest.MonkeyPatch) -> Fetcher:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    # Patient, because machines that run tests are slow at times; what is slow by itself gets a hasty one.
    return Fetcher(timeout=20, seconds=60, most_bytes=200_000)


def test_pages_texts_and_pdfs_become_sources_with_address_and_day(tmp_path: Path, site: Site, fetcher: Fetcher) -> None:
    case = small_case(tmp_path / "case")
    result = add(case, urls=[site.url(path) for path in ("/page", "/text", "/pdf")], fetcher=fetcher)
    assert result.refused == ()
    sources = open_case(case).sources
    assert [sources[new.id].url for new in result.added] == [site.url("/page"), site.url("/text"), site.url("/pdf")]
    assert all(sources[new.id].retrieved for new in result.added)
    page, text, pdf = result.added
    assert (page.title, page.published, page.outlet.partition(":")[0]) == ("Ten days", "2025-03-03", "127.0.0.1")
    assert (case / "texts" / f"{page.id}.original.html").exists()
    assert (case / "texts" / f"{text.id}.txt").read_text(encoding="utf-8") == report(2)
    assert (case / "texts" / f"{pdf.id}.original.pdf").read_bytes().startswith(b"%PDF")
    again = add(case, urls=[site.url("/page")], fetcher=fetcher)
    assert [(twin.of, twin.again) for twin in again.duplicates] == [(page.id, True)]


def test_we_say_who_we_are_and_ask_for_the_rules_once(site: Site, fetcher: Fetcher) -> None:
    fetcher.fetch(site.url("/page"))
    fetcher.fetch(site.url("/text"))
    assert [path for path, _ in site.asked] == ["/robots.txt", "/page", "/text"]
    assert {agent for _, agent in site.asked} == {f"openparley/{__version__}"}


def test_the_encoding_of_the_header_is_believed(site: Site, fetcher: Fetcher) -> None:
    page = fetcher.fetch(site.url("/latin"))
    assert page.charset == "windows-1252"
    assert "Grüße" in page.data.decode(page.charset)


def test_a_redirect_is_followed_and_the_last_address_kept(site: Site, fetcher: Fetcher) -> None:
    assert fetcher.fetch(site.url("/moved")).url == site.url("/page")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/private/page", r"robots\.txt forbids"),
        ("/sneaky", r"robots\.txt forbids"),
        ("/nothing", "404: there is no such page"),
        ("/broken", "503: the server is in trouble"),
        ("/loop", "more than 5 redirects"),
        ("/file", "not an address of the web"),
        ("/picture", "“image/png”"),
        ("/large", r"larger than 0\.2 MB"),
    ],
)
def test_what_cannot_be_fetched_is_refused_with_the_reason(site: Site, fetcher: Fetcher, path: str, reason: str) -> None:
    with pytest.raises(NotReadable, match=reason):
        fetcher.fetch(site.url(path))
    assert "/private/page" not in [asked for asked, _ in site.asked]


@pytest.mark.parametrize(("path", "reason"), [("/silent", r"no answer within 0\.5 s"), ("/trickle", r"takes longer than 0\.7 s")])
def test_who_keeps_us_waiting_is_given_up(site: Site, fetcher: Fetcher, path: str, reason: str) -> None:
    with pytest.raises(NotReadable, match=reason):
        Fetcher(timeout=0.5, seconds=0.7, most_bytes=200_000).fetch(site.url(path))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://127.0.0.1/a", "not an address of the web"),
        ("file:///etc/passwd", "not an address of the web"),
        ("report.html", "not an address of the web"),
        ("http://", "not an address of the web"),
        ("http://[::1", "not an address of the web"),
        ("http://127.0.0.1:1/a", "cannot be fetched"),
        ("http://127.0.0.1:999999/a", "not an address"),
        ("http://exa mple/\x00", "not an address|cannot be fetched"),
    ],
)
def test_what_is_no_address_is_refused(fetcher: Fetcher, url: str, reason: str) -> None:
    with pytest.raises(NotReadable, match=reason):
        fetcher.fetch(url)


@pytest.mark.parametrize(
    ("status", "rules", "allowed"),
    [
        (200, b"User-agent: *\nDisallow: /", False),
        (200, b"User-agent: openparley\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        (200, b"User-agent: other\nDisallow: /", True),
        (200, b"\xff\xfe not rules at all", True),
        (404, b"", True),
        (403, b"", True),
        (500, b"", False),
    ],
)
def test_the_rules_of_a_site_are_kept(site: Site, fetcher: Fetcher, status: int, rules: bytes, allowed: bool) -> None:
    site.robots, site.robots_status = rules, status
    if allowed:
        assert fetcher.fetch(site.url("/page")).form == "html"
    else:
        with pytest.raises(NotReadable, match=r"robots\.txt"):
            fetcher.fetch(site.url("/page"))


def test_bad_addresses_do_not_hinder_good_ones(tmp_path: Path, site: Site, fetcher: Fetcher) -> None:
    case = small_case(tmp_path / "case")
    urls = [site.url(path) for path in ("/nothing", "/liar", "/text", "/loop")]
    result = add(case, urls=urls, fetcher=fetcher)
    assert [new.file for new in result.added] == [urls[2]]
    assert [complaint.file for complaint in result.refused] == [urls[0], urls[1], urls[3]]


def test_without_addresses_nothing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def never(*arguments: object, **more: object) -> None:
        raise AssertionError("a socket was opened")

    case = small_case(tmp_path / "case")
    (tmp_path / "a.md").write_text("![x](http://127.0.0.1:1/x.png) The envoy left.", encoding="utf-8")
    monkeypatch.setattr(socket.socket, "connect", never)
    assert add(case, [tmp_path / "a.md"]).added
    assert "S03" in str(snapshot(case).keys())
