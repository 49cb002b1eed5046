"""Where the text of a policy comes from: the packs that ship, and files. Reads no meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from services.intake.pack.problems import BadPolicy, Problem, Spot, near

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]*$")
_IS_PACK = re.compile(r"^policy:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Source:
    """A text, the name that messages call it by, and what stands beside it.

    `beside` gives another file by its bare name, such as `screening`; OSError when there is none.
    """

    name: str
    text: str
    beside: Callable[[str], Source]


def shipped(name: str) -> str:
    """The text of a policy file that comes with Tailboard, such as `cism`.

    Raises OSError for a name that does not ship, or is no bare name.
    """
    if not _NAME.match(name):
        raise FileNotFoundError(name)
    return (files("policy") / f"{name}.yaml").read_text(encoding="utf-8")


def shipped_source(name: str) -> Source:
    """A file that ships; OSError as for `shipped`."""
    return Source(f"policy/{name}.yaml", shipped(name), shipped_source)


def shipped_packs() -> list[str]:
    """The names of the packs that ship; files that packs include are not among them."""
    names = (Path(file.name) for file in files("policy").iterdir())
    every = sorted(name.stem for name in names if name.suffix == ".yaml")
    return [name for name in every if _IS_PACK.search(shipped(name))]


def find_source(named: str | Path) -> Source:
    """A pack that ships, by its name, or a file by its path; a bare name is always a pack that ships.

    Raises BadPolicy with the near spellings.
    """
    name = str(named)
    if isinstance(named, str) and _NAME.match(name):
        if name in shipped_packs():
            return shipped_source(name)
        what = f"no policy of this name ships: {near(name, shipped_packs())}"
        raise _absent(name, what, "a file needs its path, such as ./my-policy.yaml")
    return _file(Path(name))


def _file(path: Path) -> Source:
    def beside(name: str) -> Source:
        """The file in the same folder; what an agency did not copy is the one that ships."""
        other = path.parent / f"{name}.yaml"
        return _file(other) if _NAME.match(name) and other.exists() else shipped_source(name)

    try:
        return Source(str(path), path.read_text(encoding="utf-8-sig"), beside)
    except OSError as error:
        raise _absent(str(path), f"cannot be read: {error.strerror}", "check the path") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        what = f"line {line} is not UTF-8"
        raise _absent(str(path), what, "save the file as UTF-8") from error


def _absent(name: str, what: str, remedy: str) -> BadPolicy:
    return BadPolicy([Problem(Spot(name, 1, 1), "(file)", what, remedy)])
