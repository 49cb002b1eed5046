"""From an agency's carriers file to carriers that send, and the desk that they stand at."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from services.dispatch.carriers.apprised import AppriseCarrier
from services.dispatch.carriers.carriers_file import (
    Apprise,
    SmsWebhook,
    Smtp,
    VoiceWebhook,
    Webhook,
)
from services.dispatch.carriers.chosen import Carriers
from services.dispatch.carriers.desk import CarrierDesk
from services.dispatch.carriers.email import SmtpCarrier
from services.dispatch.carriers.health import Healths
from services.dispatch.carriers.limits import Throttle
from services.dispatch.carriers.mail_connections import KeptConnections
from services.dispatch.carriers.webhook import Endpoint, WebhookCarrier

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from services.dispatch.carriers.carriers_file import AnyCarrier, CarriersFile
    from services.dispatch.carriers.expected import Texts
    from services.dispatch.carriers.port import Carrier
    from services.dispatch.settings import DispatchSettings

_KEPT_SECONDS = 60.0


def carriers_of(file: CarriersFile, settings: DispatchSettings) -> Carriers:
    """The agency's carriers, in the file's order."""
    made = tuple(_carrier(each, file.region, settings) for each in file.carriers)
    inbound = {each.channel: secret for each in file.carriers if (secret := _inbound(each))}
    return Carriers(made, file.region, inbound)


def desk_of(
    file: CarriersFile,
    carriers: Carriers,
    texts: Texts,
    settings: DispatchSettings,
    now: Callable[[], datetime],
) -> CarrierDesk:
    """The carriers with what the file and the settings say of them."""
    return CarrierDesk(
        carriers=carriers,
        throttle=Throttle({each.channel: each.limits for each in file.carriers}, now),
        healths=Healths(now),
        texts=texts,
        zone=ZoneInfo(settings.time_zone),
        quiet=file.quiet_hours,
    )


def _inbound(each: AnyCarrier) -> str | None:
    if each.replies is not None:
        return each.replies.value()
    match each:
        case Webhook() | SmsWebhook() | VoiceWebhook():
            return each.secret.value()
        case Smtp() | Apprise():
            return None


def _carrier(each: AnyCarrier, region: str, settings: DispatchSettings) -> Carrier:
    seconds = settings.send_seconds
    match each:
        case Smtp():
            return _smtp(each, settings)
        case Apprise():
            return AppriseCarrier(
                channel=each.channel,
                seconds=seconds,
                url=each.url.value() if each.url else None,
                region=region,
                form=each.form,
                services=frozenset(each.services),
                allow_private=each.allow_private,
            )
        case Webhook() | SmsWebhook() | VoiceWebhook():
            endpoint = Endpoint(each.url, each.secret.value(), each.allow_private)
            match each:
                case Webhook():
                    return WebhookCarrier(each.channel, "page", each.to, endpoint, seconds, region)
                case SmsWebhook():
                    return WebhookCarrier(each.channel, "sms", "phone", endpoint, seconds, region)
                case VoiceWebhook():
                    return WebhookCarrier(each.channel, "voice", "phone", endpoint, seconds, region)


def _smtp(each: Smtp, settings: DispatchSettings) -> SmtpCarrier:
    """Mail as the settings have it, but for what the file says."""
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
    return SmtpCarrier(
        host=each.host or settings.smtp_host,
        port=each.port or settings.smtp_port,
        sender=each.sender or settings.mail_from,
        seconds=settings.send_seconds,
        username=each.username or settings.smtp_user,
        password=each.password.value() if each.password else password,
        start_tls=settings.smtp_start_tls if each.start_tls is None else each.start_tls,
        channel=each.channel,
        kept=KeptConnections(_KEPT_SECONDS),
    )
