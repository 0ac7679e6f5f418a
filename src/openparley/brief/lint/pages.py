"""Rules of the file: nothing from outside, nothing dead or doubled, and no number that leads nowhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from html.parser import HTMLParser

SIZE_LIMIT = 300_000
ADDRESS = re.compile(r"""\b(?:href|src|srcset|action|data|poster|xlink:href)\s*=\s*["'](?!#|data:image/)[^"']*""", re.IGNORECASE)
LOADS = re.compile(r"<script\b|@import|<link\b|<iframe\b|<object\b|url\((?!\s*['\"]?#)|\bstyle\s*=", re.IGNORECASE)

QUANTITY = re.compile(r"\d\s?%|\d points?\b")
# The level of a range is part of its name; a threshold is part of a printed rule.
LEVEL = re.compile(r"\b\d+\s?% (?:range|ranges|band|bands)\b|\bover \d+ ?(?:%|points)(?: of the draws)?: (?:low|moderate)")
# Places where a share or points may stand and lead nowhere, each with the reason.
PLACES = {
    "a": "a link is what leads to the trace",
    "p.s": "sentences are walked in the data, where their parts are told apart",
    "figure": "a picture with its axes and labels, and its data, one row a mark",
    "#traces": "the traces themselves",
    "#evidence": "what was reported and coded, under the id of the entry",
    "#sources table": "documents, and what coders wrote of them",
    "#assumptions table": "values and words of the case, under the id of the assumption",
    "#how-to-read": "the bands of the list of words",
    "#certificate table": "what was recomputed; a row says in words what its value is",
    "#run": "settings, as they were given",
    "header": "question and notes of the case, and the marks of the run",
    "style": "the sheet, which nobody reads",
}
OPEN = {"a", "figure", "section", "header", "table", "style"}


def page_faults(html: str) -> list[str]:
    """What the file itself breaks: outside addresses, styles, dead anchors, doubled ids, weight."""
    found = [f"an address outside the page: {match[0][:80]}" for match in ADDRESS.finditer(html)]
    found += [f"loads or styles in place: {match[0]}" for match in LOADS.finditer(re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))]
    ids = Counter(re.findall(r'\sid="([^"]+)"', html))
    found += [f"the id {id} stands {number} times" for id, number in ids.items() if number > 1]
    found += [f"no anchor for #{target}" for target in sorted(set(re.findall(r'href="#([^"]+)"', html)) - ids.keys())]
    size = len(html.encode())
    return found + ([f"{size:,} bytes; the limit is {SIZE_LIMIT:,}"] if size > SIZE_LIMIT else [])


def untraced(html: str, numbers: Collection[str]) -> list[str]:
    """Numbers without an anchor, and shares or points on the page that are no link and stand in none of `PLACES`.

    Parameters
    ----------
    numbers
        Ids of all numbers of the document.
    """
    walk = _Walk()
    walk.feed(html)
    walk.close()
    return [f"the number {id} has no place on the page" for id in numbers if id not in walk.ids] + walk.found


class _Walk(HTMLParser):
    """Text outside the places where a number may lead nowhere; end tags that HTML lets one leave out are not needed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.sentence = False
        self.ids: set[str] = set()
        self.found: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        id = known.get("id") or ""
        self.ids |= {id} if id else set()
        if tag in OPEN:
            self.open.append((tag, id))
        if tag != "a" and tag != "span" and tag != "b":
            self._flush()
            self.sentence = (tag == "p" and known.get("class") == "s") or (self.sentence and tag not in ("p", "div", "section", "table"))

    def handle_endtag(self, tag: str) -> None:
        if tag in OPEN and any(name == tag for name, _ in self.open):
            if tag != "a":
                self._flush()
            while self.open.pop()[0] != tag:
                pass
        if tag == "p":
            self._flush()
            self.sentence = False

    def handle_data(self, data: str) -> None:
        self.text += "□" if any(name == "a" for name, _ in self.open) else data if not self._allowed() else ""

    def close(self) -> None:
        """The rest of the text."""
        super().close()
        self._flush()

    def _allowed(self) -> bool:
        tags = {name for name, _ in self.open}
        section = next((id for name, id in reversed(self.open) if name == "section"), "")
        here = {*tags, f"#{section}", "p.s" if self.sentence else ""} | ({f"#{section} table"} if "table" in tags else set())
        return not here.isdisjoint(PLACES)

    def _flush(self) -> None:
        text = " ".join(self.text.replace("\u00a0", " ").split())
        if QUANTITY.search(LEVEL.sub("", text)):
            self.found.append(f"a number that is no link to its trace: {text[:120]}")
        self.text = ""
