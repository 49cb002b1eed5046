"""Reads a policy file: YAML, held against a shape, with a message that names what is wrong."""

from __future__ import annotations

from contextlib import suppress
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

Shape = TypeVar("Shape", bound=BaseModel)
_SUFFIX = ".yaml"


_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C, ten times as fast, wherever PyYAML was built with it."""


class BadPolicyFile(ValueError):
    """It cannot be read or does not fit; the message names the file and each value that is wrong."""


def read_policy_file(shape: type[Shape], shipped: str, file: Path | None) -> Shape:
    """The agency's file, or else the one that ships, such as `roster` or `folder/name`.

    Raises BadPolicyFile.
    """
    if file is not None:
        return _read(shape, file, str(file))
    folder, _, name = shipped.rpartition("/")
    if name not in shipped_names(folder):
        there = ", ".join(shipped_names(folder))
        raise BadPolicyFile(f"{name}: none of this name ships; there are {there}")
    return _read(shape, _folder(folder) / f"{name}{_SUFFIX}", f"policy/{shipped}{_SUFFIX}")


def read_yaml(text: str) -> Any:
    """What a text of YAML holds, made of nothing but plain types. Raises yaml.YAMLError."""
    with suppress(yaml.YAMLError):
        return yaml.load(text, _Fast)  # noqa: S506 - safe, by either name
    return yaml.safe_load(text)  # to say where it goes wrong, to the column


def shipped_names(folder: str) -> list[str]:
    """The names of the files of one folder that ship, in alphabetical order."""
    names = (each.name for each in _folder(folder).iterdir())
    return sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))


def _folder(name: str) -> Traversable:
    return files("policy").joinpath(*filter(None, name.split("/")))


def _read(shape: type[Shape], file: Traversable | Path, called: str) -> Shape:
    try:
        return shape.model_validate(read_yaml(file.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise BadPolicyFile(f"{called}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadPolicyFile(f"{called}: save it as UTF-8") from error
    except yaml.YAMLError as error:
        raise BadPolicyFile(f"{called}: {error}") from error
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, e['loc'])) or '(file)'}: {e['msg']}" for e in error.errors())
        raise BadPolicyFile(f"{called}: {'; '.join(wrong)}") from error
