"""An agency's carriers as a YAML file spells them: read, checked, and every mistake told by its line.

It opens no connection; `building.py` makes carriers of it.
"""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self
from urllib.parse import urlsplit

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from schemas.envelope import Slug
from services.dispatch.carriers.limits import Limits, Rate
from services.dispatch.carriers.numbers import is_region
from services.dispatch.carriers.quiet import QuietHours
from services.runtime.policy_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHORTEST_SECRET = 16


class BadCarriers(ValueError):
    """The file does not fit; the message names each line, what is wrong and what to do."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Secret(_Strict):
    """Where a secret is: in an environment variable or in a file, and never in this file."""

    env: str | None = None
    file: Path | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError("write one of env: NAME and file: PATH")
        self.value()
        return self

    def value(self) -> str:
        """The secret. Raises ValueError when it is not there, or too short to be one."""
        if self.env is not None:
            found = os.environ.get(self.env, "")
            if not found:
                raise ValueError(f"the environment variable {self.env} is not set")
        else:
            assert self.file is not None  # noqa: S101 - checked above
            try:
                found = self.file.read_text(encoding="utf-8").strip()
            except OSError as error:
                raise ValueError(f"{self.file} cannot be read: {error.strerror}") from error
        if len(found) < _SHORTEST_SECRET:
            raise ValueError(f"the secret is shorter than {_SHORTEST_SECRET} characters")
        return found


def _region(code: str) -> str:
    if not is_region(code):
        raise ValueError(f"{code!r} is not a country's code, such as US")
    return code


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("write a whole URL, such as https://sms.example.org/send")
    if "@" in parts.netloc:
        raise ValueError("leave name and password out: requests are signed with the secret")
    return url


WebAddress = Annotated[str, AfterValidator(_web_address)]


def _limits(per_hour: float, burst: int, recipient_per_hour: float, recipient_burst: int) -> Limits:
    recipient = Rate(per_hour=recipient_per_hour, burst=recipient_burst)
    return Limits(all=Rate(per_hour=per_hour, burst=burst), recipient=recipient)


MAIL_LIMITS = _limits(3600, 100, 30, 10)
TEXT_LIMITS = _limits(3600, 30, 11, 5)
"""One a second is what a long number may send (Twilio); 11 an hour and 5 at once are GoAlert's."""
CALL_LIMITS = _limits(1800, 10, 7, 3)
"""7 an hour and 3 at once are GoAlert's; the rest is a PROPOSAL."""
PUSH_LIMITS = _limits(7200, 100, 60, 20)


class _Carrier(_Strict):
    channel: Slug
    replies: Secret | None = None
    """Signs what a provider posts to us, when it is not the secret of what we post."""


class Smtp(_Carrier):
    """Mail. What is left out is taken from the settings."""

    kind: Literal["smtp"]
    host: str | None = None
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    sender: str | None = None
    username: str | None = None
    password: Secret | None = None
    start_tls: bool | None = None
    limits: Limits = MAIL_LIMITS


class Webhook(_Carrier):
    """The agency's own paging."""

    kind: Literal["webhook"]
    url: WebAddress
    secret: Secret
    to: Literal["email", "phone", "label"] = "email"
    allow_private: bool = False
    limits: Limits = PUSH_LIMITS


class SmsWebhook(_Carrier):
    """A gateway for texts."""

    kind: Literal["sms_webhook"]
    url: WebAddress
    secret: Secret
    allow_private: bool = False
    limits: Limits = TEXT_LIMITS


class VoiceWebhook(_Carrier):
    """A service that calls and speaks."""

    kind: Literal["voice_webhook"]
    url: WebAddress
    secret: Secret
    allow_private: bool = False
    limits: Limits = CALL_LIMITS


class Apprise(_Carrier):
    """Members' own Apprise URLs; or, with `url`, the agency's account with a member's number."""

    kind: Literal["apprise"]
    url: Secret | None = None
    """Holds {phone} or {email}, which a member's own takes the place of."""
    form: Literal["push", "sms", "voice"] = "push"
    services: tuple[str, ...] = ()
    """The only Apprise services that a URL may name, such as ntfys; all when empty."""
    allow_private: bool = False
    limits: Limits = PUSH_LIMITS


AnyCarrier = Annotated[
    Smtp | Webhook | SmsWebhook | VoiceWebhook | Apprise, Field(discriminator="kind")
]


class CarriersFile(_Strict):
    """The whole file."""

    version: Literal[1]
    region: Annotated[str, AfterValidator(_region)] = "US"
    carriers: Annotated[tuple[AnyCarrier, ...], Field(min_length=1)]
    quiet_hours: QuietHours | None = None

    @model_validator(mode="after")
    def _each_by_its_own_name(self) -> Self:
        names = [each.channel for each in self.carriers]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two carriers have the channel {twice[0]}: give each its own")
        return self


def read_carriers(file: Path | None = None) -> CarriersFile:
    """The carriers of a file, or those that ship. Raises BadCarriers, or OSError."""
    shipped = files("policy") / "carriers.yaml"
    named = str(file or "policy/carriers.yaml")
    text = (file or shipped).read_text(encoding="utf-8")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        return CarriersFile.model_validate(read_yaml(text))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadCarriers(f"{named}:{line}: {error.problem}: correct the YAML there") from error
    except yaml.YAMLError as error:
        raise BadCarriers(f"{named}: {error}") from error
    except ValidationError as error:
        told = (
            f"{named}:{_line(root, found['loc'])}: {_path(found['loc'])}: {_what(found['msg'])}"
            for found in error.errors(include_url=False)
        )
        raise BadCarriers("\n".join(told)) from None


_KINDS = frozenset({"smtp", "webhook", "sms_webhook", "voice_webhook", "apprise"})


def _line(root: yaml.Node | None, steps: Sequence[int | str]) -> int:
    """The line of the deepest part that is there."""
    node, line = root, 1
    for step in steps:
        if step in _KINDS and not _child(node, step):
            continue  # pydantic names the kind of carrier where the file has no such step
        found = _child(node, step)
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def _child(node: yaml.Node | None, step: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == step), None)
    return None


def _path(steps: Sequence[int | str]) -> str:
    return ".".join(str(step) for step in steps if step not in _KINDS) or "(file)"


def _what(message: str) -> str:
    return message.removeprefix("Value error, ")
