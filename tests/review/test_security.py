"""Nobody but our own page in a browser that was given the token gets in, and what it loads can run nothing of a report's."""

import asyncio
import re
import socket
from pathlib import Path

import httpx
import pytest

import openparley.review as review
from openparley.review.api import ENDPOINTS
from openparley.review.app import listen
from openparley.review.security import LARGEST_BODY, Access, Guard
from tests.record.small_case import small_case
from tests.review.desks import PORT, client_of, rows, server_of

PACKAGE = Path(review.__file__).parent
OURS = f"http://127.0.0.1:{PORT}"
PAGES = ("/", "/sources", "/coders", "/assumptions", "/runs")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_case(tmp_path_factory.mktemp("case") / "mine", reviewed=False)


@pytest.fixture(scope="module")
def page(case: Path) -> httpx.Client:
    return client_of(server_of(case))[0]


def test_the_server_listens_on_the_loopback_interface_alone() -> None:
    with listen(0) as sock:
        assert sock.getsockname()[0] == "127.0.0.1"
        assert sock.family == socket.AF_INET


@pytest.mark.parametrize("path", [*PAGES, "/api/state", "/static/review.js", "/nowhere"])
def test_without_the_session_there_is_nothing(path: str, case: Path) -> None:
    stranger, access = client_of(server_of(case), signed_in=False)
    assert stranger.get(path).status_code == 403
    assert stranger.get(path, params={"token": "wrong"}).status_code == 403
    stranger.cookies.set(access.cookie, access.token)
    assert stranger.get(path).status_code == 403


def test_the_token_is_exchanged_for_a_cookie_that_scripts_and_other_sites_do_not_get(case: Path) -> None:
    stranger, access = client_of(server_of(case), signed_in=False)
    answer = stranger.get("/", params={"token": access.token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/"))
    assert access.token not in cookie
    assert stranger.get("/").status_code == 200
    assert len({Access(PORT).token, Access(PORT).session, Access(PORT).csrf, access.token}) == 4


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT + 1}", ""])
def test_another_name_for_this_machine_is_refused(host: str, page: httpx.Client) -> None:
    assert page.get("/api/state", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": f"http://127.0.0.1:{PORT + 1}"},
        {"origin": f"https://127.0.0.1:{PORT}"},
        {"origin": None},
        {"x-parley-csrf": "guess"},
        {"x-parley-csrf": None},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", [one.path for one in ENDPOINTS if one.method == "POST"][:3])
def test_a_change_comes_from_our_own_page_or_not_at_all(change: dict[str, str | None], path: str, case: Path, page: httpx.Client) -> None:
    headers = {key: value for key, value in {**page.headers, **change}.items() if value is not None}
    with httpx.Client(transport=page._transport, base_url=OURS, cookies=page.cookies) as other:
        answer = other.post(path, json={"entry": "E001", "seen": "", "reason": "x"}, headers=headers)
    assert answer.status_code == 403
    assert rows(case) == []


def test_a_change_must_be_json_and_not_endless(case: Path, page: httpx.Client) -> None:
    assert page.post("/api/accept", data={"entry": "E001"}).status_code == 422
    assert page.post("/api/accept", content=b'{"entry":"E001"}', headers={"content-type": "text/plain"}).status_code == 422
    assert page.post("/api/accept", content=b" " * (LARGEST_BODY + 1), headers={"content-type": "application/json"}).status_code == 413
    assert page.get("/api/accept").status_code == 405
    assert rows(case) == []


def test_a_body_that_hides_its_length_is_cut_off() -> None:
    sent = iter([{"type": "http.request", "body": b"x" * 600_000, "more_body": True}] * 3)
    heard = []

    async def app(scope: object, receive: object, send: object) -> None:
        for _ in range(3):
            heard.append((await receive())["type"])  # type: ignore[operator]

    async def receive() -> dict[str, object]:
        return next(sent)

    async def send(message: object) -> None:
        raise AssertionError("nothing is to be sent")

    access = Access(PORT)
    headers = [(b"host", access.hosts[0].encode()), (b"cookie", f"{access.cookie}={access.session}".encode())]
    headers += [(b"origin", OURS.encode()), (b"x-parley-csrf", access.csrf.encode())]
    scope = {"type": "http", "method": "POST", "path": "/api/accept", "query_string": b"", "headers": headers}
    asyncio.run(Guard(app, access)(scope, receive, send))  # type: ignore[arg-type]
    assert heard == ["http.request", "http.disconnect", "http.disconnect"]


@pytest.mark.parametrize("path", [*PAGES, "/api/state", "/static/review.js", "/static/app.css", "/nowhere", "/api/entry/E999"])
def test_every_answer_has_the_policy(path: str, page: httpx.Client) -> None:
    headers = page.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_script_or_style_in_it(path: str, page: httpx.Client) -> None:
    html = page.get(path).text
    assert re.findall(r"<script(?![^>]*\ssrc=)", html) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", html, re.IGNORECASE) == []


def test_nothing_that_ships_names_an_address_outside() -> None:
    files = [path for path in PACKAGE.rglob("*") if path.suffix in (".js", ".css", ".j2")]
    assert len(files) > 10
    assert [path.name for path in files if re.search(r"https?://|url\(|@import|//cdn", path.read_text(encoding="utf-8"))] == []
    assert [
        path.name
        for path in files
        if re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", path.read_text(encoding="utf-8"))
    ] == []
    assert [path.name for path in files if "|safe" in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize(
    "path",
    [
        "/static/../security.py", "/static/..%2fsecurity.py", "/static/%2e%2e/security.py", "/static//etc/passwd", "/static/....//app.py",
        "/api/source/..%2f..%2fcase.toml", "/api/source/%2e%2e", "/api/entry/..%5c..%5ccase.toml", "/runs/../brief",
        "/runs/..%2f..%2f/brief.html",
        "/runs/%2e%2e/brief.html", "/runs/abcdef/brief.html", "/runs/abcdef%00/brief.html", "/api/compare?old=../x&new=../x",
    ],
)  # fmt: skip
def test_no_path_leads_out(path: str, page: httpx.Client) -> None:
    answer = page.send(page.build_request("GET", httpx.URL(OURS).copy_with(raw_path=path.encode())))
    assert answer.status_code in (404, 405), answer.text
    assert "root:" not in answer.text
    assert "schema = 1" not in answer.text
    assert "import" not in answer.text


def test_what_a_report_says_is_text_on_every_page(tmp_path: Path) -> None:
    case = small_case(tmp_path / "mine", reviewed=False)
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    table = case / "sources.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("A title", hostile), encoding="utf-8")
    toml = case / "case.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("A small invented case", hostile), encoding="utf-8")
    page, _ = client_of(server_of(case, hostile))
    for path in PAGES:
        html = page.get(path).text
        assert "&lt;script&gt;" in html
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_a_case_that_is_not_sound_is_a_page_and_not_a_traceback(tmp_path: Path) -> None:
    case = small_case(tmp_path / "mine")
    page, _ = client_of(server_of(case))
    (case / "texts" / "S01.txt").write_text("another text", encoding="utf-8")
    answer = page.get("/")
    assert answer.status_code == 422
    assert "Texts are never edited" in answer.text
    assert "Texts are never edited" in page.get("/api/queue").json()["errors"][0]["hint"]
