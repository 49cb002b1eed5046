"""A pack's layers as one tree: its file, the file that it includes, an agency's own values on top."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from services.intake.pack.document import Document, read_document
from services.intake.pack.problems import BadPolicy, Problem, Spot, Steps, Trouble, dotted, near
from services.intake.pack.words import fields_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from services.intake.pack.sources import Source

OVERRIDE = "override"
_INCLUDE = "screening"


@dataclass
class Layers:
    """The values, where each stands, and what was wrong before anybody looked at their meaning."""

    raw: dict[str, Any]
    base: Document
    included: Document | None = None
    overridden: dict[Steps, Any] = field(default_factory=dict)
    """Each override's path, and the value that the file has (None for one it leaves out)."""
    problems: list[Problem] = field(default_factory=list)
    is_whole: bool = True
    """False when the included file could not be read: what it holds is then not missing."""

    def problem(self, trouble: Trouble) -> Problem:
        """The trouble with its line, in the layer that it comes from."""
        spot = self.spot(trouble.steps, at_key=trouble.at_key)
        return Problem(spot, dotted(trouble.steps), trouble.what, trouble.remedy)

    def spot(self, steps: Steps, *, at_key: bool = False) -> Spot:
        """Where the value at this path comes from."""
        if self.override_of(steps) is not None:
            return Spot(OVERRIDE)
        return self.spot_in_file(steps, at_key=at_key)

    def spot_in_file(self, steps: Steps, *, at_key: bool = False) -> Spot:
        """Where the file has this value, overridden or not."""
        return self._document(steps).spot(steps, at_key=at_key)

    def is_written(self, steps: Steps) -> bool:
        """False for a value that the file leaves to its default."""
        return self._document(steps).has(steps)

    def comment(self, steps: Steps) -> str:
        """What the file says behind a value."""
        return self._document(steps).comment(steps)

    def override_of(self, steps: Steps) -> Steps | None:
        """The override that this value comes from, if one does."""
        spelt = tuple(map(str, steps))
        return next((path for path in self.overridden if spelt[: len(path)] == path), None)

    def _document(self, steps: Steps) -> Document:
        included = self.included
        held = included.value if included and isinstance(included.value, dict) else {}
        return included if included and steps and steps[0] in held else self.base


def read_layers(source: Source, overrides: Mapping[str, Any], model: type[BaseModel]) -> Layers:
    """All layers of a policy. Raises BadPolicy when the file itself is not to be read at all."""
    base = read_document(source.name, source.text)
    if not isinstance(base.value, dict):
        what, remedy = "it holds no policy", "start from a copy of policy/cism.yaml"
        raise BadPolicy([Problem(base.spot(()), "(file)", what, remedy)])
    layers = Layers(dict(base.value), base)
    named = layers.raw.pop(_INCLUDE, None)
    if named is not None:
        _include(layers, source, named)
    for path, value in overrides.items():
        _override(layers, tuple(path.split(".")), value, model)
    return layers


def _include(layers: Layers, source: Source, named: object) -> None:
    try:
        other = source.beside(str(named))
        layers.included = read_document(other.name, other.text)
    except OSError:
        what = f"no file {named!r} stands beside this one, and none ships"
        remedy = near(str(named), ["screening"])
        layers.problems.append(layers.problem(Trouble((_INCLUDE,), what, remedy)))
    except BadPolicy as bad:
        layers.problems += bad.problems
    if layers.included is None:
        layers.is_whole = False
        return
    held = layers.included.value
    for key in held if isinstance(held, dict) else ():
        if key in layers.raw:
            what = f"{layers.base.name} has this key too"
            spot = layers.included.spot((key,), at_key=True)
            layers.problems.append(Problem(spot, str(key), what, "keep one of them"))
    layers.raw |= held if isinstance(held, dict) else {}


def _override(layers: Layers, steps: Steps, value: object, model: type[BaseModel]) -> None:
    """Lay one value over the file's; an anchor that the file uses twice changes in one place only."""
    layers.overridden[steps] = None
    place: Any = layers.raw
    if steps[0] not in place and (default := _default(model, str(steps[0]))) is not None:
        place[steps[0]] = default
    for number, step in enumerate(steps[:-1]):
        key = _key(place, step)
        if key is None:
            return _nothing(layers, steps, number, place)
        place[key] = dict(place[key]) if isinstance(place[key], dict) else place[key]
        place = place[key]
    last = _key(place, steps[-1])
    if last is None and steps[-1] not in fields_at(model, steps[:-1]):
        return _nothing(layers, steps, len(steps) - 1, place)
    layers.overridden[steps] = None if last is None else deepcopy(place[last])
    place[steps[-1] if last is None else last] = value
    return None


def _nothing(layers: Layers, steps: Steps, number: int, place: object) -> None:
    among = [str(key) for key in place] if isinstance(place, dict) else []
    what = f"{dotted(steps)} is not a value of this policy: nothing to override"
    remedy = (
        near(str(steps[number]), among, what="the names there are")
        if among
        else "replace the whole list or value above it"
    )
    layers.problems.append(layers.problem(Trouble(steps, what, remedy)))


def _key(place: object, step: str | int) -> Any:
    """The key that is spelt like this: YAML reads `1` as a number, a path has it as text."""
    keys = place if isinstance(place, dict) else ()
    return next((key for key in keys if str(key) == str(step)), None)


def _default(model: type[BaseModel], key: str) -> Any:
    """What holds when the file does not name this part at all."""
    known = model.model_fields.get(key)
    if known is None or known.is_required():
        return None
    value = known.get_default(call_default_factory=True, validated_data={})
    return model.model_construct(**{key: value}).model_dump(mode="json", include={key})[key]
