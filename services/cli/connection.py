"""Which server the commands talk to, and with which key; the key never reaches a message."""

from __future__ import annotations

import json
import os
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer
from platformdirs import user_data_path, user_state_path

from services.cli.stop import EXIT_INPUT, Stop

if TYPE_CHECKING:
    import httpx

UrlOption = Annotated[
    str | None,
    typer.Option("--url", envvar="TAILBOARD_URL", help="Where Tailboard answers.", metavar="URL"),
]
KeyOption = Annotated[
    str | None,
    typer.Option("--key", envvar="TAILBOARD_API_KEY", help="The API key.", metavar="KEY"),
]
DataDirOption = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        envvar="TAILBOARD_DATA_DIR",
        help="The folder in which `tailboard up` left the connection.",
        metavar="DIR",
    ),
]
SpoolOption = Annotated[
    Path | None,
    typer.Option(
        "--spool-dir",
        envvar="TAILBOARD_SPOOL_DIR",
        help="Where reports wait that could not be sent.",
        metavar="DIR",
    ),
]
_CONNECT_SECONDS = 2.0
_ANSWER_SECONDS = 10.0
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Connection:
    """A server's address, without a slash at its end, and a key that it knows."""

    url: str
    key: str = field(repr=False)

    @property
    def trust_env(self) -> bool:
        """Whether the environment's proxies count: never for this machine itself."""
        return urlsplit(self.url).hostname not in _LOOPBACK

    def trust(self) -> ssl.SSLContext:
        """The roots that are trusted; none for plain http, because reading them takes a while."""
        import httpx

        if self.url.startswith("https:"):
            return httpx.create_ssl_context(trust_env=self.trust_env)
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def client(self) -> httpx.Client:
        """A client for one command's requests."""
        import httpx

        return httpx.Client(
            base_url=self.url,
            headers=self._headers(),
            timeout=httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS),
            trust_env=self.trust_env,
            verify=self.trust(),
        )

    def async_client(self, trust: ssl.SSLContext) -> httpx.AsyncClient:
        """A client for many requests, one at a time. The trusted roots are read once for all."""
        import httpx

        return httpx.AsyncClient(
            base_url=self.url,
            headers=self._headers(),
            timeout=httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS),
            trust_env=self.trust_env,
            verify=trust,
        )

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "User-Agent": "tailboard"}


def connection(url: str | None, key: str | None, data_dir: Path | None) -> Connection:
    """The connection that was named, or else the one that `tailboard up` left in its folder.

    Raises Stop 2 when there is none, or when the address is not one.
    """
    url, key = url or None, key or None
    found = {} if url and key else _left_by_up(data_dir or user_data_path("tailboard"))
    chosen = _address(url) if url else found.get("url")
    if key is None and chosen is not None and chosen == found.get("url"):
        key = found["api_key"]  # a key goes to the server it belongs to, and to no other
    if chosen is None:
        raise Stop(
            "no Tailboard to talk to: run `tailboard up` first, or set TAILBOARD_URL and "
            "TAILBOARD_API_KEY",
            EXIT_INPUT,
        )
    if key is None:
        raise Stop(f"no key for {chosen}: set TAILBOARD_API_KEY or use --key", EXIT_INPUT)
    if not key.strip().isascii() or not key.strip().isprintable():
        raise Stop("the API key has characters that no key has: copy it again", EXIT_INPUT)
    return Connection(chosen, key.strip())


def _left_by_up(folder: Path) -> dict[str, str]:
    path = folder / "connection.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {"url": _address(str(told["url"])), "api_key": str(told["api_key"])}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Stop(
            f"{path} cannot be read ({type(error).__name__}): start `tailboard up` again, or set "
            "TAILBOARD_URL and TAILBOARD_API_KEY",
            EXIT_INPUT,
        ) from error


def _address(url: str) -> str:
    text = url.strip().rstrip("/")
    wrong = Stop(f"{text!r} is not an address: write it as http://HOST:PORT", EXIT_INPUT)
    try:
        parts = urlsplit(text)
        named = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError as error:
        raise wrong from error
    if parts.username or parts.password:
        raise Stop("the address holds a password: give the key with --key instead", EXIT_INPUT)
    if not named:
        raise wrong
    return text


def spool_folder(named: Path | None) -> Path:
    """Where reports wait: `--spool-dir`, TAILBOARD_SPOOL_DIR, or the user's state folder."""
    told = os.environ.get("TAILBOARD_SPOOL_DIR")
    return named or (Path(told) if told else user_state_path("tailboard") / "spool")
