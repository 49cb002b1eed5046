"""The NATS configuration that ships grants what the embedded server grants, user by user."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.runtime.rights import USERS, rights_of

CONFIGURATION = Path("deploy/nats/nats-server.conf").read_text()


def granted(user: str) -> set[str]:
    """Every subject that the file names for a user."""
    found = re.search(rf"user: {user}, password(.*?)\n    }}", CONFIGURATION, re.DOTALL)
    assert found, user
    return set(re.findall(r'"([^"]+)"', found[1]))


@pytest.mark.parametrize("user", USERS)
def test_the_file_grants_the_same_as_the_embedded_server(user: str) -> None:
    rights = rights_of(user).removeprefix(", permissions: ")
    here = set(re.findall(r'"([^"]+)"', rights)) - {"publish", "subscribe", "allow", "deny"}
    assert granted(user) == here
