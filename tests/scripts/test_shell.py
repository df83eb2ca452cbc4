"""Shell scripts are clean by shellcheck, and every one says how it is used."""

import subprocess
import sys
from pathlib import Path

import pytest
from made import ROOT

SCRIPTS = sorted(
    [
        ROOT / "setup.sh", ROOT / "terraform/modules/doc.sh", *ROOT.glob("terraform/scripts/*.sh"), *ROOT.glob("terraform/scripts/lib/*.sh"),
        *[path for folder in (".ci", ".ci/terraform", "buildspecs/scripts") for path in (ROOT / folder).iterdir() if path.is_file() and path.read_bytes().startswith(b"#!/usr/bin/env bash")],
    ]
)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_shellcheck(script: Path) -> None:
    found = subprocess.run([Path(sys.executable).parent / "shellcheck", "-x", "-P", "SCRIPTDIR", script], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("script", ["setup.sh", "terraform/scripts/tf.sh", "terraform/scripts/deploy.sh", "terraform/scripts/interactive.sh"])
def test_help(script: str) -> None:
    shown = subprocess.run([ROOT / script, "--help"], capture_output=True, text=True)
    assert shown.returncode == 0 and shown.stdout.startswith("usage: ") and "--dry-run" in shown.stdout


def test_readmes_of_modules_are_up_to_date() -> None:
    checked = subprocess.run([ROOT / "terraform/modules/doc.sh", "--check"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_pages_of_the_application_are_index_and_files_are_files() -> None:
    """The edge function, run by Node as CloudFront runs it."""
    code = (ROOT / "terraform/modules/static_site/functions/spa.js").read_text()
    paths = {
        "/": "/index.html", "/releases/42": "/index.html", "/assets/app-1a2b.js": "/assets/app-1a2b.js", "/config.json": "/config.json",
        "/releases/v1.2/x": "/index.html", "/favicon.svg": "/favicon.svg", "/.well-known/security.txt": "/.well-known/security.txt",
    }
    for path, wanted in paths.items():
        program = f"{code}\nconsole.log(handler({{request: {{uri: {path!r}}}}}).uri)"
        assert subprocess.run(["node", "-e", program], capture_output=True, text=True, check=True).stdout.strip() == wanted
