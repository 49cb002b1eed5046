"""The trigger classes that a person can choose from, read from the policy's own file. Rules nothing.

Audit and intake meet in the contract only, and the labels are data of the policy, so both read the
same file by the same settings. Should they ever differ, intake says no and nothing is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from services.runtime.policy_files import read_yaml
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from services.audit.settings import AuditSettings


@dataclass(frozen=True, slots=True)
class Choice:
    """One class as a list shows it."""

    trigger_class: str
    label: str
    tier: int


def choices(settings: AuditSettings) -> tuple[Choice, ...]:
    """Every class of the policy in force, the gravest first; none when its file cannot be read."""
    try:
        text = _text(settings.policy, settings.policy_file)
        triggers = _triggers(read_yaml(text), settings.policy_overrides)
        found = [
            Choice(name, str(each.get("label", name)), int(each["tier"]))
            for name, each in triggers.items()
        ]
    except (OSError, ValueError, TypeError, KeyError, AttributeError, yaml.YAMLError) as error:
        log.warning("policy_not_read", reason=type(error).__name__)
        return ()
    return tuple(sorted(found, key=lambda each: (each.tier, each.label)))


def _text(named: str, file: Path | None) -> str:
    if file is not None:
        return file.read_text(encoding="utf-8-sig")
    return (files("policy") / f"{named}.yaml").read_text(encoding="utf-8")


def _triggers(pack: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The pack's triggers, with an agency's own values laid over them."""
    found = {name: dict(each) for name, each in pack["triggers"].items()}
    for path, value in overrides.items():
        match path.split("."):
            case ["triggers", name]:
                found[name] = dict(value)
            case ["triggers", name, field]:
                found.setdefault(name, {})[field] = value
            case _:
                continue
    return found
