"""The body limit counts what really comes, announced or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from fastapi import FastAPI, Request

from services.runtime.edge import BodyLimit, install_problems

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LIMIT = 1024


def app() -> FastAPI:
    made = FastAPI()
    install_problems(made)
    made.add_middleware(BodyLimit, limit=LIMIT)

    @made.post("/")
    async def length(request: Request) -> int:
        return len(await request.body())

    return made


async def in_parts(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 64):
        yield b"x" * 64


@pytest.mark.parametrize("content", [b"x" * LIMIT, b""])
async def test_what_fits_passes(content: bytes) -> None:
    transport = httpx.ASGITransport(app=app())
    async with httpx.AsyncClient(transport=transport, base_url="http://edge.invalid") as client:
        answer = await client.post("/", content=content)
    assert (answer.status_code, answer.json()) == (200, len(content))


@pytest.mark.parametrize("announced", [True, False])
async def test_what_does_not_fit_is_refused(announced: bool) -> None:
    transport = httpx.ASGITransport(app=app())
    content = b"x" * (LIMIT + 1) if announced else in_parts(2 * LIMIT)
    async with httpx.AsyncClient(transport=transport, base_url="http://edge.invalid") as client:
        answer = await client.post("/", content=content)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:tailboard:problem:too-large"
