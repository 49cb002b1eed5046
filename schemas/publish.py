"""Writes the JSON Schema of every event to schemas/json, and says when a change breaks readers.

The only file of the contract that does IO: `python -m schemas.publish [--check]`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from schemas.catalogue import CATALOGUE

FOLDER = Path(__file__).parent / "json"
Schema = dict[str, Any]


def wanted() -> dict[str, Schema]:
    """File name to schema, for every event and version of the catalogue, and an index."""
    files: dict[str, Schema] = {
        f"{row.type}.json": row.model.model_json_schema(mode="serialization") | {"$id": row.type}
        for row in CATALOGUE
    }
    index = {
        row.type: {"stream": str(row.stream), "readers": list(row.readers)} for row in CATALOGUE
    }
    return files | {"index.json": index}


def breaking(before: Schema, after: Schema, where: str = "") -> list[str]:
    """What a reader of `before` could not read in `after`: fields that went, types that changed,
    values that went from a closed vocabulary."""
    found = _fields(before, after, where)
    old, new = before.get("$defs", {}), after.get("$defs", {})
    for name in old:
        if name in new:
            found += breaking(old[name], new[name], f"{where}{name}.")
    if "enum" in before and "enum" in after:
        gone = [value for value in before["enum"] if value not in after["enum"]]
        found += [f"{where.rstrip('.')}: the value {value!r} went" for value in gone]
    return found


def _fields(before: Schema, after: Schema, where: str) -> list[str]:
    found: list[str] = []
    had, has = before.get("properties", {}), after.get("properties", {})
    for name, field in had.items():
        if name not in has:
            found.append(f"{where}{name}: the field went")
        elif _shape(field) != _shape(has[name]):
            found.append(f"{where}{name}: its type changed")
    fresh = set(has) - set(had)
    needed = sorted(fresh & {n for n in fresh if "default" not in has[n]})
    return found + [f"{where}{name}: new, and old events do not have it" for name in needed]


def _shape(field: Schema) -> Any:
    """What matters to a reader: not the words that describe it."""
    told = ("description", "title", "default", "examples")
    return json.dumps({k: v for k, v in field.items() if k not in told}, sort_keys=True)


def stale(folder: Path = FOLDER) -> list[str]:
    """Why the published files are not what the models say; empty when they are."""
    found: list[str] = []
    files = wanted()
    for name, schema in files.items():
        path = folder / name
        if not path.exists():
            found.append(f"{name}: not published yet, run `make schemas`")
            continue
        published = json.loads(path.read_text())
        if published != schema:
            broken = breaking(published, schema) if name != "index.json" else []
            remedy = "needs a new version and an upcast" if broken else "run `make schemas`"
            found.append(f"{name}: {'; '.join(broken) or 'differs'}: {remedy}")
    extra = {path.name for path in folder.glob("*.json")} - set(files)
    return found + [f"{name}: no event has it any more" for name in sorted(extra)]


def main(arguments: list[str]) -> int:
    """Write or check; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m schemas.publish", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say what is stale")
    if parser.parse_args(arguments).check:
        found = stale()
        sys.stderr.write("".join(f"{line}\n" for line in found))
        return 1 if found else 0
    FOLDER.mkdir(exist_ok=True)
    for name, schema in wanted().items():
        (FOLDER / name).write_text(json.dumps(schema, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
