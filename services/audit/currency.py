"""Until when a member can be asked: training, contact and designation, by the policy's own numbers.

Audit and dispatch meet in the contract only, so both read the same file (policy/roster.yaml, or the
agency's) by the same settings; a contract test holds the two readings together. Shows, rules nothing.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from schemas.policy import Role
from schemas.roster import Competency, CompetencyKind
from services.runtime.policy_files import read_yaml
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

_COMPETENCIES = TypeAdapter(tuple[Competency, ...])
_ONE_DAY = timedelta(days=1)
CALLED_ONLY = frozenset({Role.COORDINATOR.value, Role.PROGRAM_LEAD.value})
"""They are called in alarms: training and dates do not keep an alarm from them."""


class _Needs(BaseModel):
    model_config = ConfigDict(frozen=True)

    one_of: tuple[CompetencyKind, ...]
    current: bool = True


class Numbers(BaseModel):
    """What a page needs to know of the roster's policy."""

    model_config = ConfigDict(frozen=True)

    contact_fresh_for: timedelta
    warn_ahead: timedelta
    valid_months: dict[CompetencyKind, Annotated[int, Field(ge=1)]]
    roles: dict[Role, _Needs]


def read_numbers(file: Path | None) -> Numbers:
    """The numbers of the file that dispatch reads; those that ship when it cannot be read here."""
    try:
        if file is not None:
            return Numbers.model_validate(read_yaml(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError, yaml.YAMLError) as error:
        log.warning("roster_policy_not_read", reason=type(error).__name__)
    shipped = (files("policy") / "roster.yaml").read_text(encoding="utf-8")
    return Numbers.model_validate(read_yaml(shipped))


@dataclass(frozen=True, slots=True)
class End:
    """Something that ends. `on` is its last good day; None for what never was."""

    what: str
    on: date | None

    def has_come(self, today: date) -> bool:
        """Whether it keeps the member from being asked today."""
        return self.on is None or self.on < today


def ends(row: Mapping[str, Any], today: date, numbers: Numbers) -> Iterator[End]:
    """Everything of a member that ends one day, from their row."""
    training = training_ends(row, today, numbers)
    if training != date.max:
        yield End("training", training)
    confirmed = max(row["contact_confirmed_on"], row["confirmed_on"] or date.min)
    yield End("contact", confirmed + min(date.max - confirmed, numbers.contact_fresh_for))
    if until := left_on(row) or row["designated_until"]:
        yield End("designation", until)


def left_on(row: Mapping[str, Any]) -> date | None:
    """The last day of a member who left; None for one who stays, or was designated anew since."""
    day: date | None = row["left_on"]
    return day if day is not None and day >= row["designated_from"] else None


def is_muted(row: Mapping[str, Any], now: datetime) -> bool:
    """Whether the member wants to be left in peace at this moment."""
    return row["muted_until"] is not None and now < row["muted_until"]


def training_ends(row: Mapping[str, Any], today: date, numbers: Numbers) -> date | None:
    """The last day of the training that the role needs; None that it never was, date.max that the
    role needs none. Without competencies the entry's summary date decides."""
    had = _COMPETENCIES.validate_python(row["competencies"] or ())
    if not had:
        summary: date = row["training_valid_until"]
        return summary
    needs = numbers.roles.get(Role(row["role"]))
    if needs is None:
        return date.max
    done = [each for each in had if each.earned_on <= today]
    wanted = [_last(each, numbers) for each in done if each.kind in needs.one_of]
    kept = [_current(each, numbers) for each in done] if needs.current else [date.max]
    return min(max(wanted), max(kept)) if wanted and kept else None


def _last(competency: Competency, numbers: Numbers) -> date:
    """The last day on which a training counts: the certificate's own, or the policy's."""
    if competency.valid_until is not None:
        return competency.valid_until
    return _months(competency.earned_on, numbers.valid_months[competency.kind]) - _ONE_DAY


def _current(competency: Competency, numbers: Numbers) -> date:
    """Any training keeps a member current for as long as in-service training counts."""
    if competency.kind is CompetencyKind.IN_SERVICE:
        return _last(competency, numbers)
    months = numbers.valid_months[CompetencyKind.IN_SERVICE]
    return _months(competency.earned_on, months) - _ONE_DAY


def _months(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def soonest(found: Iterable[End]) -> date:
    """The first day that matters; far away for nothing."""
    return min((each.on or date.min for each in found), default=date.max)
