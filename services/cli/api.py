"""One request to the server and its answer, or one line that says what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.cli.stop import Stop

if TYPE_CHECKING:
    import httpx

    from services.cli.connection import Connection

_NO_TAILBOARD = "did not answer as Tailboard does: is the address right?"


class Server:
    """Requests that are made once: for reading and for small orders."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, path: str, **query: str | int) -> dict[str, Any]:
        """The JSON object at a path. Raises Stop."""
        return self.json(self.ask("GET", path, params=query))

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """The answer to one request. Raises Stop when there is none, or when it is a no."""
        import httpx

        try:
            with self._connection.client() as client:
                response = client.request(method, path, **request)
        except httpx.TransportError as error:
            raise Stop(unreachable(self._connection, error)) from error
        if not response.is_success:
            raise Stop(refusal(response))
        return response

    def json(self, response: httpx.Response) -> dict[str, Any]:
        """The answer's JSON object. Raises Stop."""
        try:
            told = response.json()
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise Stop(f"{self._connection.url} {_NO_TAILBOARD}")
        return told


def unreachable(connection: Connection, error: Exception) -> str:
    """Why a server gave no answer, with the remedy."""
    import httpx

    late = isinstance(error, httpx.TimeoutException)
    why = "does not answer in time" if late else "cannot be reached"
    return f"{connection.url} {why}: is `tailboard up` running there?"


def refusal(response: httpx.Response) -> str:
    """A no of the server in one line: its own words, the fields, and what to do."""
    told = _problem(response)
    said = str(told.get("detail") or f"{response.status_code} {response.reason_phrase}")
    fields = "; ".join(field_problems(told))
    match response.status_code:
        case 401:
            return f"the server does not know this key: check TAILBOARD_API_KEY or --key ({said})"
        case 403:
            return f"this key may not do that: {said}"
        case _ if response.is_redirect:
            return f"the server points elsewhere: use --url {response.headers.get('location', '')}"
        case _:
            return fields or said


def field_problems(told: dict[str, Any]) -> list[str]:
    """`field: what is wrong` for each entry of a 422."""
    errors = told.get("errors")
    return [
        f"{entry.get('field', '?')}: {entry.get('problem', '?')}"
        for entry in (errors if isinstance(errors, list) else [])
        if isinstance(entry, dict)
    ]


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        told = response.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
