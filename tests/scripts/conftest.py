"""A copy of the project's scripts in a scratch folder, with stand-ins for terraform, aws and docker on the PATH."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from local_world import LocalWorld

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CONFIG = HERE / "fixtures/config"


@dataclass
class Project:
    """The copy, and what was called in it."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *command: str, stdin: str | None = None, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            command,
            cwd=self.path / ("terraform/scripts" if command[0].startswith("./") and command[0] != "./setup.sh" else "."),
            env={**self.environment, **environment},
            input=stdin if stdin is not None else "",
            capture_output=True,
            text=True,
        )

    def calls(self, program: str) -> list[dict]:
        log = Path(self.environment["STANDIN_LOG"])
        lines = log.read_text().splitlines() if log.exists() else []
        return [call for call in map(json.loads, lines) if call["program"] == program]

    def terraform(self) -> list[tuple[str, str]]:
        """(action, root) of each call."""
        return [(call["arguments"][0], call["root"]) for call in self.calls("terraform")]

    def aws(self) -> dict:
        path = Path(self.environment["STANDIN_AWS"])
        return json.loads(path.read_text()) if path.exists() else {"parameters": {}, "images": [], "objects": []}

    def configure(self, file: str, old: str, new: str) -> None:
        path = self.path / f"terraform/config/{file}.yml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    copy = tmp_path / "project"
    copy.mkdir()
    ignore = shutil.ignore_patterns(".terraform", ".venv", ".venv-checkov", "modules", "__pycache__", "tests", ".deploy", "*.tfstate*", "backend_override.tf*")
    shutil.copytree(ROOT / "terraform", copy / "terraform", ignore=ignore)
    shutil.copytree(ROOT / ".ci", copy / ".ci", ignore=ignore)
    shutil.copytree(ROOT / "backend/deploy", copy / "backend/deploy")
    for name in ("setup.sh", "rust-toolchain.toml"):
        shutil.copy(ROOT / name, copy / name)
    for name in ("shared", "test", "prod"):
        shutil.copy(CONFIG / f"{name}.yml", copy / f"terraform/config/{name}.yml")
    # Made once, by the target that runs these tests.
    (copy / "terraform/scripts/.venv").symlink_to(ROOT / "terraform/scripts/.venv")
    subprocess.run(["git", "init", "-q"], cwd=copy, check=True)
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
    subprocess.run(["git", *identity, "commit", "-q", "--allow-empty", "-m", "copy"], cwd=copy, check=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "TF_", "DOCKER_HUB", "CODESTAR", "GREENLIGHT"))}
    return Project(
        copy,
        {
            **kept,
            "PATH": f"{HERE / 'standins'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "STANDIN_LOG": str(tmp_path / "calls.jsonl"),
            "STANDIN_AWS": str(tmp_path / "aws.json"),
            "NO_FZF": "1",
        },
    )


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorld]:
    """The local world after a release. It takes a minute, so the tests that use it are run in one process (WORLD in the Makefile)."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout (CodeBuild's source is none), and the local world releases commits")
    made = LocalWorld(tmp_path_factory.mktemp("world"))
    try:
        made.live_a_little()
        yield made
    finally:
        made.down()
