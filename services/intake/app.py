"""Intake's only wiring."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.intake.decider import intake_decider
from services.intake.edge.routes import Intake, routes
from services.intake.policy import Pack, parse_pack
from services.intake.settings import IntakeSettings
from services.runtime.auth import secret_of
from services.runtime.host import Service

if TYPE_CHECKING:
    from services.runtime.host import Ports


def build(ports: Ports) -> Service:
    """Intake on these ports. Raises ValueError when the policy does not hold together."""
    settings = ports.settings if isinstance(ports.settings, IntakeSettings) else IntakeSettings()
    secret = secret_of(settings.data_dir / "fingerprint-secret").encode()
    intake = Intake(ports, intake_decider(load_pack(settings)), secret)
    return Service(name="intake", router=routes(intake), owned=(Stream.INTAKE,))


def load_pack(settings: IntakeSettings) -> Pack:
    """The agency's policy: its file or the shipped pack, with its own values laid over it."""
    file = settings.policy_file or files("policy") / "cism.yaml"
    return parse_pack(file.read_text(encoding="utf-8"), settings.policy_overrides)
