"""The terms of the W3C context http://www.w3.org/ns/anno.jsonld that exports use, for a processor without a network.

Written from the Web Annotation Vocabulary (its JSON-LD context lists the same terms): not a copy of the file, but each term that
is here is mapped and typed as there. ``NAMES`` are all keys of that context, so that a term of ours can be told from one of them.
"""

from typing import Any

_NAMES = """
oa dc dcterms dctypes foaf rdf rdfs skos xsd iana owl as schema id type Annotation Dataset Image Video Audio Text TextualBody
ResourceSelection SpecificResource FragmentSelector CssSelector XPathSelector TextQuoteSelector TextPositionSelector
DataPositionSelector SvgSelector RangeSelector TimeState HttpRequestState CssStylesheet Choice Person Software Organization
AnnotationCollection AnnotationPage Audience Motivation bookmarking classifying commenting describing editing highlighting
identifying linking moderating questioning replying reviewing tagging assessing auto ltr rtl body target source selector state
scope refinedBy startSelector endSelector renderedVia creator generator rights homepage via canonical stylesheet cached
conformsTo items partOf first last next prev audience motivation purpose textDirection accessibility bodyValue format language
processingLanguage value exact prefix suffix styleClass name email email_sha1 nickname label created modified generated
sourceDate sourceDateStart sourceDateEnd start end total startIndex
"""
NAMES = frozenset(_NAMES.split())
_OA, _AS, _XSD = "http://www.w3.org/ns/oa#", "http://www.w3.org/ns/activitystreams#", "http://www.w3.org/2001/XMLSchema#"
_CLASSES = ("Annotation", "TextualBody", "SpecificResource", "TextQuoteSelector", "TextPositionSelector", "RangeSelector")
_NODES = {
    "body": "hasBody",
    "target": "hasTarget",
    "source": "hasSource",
    "selector": "hasSelector",
    "state": "hasState",
    "refinedBy": "refinedBy",
    "startSelector": "hasStartSelector",
    "endSelector": "hasEndSelector",
    "via": "via",
}
CONTEXT: dict[str, Any] = {
    "@context": {
        "oa": _OA,
        "id": "@id",
        "type": "@type",
        "Text": "http://purl.org/dc/dcmitype/Text",
        "AnnotationCollection": f"{_AS}OrderedCollection",
        "AnnotationPage": f"{_AS}OrderedCollectionPage",
        **{name: _OA + name for name in (*_CLASSES, "classifying", "describing", "exact", "prefix", "suffix")},
        **{name: {"@id": _OA + iri, "@type": "@id"} for name, iri in _NODES.items()},
        "rights": {"@id": "http://purl.org/dc/terms/rights", "@type": "@id"},
        "items": {"@id": f"{_AS}items", "@type": "@id", "@container": "@list"},
        "partOf": {"@id": f"{_AS}partOf", "@type": "@id"},
        "first": {"@id": f"{_AS}first", "@type": "@id"},
        "motivation": {"@id": f"{_OA}motivatedBy", "@type": "@vocab"},
        "purpose": {"@id": f"{_OA}hasPurpose", "@type": "@vocab"},
        "format": "http://purl.org/dc/elements/1.1/format",
        "language": "http://purl.org/dc/elements/1.1/language",
        "value": "http://www.w3.org/1999/02/22-rdf-syntax-ns#value",
        "name": "http://xmlns.com/foaf/0.1/name",
        "label": "http://www.w3.org/2000/01/rdf-schema#label",
        "modified": {"@id": "http://purl.org/dc/terms/modified", "@type": f"{_XSD}dateTime"},
        **{name: {"@id": _OA + name, "@type": f"{_XSD}nonNegativeInteger"} for name in ("start", "end")},
        "total": {"@id": f"{_AS}totalItems", "@type": f"{_XSD}nonNegativeInteger"},
        "startIndex": {"@id": f"{_AS}startIndex", "@type": f"{_XSD}nonNegativeInteger"},
    }
}
