"""Every command of README.md: run against the local world where it can be, else read by make without being run (`make -n`)."""

import json
import re
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest
from local_world import LocalWorld
from made import ROOT

README = (ROOT / "README.md").read_text()
# What stands for the reader's own in the README, and what it is in the local world.
OWN = {
    "--bucket my-site --distribution-id E1ABCDEFGHIJKL": "--bucket greenlight-prod-site-123456789012 --distribution-id EPRODLOCAL000001",
    "--bucket my-site": "--bucket greenlight-prod-site-123456789012",
}
# The exit code where it says something: nothing waits.
EXITS = {"approve list": 3, "approve --pipeline greenlight": 3}
# Run with stand-ins for terraform, aws and docker, in test_doc_commands.py.
ON_AWS = re.compile(r"terraform/scripts/|\./setup\.sh")


def commands() -> list[str]:
    """Lines of the README's shell blocks, without comments."""
    lines = [line.split(" #")[0].strip() for block in re.findall(r"^```sh\n(.*?)^```", README, flags=re.M | re.S) for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def of_programs() -> list[str]:
    found = [line for line in commands() if not line.startswith("make ") and not ON_AWS.match(line)]
    # The one of doc/aws.md that is a program's.
    return [*found, "approve --pipeline greenlight"]


def makes() -> set[str]:
    """Every `make …`, also those within a sentence."""
    return {found.strip() for found in re.findall(r"(?:^|`)(make [a-z-]+(?: [A-Z_]+=\S+?)*)(?=`|\s+#|$)", README, flags=re.M)}


@pytest.mark.parametrize("command", sorted(makes()))
def test_make_knows_it(command: str) -> None:
    """What these do is what other tests do: `make test` is this run, `make demo` the end-to-end test's."""
    read = subprocess.run([*command.split(), "-n"], cwd=ROOT, capture_output=True, text=True)
    assert read.returncode == 0, read.stderr


def test_the_search_finds_what_is_known() -> None:
    assert {"make demo", "make test", "make down", "make demo AUTO_APPROVE=1"} <= makes()
    assert {line.split()[0] for line in of_programs()} == {"publish-frontend", "render-taskdef", "validate-deploy", "approve"}
    assert "approve --pipeline greenlight" in (ROOT / "doc/aws.md").read_text()


@pytest.mark.parametrize("command", of_programs())
def test_it_runs(world: LocalWorld, tmp_path: Path, command: str) -> None:
    version = json.loads(urllib.request.urlopen(f"{world.site('test')}/version.json").read())["git_sha"]
    own = {**OWN, "https://www.example.com": world.site("test"), "--expect-version 0123abc": f"--expect-version {version}"}
    code = EXITS.get(command, 0)
    for readers, ours in own.items():
        command = command.replace(readers, ours)
    # A checkout with a built site.
    shutil.copytree(world.state / "site", tmp_path / "checkout")
    (tmp_path / "checkout/backend").symlink_to(ROOT / "backend")
    world.shell(command, folder=tmp_path / "checkout", code=code)
