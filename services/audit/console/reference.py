"""The reference page's content: operations from OpenAPI, events from the catalogue; nothing typed twice."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from schemas.catalogue import CATALOGUE, Row

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked of the HTTP edge."""

    method: str
    path: str
    what: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an event, with its type in words."""

    name: str
    type: str
    description: str


@dataclass(frozen=True, slots=True)
class EventDoc:
    """One event of the contract."""

    name: str
    type: str
    subject: str
    what: str
    readers: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class StreamDoc:
    """One stream with its events."""

    name: str
    events: tuple[EventDoc, ...]


def operations(openapi: dict[str, Any]) -> tuple[Operation, ...]:
    """Every documented operation, by path."""
    return tuple(
        Operation(method.upper(), path, str(item[method].get("description", "")).split("\n\n")[0])
        for path, item in sorted(openapi.get("paths", {}).items())
        for method in _METHODS
        if method in item
    )


def streams() -> tuple[StreamDoc, ...]:
    """Every event of the contract, by stream."""
    return tuple(
        StreamDoc(stream.jetstream_name, tuple(_event(row) for row in rows))
        for stream, rows in groupby(CATALOGUE, lambda row: row.stream)
    )


def _event(row: Row) -> EventDoc:
    schema = row.model.model_json_schema()
    fields = tuple(
        Field(name, type_name(each), str(each.get("description", "")))
        for name, each in schema.get("properties", {}).items()
    )
    subject = f"{row.stream}.<agency>.{row.stream.noun}.<id>.{row.model.NAME}"
    what = " ".join((row.model.__doc__ or "").split())
    return EventDoc(row.model.NAME, row.type, subject, what, ", ".join(row.readers), fields)


def type_name(schema: dict[str, Any]) -> str:
    """A JSON Schema type in words, such as `list of Evidence` or `time, or null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return ", or ".join(type_name(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {type_name(schema.get('items', {}))}"
    named = {"date-time": "time", "date": "date", "uuid": "UUID"}
    return named.get(schema.get("format", ""), str(schema.get("type", "any")))
