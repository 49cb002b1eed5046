"""`python -m services.followup`: followup alone."""

from __future__ import annotations

from services.followup.app import build
from services.followup.settings import FollowupSettings
from services.runtime.host import run_alone

if __name__ == "__main__":
    run_alone(build, FollowupSettings())
