"""The files as YAML, with the line of every key."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from configuration.findings import Finding

ENVIRONMENTS = ("test", "prod")


class Malformed(Exception):
    """A file that cannot be read at all."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


@dataclass(frozen=True)
class File:
    """One configuration file."""

    name: str
    path: str
    value: dict[str, Any]
    # Line of each key, by its path: ("network", "cidr").
    lines: dict[tuple, int]
    duplicates: list[tuple[str, int]]

    def line(self, path: tuple) -> int:
        """The line of the key, or of the nearest key around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def shown(path: Path) -> str:
    """As short as it can be said from where one stands."""
    relative = os.path.relpath(path)
    return relative if not relative.startswith("../..") else str(path)


def load(folder: Path) -> dict[str, File]:
    """shared, test and prod. Raises Malformed."""
    return {name: read(name, folder / f"{name}.yml") for name in ("shared", *ENVIRONMENTS)}


def read(name: str, path: Path) -> File:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Malformed(Finding(shown(path), 1, f"cannot be read: {error.strerror}")) from error
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not YAML"
        raise Malformed(Finding(shown(path), mark.line + 1 if mark else 1, f"is not YAML: {problem}", "key: value")) from error
    if not isinstance(value, dict):
        raise Malformed(Finding(shown(path), 1, "holds no keys", "project: greenlight"))
    lines: dict[tuple, int] = {}
    duplicates: list[tuple[str, int]] = []
    _walk(node, (), lines, duplicates)
    return File(name, shown(path), value, lines, duplicates)


def _walk(node: yaml.Node, path: tuple, lines: dict[tuple, int], duplicates: list[tuple[str, int]]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            at = (*path, key.value)
            if at in lines:
                duplicates.append((".".join(at), key.start_mark.line + 1))
            lines[at] = key.start_mark.line + 1
            _walk(child, at, lines, duplicates)
    elif isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            lines[(*path, index)] = child.start_mark.line + 1
            _walk(child, (*path, index), lines, duplicates)


def merged(files: dict[str, File], environment: str) -> dict[str, Any]:
    """What Terraform's `merge` makes of it: the environment's keys over the shared ones."""
    return files["shared"].value | (files[environment].value if environment != "shared" else {})

