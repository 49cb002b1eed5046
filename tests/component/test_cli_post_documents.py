"""`tailboard post` with documents of other formats: known by content, kept whole when away."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from services.cli.documents import FOREIGN
from services.cli.stop import EXIT_INPUT, EXIT_KEPT
from services.intake.adapters.formats import READERS, Format
from tests.support.desk import Desk, a_desk, lockout
from tests.support.fake_api import FakeApi, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CAP = '<?xml version="1.0"?>\n<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">\n</alert>\n'
EIDO = json.dumps({"eidoVersion": "1.0", "incidentComponent": {}}, indent=2)
NERIS = json.dumps({"incident_types": [], "base": {}})
NEMSIS = "<EMSDataSet xmlns='http://www.nemsis.org'/>"


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    return a_desk(tmp_path, capsys, monkeypatch)


@pytest.fixture
def api(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    with serving(FakeApi()) as served:
        monkeypatch.setenv("TAILBOARD_URL", served.url)
        yield served


def test_the_command_line_knows_the_formats_of_intake() -> None:
    assert set(FOREIGN) == {form.value for form in READERS} - {Format.NATIVE.value}


@pytest.mark.parametrize(
    ("text", "form"), [(CAP, "cap"), (EIDO, "eido"), (NERIS, "neris"), (NEMSIS, "nemsis")]
)
def test_a_document_goes_whole_to_its_own_endpoint(
    api: FakeApi, desk: Desk, text: str, form: str
) -> None:
    path = desk.folder / "from-somewhere.dat"
    path.write_text(text)

    assert desk.type("post", path) == 0
    assert api.documents == [(form, text)]
    assert "  created  " in desk.said


def test_a_format_that_is_named_is_used(api: FakeApi, desk: Desk) -> None:
    path = desk.write("one.json", lockout(1))
    assert desk.type("post", "--format", "neris", path) == 0
    assert [form for form, _ in api.documents] == ["neris"]


def test_our_own_reports_and_a_document_go_in_one_command(api: FakeApi, desk: Desk) -> None:
    alert = desk.folder / "alert.xml"
    alert.write_text(CAP)
    assert desk.type("post", desk.write("one.json", lockout(1)), alert) == 0
    assert len(api.documents) == 1
    assert len(api.received) == 2


def test_a_document_that_holds_no_incident_is_said_to(api: FakeApi, desk: Desk) -> None:
    path = desk.folder / "feed.atom"
    path.write_text("<feed>empty</feed>")
    assert desk.type("post", path) == 0
    assert "it holds no incident" in desk.warned


def test_a_document_waits_whole_until_the_server_is_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.folder / "alert.xml"
    path.write_text(CAP)
    assert desk.type("post", path) == EXIT_KEPT
    (kept,) = desk.spooled
    key = json.loads(kept.read_text())["key"]

    with serving(FakeApi()) as api:
        monkeypatch.setenv("TAILBOARD_URL", api.url)
        assert desk.type("spool", "send", "--any-address") == 0
        assert api.documents == [("cap", CAP)]
        assert api.received[0].key == key
    assert desk.spooled == []


def test_xml_of_no_format_is_bad_input(api: FakeApi, desk: Desk) -> None:
    path = desk.folder / "page.html"
    path.write_text("<html>very-secret</html>")
    assert desk.type("post", path) == EXIT_INPUT
    assert "secret" not in desk.warned
    assert api.documents == []


def test_a_dry_run_reads_a_document_and_sends_nothing(api: FakeApi, desk: Desk) -> None:
    path = desk.folder / "alert.xml"
    path.write_text(CAP)
    assert desk.type("post", "--dry-run", path) == EXIT_INPUT
    assert "alert" in desk.warned
    assert api.documents == []
