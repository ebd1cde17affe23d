"""The documentation of the API: as OpenAPI for programs, as a page for people."""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from articles.api.endpoint import endpoint
from articles.api.problem_details import ProblemError
from articles.http.cache_control import public_endpoint

FILE = Path(__file__).with_name("openapi.json")


@cache
def load_document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    document: dict[str, Any] = json.loads(FILE.read_bytes())
    return document


@endpoint
def openapi(request: HttpRequest) -> HttpResponseBase:
    """Return the OpenAPI document, the bytes of ``openapi.json``."""
    return HttpResponse(FILE.read_bytes(), "application/json")


@require_safe
@public_endpoint
def docs(request: HttpRequest) -> HttpResponse:
    """Return the same documentation as a page that needs no JavaScript."""
    document = load_document()
    schemas = document["components"]["schemas"]
    context = {
        "info": document["info"],
        "endpoints": [
            {"path": path, **operation["get"]} for path, operation in document["paths"].items()
        ],
        "schemas": [
            {"name": name, "fields": _fields(schema, schemas), **schema}
            for name, schema in schemas.items()
        ],
    }
    return render(request, "pages/site/api_documentation.html", context)


def _fields(schema: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, str]]:
    """Return the name, type and description of each key of a schema."""
    inherited = [each for part in schema.get("allOf", []) for each in _fields(part, schemas)]
    if "$ref" in schema:
        return _fields(schemas[_schema_name(schema)], schemas)
    return inherited + [
        {"name": name, "kind": _type_name(field), "description": field.get("description", "")}
        for name, field in schema.get("properties", {}).items()
    ]


def _type_name(field: dict[str, Any]) -> str:
    """Return the type of a key as text, such as "string or null" or "list of Note"."""
    if "$ref" in field:
        return _schema_name(field)
    kinds = field["type"] if isinstance(field["type"], list) else [field["type"]]
    names = [f"list of {_type_name(field['items'])}" if k == "array" else k for k in kinds]
    return " or ".join(names)


def _schema_name(reference: dict[str, Any]) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


@endpoint
def not_found(request: HttpRequest) -> HttpResponseBase:
    """Raise a 404 problem for any other path below ``/api/``."""
    detail = "The API has no such address. /api/v1/docs lists those that it has."
    raise ProblemError(HTTPStatus.NOT_FOUND, detail)
