"""`python -m services.dispatch`: dispatch alone."""

from __future__ import annotations

from services.dispatch.app import build
from services.dispatch.settings import DispatchSettings
from services.runtime.host import run_alone

if __name__ == "__main__":
    run_alone(build, DispatchSettings())
