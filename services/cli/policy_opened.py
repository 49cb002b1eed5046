"""A policy as the `policy` commands use it: read, overridden, checked; or every problem on stderr."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError
from pydantic_settings import SettingsError

from services.cli.stop import EXIT_INPUT, Stop
from services.intake.pack.layers import Layers, read_layers
from services.intake.pack.problems import BadPolicy
from services.intake.pack.sources import find_source, shipped_packs, shipped_source
from services.intake.policy import Pack, checked, read_pack
from services.intake.settings import IntakeSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from services.intake.pack.problems import Steps
    from services.intake.pack.sources import Source


@dataclass(frozen=True, slots=True)
class Opened:
    """A policy that holds together."""

    source: Source
    layers: Layers
    pack: Pack

    @property
    def name(self) -> str:
        """What messages call the file."""
        return self.source.name

    @property
    def title(self) -> str:
        """`cism version 2 (policy/cism.yaml)`."""
        return f"{self.pack.policy} version {self.pack.version} ({self.name})"

    def in_file(self, steps: Steps) -> str | None:
        """What the file says where an override says something else; None where none does."""
        path = self.layers.override_of(steps)
        if path is None:
            return None
        before = self.layers.overridden[path]
        return "nothing" if before is None else str(before)

    def warning(self) -> str:
        """For a file that calls itself like a pack that ships, and says something else."""
        if self.pack.policy not in shipped_packs():
            return ""
        ships = read_pack(shipped_source(self.pack.policy))
        plain = read_pack(self.source) if self.layers.overridden else self.pack
        if ships.version != self.pack.version or ships.digest() == plain.digest():
            return ""
        return (
            f"{self.name} calls itself {self.pack.policy} version {self.pack.version} like the pack "
            f"that ships, but its content differs (digest {plain.digest()}, shipped "
            f"{ships.digest()}): give it a `policy` name of its own, or raise `version`"
        )


def opened(named: str | None, given: Sequence[str]) -> Opened:
    """The policy of this name or file; with None, the one that the settings put in force.

    `given` are overrides as typed (`clocks.surplus=2`); the settings' own are laid below them when
    the settings choose the policy. Raises BadPolicy, and Stop 2 for what was typed or set.
    """
    overrides = dict(map(_override, given))
    source: str | Path = named or ""
    if named is None:
        settings = _settings()
        source = settings.policy_source
        overrides = settings.policy_overrides | overrides
    found = find_source(source)
    layers = read_layers(found, overrides, Pack)
    return Opened(found, layers, checked(layers))


def all_opened(*wanted: tuple[str | None, Sequence[str]]) -> list[Opened]:
    """Every policy of these; Stop 2 when one cannot be used, with the problems of all on stderr."""
    found: list[Opened] = []
    bad_ones: list[str] = []
    for named, given in wanted:
        try:
            found.append(opened(named, given))
        except BadPolicy as bad:
            bad_ones.append(tell(named, bad))
    if bad_ones:
        raise Stop("; ".join(bad_ones), EXIT_INPUT)
    return found


def tell(named: str | None, bad: BadPolicy) -> str:
    """Every problem on its line of stderr, as editors and CI systems read them; their number."""
    for problem in bad.problems:
        print(problem, file=sys.stderr)
    number = len(bad.problems)
    return f"{named or 'the policy in force'}: {number} problem{'s' if number > 1 else ''}"


def _override(typed: str) -> tuple[str, Any]:
    path, equals, value = typed.partition("=")
    try:
        if not equals:
            raise Stop(f"{typed}: write an override as PATH=VALUE", EXIT_INPUT)
        return path.strip(), yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise Stop(f"{path}: {value!r} is not a YAML value", EXIT_INPUT) from error


def _settings() -> IntakeSettings:
    try:
        return IntakeSettings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(("TAILBOARD", *map(str, first["loc"][:1]))).upper()
        raise Stop(f"{name}: {first['msg']}", EXIT_INPUT) from error
    except SettingsError as error:
        field = re.search(r'field "(\w+)"', str(error))
        name = f"TAILBOARD_{field[1]}".upper() if field else "a setting"
        raise Stop(f'{name} is not JSON: write {{"clocks.surplus": 2}}', EXIT_INPUT) from error
