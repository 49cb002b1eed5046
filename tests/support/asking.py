"""Request and reply between the services of a town, as the server routes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.runtime.ask import nobody_answers
from services.runtime.broker import Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.runtime.ask import Ask
    from services.runtime.host import Service


def asking(services: Sequence[Service]) -> Ask:
    """Asks the responder that listens on a subject, as the server routes it."""

    async def ask(subject: str, body: bytes, seconds: float) -> bytes:
        asked = subject.split(".")
        for responder in (each for service in services for each in service.responders):
            heard = responder.subject.split(".")
            if len(heard) == len(asked) and all(
                mine in {"*", theirs} for mine, theirs in zip(heard, asked, strict=True)
            ):
                answer, _ = await responder.answer(Question(subject, {}, body))
                return answer
        return await nobody_answers(subject, body, seconds)

    return ask
