"""The local world with a release in it, in which every program of the pipeline calls AWS at its own role's address (recorder.py).

The programs are those that were built for this checkout; a wrapper of each, of three lines, tells it the address. Nothing else differs from
`make demo`.
"""

import contextlib
import json
import os
import stat
import subprocess
import threading
import urllib.request
from pathlib import Path

import pytest
from made import ROOT
from programs import program
from recorder import Recorder

# Program: the role under which the pipeline runs it.
ROLES = {"publish-frontend": "publish", "render-taskdef": "backend", "approve": "approver", "validate-deploy": "smoke"}


class LocalWorld:
    def __init__(self, state: Path) -> None:
        self.state = state
        self.recorder = Recorder()
        self.seen: dict[str, set[str]] = {}
        self.unrecorded: set[str] = set()
        self.emulator = ROOT / ".venv/bin/ministack"
        if not self.emulator.exists():
            pytest.fail(f"{self.emulator} is missing: run `make emulator` first")
        self.tools = state / "programs"
        self.tools.mkdir(parents=True)
        for name, role in ROLES.items():
            address = self.recorder.address(role)
            # The hook is the same program as the smoke test, started by Lambda.
            hook = f'[ -z "${{AWS_LAMBDA_RUNTIME_API:-}}" ] || export AWS_ENDPOINT_URL={self.recorder.address("hook")}\n' if role == "smoke" else ""
            self._wrapper(self.tools / name, f"export AWS_ENDPOINT_URL={address}\n{hook}", program(name))
        self.python = state / "python"
        task = f'[ -z "${{JOURNAL_TABLE:-}}" ] || export AWS_ENDPOINT_URL={self.recorder.address("task")}\n'
        self._wrapper(self.python, task, ROOT / ".venv/bin/python")
        # A built site that is another one than the released, where a checkout has its own.
        assets = state / "site/frontend/dist/assets"
        assets.mkdir(parents=True)
        (assets / "index-C0ffee42.js").write_text("export const by = 'hand';\n")
        (assets.parent / "index.html").write_text('<!doctype html><title>by hand</title><script type="module" src="/assets/index-C0ffee42.js"></script>\n')

    def up(self) -> None:
        seed = {"TOOLS_CACHE": str(self.state / "cache/tools"), "TOOLS_SEED": str(self.tools)}
        self._check(subprocess.run([ROOT / "buildspecs/scripts/build-tools", self.state / "cache/bin"], cwd=ROOT, env={**os.environ, **seed}, capture_output=True, text=True))
        self.local_pipeline("up", "--free-ports", "--emulator", str(self.emulator), "--tools", str(self.tools))
        self.recorder.gateway = json.loads((self.state / "daemon.json").read_text())["endpoint_url"]

    def local_pipeline(self, *arguments: str) -> subprocess.CompletedProcess:
        own = {"LOCAL_PIPELINE_STATE": str(self.state), "LOCAL_PIPELINE_PYTHON": str(self.python)}
        return self._check(subprocess.run([program("local-pipeline"), *arguments], cwd=ROOT, env={**os.environ, **own}, capture_output=True, text=True))

    def live_a_little(self) -> None:
        """A release to prod, and what people do by hand in the same roles; then it is known who has called what."""
        self.up()
        self.recorder.forget()
        self.release()
        self.shell(f"publish-frontend publish --source {self.state}/site/frontend/dist {self.prod()} --release-id by-hand --wait --verify list")
        self.shell(f"publish-frontend rollback {self.prod()}")
        self.shell(f"publish-frontend publish --source {self.state}/site/frontend/dist {self.prod()} --release-id by-hand-again --wait --verify list")
        self.shell("approve list", code=3)
        # What the journal's pages ask for.
        for page in ("releases", "environments", "metrics"):
            urllib.request.urlopen(f"{self.site('prod')}/api/{page}").close()
        self.seen, self.unrecorded = self.recorder.operations(), self.recorder.unrecorded()

    def prod(self) -> str:
        return "--bucket greenlight-prod-site-123456789012 --distribution-id EPRODLOCAL000001"

    def site(self, name: str) -> str:
        record = json.loads((self.state / "daemon.json").read_text())
        return next(site["url"] for site in record["sites"] if site["name"] == name)

    def release(self) -> None:
        """This work tree, through the gate to prod."""
        self.local_pipeline("run", "--auto-approve", "--free-ports", "--emulator", str(self.emulator), "--tools", str(self.tools))

    def shell(self, command: str, folder: Path = ROOT, code: int = 0) -> subprocess.CompletedProcess:
        """A command of a person who has sourced the world's settings, and who sits at a terminal."""
        screen, terminal = os.openpty()
        shown = b""

        def look() -> None:
            nonlocal shown
            # Ends when nobody has the terminal any more.
            with contextlib.suppress(OSError):
                while text := os.read(screen, 65536):
                    shown += text

        looking = threading.Thread(target=look, daemon=True)
        looking.start()
        sourced = ["bash", "-euc", f". '{self.state}/env'\n{command}"]
        done = subprocess.run(sourced, cwd=folder, stdin=terminal, stdout=subprocess.PIPE, stderr=terminal, text=True)
        os.close(terminal)
        looking.join(10)
        os.close(screen)
        done.stderr = shown.decode(errors="replace")
        return self._check(done, code)

    def _wrapper(self, path: Path, settings: str, real: Path) -> None:
        path.write_text(f'#!/bin/sh\n{settings}exec "{real}" "$@"\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)

    def down(self) -> None:
        subprocess.run([program("local-pipeline"), "--state", self.state, "down"], cwd=ROOT, capture_output=True)
        self.recorder.stop()

    def _check(self, done: subprocess.CompletedProcess, code: int = 0) -> subprocess.CompletedProcess:
        assert done.returncode == code, f"{done.args}: exit {done.returncode}, not {code}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done
