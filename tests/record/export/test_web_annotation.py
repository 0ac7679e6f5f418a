"""Web Annotations, read by a JSON-LD processor without a network: every term means something, every place is where the words are."""

import json
from functools import cache
from typing import Any

import pytest
from pyld import jsonld

from openparley.record.case import Case
from openparley.record.export.tables import Export
from openparley.record.export.web_annotation import W3C, build
from openparley.record.span import HEAD_WORDS, sha256
from tests.record.export import cases, w3c

OA = "http://www.w3.org/ns/oa#"
TERMS = "urn:x-parley:terms:"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@cache
def document(name: str, *, texts: bool = False) -> dict[str, Any]:
    return json.loads(build(cases.flat(name, texts=texts), "")["annotations.jsonld"])


def items(name: str, *, texts: bool = False) -> list[dict[str, Any]]:
    return document(name, texts=texts)["first"]["items"]


def offline(url: str, options: Any) -> dict[str, Any]:
    assert url == W3C
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": w3c.CONTEXT}


def test_every_term_means_something(name: str) -> None:
    dropped: list[Any] = []
    (expanded,) = jsonld.expand(document(name), {"documentLoader": offline}, on_property_dropped=dropped.append)
    assert dropped == []
    assert expanded["@type"] == ["http://www.w3.org/ns/activitystreams#OrderedCollection"]
    assert not [term for term in document(name)["@context"][1] if term in w3c.NAMES - {"xsd"}]


def test_it_is_rdf_with_the_right_number_of_everything(name: str, case: Case, flat: Export) -> None:
    options = {"documentLoader": offline, "algorithm": "URDNA2015", "format": "application/n-quads"}
    triples = [line.split(" ", 2) for line in jsonld.to_rdf(document(name), options).splitlines()]
    kinds = [rest.removesuffix(" .") for _, predicate, rest in triples if predicate == f"<{RDF_TYPE}>"]
    assert kinds.count(f"<{OA}Annotation>") == len(case.entries)
    assert kinds.count(f"<{TERMS}Event>") == flat.counts()["events"]
    assert kinds.count(f"<{TERMS}Actor>") == len(case.file.actors)
    acts = [rest for _, predicate, rest in triples if predicate == f"<{TERMS}recipient>"]
    assert len(acts) == sum(len(entry.recipient) for entry in case.entries.values() if entry.kind == "event")
    assert all(rest.startswith(f"<urn:x-parley:{case.name}:actor:") for rest in acts)
    starts = sorted(rest for _, predicate, rest in triples if predicate == f"<{OA}start>")
    assert all(rest.endswith("^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger> .") for rest in starts)


def test_normal_form_does_not_depend_on_the_order_of_keys() -> None:
    options = {"documentLoader": offline, "algorithm": "URDNA2015", "format": "application/n-quads"}
    plain = document("nasty")
    turned = json.loads(json.dumps(plain, sort_keys=True))
    assert jsonld.normalize(plain, options) == jsonld.normalize(turned, options)


def test_annotations_say_what_the_entries_say(name: str, case: Case) -> None:
    assert document(name)["total"] == len(case.entries) == len(items(name))
    for item in items(name):
        words, coding = item["body"]
        entry = case.entries[coding["identifier"]]
        assert words["value"] == entry.paraphrase
        assert coding["reviewState"] == entry.review.state
        assert coding["attributedTo"] == list(entry.attributed_to)
        assert item["target"]["state"]["sha256"] == case.sources[entry.source].text_sha256
        position = item["target"]["selector"][0]
        assert (position["start"], position["end"], position["sha256"]) == (entry.span.start, entry.span.end, entry.span.sha256)
        if entry.kind == "commitment":
            assert coding["type"] == "Commitment"
            assert coding["commitmentType"] == entry.type
        if entry.kind == "statement":
            assert [part["selector"][0]["start"] for part in coding.get("content", [])] == [part.start for part in entry.content]
        for link in entry.links:
            first, *rest = link.rel.split("_")
            assert f"urn:x-parley:{case.name}:{link.to}" in coding[first + "".join(word.capitalize() for word in rest)]


def test_without_texts_no_more_than_the_head_is_quoted(name: str) -> None:
    quoted = [part["exact"] for part in walk(document(name)) if part.get("type") == "TextQuoteSelector"]
    assert all(len(words.split()) <= HEAD_WORDS for words in quoted)
    assert bool(quoted) == bool(items(name))
    assert not [part for part in walk(document(name)) if {"prefix", "suffix"} & part.keys()]


def walk(value: Any) -> list[dict[str, Any]]:
    """Every object inside a document."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return ([value] if isinstance(value, dict) else []) + [part for child in inside for part in walk(child)]


@pytest.mark.parametrize("name", ["strait-talks", "nasty"])
def test_with_texts_both_selectors_find_the_same_words(name: str) -> None:
    texts = cases.case(name).texts
    for item in items(name, texts=True):
        text = texts[item["target"]["source"].rsplit(":", 1)[1]]
        position, quote = item["target"]["selector"]
        assert text[position["start"] : position["end"]] == quote["exact"]
        assert sha256(quote["exact"]) == position["sha256"]
        around = quote.get("prefix", "") + quote["exact"] + quote.get("suffix", "")
        assert text.index(around) + len(quote.get("prefix", "")) == position["start"]


def test_positions_count_code_points_not_units() -> None:
    # The text has a sign outside the basic plane before the words of E002.
    text = cases.case("nasty").texts["S01"]
    span = cases.case("nasty").entries["E002"].span
    assert "🎭" in text[: span.start]
    assert text[span.start : span.end].startswith("Norland shelled")
    position = next(item for item in items("nasty") if item["id"].endswith(":E002"))["target"]["selector"][0]
    assert position["start"] == span.start == len(text[: span.start].encode("utf-16-le")) // 2 - 1
