"""One YAML file as values and as marks: where each value stands. Knows no key of a policy."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from typing_extensions import override

from services.intake.pack.problems import BadPolicy, Problem, Spot, Steps, dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

_REMEDY = (
    "correct the YAML there: keys end with a colon, and what belongs together is indented alike"
)
_SCALAR_END = re.compile(r"^\s*[,\]}]*\s*#\s*(.*)$")


class _Places(yaml.constructor.SafeConstructor):
    """Says where a value stands that YAML cannot read, such as the 31st of February."""

    @override
    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(
                None, None, str(error), node.start_mark
            ) from error


class _Exact(_Places, yaml.SafeLoader):
    """Slow, and knows to the column where a file goes wrong."""


class _Fast(_Places, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Nine times as fast where libyaml is built in."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file's values, and its nodes to find them by."""

    name: str
    text: str
    value: Any
    root: yaml.Node | None

    def spot(self, steps: Steps, *, at_key: bool = False) -> Spot:
        """Where a value stands; for one that is not there, the nearest thing that should hold it."""
        key, value, found = self._find(steps)
        is_single = found and not at_key and isinstance(value, yaml.ScalarNode)
        node = value if is_single or key is None else key
        if node is None or node is self.root:
            return Spot(self.name, 1, 1)
        return Spot(self.name, node.start_mark.line + 1, node.start_mark.column + 1)

    def has(self, steps: Steps) -> bool:
        """Whether the file says anything at this path."""
        return self._find(steps)[2]

    def comment(self, steps: Steps) -> str:
        """What the file says behind a single value: its source, or a word about it."""
        _, value, found = self._find(steps)
        if not found or not isinstance(value, yaml.ScalarNode):
            return ""
        line = self.text.splitlines()[value.end_mark.line]
        said = _SCALAR_END.match(line[value.end_mark.column :])
        return said[1].strip() if said else ""

    def _find(self, steps: Steps) -> tuple[yaml.Node | None, yaml.Node | None, bool]:
        """Key and value of the deepest step that exists, and whether that is the last one."""
        key, value = None, self.root
        for step in steps:
            pair = _step(value, step)
            if pair is None:
                return key, value, False
            key, value = pair
        return key, value, True


def read_document(name: str, text: str) -> Document:
    """The file's one document. Raises BadPolicy for what is no YAML, or says a key twice."""
    with suppress(yaml.YAMLError):
        return _read(name, text, _Fast(text))  # type: ignore[call-arg]
    try:  # read it again, to say where
        return _read(name, text, _Exact(text))
    except yaml.YAMLError as error:
        raise BadPolicy([_unreadable(name, text, error)]) from error


def _read(name: str, text: str, loader: _Exact | _Fast) -> Document:
    root = loader.get_single_node()
    repeats = tuple(_repeats(name, root, (), set()))
    value = None if root is None else loader.construct_document(root)
    if repeats:
        raise BadPolicy(repeats)
    return Document(name, text, value, root)


def _step(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        pairs = [pair for pair in node.value if pair[0].value == str(step)]
        return pairs[-1] if pairs else None
    if isinstance(node, yaml.SequenceNode) and str(step).isdigit():
        items = node.value[int(step) : int(step) + 1]
        return (None, items[0]) if items else None
    return None


def _repeats(name: str, node: yaml.Node | None, steps: Steps, seen: set[int]) -> Iterator[Problem]:
    """YAML keeps the last of two equal keys without a word, so the first would be lost."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _repeats(name, item, (*steps, number), seen)
    if isinstance(node, yaml.MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            path = (*steps, str(key.value))
            line, column = key.start_mark.line + 1, key.start_mark.column + 1
            if str(key.value) in first and key.value != "<<":
                what = f"this key is already on line {first[str(key.value)]}"
                yield Problem(Spot(name, line, column), dotted(path), what, "keep one of them")
            first.setdefault(str(key.value), line)
            yield from _repeats(name, value, path, seen)


def _unreadable(name: str, text: str, error: yaml.YAMLError) -> Problem:
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        line, column = before.count("\n") + 1, error.position - before.rfind("\n")
        what = "a character that YAML does not allow"
        return Problem(Spot(name, line, column), "(file)", what, "remove it, and save as UTF-8")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = Spot(name, mark.line + 1, mark.column + 1) if mark else Spot(name, 1, 1)
    what = getattr(error, "problem", None) or "this is not YAML"
    return Problem(place, "(file)", str(what), _REMEDY)
