"""What the live roots made in their mocked apply (.ci/terraform/test keeps it), as Python values."""

import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / ".local/terraform/results/live"


@cache
def resources(root: str) -> dict[str, dict[str, Any]]:
    """Managed resources of a root, by address. `root.accounts_of_their_own`: with environments in other accounts."""
    path = RESULTS / f"{root}.json"
    if not shutil.which("terraform"):
        pytest.skip("terraform is not installed, so nothing says what the roots make")
    if not path.exists():
        pytest.fail(f"{path} is missing: run `make test-terraform` (or .ci/terraform/test) first")
    return {resource["address"]: resource for resource in _walk(json.loads(path.read_text())) if resource["mode"] == "managed"}


def _walk(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _walk(child)


def roots() -> list[str]:
    lines = (ROOT / "terraform/config/stacks.yml").read_text().splitlines()
    return [line.removeprefix("- ") for line in lines if line.startswith("- ")]


def of_type(root: str, kind: str) -> dict[str, dict[str, Any]]:
    return {address: resource["values"] for address, resource in resources(root).items() if resource["type"] == kind}


def project(name: str) -> dict[str, Any]:
    """A CodeBuild project, wherever it is made."""
    for root in roots():
        for values in of_type(root, "aws_codebuild_project").values():
            if values["name"] == name:
                return values
    raise AssertionError(f"no root makes the project {name}")


def statements(root: str, module: str) -> list[dict[str, Any]]:
    """What the role of a module's instance may do: the statements of all of its inline policies."""
    found = []
    for address, values in of_type(root, "aws_iam_role_policy").items():
        if address.startswith(f"module.{module}.aws_iam_role_policy."):
            found.extend(json.loads(values["policy"])["Statement"])
    assert found, f"{root} has no role in module.{module}"
    return found


def actions(policy: list[dict[str, Any]]) -> set[str]:
    return {action for statement in policy for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])}
