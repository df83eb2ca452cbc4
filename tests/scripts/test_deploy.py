"""deploy.sh: all roots in order, backwards for destroy, resumed where it stopped."""

import os
import signal
import subprocess
import time

import pytest
from conftest import ROOT, Project

ROOTS = [line.removeprefix("- ") for line in (ROOT / "terraform/config/stacks.yml").read_text().splitlines() if line.startswith("- ")]


def unprotect(project: Project) -> None:
    for file in ("shared", "prod"):
        project.configure(file, "protect: true", "protect: false")


def applied(project: Project) -> list[str]:
    return [root for action, root in project.terraform() if action == "apply"]


def test_apply_takes_every_root_in_order(project: Project) -> None:
    result = project.run("./deploy.sh", "apply")
    assert result.returncode == 0, result.stderr
    assert applied(project) == ROOTS
    assert f"done: apply of {len(ROOTS)} roots" in result.stderr


def test_destroy_goes_backwards_and_keeps_the_state(project: Project) -> None:
    unprotect(project)
    result = project.run("./deploy.sh", "destroy", stdin="greenlight\n", CONFIRM_FROM_STDIN="1")
    assert result.returncode == 0, result.stderr
    assert applied(project) == ROOTS[:0:-1]
    assert ROOTS[0] == "shared/setup/terraform_state" and ROOTS[0] not in applied(project)


def test_destroy_wants_the_projects_name(project: Project) -> None:
    unprotect(project)
    for answer in ("yes\n", "\n", ""):
        result = project.run("./deploy.sh", "destroy", stdin=answer, CONFIRM_FROM_STDIN="1")
        assert result.returncode == 1
        assert "not confirmed; nothing was changed" in result.stderr
    assert project.terraform() == []


def test_destroy_refuses_what_is_protected(project: Project) -> None:
    result = project.run("./deploy.sh", "--yes", "destroy")
    assert result.returncode == 1
    assert "is protected (protect: true in" in result.stderr
    assert "set protect to false there, run ./deploy.sh apply" in result.stderr
    assert project.terraform() == []


def test_the_state_goes_last_and_behind_its_own_question(project: Project) -> None:
    unprotect(project)
    refused = project.run("./deploy.sh", "--yes", "--with-state", "destroy", stdin="greenlight\n", CONFIRM_FROM_STDIN="1")
    assert refused.returncode == 1, "--yes does not answer the second question"
    assert "shared/setup/terraform_state" not in applied(project)
    done = project.run("./deploy.sh", "--yes", "--with-state", "destroy", stdin="greenlight-tfstate-123456789012\n", CONFIRM_FROM_STDIN="1")
    assert done.returncode == 0, done.stderr
    assert applied(project)[-1] == "shared/setup/terraform_state"


@pytest.mark.parametrize("failing", ["apply test/backend", "plan test/backend"])
def test_a_root_that_fails_stops_all_and_is_resumed(project: Project, failing: str) -> None:
    failed = project.run("./deploy.sh", "apply", STANDIN_FAIL=failing)
    assert failed.returncode == 1
    number = ROOTS.index("test/backend")
    assert f"apply stopped at test/backend; {number} of {len(ROOTS)} roots are done, {len(ROOTS) - number - 1} were not begun" in failed.stderr
    assert "./deploy.sh --resume apply" in failed.stderr
    before = len(applied(project))
    resumed = project.run("./deploy.sh", "--resume", "apply")
    assert resumed.returncode == 0, resumed.stderr
    assert applied(project)[before:] == ROOTS[number:]
    # Done is done: there is nothing to resume now.
    again = project.run("./deploy.sh", "--resume", "apply")
    assert again.returncode == 3
    assert "nothing to resume" in again.stderr


def test_ctrl_c_says_where_it_was_and_is_resumed(project: Project) -> None:
    """The whole group gets the signal, as it does from a terminal."""
    process = subprocess.Popen(
        ["./deploy.sh", "apply"], cwd=project.path / "terraform/scripts", env={**project.environment, "STANDIN_HANG": "apply test/database"},
        stderr=subprocess.PIPE, text=True, start_new_session=True,
        # A shell starts background jobs with the signal ignored, and what is ignored cannot be trapped any more.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    until = time.monotonic() + 60
    while ("apply", "test/database") not in project.terraform() and time.monotonic() < until:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "error: interrupted during apply of test/database" in said
    assert "Go on with: ./deploy.sh --resume apply" in said
    before = len(applied(project))
    assert project.run("./deploy.sh", "--resume", "apply").returncode == 0
    assert applied(project)[before:] == ROOTS[ROOTS.index("test/database") :]


def test_from_and_only(project: Project) -> None:
    assert project.run("./deploy.sh", "--only", "test", "--from", "test/backend", "apply").returncode == 0
    assert applied(project) == ["test/backend", "test/frontend", "test/deployment"]


def test_dry_run_runs_nothing(project: Project) -> None:
    unprotect(project)
    for action in ("apply", "destroy"):
        result = project.run("./deploy.sh", "--dry-run", "--with-state", action)
        assert result.returncode == 0, result.stderr
        assert result.stderr.count("would run:") >= 3 * (len(ROOTS) - 1)
    assert project.terraform() == []
    assert project.calls("aws") == []
    assert not (project.path / "terraform/.deploy/apply").exists()


def test_an_unreachable_account_stops_before_the_first_root(project: Project) -> None:
    result = project.run("./deploy.sh", "apply", STANDIN_SIGNED_OUT="1")
    assert result.returncode == 77
    assert project.terraform() == []


def test_wrong_usage(project: Project) -> None:
    for arguments, message in [
        ([], "apply or destroy?"),
        (["aply"], "there is no aply"),
        (["--from", "test/netwrok", "apply"], "there is no root test/netwrok; there are:"),
        (["--from"], "--from wants a value"),
        (["--only", "staging", "apply"], "there is no environment staging"),
        (["--resume", "--from", "test/network", "apply"], "exclude each other"),
    ]:
        result = project.run("./deploy.sh", *arguments)
        assert result.returncode == 2, (arguments, result.stderr)
        assert message in result.stderr
    assert project.terraform() == []
