"""A team being put together: who was asked, what reached a phone, the order of asking, who was called.

DISPATCH writes all of it. `since` is the sequence that began a row: what is older than the search's
own `since` belongs to a team that was stood down.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table

from services.audit.tables.columns import Utc, case_key, metadata

offers = Table(
    "offers",
    metadata,
    *case_key(),
    Column("offer_id", String, primary_key=True),
    Column("since", Integer),
    Column("member_id", String),
    Column("role", String),
    Column("offered_at", Utc),
    Column("expires_at", Utc),
    Column("status", String),
    Column("answered_at", Utc),
    Column("reason", String),
    Column("arrives_at", Utc),
    Index("offers_by_time", "agency", "offered_at"),
)

deliveries = Table(
    "deliveries",
    metadata,
    *case_key(),
    Column("delivery_id", String, primary_key=True),
    Column("member_id", String),
    Column("purpose", String),
    Column("channel", String),
    Column("parcel_id", String),
    Column("offer_id", String),
    Column("status", String),
    Column("next_at", Utc),
    Column("left", Integer),
    Column("failure", String),
    Column("started_at", Utc),
    Column("changed_at", Utc),
    Index("deliveries_by_time", "agency", "started_at"),
)

"""`parcel_id` is one for all channels of a message. At `next_at` the next channel is tried; `left`
is how many channels of the member are still to be tried after this one failed."""

searches = Table(
    "searches",
    metadata,
    *case_key(),
    Column("since", Integer),
    Column("places", JSON),
    Column("surplus", Integer),
    Column("queue", JSON),
    Column("drill", Boolean),
    Column("paused_at", Utc),
    Column("owner", String),
    Column("owned_at", Utc),
    Column("owned_why", String),
)
"""`places` is role to count and `queue` role to member numbers in the order of asking, so short that
every open search can be read at once."""

rankings = Table(
    "rankings",
    metadata,
    *case_key(),
    Column("candidates", JSON),
    Column("excluded", JSON),
    Column("neighbours", JSON),
)
"""The same order with its reasons, and who is not asked and why: only one case's page reads it."""

amendments = Table(
    "amendments",
    metadata,
    *case_key(),
    Column("member_id", String, primary_key=True),
    Column("added_since", Integer),
    Column("role", String),
    Column("excluded_since", Integer),
    Column("reasons", JSON),
)
"""Who was added to the order of asking, or turned out not to be askable, after it was made."""

alarms = Table(
    "alarms",
    metadata,
    *case_key(),
    Column("alarm_id", String, primary_key=True),
    Column("since", Integer),
    Column("reason", String),
    Column("item", String),
    Column("called", JSON),
    Column("called_at", Utc),
    Column("answer_by", Utc),
    Column("answered_at", Utc),
    Column("answered_by", String),
    Column("escalated_at", Utc),
    Column("escalated_to", JSON),
    Index("alarms_open", "agency", "answered_at"),
)
