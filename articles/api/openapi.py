"""The description of the API: as OpenAPI for programs, as a page for people."""

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
from articles.http.cache_control import open_to_all

FILE = Path(__file__).with_name("openapi.json")


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI document."""
    document: dict[str, Any] = json.loads(FILE.read_bytes())
    return document


@endpoint
def openapi(request: HttpRequest) -> HttpResponseBase:
    """Return the OpenAPI document as it is kept."""
    return HttpResponse(FILE.read_bytes(), "application/json")


@require_safe
@open_to_all
def docs(request: HttpRequest) -> HttpResponse:
    """Return the same as a page that needs no script."""
    document = description()
    schemas = document["components"]["schemas"]
    context = {
        "info": document["info"],
        "addresses": [
            {"path": path, **operation["get"]} for path, operation in document["paths"].items()
        ],
        "answers": [
            {"name": name, "fields": _fields(schema, schemas), **schema}
            for name, schema in schemas.items()
        ],
    }
    return render(request, "pages/api.html", context)


def _fields(schema: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, str]]:
    """Return the keys of an answer, with what each holds."""
    inherited = [each for part in schema.get("allOf", []) for each in _fields(part, schemas)]
    if "$ref" in schema:
        return _fields(schemas[_name_of(schema)], schemas)
    return inherited + [
        {"name": name, "kind": _kind(field), "description": field.get("description", "")}
        for name, field in schema.get("properties", {}).items()
    ]


def _kind(field: dict[str, Any]) -> str:
    """Return the type of a key as words: "text or null", "list of Note"."""
    if "$ref" in field:
        return _name_of(field)
    kinds = field["type"] if isinstance(field["type"], list) else [field["type"]]
    words = [f"list of {_kind(field['items'])}" if k == "array" else k for k in kinds]
    return " or ".join(words)


def _name_of(reference: dict[str, Any]) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


@endpoint
def nothing(request: HttpRequest) -> HttpResponseBase:
    """Tell that the API has no such address."""
    words = "The API has no such address. /api/v1/docs lists those that it has."
    raise ProblemError(HTTPStatus.NOT_FOUND, words)
