"""What may not stay private is said on the page before anybody asks, by the law that holds there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.jurisdiction import Jurisdiction
from services.runtime.policy_files import BadPolicyFile, read_policy_file
from tests.support.town import a_town

if TYPE_CHECKING:
    from pathlib import Path


async def asked(folder: Path, **settings: object) -> str:
    async with a_town(folder, {"requests_open": True, **settings}, alone=True) as town:
        return (await town.http.get("/ask", headers={"Authorization": ""})).text


async def test_the_page_shows_the_notice_of_the_pack_and_which_one_it_was(tmp_path: Path) -> None:
    shown = await asked(tmp_path, jurisdiction="washington")

    notice = read_policy_file(Jurisdiction, "jurisdictions/washington", None).notice_for()
    assert f'data-notice="{notice.version}"' in shown
    for words in (*notice.sentences, *notice.exceptions):
        assert words in shown
    assert "No lawyer has reviewed this notice yet." in shown
    assert "erased when it is over, after 7 days" in shown
    assert shown.index("What stays private") < shown.index('<button class="yes">Ask')


async def test_the_words_of_the_agencys_lawyer_stand_alone(tmp_path: Path) -> None:
    own = tmp_path / "notice.txt"
    own.write_text("What you say stays here.\n\nA judge can ask for it.")
    shown = await asked(tmp_path, jurisdiction="washington", notice_file=own)
    assert "<p>What you say stays here.</p>" in shown
    assert "<p>A judge can ask for it.</p>" in shown
    assert "Washington" not in shown
    assert "No lawyer" not in shown


async def test_a_law_that_no_pack_knows_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadPolicyFile, match="utah: none of this name ships"):
        await asked(tmp_path, jurisdiction="utah")
