"""Whose law holds: the pack that the settings choose, in the agency's own words where it has some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.jurisdiction import Jurisdiction
from services.runtime.policy_files import read_policy_file

if TYPE_CHECKING:
    from services.followup.settings import FollowupSettings


def read_jurisdiction(settings: FollowupSettings) -> Jurisdiction:
    """The pack in force. Raises BadPolicyFile, or OSError for the agency's own words."""
    shipped = f"jurisdictions/{settings.jurisdiction}"
    pack = read_policy_file(Jurisdiction, shipped, settings.jurisdiction_file)
    if settings.notice_file is None:
        return pack
    return pack.in_own_words(settings.notice_file.read_text(encoding="utf-8"))
