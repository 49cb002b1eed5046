"""The spool: whole or not at all, private, in order, and sent under the key it was kept with."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest

from services.cli.spool import Damaged, Kept, Spool
from services.cli.stop import Stop
from tests.support.town import FrozenClock

if TYPE_CHECKING:
    from pathlib import Path

URL = "http://127.0.0.1:8911"
REPORT = {"incident_type": "Vehicle lockout"}


def kept(spool: Spool) -> list[Kept]:
    found = list(spool.waiting())
    assert all(isinstance(each, Kept) for each in found)
    return [each for each in found if isinstance(each, Kept)]


def test_a_kept_report_is_private_and_comes_back_as_it_was(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", FrozenClock())
    path = spool.keep(URL, "key-1", REPORT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    (found,) = kept(spool)
    assert (found.url, found.key, found.report) == (URL, "key-1", REPORT)
    assert found.at == FrozenClock().now()


def test_reports_wait_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    spool = Spool(tmp_path, FrozenClock())
    for number in range(20):
        spool.keep(URL, f"key-{number}", REPORT)
    assert [each.key for each in kept(spool)] == [f"key-{number}" for number in range(20)]


def test_a_report_half_written_is_never_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    spool = Spool(tmp_path)
    monkeypatch.setattr(os, "fsync", power_cut)
    with pytest.raises(Stop, match="neither be sent nor kept"):
        spool.keep(URL, "key-1", REPORT)
    monkeypatch.undo()
    assert kept(spool) == []


def test_both_the_file_and_the_folder_are_flushed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[bool] = []
    real = os.fsync

    def count(descriptor: int) -> None:
        flushed.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", count)
    Spool(tmp_path).keep(URL, "key-1", REPORT)
    assert flushed == [False, True]


def test_a_sent_report_is_gone_and_sending_it_again_is_harmless(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.keep(URL, "key-1", REPORT)
    (found,) = kept(spool)
    spool.sent(found)
    spool.sent(found)
    assert kept(spool) == []


def test_a_refused_report_is_set_aside_with_the_reason(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.keep(URL, "key-1", REPORT)
    (found,) = kept(spool)
    place = spool.refuse(found, "units: Input should be a valid array")
    told = json.loads(place.read_text())
    assert place.parent == spool.refused
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert told["refused"] == "units: Input should be a valid array"
    assert told["report"] == REPORT
    assert kept(spool) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"url": "x", "key": "k"}'])
def test_a_damaged_file_is_named_and_not_deleted(tmp_path: Path, text: str) -> None:
    path = tmp_path / "20260302T030000.000000-000000-00000000.json"
    path.write_text(text)
    assert list(Spool(tmp_path).waiting()) == [Damaged(path)]
    assert path.exists()


def test_only_one_process_sends_at_a_time(tmp_path: Path) -> None:
    with Spool(tmp_path).sending() as first, Spool(tmp_path).sending() as second:
        assert (first, second) == (True, False)
    with Spool(tmp_path).sending() as third:
        assert third


def test_an_empty_spool_makes_no_folder(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "none")
    with spool.sending() as mine:
        assert mine
    assert kept(spool) == []
    assert not spool.folder.exists()
