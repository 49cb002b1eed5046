"""Where a webhook may go: to the internet, and into one's own network only when that is meant."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address

from schemas.dispatch import Failure
from services.dispatch.carriers.port import NotDelivered

_INSIDE = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


async def checked_address(host: str, port: int, *, allow_private: bool) -> str:
    """The address to connect to, looked up once so that it cannot change after the look.

    Raises NotDelivered: TEMPORARY when the name cannot be found now, PERMANENT when it leads into a
    network of one's own and that is not allowed.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotDelivered(Failure.TEMPORARY, "the name of the host is not found") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not allow_private and any(is_inside(address) for address in addresses):
        inside = "the host is in a private network: set allow_private if that is meant"
        raise NotDelivered(Failure.PERMANENT, inside)
    return addresses[0]


def is_inside(host: str) -> bool:
    """Whether it is an address, or a name, that only one's own machine or network has."""
    bare = host.strip("[]").partition("%")[0].rstrip(".").lower()
    if bare == "localhost" or bare.endswith(_INSIDE):
        return True
    try:
        parsed = ip_address(bare)
    except ValueError:
        return False
    address = getattr(parsed, "ipv4_mapped", None) or parsed
    return not address.is_global or address.is_multicast
