"""tf.sh: one root, with its state where it belongs, asking before it changes anything."""

import os
from pathlib import Path

import pytest
from conftest import Project

BACKEND = {
    "-backend-config=bucket=greenlight-tfstate-123456789012",
    "-backend-config=key=test/network/terraform.tfstate",
    "-backend-config=region=eu-central-1",
    "-backend-config=profile=greenlight",
    "-backend-config=dynamodb_table=greenlight-tfstate-lock",
    "-backend-config=use_lockfile=true",
    "-backend-config=encrypt=true",
}


def test_plan_uses_the_roots_own_state_with_both_locks(project: Project) -> None:
    result = project.run("./tf.sh", "plan", "test", "network")
    assert result.returncode == 0, result.stderr
    assert project.terraform() == [("init", "test/network"), ("plan", "test/network")]
    assert BACKEND <= set(project.calls("terraform")[0]["arguments"])
    assert "-lockfile=readonly" in project.calls("terraform")[0]["arguments"]


def test_apply_applies_the_plan_that_was_shown(project: Project) -> None:
    result = project.run("./tf.sh", "apply", "test", "network", stdin="test/network\n", CONFIRM_FROM_STDIN="1")
    assert result.returncode == 0, result.stderr
    init, plan, apply = project.calls("terraform")
    assert init["arguments"][0] == "init"
    out = next(word for word in plan["arguments"] if word.startswith("-out=")).removeprefix("-out=")
    assert apply["arguments"] == ["apply", "-input=false", out]
    assert not os.path.exists(out), "a plan holds secrets and does not stay"


def test_apply_without_the_right_answer_changes_nothing(project: Project) -> None:
    result = project.run("./tf.sh", "apply", "test", "network", stdin="yes\n", CONFIRM_FROM_STDIN="1")
    assert result.returncode == 1
    assert "not confirmed; nothing was changed" in result.stderr
    assert ("apply", "test/network") not in project.terraform()


def test_without_a_terminal_it_wants_yes(project: Project) -> None:
    result = project.run("./tf.sh", "destroy", "test", "network")
    assert result.returncode == 2
    assert "say --yes" in result.stderr
    assert ("apply", "test/network") not in project.terraform()


def test_destroy_plans_a_destruction(project: Project) -> None:
    assert project.run("./tf.sh", "--yes", "destroy", "test", "network").returncode == 0
    assert "-destroy" in project.calls("terraform")[1]["arguments"]


def test_dry_run_runs_nothing(project: Project) -> None:
    for action in ("apply", "destroy", "plan"):
        result = project.run("./tf.sh", "--dry-run", action, "prod", "backend")
        assert result.returncode == 0, result.stderr
        assert "would run: env TF_VAR_config_dir=" in result.stderr
    assert project.terraform() == []
    assert project.calls("aws") == []


def test_options_reach_terraform(project: Project) -> None:
    project.run("./tf.sh", "plan", "test", "backend", "--", "-target=module.service")
    assert "-target=module.service" in project.calls("terraform")[1]["arguments"]


def test_a_shared_root_by_its_short_name(project: Project) -> None:
    assert project.run("./tf.sh", "plan", "shared", "registry").returncode == 0
    assert project.run("./tf.sh", "plan", "shared", "setup/registry").returncode == 0
    assert {root for _, root in project.terraform()} == {"shared/setup/registry"}


def test_wrong_names_are_told_with_the_right_ones(project: Project) -> None:
    for arguments, message in [
        (["plan", "test", "netwrok"], "there is no root netwrok in test; there are:\n  network\n  database"),
        (["plan", "staging", "network"], "there is no environment staging; there are: test, prod, shared"),
        (["aply", "test", "network"], "there is no action aply; there are: plan, apply"),
        (["plan", "test"], "an action, an environment and a resource are wanted"),
        (["--force", "plan", "test", "network"], "there is no option --force"),
    ]:
        result = project.run("./tf.sh", *arguments)
        assert result.returncode == 2, result.stderr
        assert message in result.stderr
    assert project.terraform() == []


def test_missing_programs_are_named_with_how_to_get_them(project: Project) -> None:
    old = project.run("./tf.sh", "plan", "test", "network", STANDIN_TERRAFORM_VERSION="1.9.0")
    assert old.returncode == 78
    assert "Terraform 1.11 or newer (found: 1.9.0)" in old.stderr


