"""The numbers of policy/private.yaml: when a record is erased, and when somebody is reminded."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

Span = Annotated[timedelta, Field(ge=timedelta(minutes=1), le=timedelta(days=1000))]


class GlassRules(BaseModel):
    """How many records that are somebody else's may be opened in a time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    most: Annotated[int, Field(ge=1, le=100)]
    within: Span


class PrivateRules(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[int, Field(ge=1)]
    erase_after: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=3650))]
    """Since it was closed."""
    ask_again_after: Span
    alarm_after: Span
    alarm_again_after: Span
    at_most_ahead: Span
    break_glass: GlassRules

    @model_validator(mode="after")
    def _asked_before_called(self) -> PrivateRules:
        if self.alarm_after < self.ask_again_after:
            raise ValueError("alarm_after: must not be shorter than ask_again_after")
        return self
