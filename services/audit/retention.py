"""The numbers of the purge clock: how long what can be erased is kept, by the files that say so.

Audit, dispatch and followup meet in the contract only, so each reads the same file by the same setting.
Shows, rules nothing.
"""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from services.runtime.policy_files import read_policy_file, read_yaml
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from services.audit.settings import AuditSettings

_SPAN = TypeAdapter(timedelta)


class _Rules(BaseModel):
    """policy/retention.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[int, Field(ge=1)]
    contacts_after_leaving: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=3650))]


class KeptFor(BaseModel):
    """The three spans."""

    model_config = ConfigDict(frozen=True)

    contacts: timedelta
    """After a member's last day."""
    one_on_ones: timedelta
    """After a one-on-one was closed."""
    way_back: timedelta
    """After a member asked for a peer."""


def read_kept_for(settings: AuditSettings) -> KeptFor:
    """The spans of this agency. Raises BadPolicyFile for its own retention file."""
    rules = read_policy_file(_Rules, "retention", settings.retention_file)
    return KeptFor(
        contacts=rules.contacts_after_leaving,
        one_on_ones=_span("private.yaml", settings.private_file, "erase_after"),
        way_back=_span("requests.yaml", settings.requests_file, "keep_for"),
    )


def _span(shipped: str, file: Path | None, name: str) -> timedelta:
    """A number of a file that another service rules by; the shipped one when it cannot be read here."""
    try:
        if file is not None:
            return _read(read_yaml(file.read_text(encoding="utf-8-sig")), name)
    except (OSError, ValueError, KeyError, TypeError, ValidationError, yaml.YAMLError) as error:
        log.warning("retention_not_read", file=shipped, reason=type(error).__name__)
    return _read(read_yaml((files("policy") / shipped).read_text(encoding="utf-8")), name)


def _read(told: Any, name: str) -> timedelta:
    return _SPAN.validate_python(told[name])
