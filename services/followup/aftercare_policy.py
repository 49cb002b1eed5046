"""The numbers of policy/aftercare.yaml: when whoever took a request offers to talk again."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.policy import Citation

_Longest = timedelta(days=366)


class AftercareRule(BaseModel):
    """One check-in, and where its number comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: Annotated[timedelta, Field(ge=timedelta(hours=1), le=_Longest)]
    source: Citation


class AftercareRules(BaseModel):
    """The whole file. An empty list plans nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[int, Field(ge=1)]
    grace: Annotated[timedelta, Field(ge=timedelta(hours=1), le=timedelta(days=30))]
    answer_within: Annotated[timedelta, Field(ge=timedelta(hours=1), le=timedelta(days=30))] = (
        timedelta(days=1)
    )
    """How long coordinators have to see to one that was missed."""
    peer: Annotated[tuple[AftercareRule, ...], Field(max_length=12)]
    emergency: Annotated[tuple[AftercareRule, ...], Field(max_length=12)]

    @model_validator(mode="after")
    def _one_after_the_other(self) -> AftercareRules:
        for name, rules in (("peer", self.peer), ("emergency", self.emergency)):
            spans = [rule.after for rule in rules]
            if spans != sorted(set(spans)):
                raise ValueError(f"{name}: give each time once, the earliest first")
        return self

    def rules(self, *, emergency: bool) -> tuple[AftercareRule, ...]:
        """The check-ins after a request, or after an emergency."""
        return self.emergency if emergency else self.peer
