"""The embedded server keeps its port, because dispatch centers are told it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from services.runtime.server import _kept_port

if TYPE_CHECKING:
    from pathlib import Path


def test_the_port_stays_the_same_over_a_restart(tmp_path: Path) -> None:
    first = _kept_port(tmp_path / "nats-port")

    assert _kept_port(tmp_path / "nats-port") == first
    assert 20_000 <= first < 32_000


def test_a_port_that_somebody_else_took_is_given_up(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = int(other.getsockname()[1])
        (tmp_path / "nats-port").write_text(str(taken))
        found = _kept_port(tmp_path / "nats-port")

    assert found != taken
    assert (tmp_path / "nats-port").read_text() == str(found)
