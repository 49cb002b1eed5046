"""Request and reply between the services of a town, as the server routes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.runtime.ask import nobody_answers
from services.runtime.broker import Question
from services.runtime.redrive import redriver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.runtime.ask import Ask
    from services.runtime.clock import Clock
    from services.runtime.host import Service
    from services.runtime.journal import Journal


def asking(
    services: Sequence[Service], journal: Journal | None = None, clock: Clock | None = None
) -> Ask:
    """Asks the responder that listens on a subject, as the server routes it."""

    async def ask(subject: str, body: bytes, seconds: float) -> bytes:
        asked = subject.split(".")
        if asked[0] == "redrive" and journal and clock:
            (service,) = (each for each in services if each.name == asked[1])
            again = redriver(service.name, service.listeners, journal, clock)
            return (await again.answer(Question(subject, {}, body)))[0]
        for responder in (each for service in services for each in service.responders):
            heard = responder.subject.split(".")
            if len(heard) == len(asked) and all(
                mine in {"*", theirs} for mine, theirs in zip(heard, asked, strict=True)
            ):
                answer, _ = await responder.answer(Question(subject, {}, body))
                return answer
        return await nobody_answers(subject, body, seconds)

    return ask
