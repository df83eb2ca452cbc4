"""The tools are built again when something that they are made of changes, and only then."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from made import ROOT
from programs import built, program

TOOLS = ["publish-frontend", "render-taskdef", "validate-deploy", "approve"]


def listed(folder: Path) -> set[str]:
    done = subprocess.run(["buildspecs/scripts/build-tools", "--list"], cwd=folder, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines())


@pytest.mark.parametrize("tool", TOOLS)
def test_everything_that_the_compiler_read_decides(tool: str) -> None:
    """Cargo writes down which files of the workspace went into a program."""
    program(tool)
    words = (built() / f"{tool}.d").read_text().replace("\\ ", "\0").split()[1:]
    # Wherever the checkout was when it was built.
    before = next(word for word in words if word.endswith("tools/core/src/lib.rs")).removesuffix("tools/core/src/lib.rs")
    read = {word.replace("\0", " ").removeprefix(before) for word in words}
    assert len(read) > 20 and not any(name.startswith("/") for name in read), read
    read = {name for name in read if (ROOT / name).exists()}
    assert read <= listed(ROOT), f"build-tools does not look at {sorted(read - listed(ROOT))}"


def test_the_crates_are_those_that_the_tools_depend_on() -> None:
    """A crate that a tool begins to use must decide as well, also before anything is built."""
    packages = {name.parent: name.read_text() for name in [*ROOT.glob("tools/*/Cargo.toml"), *ROOT.glob("hooks/*/Cargo.toml")]}
    names = {re.search(r'^name = "([^"]+)"', text, flags=re.M)[1]: folder for folder, text in packages.items()}
    wanted, todo = set(), [names[tool] for tool in TOOLS]
    while todo:
        folder = todo.pop()
        if folder in wanted:
            continue
        wanted.add(folder)
        # Without [dev-dependencies]: they are of the crate's tests.
        for section in re.findall(r"^\[(?:target\.[^\]]+\.)?(?:build-)?dependencies\]\n(.*?)(?=^\[|\Z)", packages[folder], flags=re.M | re.S):
            todo += [names[name] for name in re.findall(r"^([a-z0-9-]+)\b", section, flags=re.M) if name in names]
    script = (ROOT / "buildspecs/scripts/build-tools").read_text()
    assert set(re.search(r"^crates=\((.*)\)$", script, flags=re.M)[1].split()) == {str(folder.relative_to(ROOT)) for folder in wanted}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The sources without git, as CodeBuild has them, with programs that pretend to be built."""
    for name in ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "README.md"]:
        shutil.copy(ROOT / name, tmp_path / name)
    ignored = shutil.ignore_patterns("target", "node_modules", "__pycache__", ".venv*", "tmp")
    for name in ["tools", "hooks", "tests", "buildspecs", "doc"]:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    (tmp_path / "seed").mkdir()
    for tool in TOOLS:
        (tmp_path / "seed" / tool).write_text("#!/bin/sh\n")
    return tmp_path


def digest(tree: Path) -> str:
    environment = {**os.environ, "TOOLS_SEED": "seed", "TOOLS_CACHE": "cache"}
    done = subprocess.run(["buildspecs/scripts/build-tools", "out/bin"], cwd=tree, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tree / "out/bin").iterdir()) == sorted(TOOLS)
    return re.search(r"tools of sources ([0-9a-f]{16})", done.stderr)[1]


def test_what_is_no_part_of_the_tools_builds_nothing(tree: Path) -> None:
    before = digest(tree)
    for name in [
        "tests/scripts/test_tf.py", "tests/e2e/tests/it/world.rs", "tests/testkit/src/lib.rs", "doc/aws.md", "README.md", "buildspecs/smoke.yml",
        "tools/local-pipeline/src/lib.rs", "tools/publish-frontend/tests/it/main.rs", "hooks/validate-deploy/tests/run.rs",
    ]:
        path = tree / name
        assert path.exists(), name
        path.write_text(path.read_text() + "\n")
        assert digest(tree) == before, f"a change of {name} builds the tools again"


def test_what_is_part_of_them_does(tree: Path) -> None:
    keys = [digest(tree)]
    for name in [
        "Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "tools/core/src/lib.rs", "tools/core/data/fargate-sizes.json", "tools/kit/Cargo.toml",
        "tools/approve/src/main.rs", "hooks/validate-deploy/schema.json",
    ]:
        path = tree / name
        path.write_text(path.read_text() + "\n")
        keys.append(digest(tree))
    (tree / ".cargo").mkdir()
    (tree / ".cargo/config.toml").write_text("[build]\n")
    keys.append(digest(tree))
    (tree / "tools/approve/src/new.rs").write_text("")
    keys.append(digest(tree))
    assert len(set(keys)) == len(keys), keys
    assert len(list((tree / "cache").iterdir())) == 1, "other sources' tools are of no more use"


def test_with_git_and_without_the_digest_is_the_same(tree: Path) -> None:
    """The demo puts tools into the cache from the checkout; the build in the pipeline looks for them from an archive of it."""
    without = digest(tree)
    shutil.rmtree(tree / "cache")
    for command in (["init", "-q"], ["add", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "tools", "hooks"]):
        subprocess.run(["git", *command], cwd=tree, check=True)
    (tree / "tools/approve/src/untracked.rs").write_text("")
    assert digest(tree) != without, "what is not yet committed is compiled, too"
    (tree / "tools/approve/src/untracked.rs").unlink()
    assert digest(tree) == without
