"""The tables as version 12 has them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.audit.migrations.types import Utc, columns, words

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Take the step."""
    _positions()
    _cases()
    _reviews()
    _entries()
    _planned()
    _drills()
    _feedback()
    _private()
    _requests()
    _roster()
    _support()
    _team()
    _search()


def _positions() -> None:
    op.create_table(
        "positions",
        sa.Column("sequence", sa.Integer(), nullable=False),
        *columns(key="stream"),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        *columns(
            key="agency case_id",
            words="source number incident_type status outcome hold trigger_class wanted_trigger merged_into merged_by merged_why missing",
            flags="exercise operations_ongoing review_open no_coordinator",
            times="occurred_at reported_at requested_at stood_down_at activated_at form_by formed_at exhausted_at ended_at planned_at closed_at",
            numbers="tier wanted_tier cancelled_through",
            parts="confidence",
            data="approved",
        ),
    )
    op.create_index("cases_by_merge", "cases", ["agency", "merged_into"])
    op.create_index("cases_by_number", "cases", ["agency", "number"])
    op.create_index("cases_by_outcome", "cases", ["agency", "outcome", "hold", "reported_at"])
    op.create_index("cases_by_report", "cases", ["agency", "reported_at"])


def _reviews() -> None:
    op.create_table(
        "reviews",
        *columns(
            key="agency case_id review_id",
            words="kind trigger_class incident_type answer",
            numbers="tier",
            times="occurred_at opened_at backup_at answer_by escalated_at overdue_at answered_at",
            data="reasons",
        ),
    )
    op.create_index("reviews_open", "reviews", ["agency", "answered_at"])


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("agency", words(), nullable=False),
        sa.Column("case_id", words(), nullable=False),
        sa.Column("stream", words(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("step", words(), nullable=False),
        sa.Column("state", words(), nullable=False),
        sa.Column("detail", words(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        *columns(words="key"),
        sa.UniqueConstraint("stream", "sequence", "part"),
        sqlite_autoincrement=True,
    )
    op.create_index("entries_by_case", "entries", ["agency", "case_id", "id"])


def _planned() -> None:
    op.create_table(
        "planned",
        *columns(
            key="agency case_id item",
            numbers="since number about facilitators",
            words="kind name audience crew leads source miss_reason cancel_reason shortage",
            flags="mhp_required",
            times="opens_at target_at closes_at fell_due_at done_at missed_at declined_at dropped_at cancelled_at starts_at ends_at",
            data="held_by slots",
        ),
    )


def _drills() -> None:
    op.create_table(
        "drills",
        *columns(
            key="agency case_id",
            words="trigger_class reason",
            numbers="tier",
            data="roles",
            times="earliest latest planned_at begun_at ended_at",
            parts="reached_target answered_target reply_seconds form_seconds",
        ),
    )
    op.create_index("drills_by_plan", "drills", ["agency", "planned_at"])


def _feedback() -> None:
    op.create_table(
        "feedback",
        *columns(
            key="agency quarter kind batch", numbers="answered", data="tallies", times="shown_from"
        ),
    )


def _private() -> None:
    op.create_table(
        "one_on_ones",
        *columns(
            key="agency case_id",
            words="kind",
            times="opened_at overdue_at closed_at erase_at erased_at",
        ),
    )
    op.create_table(
        "holds",
        *columns(
            key="agency hold_id",
            words="scope reason set_by lift_reason lifted_by",
            times="set_at lifted_at",
        ),
    )
    op.create_table(
        "glass",
        *columns(
            key="agency event_id",
            times="broken_at",
            words="reason broken_by on_behalf_of",
            flags="shown",
        ),
    )


def _requests() -> None:
    op.create_table(
        "requests",
        *columns(
            key="agency case_id",
            times="asked_at alarmed_at reached_at closed_at emergency_at",
            flags="is_taken",
            words="category",
            numbers="rounds",
        ),
    )
    op.create_index("requests_by_time", "requests", ["agency", "asked_at"])
    op.create_table(
        "answers",
        sa.Column("sequence", sa.Integer(), primary_key=True),
        *columns(key="agency case_id", times="at"),
    )


def _roster() -> None:
    op.create_table(
        "members",
        *columns(
            key="agency member_id",
            words="role discipline station down_for",
            flags="available has_hours",
            days="designated_from designated_until left_on training_valid_until contact_confirmed_on confirmed_on",
            data="competencies",
            times="muted_until",
        ),
    )
    op.create_table(
        "coverage",
        *columns(key="agency", times="checked_at", data="gaps"),
    )


def _support() -> None:
    op.create_table(
        "referrals",
        *columns(key="agency case_id", words="category", times="offered_at"),
    )
    op.create_index("referrals_by_time", "referrals", ["agency", "offered_at"])
    op.create_table(
        "places",
        *columns(
            key="agency resource_id",
            words="organisation category public_line web hours",
            data="disciplines",
            days="confirmed_on",
            times="stale_at removed_at",
        ),
    )
    op.create_table(
        "exceptions",
        *columns(
            key="agency case_id",
            words="category",
            times="recorded_at notice_due_at notice_sent_at",
            flags="notice_required",
        ),
    )
    op.create_index("exceptions_by_time", "exceptions", ["agency", "recorded_at"])


def _team() -> None:
    op.create_table(
        "offers",
        *columns(
            key="agency case_id offer_id",
            numbers="since",
            words="member_id role status reason",
            times="offered_at expires_at answered_at arrives_at",
        ),
    )
    op.create_index("offers_by_time", "offers", ["agency", "offered_at"])
    op.create_table(
        "deliveries",
        *columns(
            key="agency case_id delivery_id",
            words="member_id purpose channel parcel_id offer_id status failure",
            times="next_at started_at changed_at",
            numbers="left",
        ),
    )
    op.create_index("deliveries_by_time", "deliveries", ["agency", "started_at"])
    op.create_table(
        "searches",
        *columns(
            key="agency case_id",
            numbers="since surplus",
            data="places queue",
            flags="drill",
            times="paused_at owned_at",
            words="owner owned_why",
        ),
    )
    op.create_table(
        "rankings",
        *columns(key="agency case_id", data="candidates excluded neighbours"),
    )


def _search() -> None:
    op.create_table(
        "amendments",
        *columns(
            key="agency case_id member_id",
            numbers="added_since excluded_since",
            words="role",
            data="reasons",
        ),
    )
    op.create_table(
        "alarms",
        *columns(
            key="agency case_id alarm_id",
            numbers="since",
            words="reason item answered_by",
            data="called escalated_to",
            times="called_at answer_by answered_at escalated_at",
        ),
    )
    op.create_index("alarms_open", "alarms", ["agency", "answered_at"])
