"""Keeps httpx from looking for what the command line never uses, so that `post` starts fast.

Import it before httpx. A None in `sys.modules` says: not installed.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec


def _do_without(name: str) -> None:
    sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # as the import system has it


_do_without("httpx._main")  # httpx's own command line, with its console colours: 50 ms
if "sniffio" not in sys.modules and find_spec("sniffio") is None:
    _do_without("sniffio")  # httpcore looks for it at every lock of every request, in vain: 1 ms
