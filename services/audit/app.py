"""Audit's only wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from services.audit import (
    api,
    checkpoints_api,
    clocks_api,
    drills_api,
    feedback_api,
    reports_api,
    retention_api,
    watchdog_api,
)
from services.audit.console import drills as drill_pages
from services.audit.console import feedback as feedback_page
from services.audit.console import private as private_page
from services.audit.console import record as record_page
from services.audit.console import reports as report_pages
from services.audit.console import response_times
from services.audit.console.console import Console
from services.audit.console.routes import routes as pages
from services.audit.drills import DrillReader
from services.audit.housekeeping import Housekeeping
from services.audit.news import News
from services.audit.projector import Projector
from services.audit.reader import Reader
from services.audit.reports.reading import ReportReader
from services.audit.retention import read_kept_for
from services.audit.settings import AuditSettings
from services.audit.store import Store
from services.audit.watchdog import Watchdog
from services.runtime.edge import joined
from services.runtime.host import Service

if TYPE_CHECKING:
    from services.runtime.host import Ports


def build(ports: Ports) -> Service:
    """Audit on these ports."""
    settings = ports.settings if isinstance(ports.settings, AuditSettings) else AuditSettings()
    store, news = Store(settings.views), News()
    projector = Projector(ports.journal, store, news)
    reader = Reader(store, news, ports.clock)
    console = Console.of(settings, ports.keyring, reader, projector.level)
    exercises = DrillReader(reader)
    reports = ReportReader(reader, exercises, console.numbers, ZoneInfo(settings.time_zone))
    proof = checkpoints_api.Proof.of(ports, settings)
    kept = read_kept_for(settings)
    watchdog = Watchdog(
        store, ports.ask, ports.clock, projector.is_caught_up, settings.deadman, settings.time_scale
    )
    router = joined(
        api.routes(ports, reader),
        pages(console),
        clocks_api.routes(ports, reader, settings),
        response_times.routes(console),
        reports_api.routes(ports, reports),
        report_pages.routes(console, reports),
        watchdog_api.routes(ports, watchdog),
        drills_api.routes(ports, exercises),
        checkpoints_api.routes(ports, proof),
        retention_api.routes(ports, reader, kept),
        record_page.routes(console, proof, kept),
        feedback_api.routes(ports, reader),
        feedback_page.routes(console, ports),
        private_page.routes(console),
        drill_pages.routes(console, exercises),
    )
    keeper = Housekeeping(
        settings.views, store, ports.clock, projector.caught_up, projector.is_caught_up
    )
    return Service(
        name="audit",
        router=router,
        background=(*projector.jobs(), *proof.jobs(), keeper.run, watchdog.run),
        ready=projector.caught_up,
    )