@pytest.mark.parametrize(
    ("script", "absent", "message"),
    [
        (["./tf.sh", "plan", "test", "network"], ["terraform"], "Terraform 1.11 or newer (found: none): https://developer.hashicorp.com/terraform/install"),
        (["./tf.sh", "plan", "test", "network"], ["aws"], "the AWS CLI (aws): https://docs.aws.amazon.com/cli/"),
        (["./deploy.sh", "apply"], ["terraform", "aws"], "the AWS CLI (aws)"),
        (["./setup.sh"], ["docker"], "Docker: https://docs.docker.com/engine/install/"),
        (["./setup.sh"], ["git"], "git: Debian: apt-get install git; macOS: brew install git"),
    ],
)
def test_programs_that_are_missing(project: Project, script: list[str], absent: list[str], message: str) -> None:
    """A PATH that has everything that this machine has, but not these."""
    programs = project.path / "programs"
    programs.mkdir()
    for folder in project.environment["PATH"].split(":"):
        for program in Path(folder).iterdir() if Path(folder).is_dir() else []:
            if program.name not in absent and not (programs / program.name).is_symlink():
                (programs / program.name).symlink_to(program)
    result = project.run(*script, PATH=str(programs))
    assert result.returncode == 78, result.stderr
    assert "error: something is not installed:" in result.stderr and message in result.stderr
    assert all(f"{name}" in result.stderr.lower() for name in absent), "all of them are said at once"
    assert project.terraform() == []


def test_a_state_that_is_locked_says_how_to_unlock_it(project: Project) -> None:
    result = project.run("./tf.sh", "--yes", "apply", "test", "network", STANDIN_FAIL="plan test/network")
    assert f"terraform -chdir={project.path}/terraform/live/test/network force-unlock ID" in result.stderr


def test_an_account_that_cannot_be_reached(project: Project) -> None:
    result = project.run("./tf.sh", "plan", "test", "network", STANDIN_SIGNED_OUT="1")
    assert result.returncode == 77
    assert "Token has expired" in result.stderr
    assert "aws sso login --profile greenlight" in result.stderr
    assert project.terraform() == []


def test_the_wrong_account(project: Project) -> None:
    result = project.run("./tf.sh", "plan", "test", "network", STANDIN_ACCOUNT="999999999999")
    assert result.returncode == 77
    assert "is of account 999999999999, but test is in 123456789012" in result.stderr
    assert project.terraform() == []


def test_a_failed_plan_and_a_failed_apply(project: Project) -> None:
    for action, code in [("init", 69), ("plan", 1), ("apply", 1)]:
        result = project.run("./tf.sh", "--yes", "apply", "test", "network", STANDIN_FAIL=f"{action} test/network")
        assert result.returncode == code, result.stderr
        assert f"terraform {action} failed in test/network" in result.stderr
        assert "hint:" in result.stderr


def test_the_state_begins_here_and_moves_into_its_bucket(project: Project) -> None:
    folder = project.path / "terraform/live/shared/setup/terraform_state"
    assert project.run("./tf.sh", "--yes", "apply", "shared", "terraform_state").returncode == 0
    first, plan, apply, move = project.calls("terraform")
    assert not any(word.startswith("-backend-config") for word in first["arguments"]), "there is no bucket yet"
    assert {"-migrate-state", "-force-copy", "-backend-config=key=shared/setup/terraform_state/terraform.tfstate"} <= set(move["arguments"])
    assert (folder / "backend_override.tf").exists()
    # The second time it is used where it is.
    assert project.run("./tf.sh", "plan", "shared", "terraform_state").returncode == 0
    assert "-backend-config=use_lockfile=true" in project.calls("terraform")[4]["arguments"]


def test_a_move_that_fails_keeps_the_state_here(project: Project) -> None:
    folder = project.path / "terraform/live/shared/setup/terraform_state"
    result = project.run("./tf.sh", "--yes", "apply", "shared", "terraform_state", STANDIN_FAIL="init shared/setup/terraform_state")
    assert result.returncode == 69
    assert not (folder / "backend_override.tf").exists()


def test_another_machine_finds_the_state_in_the_bucket(project: Project) -> None:
    import json
    from pathlib import Path

    world = {"parameters": {}, "images": [], "objects": ["shared/setup/terraform_state/terraform.tfstate"]}
    Path(project.environment["STANDIN_AWS"]).write_text(json.dumps(world))
    assert project.run("./tf.sh", "plan", "shared", "terraform_state").returncode == 0
    assert "-backend-config=use_lockfile=true" in project.calls("terraform")[0]["arguments"]


def test_before_the_bucket_goes_its_state_comes_back(project: Project) -> None:
    folder = project.path / "terraform/live/shared/setup/terraform_state"
    project.run("./tf.sh", "--yes", "apply", "shared", "terraform_state")
    before = len(project.calls("terraform"))
    assert project.run("./tf.sh", "--yes", "destroy", "shared", "terraform_state").returncode == 0
    back = project.calls("terraform")[before]["arguments"]
    assert back[0] == "init" and "-migrate-state" in back and not any(word.startswith("-backend-config") for word in back)
    assert not (folder / "backend_override.tf").exists()
