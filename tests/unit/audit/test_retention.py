"""The spans of the purge clock come from the files that the other services rule by."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from services.audit.retention import read_kept_for
from services.audit.settings import AuditSettings
from services.dispatch.requests_policy import read_requests_policy
from services.followup.private_policy import PrivateRules
from services.runtime.policy_files import BadPolicyFile, read_policy_file

if TYPE_CHECKING:
    from pathlib import Path


def test_audit_reads_the_same_numbers_as_those_who_erase() -> None:
    kept = read_kept_for(AuditSettings())
    assert kept.one_on_ones == read_policy_file(PrivateRules, "private", None).erase_after
    assert kept.way_back == read_requests_policy().keep_for
    assert kept.contacts == timedelta(days=90)


def test_an_agencys_own_files_count(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("version: 1\ncontacts_after_leaving: P7D\nerase_after: P3D\nkeep_for: P2D\n")
    settings = AuditSettings(private_file=own, requests_file=own)
    kept = read_kept_for(settings)
    assert (kept.one_on_ones, kept.way_back) == (timedelta(days=3), timedelta(days=2))
    with pytest.raises(BadPolicyFile, match="erase_after"):
        read_kept_for(AuditSettings(retention_file=own))
    damaged = tmp_path / "damaged.yaml"
    damaged.write_text("[")
    kept = read_kept_for(AuditSettings(private_file=damaged))
    assert kept.one_on_ones == timedelta(days=30), "its owner says what is wrong, at its own start"
