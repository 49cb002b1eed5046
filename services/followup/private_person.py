"""Who somebody is: all that is ever kept of a person, encrypted, and nothing of what they said."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


def _one_line(given: str) -> str:
    if not given.isprintable():
        raise ValueError("one line, please")
    return given


_Line = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_one_line)]


class Person(BaseModel):
    """What to call them, and how to reach them. Too short for a story, and shown in no log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    call_them: Annotated[_Line, Field(min_length=1, max_length=60, repr=False)]
    reach_at: Annotated[_Line, Field(min_length=1, max_length=120, repr=False)]
