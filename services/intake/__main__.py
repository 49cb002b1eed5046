"""`python -m services.intake`: intake alone."""

from __future__ import annotations

from services.intake.app import build
from services.intake.settings import IntakeSettings
from services.runtime.host import run_alone

if __name__ == "__main__":
    run_alone(build, IntakeSettings())
