"""Phone numbers as every carrier understands them: E.164, such as +14155550100."""

from __future__ import annotations

import phonenumbers


def e164(written: str | None, region: str) -> str | None:
    """A number as people write it, read as one of `region` unless it begins with +.

    None for what cannot be a number: too short, too long, or no number at all.
    """
    try:
        number = phonenumbers.parse(written or "", region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_region(code: str) -> bool:
    """Whether it is a country that numbers are known of, such as `US`."""
    return code in phonenumbers.SUPPORTED_REGIONS
