"""HTML: the running text of a page, and what its markup says about who published it when."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from openparley.record.intake.dates import day_in
from openparley.record.intake.decode import decode_text
from openparley.record.intake.document import Document, NotReadable

if TYPE_CHECKING:
    from lxml.html import HtmlElement

__all__ = ["parse"]

MOST_BYTES = 20_000_000
MOST_JSON = 2_000_000
MOST_NODES = 20_000
MOST_FIELD = 500
_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})|<\?xml[^>]{0,200}?encoding=[\"']([A-Za-z0-9_.:-]{2,40})",
    re.IGNORECASE,
)
_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-](\d\d?)[/-](\d\d?)(?=[/-]|$)")
# In this order; what a page calls modified or updated is not when it was published.
_META = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "citation_publication_date",
    "citation_date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.date",
    "dc.date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publication_date",
    "article.published",
    "cxenseparse:recs:publishtime",
    "date",
)


def parse(data: bytes, declared: str = "", url: str = "") -> Document:
    """The running text of a page.

    Raises
    ------
    NotReadable
        If nothing on the page is running text.
    """
    try:
        import trafilatura
    except ImportError:
        raise NotReadable("reading HTML needs trafilatura.", 'Install it: pip install "openparley[html]".') from None
    if len(data) > MOST_BYTES:
        raise NotReadable(f"the page has {len(data) / 1e6:.0f} MB; at most {MOST_BYTES / 1e6:.0f} are read.", "Save its text as .txt.")
    charset = _CHARSET.search(data[:4096])
    named = declared or (charset and (charset[1] or charset[2] or b"").decode("ascii")) or ""
    page, encoding, notes = decode_text(data, named)
    # A declaration of an encoding that is no longer the text's own makes the parser refuse it.
    page = re.sub(r"\A\ufeff?\s*<\?xml[^>]{0,300}\?>", "", page)
    tree = trafilatura.load_html(page)
    if tree is None:
        raise NotReadable("no page can be made of it.", "Save it from the browser again, or save its text as .txt.")
    days = _published(tree, url)
    found = trafilatura.bare_extraction(page, url=url or None, with_metadata=True, include_comments=False)
    text = getattr(found, "text", None) or ""
    if not any(char.isalpha() for char in text):
        raise NotReadable("no running text is found on the page.", "Save the report’s text as .txt.")
    link = url or _field(getattr(found, "url", ""))
    return Document(
        text.rstrip("\n") + "\n",
        title=_field(getattr(found, "title", "")),
        author=_field(getattr(found, "author", "")).replace("; ", ", "),
        outlet=_field(getattr(found, "sitename", "")) or (urlsplit(link).hostname or "").removeprefix("www."),
        url=link,
        published=days[0],
        published_basis=days[1],
        language=_field(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang"))[:2].lower(),
        encoding=encoding,
        notes=notes,
    )


def _field(value: Any) -> str:
    """A value of the markup as one short line."""
    return " ".join(str(value or "")[:MOST_FIELD].split())


def _published(tree: HtmlElement, url: str) -> tuple[str, str]:
    """The day of publication and where on the page it stands, the surest place first."""
    for where, value in _stated(tree, url):
        day = day_in(value)
        if day:
            return day, where
    from htmldate import find_date

    _without_changes(tree)
    try:
        day = find_date(tree, extensive_search=False, original_date=True, url=url or None)
    except (ValueError, TypeError, AttributeError, IndexError, OverflowError):
        day = None
    return (day, "found on the page by htmldate, not in its markup; check it") if day else ("", "")


def _without_changes(tree: HtmlElement) -> None:
    """Take from a page what tells when it was changed; for want of a day of publication the finder would give that."""
    for element in [*tree.iter("meta", "script", "time")][:MOST_NODES]:
        about = " ".join(str(value) for key, value in element.attrib.items() if key not in ("content", "datetime")).lower()
        if element.tag == "script" or any(word in about for word in ("modif", "updat", "revis", "expir", "edit")):
            element.drop_tree()


def _stated(tree: HtmlElement, url: str) -> Iterator[tuple[str, str]]:
    for value in sorted(_json_ld(tree)):
        yield "datePublished in the JSON-LD of the page", value[1]
    metas: dict[str, str] = {}
    for meta in islice(tree.iter("meta"), MOST_NODES):
        for key in ("property", "name", "itemprop"):
            if meta.get(key) and meta.get("content"):
                metas.setdefault(meta.get(key, "").lower(), meta.get("content", ""))
    for name in _META:
        if name in metas:
            yield f"“{name}” in the head of the page", metas[name]
    times = [time for time in islice(tree.iter("time"), MOST_NODES) if day_in(time.get("datetime") or "")]
    for time in times:
        if time.get("pubdate") is not None or "datepublished" in (time.get("itemprop") or "").lower():
            yield "<time> of publication on the page", time.get("datetime") or ""
    if len({day_in(time.get("datetime") or "") for time in times}) == 1:
        yield "the only <time> on the page", times[0].get("datetime") or ""
    links = [link.get("href") or "" for link in islice(tree.iter("link"), MOST_NODES) if (link.get("rel") or "").lower() == "canonical"]
    for address in filter(None, (url, *links)):
        match = _URL_DAY.search(urlsplit(address).path)
        if match:
            yield "the address of the page", "-".join(match.groups())


def _json_ld(tree: HtmlElement) -> Iterator[tuple[bool, str]]:
    """Every ``datePublished`` that the page states as data, that of an article before that of a picture or the site."""
    for script in islice(tree.iter("script"), MOST_NODES):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = (script.text or "")[:MOST_JSON]
        try:
            queue: list[Any] = [json.loads(text, strict=False)]
        except (ValueError, RecursionError):
            continue
        for node in islice(_walk(queue), MOST_NODES):
            value = node.get("datePublished")
            kind = json.dumps(node.get("@type", "")).lower()
            if isinstance(value, str):
                yield "article" not in kind and "report" not in kind and "posting" not in kind, value


def _walk(queue: list[Any]) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value, without recursion."""
    while queue:
        node = queue.pop(0)
        if isinstance(node, dict):
            yield node
            queue += [value for value in node.values() if isinstance(value, dict | list)]
        elif isinstance(node, list):
            queue += [value for value in node if isinstance(value, dict | list)]
