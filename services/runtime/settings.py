"""What every service is told from outside; a bad value stops the start with its name."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

from platformdirs import user_data_path
from pydantic import AfterValidator, Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_PORT = 8911


_zones = cache(available_timezones)
"""Reading their folder takes longer than all other settings do."""


def _zone(name: str) -> str:
    if name not in _zones():
        raise ValueError(f"{name!r} is not an IANA time zone, such as America/Los_Angeles")
    return name


class RuntimeSettings(BaseSettings):
    """Environment variables with the prefix `TAILBOARD_`, such as `TAILBOARD_NATS_URL`."""

    model_config = SettingsConfigDict(env_prefix="TAILBOARD_", frozen=True)

    agency: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")] = "local"
    data_dir: Path = user_data_path("tailboard")
    nats_url: str = "nats://127.0.0.1:4222"
    nats_user: str | None = None
    nats_password: SecretStr | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = DEFAULT_PORT
    public_url: HttpUrl = HttpUrl(f"http://127.0.0.1:{DEFAULT_PORT}")
    """Where phones and people reach Tailboard; links in messages start with it."""
    keys_file: Path | None = None
    """API keys, as digests; by default `keys.json` in the data folder."""
    link_secret: SecretStr | None = None
    """Signs the links in messages; by default kept in the data folder."""
    ack_wait: Annotated[float, Field(ge=0.5, le=600)] = 15.0
    """Seconds after which a message that no one acknowledged is handed out again."""
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    """The IANA zone in which people read times (`America/Los_Angeles`)."""
    time_scale: Annotated[float, Field(ge=1, le=100_000)] = 1.0
    log_level: str = "info"
    body_limit: Annotated[int, Field(ge=1024)] = 262_144
    """Bytes that a request body may have."""

    @property
    def base_url(self) -> str:
        """`public_url` without a slash at its end."""
        return str(self.public_url).rstrip("/")
