"""The numbers of policy/referrals.yaml: how long a place counts as confirmed, when a notice is due."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.referrals import Resource


class SupportRules(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[int, Field(ge=1)]
    stale_after: Annotated[timedelta, Field(ge=timedelta(days=1), le=timedelta(days=1000))]
    """Since it was confirmed, a place is shown as unconfirmed."""
    written_notice_within: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=90))]
    remind_before: Annotated[timedelta, Field(ge=timedelta(0))]
    built_in: tuple[Resource, ...]
    """In every directory; nobody has to confirm them."""

    @model_validator(mode="after")
    def _reminded_in_time(self) -> SupportRules:
        if self.remind_before >= self.written_notice_within:
            raise ValueError("remind_before: must be shorter than written_notice_within")
        return self
