"""Intake's only wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.intake.book import CaseBook
from services.intake.decider import drill_decider, intake_decider
from services.intake.drill_book import DrillBook
from services.intake.drills_policy import read_drills_policy
from services.intake.edge import drills
from services.intake.edge.decision_forms import forms
from services.intake.edge.desk import Desk
from services.intake.edge.joining import Joining
from services.intake.edge.requests_over_nats import ReportsOverNats
from services.intake.edge.routes import STREAMED, routes
from services.intake.exercises import Exercises
from services.intake.pack.sources import find_source
from services.intake.policy import Pack, read_pack
from services.intake.settings import IntakeSettings
from services.intake.subscribers import Subscribers
from services.runtime.auth import Passes, secret_of
from services.runtime.edge import joined
from services.runtime.host import Service

if TYPE_CHECKING:
    from services.runtime.host import Ports


def build(ports: Ports, pack: Pack | None = None) -> Service:
    """Intake on these ports; tests pass a policy that is read already.

    Raises ValueError when the policy does not hold together.
    """
    settings = ports.settings if isinstance(ports.settings, IntakeSettings) else IntakeSettings()
    secret = secret_of(settings.data_dir / "fingerprint-secret").encode()
    book = CaseBook(ports.journal)
    pack = pack or load_pack(settings)
    joining = Joining(ports, intake_decider(pack), book)
    desk = Desk(joining, secret)
    leave = Passes(secret_of(settings.data_dir / "session-secret"))
    drill_book = DrillBook(ports.journal, ports.clock)
    held = read_drills_policy(settings.drills_file)
    exercises = Exercises(ports, drill_decider(pack, secret), held, drill_book)
    return Service(
        name="intake",
        router=joined(routes(desk, ports, pack), forms(joining, leave), drills.routes(exercises)),
        listeners=Subscribers(ports, joining.decider, exercises).listeners(),
        responders=(ReportsOverNats(desk, ports).responder(),),
        owned=(Stream.INTAKE,),
        streamed=STREAMED,
        background=(book.keep, drill_book.keep),
        ready=book.ready,
    )


def load_pack(settings: IntakeSettings) -> Pack:
    """The agency's policy: its file or a pack that ships, with its own values laid over it."""
    return read_pack(find_source(settings.policy_source), settings.policy_overrides)
