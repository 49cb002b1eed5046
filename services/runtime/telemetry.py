"""Logs as JSON lines on stderr, counters for Prometheus, and the trace that ties a case together."""

from __future__ import annotations

import logging
import re
import secrets
import sys
from typing import TYPE_CHECKING

import structlog
from prometheus_client import Counter

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

HANDLED = Counter("tailboard_handled", "Messages handled", ["listener", "outcome"])
DEAD_LETTERS = Counter("tailboard_dead_letters", "Messages given up on", ["listener"])
REPORTS = Counter("tailboard_intake_reports", "Reports taken in", ["answer"])
IGNORED_FIELDS = Counter("tailboard_intake_ignored_fields", "Fields of reports that we do not know")
DELIVERIES = Counter("tailboard_deliveries", "Messages to phones", ["purpose", "outcome"])
CARRIERS = Counter("tailboard_carriers", "What became of messages", ["channel", "outcome"])
UNREADABLE = Counter("tailboard_unreadable_events", "Events of a version unknown here", ["stream"])

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}\Z")

log: FilteringBoundLogger = structlog.get_logger("tailboard")


def configure_logging(level: str = "info", *, pretty: bool = False) -> None:
    """Set up logging once per process; raises ValueError for an unknown level."""
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"unknown log level {level!r}")
    renderer = structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr)


def trace_from(parent: str | None) -> str:
    """A W3C traceparent: the caller's trace with a span of ours, or a new trace."""
    match = _TRACEPARENT.match(parent or "")
    trace_id = match[1] if match else secrets.token_hex(16)
    return f"00-{trace_id}-{secrets.token_hex(8)}-01"
