"""Whether an alert's text says that a disaster or state of emergency *was* declared.

A warning, however severe, declares nothing; nor does a declaration that may come, or has ended.
"""

from __future__ import annotations

import re

_EMERGENCY = r"(?:state of (?:\w+ ){0,3}?(?:emergency|disaster)|(?:\w+ )?disaster)"
_DONE = r"(?:declared|declares|proclaimed|proclaims)"
_SAYS = re.compile(
    rf"\b(?:{_DONE}|issued|signed|approved)\b[^.;!?\n]{{0,60}}?\b{_EMERGENCY}\b"
    rf"|\b{_EMERGENCY}\b[^.;!?\n]{{0,40}}?\b(?:(?:has|have|had) been|was|were|is|are)"
    r" (?:now )?(?:declared|proclaimed|in effect)\b"
    rf"|\b{_EMERGENCY} (?:remains|continues) in effect\b"
    rf"|\b{_EMERGENCY} (?:declaration|proclamation)\b[^.;!?\n]{{0,30}}?"
    r"\b(?:issued|signed|approved|in effect)\b"
    rf"|\A{_EMERGENCY} (?:declared|declaration|proclaimed)\Z",
    re.IGNORECASE,
)
_UNSAYS = re.compile(
    r"\b(?:no|not|never|if|whether|unless|be (?:declared|proclaimed|issued|signed|approved)|"
    r"request\w*|consider\w*|lifted|rescinded|ended|terminated|expired|anniversary|drill|"
    r"exercise)\b",
    re.IGNORECASE,
)
_NEAR = 30
"""Characters around the words in which one of these takes them back."""
_SENTENCES = re.compile(r"[.;!?]+\s+|\n\s*\n|\.\.\.")
_MOST = 20_000


def declares_disaster(*texts: str) -> bool:
    """True when a sentence of the texts says so plainly, in English."""
    for text in texts:
        for sentence in _SENTENCES.split(text[:_MOST]):
            said = " ".join(sentence.split())
            if any(_holds(said, match) for match in _SAYS.finditer(said)):
                return True
    return False


def _holds(said: str, match: re.Match[str]) -> bool:
    around = said[max(0, match.start() - _NEAR) : match.end() + _NEAR]
    return not _UNSAYS.search(around)
