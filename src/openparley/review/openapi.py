"""The OpenAPI document of the routes, made of the same table as they are; ``openapi.json`` beside this file is what it gives."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from openparley import __version__
from openparley.review.api import ENDPOINTS, Endpoint

__all__ = ["FILE", "document", "main"]

FILE = Path(__file__).with_name("openapi.json")
PROBLEM = {"$ref": "#/components/schemas/Problem"}
REASONS = {
    403: "Not open to this reviewer, or the case is read-only",
    404: "There is no such thing",
    409: "Changed since it was read; nothing was written",
    422: "Not what was expected; every complaint",
    503: "Another process is writing to the case",
}


def document() -> dict[str, Any]:
    """All of it."""
    schemas: dict[str, Any] = {
        "Problem": {
            "type": "object",
            "required": ["errors"],
            "properties": {
                "errors": {
                    "type": "array",
                    "items": {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}},
                }
            },
        }
    }
    paths: dict[str, Any] = {}
    for one in ENDPOINTS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "parley review", "version": __version__, "description": "The local server's own interface; it may change."},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "parley_review_PORT"}},
        },
        "security": [{"session": []}],
    }


def _operation(one: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    inside = re.findall(r"{(\w+)}", one.path)
    parameters = []
    for name, allowed in one.query.items():
        schema: dict[str, Any] = {"type": "string"} if allowed is None else {"type": "string", "enum": list(allowed)}
        place = "path" if name in inside else "query"
        parameters.append({"name": name, "in": place, "required": allowed is None, "schema": schema})
    codes = sorted({*one.fails, 422, *((503,) if one.method == "POST" else ())})
    answers: dict[str, Any] = {"200": {"description": "Done", "content": {"application/json": {"schema": {}}}}}
    for code in codes:
        answers[str(code)] = {"description": REASONS[code], "content": {"application/json": {"schema": PROBLEM}}}
    found: dict[str, Any] = {"summary": one.summary, "parameters": parameters, "responses": answers}
    if one.body is not None:
        schema = one.body.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[one.body.__name__] = schema
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{one.body.__name__}"}}}
        found["requestBody"] = {"required": True, "content": content}
    return found


def main() -> None:
    """Write the document."""
    FILE.write_text(json.dumps(document(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
