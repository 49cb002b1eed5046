"""What dispatch is told from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from schemas.envelope import Slug
from services.runtime.settings import RuntimeSettings


class DispatchSettings(RuntimeSettings):
    """How messages go out. `send_seconds` bounds each half of one attempt (before DATA, DATA)."""

    smtp_host: str = "127.0.0.1"
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 25
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_start_tls: bool | None = None
    """None takes TLS when the server offers it."""
    mail_from: str = "tailboard@localhost"
    carriers_file: Path | None = None
    """The agency's carriers instead of policy/carriers.yaml, which has mail alone."""
    send_seconds: Annotated[float, Field(ge=0.2, le=60)] = 5.0
    requests_open: bool = False
    """Whoever reaches the page may ask for a peer; otherwise they need the members' shared key."""
    requests_file: Path | None = None
    """The agency's own numbers for requests instead of policy/requests.yaml."""
    exposure_file: Path | None = None
    """The agency's own numbers for cumulative exposure instead of policy/cumulative.yaml."""
    roster_file: Path | None = None
    """The agency's own rules for its roster instead of policy/roster.yaml."""
    rota_file: Path | None = None
    """What the agency's rotas must cover instead of policy/rota.yaml."""
    calendar_servers: tuple[str, ...] = ()
    """Calendar servers of the agency's own, as `["calendar.agency.lan:443"]`: they alone may have a
    private address, and speak plain HTTP."""
    mutual_aid_file: Path | None = None
    """Agreements with neighbour agencies; without the file nobody of another agency is asked."""
    team_page: bool = False
    """Whether /team shows the members who agreed to it to whoever comes by."""
    team_name: Annotated[str, Field(min_length=1, max_length=80)] = "Peer support team"
    """What the team page calls the team."""
    jurisdiction: Slug = "default"
    """Whose law the notice of what stays private follows: a name in policy/jurisdictions."""
    jurisdiction_file: Path | None = None
    """The agency's own pack instead of it."""
    notice_file: Path | None = None
    """The limits of confidentiality in the words of the agency's lawyer, as plain text."""
