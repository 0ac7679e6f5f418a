"""W3C Web Annotations as JSON-LD: every entry as an annotation of a stretch of a source.

Positions are Unicode code points, as the Web Annotation Data Model asks for. Its way to point at words, ``TextQuoteSelector``,
needs all of them, so it is used only when the texts are exported. Otherwise a second selector says the same with the first words
alone: a range from where they stand inside the position to the position's end. The hash of the whole source is the state in which
it was read, the hash of the words stands with the position.

Names are URNs, because a record has no address on the web; whoever publishes one can replace the prefix.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from openparley.record.export.tables import Column, Export, Row, cell

__all__ = ["CONTENT", "MAIN", "build", "then"]

CONTENT = "W3C Web Annotations as JSON-LD, one an entry"
MAIN = "annotations.jsonld"
W3C = "http://www.w3.org/ns/anno.jsonld"
TERMS = "urn:x-parley:terms:"
KINDS = {
    "event": "Event",
    "statement": "Statement",
    "commitment": "Commitment",
    "status": "StatusReport",
    "claim": "Claim",
    "relation": "Relation",
}
# Columns whose names mean something else to Web Annotation or to JSON-LD; empty for those that stand elsewhere in the annotation.
RENAMED = {
    **dict.fromkeys(("id", "source", "paraphrase", "span"), ""),
    "via": "passedOnBy",
    "language": "wordsLanguage",
    "type": "commitmentType",
    "target": "towards",
    "value": "statusValue",
}
XSD = {"integer": "xsd:integer", "number": "xsd:double", "boolean": "xsd:boolean", "date": "xsd:date", "datetime": "xsd:dateTime"}
# Code points before and after the words that tell the place from others with the same words.
AROUND = 32
EMPTY = (None, (), [], "")


def build(export: Export, stem: str) -> dict[str, bytes]:
    """One collection with one page."""
    prefix = f"urn:x-parley:{export.name}:"
    items = [item for kind in KINDS for item in _annotations(export, kind, prefix)]
    collection = {
        "@context": [W3C, _context(export)],
        "id": f"{prefix}annotations",
        "type": "AnnotationCollection",
        "label": export.title,
        "description": export.description,
        "caseSha256": export.sha256,
        **({"rights": export.license[2]} if export.license else {}),
        "total": len(items),
        "actors": [_node(row, "actor", prefix, ("name", "role", "country", "aliases")) for row in export.tables["actors"].rows],
        "accounts": [_node(row, "account", prefix, ("name", "statement", "actor")) for row in export.tables["accounts"].rows],
        "sources": [_source(row, prefix) for row in export.tables["sources"].rows],
        "first": {
            "id": f"{prefix}annotations:1",
            "type": "AnnotationPage",
            "partOf": f"{prefix}annotations",
            "startIndex": 0,
            "items": items,
        },
    }
    return {MAIN: (json.dumps(collection, ensure_ascii=False, indent=1) + "\n").encode("utf-8")}


def then(paths: Mapping[str, str]) -> str:
    """Look at it."""
    return f"python -m json.tool {paths[MAIN]}"


def _context(export: Export) -> dict[str, Any]:
    """Our own terms, with nothing to fetch; those of Web Annotation are left as they are."""
    terms: dict[str, Any] = {
        "parley": TERMS,
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "TextState": "parley:TextState",
        "Actor": "parley:Actor",
        "Account": "parley:Account",
        "Source": "parley:Source",
        "description": "http://purl.org/dc/terms/description",
        "identifier": "http://purl.org/dc/terms/identifier",
        "caseSha256": "parley:caseSha256",
        "sha256": "parley:sha256",
        "chars": {"@id": "parley:chars", "@type": "xsd:integer"},
        "content": "parley:content",
        **{name: f"parley:{name}" for name in ("role", "country", "outlet", "author", "origin", "reliability", "genre", "statement")},
        "aliases": {"@id": "parley:aliases", "@container": "@set"},
        "published": {"@id": "parley:published", "@type": "xsd:date"},
        "actors": {"@id": "parley:actors", "@container": "@set"},
        "accounts": {"@id": "parley:accounts", "@container": "@set"},
        "sources": {"@id": "parley:sources", "@container": "@set"},
    }
    terms |= {name: f"parley:{name}" for name in KINDS.values()}
    for column in (column for kind in KINDS for column in export.tables[_table(kind)].columns):
        if name := _term(column):
            terms[name] = _defined(name, column)
    rels = next(column.allowed for column in export.tables["links"].columns if column.name == "rel")
    return terms | {_camel(rel): {"@id": f"parley:{_camel(rel)}", "@type": "@id", "@container": "@set"} for rel in rels}


def _defined(name: str, column: Column) -> Any:
    """How a term reads its value."""
    iri = f"parley:{name}"
    if column.type == "list":
        return {"@id": iri, "@container": "@set", **({"@type": "@id"} if column.references else {})}
    if column.references and column.references != "plover_types":
        return {"@id": iri, "@type": "@id"}
    return {"@id": iri, "@type": XSD[column.type]} if column.type in XSD else iri


def _annotations(export: Export, kind: str, prefix: str) -> Iterable[dict[str, Any]]:
    """The annotations of one kind of entry."""
    table = export.tables[_table(kind)]
    terms = [(column, _term(column)) for column in table.columns if _term(column)]
    sources = {row["id"]: row for row in export.tables["sources"].rows}
    links: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for link in export.tables["links"].rows:
        links[link["entry"]][_camel(link["rel"])].append(prefix + link["target"])
    contents: dict[str, list[Row]] = defaultdict(list)
    for row in export.tables["spans"].rows:
        if row["part"] == "content":
            contents[row["entry"]].append(row)
    for row in table.rows:
        body: dict[str, Any] = {"id": f"{prefix}{row['id']}:coding", "type": KINDS[kind], "identifier": row["id"]}
        body |= {term: _value(row[column.name], column, prefix) for column, term in terms if row[column.name] not in EMPTY}
        body |= links[row["id"]]
        body["content"] = [_target(export, part, sources[part["source"]], prefix) for part in contents[row["id"]]]
        words = {"type": "TextualBody", "purpose": "describing", "format": "text/plain", "value": row["paraphrase"]}
        yield {
            "id": prefix + row["id"],
            "type": "Annotation",
            "motivation": "classifying",
            **({"modified": cell(row["review_at"], "datetime")} if row["review_at"] else {}),
            "body": [words, {name: value for name, value in body.items() if value not in EMPTY}],
            "target": _target(export, row, sources[row["source"]], prefix),
        }


def _target(export: Export, row: Row, source: Row, prefix: str) -> dict[str, Any]:
    """Where the words are: by position, and by words as far as they may be shown."""
    span = row["span"]
    position = {"type": "TextPositionSelector", "start": span["start"], "end": span["end"], "sha256": span["sha256"]}
    text = export.texts.get(row["source"])
    return {
        "type": "SpecificResource",
        "source": f"{prefix}source:{row['source']}",
        "state": {"type": ["oa:State", "TextState"], "sha256": source["text_sha256"], "chars": source["chars"]},
        "selector": [position, *_by_words(span, text)],
    }


def _by_words(span: Mapping[str, Any], text: str | None) -> list[dict[str, Any]]:
    start, end = span["start"], span["end"]
    if text is not None:
        quote = {"type": "TextQuoteSelector", "exact": text[start:end]}
        around = {"prefix": text[max(0, start - AROUND) : start], "suffix": text[end : end + AROUND]}
        return [{**quote, **{name: words for name, words in around.items() if words}}]
    if not span["head"]:
        return []
    head = {"type": "TextQuoteSelector", "exact": span["head"]}
    return [
        {
            "type": "RangeSelector",
            "startSelector": {"type": "TextPositionSelector", "start": start, "end": end, "refinedBy": head},
            "endSelector": {"type": "TextPositionSelector", "start": end, "end": end},
        }
    ]


def _value(value: Any, column: Column, prefix: str) -> Any:
    """A value as JSON; ids as names."""
    space = {"actors": "actor:", "accounts": "account:"}.get(column.references, "")
    if column.type == "list":
        return [f"{prefix}{space}{item}" if column.references else item for item in value]
    if value is not None and column.references and column.references != "plover_types":
        return f"{prefix}{space}{value}"
    return cell(value, column.type) if column.type in ("date", "datetime") and value is not None else value


def _node(row: Row, kind: str, prefix: str, names: Iterable[str]) -> dict[str, Any]:
    """An actor or an account."""
    node = {"id": f"{prefix}{kind}:{row['id']}", "type": kind.capitalize(), "identifier": row["id"]}
    for name in names:
        value = row[name]
        if value not in EMPTY:
            node[name] = f"{prefix}actor:{value}" if name == "actor" else list(value) if isinstance(value, tuple) else value
    return node


def _source(row: Row, prefix: str) -> dict[str, Any]:
    kept = {
        "label": row["title"],
        "genre": row["kind"],
        **{name: row[name] for name in ("outlet", "author", "origin", "reliability", "language", "chars")},
        "published": cell(row["published"], "date") or None,
        "sha256": row["text_sha256"],
        "format": "text/plain",
        "via": row["url"] if str(row["url"] or "").startswith(("http://", "https://")) else None,
    }
    node = {"id": f"{prefix}source:{row['id']}", "type": ["Text", "Source"], "identifier": row["id"]}
    return node | {name: value for name, value in kept.items() if value is not None}


def _term(column: Column) -> str:
    """What a column is called as a term; empty when it stands elsewhere."""
    return _camel(RENAMED.get(column.name, column.name))


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _table(kind: str) -> str:
    return "statuses" if kind == "status" else f"{kind}s"
