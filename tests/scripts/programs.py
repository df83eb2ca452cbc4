"""The programs that Cargo has built, for tests that run them or look at what they were built from."""

import os
from pathlib import Path

import pytest
from made import ROOT


def built() -> Path:
    """The folder of debug builds, where Cargo puts them."""
    return Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").absolute() / "debug"


def program(name: str) -> Path:
    path = built() / name
    if not path.exists():
        pytest.fail(f"{path} is missing: run `make tools` (or cargo build --workspace --bins) first")
    return path
