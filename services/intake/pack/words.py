"""pydantic's findings in the words of whoever writes a policy; checks nothing itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from services.intake.pack.problems import Trouble, near

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from services.intake.pack.problems import Steps

_LENGTH = "write a length of time, such as PT8H for eight hours or P10D for ten days"
_REMEDIES = {
    "bare_number": _LENGTH,
    "backwards": _LENGTH,
    "bool": "write true or false",
    "int": "write a whole number",
    "float": "write a number",
    "string_type": "write text, in quotes if it looks like a number or a date",
    "string_too_short": "write something there",
    "string_too_long": "shorten it",
    "string_pattern": "use lower-case letters, digits and _, beginning with a letter",
    "tuple_type": "write a list, such as [one, two]",
    "list_type": "write a list, such as [one, two]",
    "dict_type": "write keys below it, each with its value",
    "model": "write keys below it, each with its value",
    "too_short": "name at least one",
    "greater_than": "choose a number in the range",
    "less_than": "choose a number in the range",
}


def troubles(error: ValidationError, model: type[BaseModel]) -> Iterator[Trouble]:
    """Every finding of its own place; those over the whole model are somebody else's to tell."""
    for found in error.errors(include_url=False):
        steps = tuple(found["loc"])
        if steps and steps[-1] == "[key]":
            what = f"{steps[-2]!r} is not a name that can stand here"
            remedy = _REMEDIES["string_pattern"]
            yield Trouble(steps[:-1], what, remedy, at_key=True)
        elif steps or found["type"] != "value_error":
            yield _trouble(found, steps, model)


def _trouble(found: ErrorDetails, steps: Steps, model: type[BaseModel]) -> Trouble:
    match found["type"]:
        case "extra_forbidden":
            known = fields_at(model, steps[:-1])
            remedy = near(str(steps[-1]), known, what="the keys here are")
            return Trouble(steps, "there is no such key here", remedy, at_key=True)
        case "missing":
            return Trouble(steps, "it is missing", f"add {steps[-1]}")
        case "enum":
            choices = re.findall(r"'([^']*)'", str(found.get("ctx", {}).get("expected", "")))
            what = f"{_shown(found['input'])} is not one of the values here"
            return Trouble(steps, what, near(str(found["input"]), choices, what="they are"))
        case kind if kind.startswith("time_delta"):
            return Trouble(steps, f"{_shown(found['input'])} is no length of time", _LENGTH)
        case kind:
            return Trouble(steps, _said(found), _remedy(kind))


def _said(found: ErrorDetails) -> str:
    """`99: input should be less than or equal to 10`."""
    said = found["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    starts_as_sentence = said[:1].isupper() or found["type"] in {"bare_number", "backwards"}
    shown = _shown(found["input"])
    return (
        f"{shown}: {said[:1].lower()}{said[1:]}" if starts_as_sentence else f"{shown} is not {said}"
    )


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a set of keys"
    text = repr(value) if isinstance(value, str) else str(value) if value is not None else "nothing"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _remedy(kind: str) -> str:
    fitting = (remedy for start, remedy in _REMEDIES.items() if kind.startswith(start))
    return next(fitting, "docs/reference/policy.md says what may stand here")


def fields_at(model: Any, steps: Steps) -> list[str]:
    """The keys that a part of the model knows, such as those of `clocks`; none for a free part."""
    for step in steps:
        model = _inside(model, step)
    model = _bare(model)
    return list(model.model_fields) if _is_model(model) else []


def _inside(model: Any, step: str | int) -> Any:
    model = _bare(model)
    if _is_model(model):
        field = model.model_fields.get(str(step))
        return field.annotation if field else None
    arguments = get_args(model)
    if get_origin(model) is dict:
        return arguments[1]
    return arguments[0] if arguments else None


def _bare(model: Any) -> Any:
    return get_args(model)[0] if get_origin(model) is Annotated else model


def _is_model(model: Any) -> bool:
    return isinstance(model, type) and issubclass(model, BaseModel)
