#!/usr/bin/env python3
"""The configuration of terraform/config, checked before Terraform sees it.

    config.py check               says everything that is wrong, with file, line and an example
    config.py get ENV KEY         one value, as test.yml or prod.yml over shared.yml gives it (dots for nested keys)
    config.py values              all values, as lines of environment, key and value with tabs between, for shell scripts

Exit codes: 0 fine, 1 no such key, 2 usage, 78 the configuration is wrong. Reads files only: no AWS, no Terraform.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from configuration.findings import Finding
from configuration.rules import check
from configuration.source import ENVIRONMENTS, Malformed, load, merged

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="config.py", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--dir", type=Path, default=ROOT / "terraform/config", help="folder of shared.yml, test.yml and prod.yml")
    parser.add_argument(
        "--render-toml", type=Path, default=ROOT / "backend/deploy/render.toml", help="render-taskdef's settings, which must agree"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check")
    get = commands.add_parser("get")
    get.add_argument("environment", choices=["shared", *ENVIRONMENTS])
    get.add_argument("key")
    commands.add_parser("values")
    given = parser.parse_args(arguments)

    try:
        files = load(given.dir)
    except Malformed as error:
        return refuse([error.finding])
    if given.command == "check":
        return refuse(check(files, ROOT / "terraform/config/schema.json", given.render_toml))
    if given.command == "values":
        for environment in ("shared", *ENVIRONMENTS):
            for key, value in flat(merged(files, environment)):
                print(f"{environment}\t{key}\t{text(value)}")
        return 0
    value = merged(files, given.environment)
    for part in given.key.split("."):
        if not isinstance(value, dict) or part not in value:
            print(f"error: {given.environment} has no {given.key}", file=sys.stderr)
            return 1
        value = value[part]
    print(text(value))
    return 0


def text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def flat(values: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Keys with dots; lists are of no use to shell scripts."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{key}.")
        elif not isinstance(value, list):
            yield f"{before}{key}", value


def refuse(findings: list[Finding]) -> int:
    """Says all of them; 78 if there is one."""
    for finding in sorted(findings, key=lambda one: (one.file, one.line)):
        print(finding, file=sys.stderr)
    if findings:
        count = f"{len(findings)} thing{'s' if len(findings) > 1 else ''}"
        print(f"\nhint: {count} to change in the configuration; nothing was run. doc/aws.md explains every key.", file=sys.stderr)
    return 78 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
