"""Whom a member may choose on the page: everybody who serves, and nobody who only runs the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.policy import Role
from services.runtime.auth import KeyRole, add_key
from tests.support.town import a_town

if TYPE_CHECKING:
    from pathlib import Path

RUN_THE_PROGRAM = {Role.COORDINATOR, Role.PROGRAM_LEAD}


async def test_the_form_lists_every_role_that_serves_and_no_other(tmp_path: Path) -> None:
    code = add_key(tmp_path / "keys.json", "members", "metro", KeyRole.MEMBER)
    async with a_town(tmp_path) as town:
        for role in Role:
            await town.enroll(f"a-{role.value.replace('_', '-')}", role)

        answer = await town.http.get(f"/ask?code={code}", headers={"Authorization": ""})

        assert answer.status_code == 200
        for role in Role:
            listed = f'value="a-{role.value.replace("_", "-")}"' in answer.text
            assert listed is (role not in RUN_THE_PROGRAM), role
