"""setup.sh: what an account needs once. Secrets are shown nowhere, and a second run changes nothing."""

from conftest import Project

SECRETS = {"DOCKER_HUB_USERNAME": "someone", "DOCKER_HUB_PASSWORD": "p4ssw0rd-of-the-hub"}
CONNECTION = "arn:aws:codeconnections:eu-central-1:123456789012:connection/01234567-89ab-cdef-0123-456789abcdef"


def setup(project: Project, *arguments: str, **environment: str):
    return project.run("./setup.sh", *arguments, **{**SECRETS, "CODESTAR_CONNECTION_ARN": CONNECTION, **environment})


def test_everything_is_there_afterwards(project: Project) -> None:
    result = setup(project)
    assert result.returncode == 0, result.stderr
    assert [root for action, root in project.terraform() if action == "apply"] == [
        "shared/setup/terraform_state", "shared/setup/security", "shared/setup/registry", "shared/setup/connection", "shared/cicd/artifacts",
    ]
    parameters = project.aws()["parameters"]
    assert {name: about["Type"] for name, about in parameters.items()} == {
        "/greenlight/shared/docker-hub-username": "SecureString",
        "/greenlight/shared/docker-hub-password": "SecureString",
        "/greenlight/shared/codestar-connection-arn": "SecureString",
        "/greenlight/test/django-secret-key": "SecureString",
        "/greenlight/test/events-key": "SecureString",
        "/greenlight/prod/django-secret-key": "SecureString",
        "/greenlight/prod/events-key": "SecureString",
        "/greenlight/shared/setup/bootstrap_image": "String",
        "/greenlight/shared/setup/hook_package_key": "String",
        "/greenlight/shared/setup/hook_package_sha256": "String",
    }
    assert {about["KeyId"] for name, about in parameters.items() if name.startswith("/greenlight/prod/")} == {"alias/greenlight-prod"}
    assert parameters["/greenlight/shared/docker-hub-password"]["Value"] == SECRETS["DOCKER_HUB_PASSWORD"]
    generated = [parameters[f"/greenlight/{env}/{name}"]["Value"] for env in ("test", "prod") for name in ("django-secret-key", "events-key")]
    assert len(set(generated)) == 4 and all(len(value) >= 50 for value in generated)
    assert parameters["/greenlight/shared/setup/hook_package_key"]["Value"] in project.aws()["objects"]
    assert "bootstrap-" in parameters["/greenlight/shared/setup/bootstrap_image"]["Value"]


def test_secrets_are_in_no_message_and_on_no_command_line(project: Project) -> None:
    result = setup(project)
    values = [about["Value"] for about in project.aws()["parameters"].values() if about["Type"] == "SecureString"]
    calls = str(project.calls("aws") + project.calls("docker") + project.calls("terraform"))
    for value in values:
        if value in (CONNECTION, SECRETS["DOCKER_HUB_USERNAME"]):
            continue
        assert value not in result.stdout + result.stderr
        assert value not in calls


def test_a_second_run_changes_nothing(project: Project) -> None:
    assert setup(project).returncode == 0
    before = project.aws()
    pushes = len([call for call in project.calls("docker") if call["arguments"][0] == "push"])
    again = setup(project)
    assert again.returncode == 0, again.stderr
    assert project.aws() == before
    assert len([call for call in project.calls("docker") if call["arguments"][0] == "push"]) == pushes
    assert "/greenlight/test/events-key is there" in again.stderr
    assert "the first image is there" in again.stderr


def test_a_pending_connection_is_told_and_the_next_run_goes_on(project: Project) -> None:
    pending = setup(project, STANDIN_CONNECTION="PENDING")
    assert pending.returncode == 1
    assert "is PENDING, not AVAILABLE" in pending.stderr
    assert "eu-central-1.console.aws.amazon.com/codesuite/settings/connections" in pending.stderr
    assert setup(project).returncode == 0


def test_unset_variables_without_a_terminal(project: Project) -> None:
    result = setup(project, DOCKER_HUB_PASSWORD="")
    assert result.returncode == 78
    assert "DOCKER_HUB_PASSWORD is not set" in result.stderr
    assert project.terraform() == []


def test_without_an_arn_terraforms_connection_is_used(project: Project) -> None:
    import json
    from pathlib import Path

    told = {"Name": "/greenlight/shared/connection/arn", "Type": "String", "Value": CONNECTION}
    Path(project.environment["STANDIN_AWS"]).write_text(json.dumps({"parameters": {told["Name"]: told}, "images": [], "objects": []}))
    assert setup(project, CODESTAR_CONNECTION_ARN="").returncode == 0
    assert project.aws()["parameters"]["/greenlight/shared/codestar-connection-arn"]["Value"] == CONNECTION


def test_what_is_no_connection_is_refused(project: Project) -> None:
    result = setup(project, CODESTAR_CONNECTION_ARN="<codestar_connection_arn>")
    assert result.returncode == 78
    assert "not the ARN of a connection" in result.stderr


def test_dry_run_does_nothing(project: Project) -> None:
    result = project.run("./setup.sh", "--dry-run")
    assert result.returncode == 0, result.stderr
    for said in ("would write: /greenlight/test/events-key (SecureString)", "would run: docker build", "would run: aws s3 cp", "apply shared/setup/security"):
        assert said in result.stderr
    assert project.terraform() == [] and project.calls("aws") == [] and project.calls("docker") == []


def test_failures_in_the_middle_say_how_to_go_on(project: Project) -> None:
    for environment, code, message in [
        ({"STANDIN_FAIL": "apply shared/setup/registry"}, 1, "terraform apply failed in shared/setup/registry"),
        ({"STANDIN_AWS_FAIL": "ssm put-parameter"}, 69, "/greenlight/shared/docker-hub-username could not be written"),
        ({"STANDIN_DOCKER_FAIL": "login"}, 77, "Docker Hub refuses"),
        ({"STANDIN_DOCKER_FAIL": "run"}, 1, "the hook could not be built"),
        ({"STANDIN_AWS_FAIL": "s3 cp"}, 69, "the hook's package could not be uploaded"),
        ({"STANDIN_DOCKER_FAIL": "info"}, 69, "no Docker engine answers"),
        ({"STANDIN_SIGNED_OUT": "1"}, 77, "cannot sign in to AWS"),
    ]:
        result = setup(project, **environment)
        assert result.returncode == code, (environment, result.stderr)
        assert message in result.stderr
    assert setup(project).returncode == 0


def test_rotate_makes_a_new_secret(project: Project) -> None:
    setup(project)
    before = project.aws()["parameters"]["/greenlight/prod/events-key"]["Value"]
    result = setup(project, "--rotate", "prod", "events-key")
    assert result.returncode == 0, result.stderr
    after = project.aws()["parameters"]["/greenlight/prod/events-key"]["Value"]
    assert after != before and after not in result.stderr
    assert "tf.sh apply shared codepipeline" in result.stderr
    assert setup(project, "--rotate", "staging", "events-key").returncode == 2
    assert setup(project, "--rotate", "prod", "password").returncode == 2
    assert setup(project, "--rotate", "prod").returncode == 2


def test_the_same_hook_is_the_same_package(project: Project) -> None:
    assert setup(project, "--hook-only").returncode == 0
    first = project.aws()
    assert setup(project, "--hook-only").returncode == 0
    assert project.aws() == first
    assert len(first["objects"]) == 1
