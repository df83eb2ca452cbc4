"""Every environment variable that a buildspec, its scripts, a tool, the hook or the API reads is set by Terraform, and the other way round."""

import json
import re
from pathlib import Path

import pytest
import yaml
from made import ROOT, of_type, project

# Who runs which buildspec.
PROJECTS = {
    "verify": ["greenlight-verify"],
    "tools": ["greenlight-tools"],
    "backend": ["greenlight-backend"],
    "frontend": ["greenlight-frontend"],
    "publish-frontend": ["greenlight-test-publish", "greenlight-prod-publish"],
    "smoke": ["greenlight-test-smoke", "greenlight-prod-smoke"],
}
# CodeBuild and the shell set these; LOCAL_PIPELINE and its like exist on one machine only, and what has a default may stay unset.
GIVEN = re.compile(r"CODEBUILD_|HOME$|PATH$|PWD$|AWS_REGION$|AWS_DEFAULT_REGION$")
# A tool's own variables that it cannot do without in the pipeline.
TOOLS = {"publish-frontend": {"PUBLISH_FRONTEND_BUCKET", "PUBLISH_FRONTEND_DISTRIBUTION_ID"}}


def commands(buildspec: str) -> list[str]:
    spec = yaml.safe_load((ROOT / f"buildspecs/{buildspec}.yml").read_text())
    return [command for phase in spec["phases"].values() for command in phase.get("commands", [])]


def wanted(text: str) -> set[str]:
    """Variables that a shell text reads without a default, and does not set itself."""
    read = set(re.findall(r"\$\{?([A-Z][A-Z0-9_]+)(?=[}\"'/\s:?]|$)", text)) - set(re.findall(r"\$\{([A-Z][A-Z0-9_]+):?-", text))
    own = set(re.findall(r"(?:^|\s|;)(?:export )?([A-Z][A-Z0-9_]+)=", text))
    return {name for name in read - own if not GIVEN.match(name)}


def scripts(text: str) -> list[Path]:
    return [ROOT / name for name in sorted(set(re.findall(r"buildspecs/scripts/[a-z-]+", text)))]


def needed(buildspec: str) -> set[str]:
    text = "\n".join(commands(buildspec))
    names = wanted(text)
    for script in scripts(text):
        # A script says what it cannot do without by ${NAME:?message}.
        names |= {name for name in re.findall(r"\$\{([A-Z][A-Z0-9_]+):\?", script.read_text()) if not GIVEN.match(name)}
    for tool, variables in TOOLS.items():
        if any(command.split()[0] == tool for command in commands(buildspec)):
            names |= variables
    return names


def given(name: str) -> dict[str, str]:
    return {variable["name"]: variable["type"] for variable in project(name)["environment"][0]["environment_variable"]}


def test_every_buildspec_has_its_projects() -> None:
    assert set(PROJECTS) == {path.stem for path in (ROOT / "buildspecs").glob("*.yml")}
    for buildspec, names in PROJECTS.items():
        for name in names:
            assert project(name)["source"][0]["buildspec"] == f"buildspecs/{buildspec}.yml"


def test_the_search_finds_what_is_known() -> None:
    assert "IMAGE_REPOSITORY" in needed("backend")
    assert needed("smoke") == {"SITE_URL"}
    assert needed("publish-frontend") == {"PUBLISH_FRONTEND_BUCKET", "PUBLISH_FRONTEND_DISTRIBUTION_ID"}
    assert needed("tools") == set()


@pytest.mark.parametrize("buildspec", PROJECTS)
def test_what_a_buildspec_reads_is_set(buildspec: str) -> None:
    for name in PROJECTS[buildspec]:
        assert needed(buildspec) <= set(given(name)), f"{name} does not set all that buildspecs/{buildspec}.yml reads"


def test_render_taskdef_gets_the_public_names_of_both_environments() -> None:
    allowed = set(re.findall(r'^\s*"([A-Z_]+)",$', (ROOT / "backend/deploy/render.toml").read_text(), flags=re.M))
    hosts = {name for name in given("greenlight-backend") if name.startswith("ALLOWED_HOSTS_")}
    assert hosts == {"ALLOWED_HOSTS_TEST", "ALLOWED_HOSTS_PROD"}
    assert hosts <= allowed, "render-taskdef lets them reach the template"
    values = {v["name"]: v["value"] for v in project("greenlight-backend")["environment"][0]["environment_variable"]}
    assert values["ALLOWED_HOSTS_TEST"].split(",")[:3] == ["test.example.com", "api.test.example.com", "origin.test.example.com"]


@pytest.mark.parametrize("buildspec", PROJECTS)
def test_what_is_set_is_read(buildspec: str) -> None:
    """A typing error in a name would be set for nobody (TEST_… for test_…)."""
    text = "\n".join(commands(buildspec)) + "".join(script.read_text() for script in scripts("\n".join(commands(buildspec))))
    for tool in ("publish-frontend", "render-taskdef"):
        if any(command.split()[0] == tool for command in commands(buildspec)):
            text += (ROOT / f"tools/{tool}/src/cli.rs").read_text() + (ROOT / "backend/deploy/render.toml").read_text()
    for name in PROJECTS[buildspec]:
        for variable in given(name):
            assert re.search(rf"\b{variable}\b", text), f"{name} sets {variable}, which nobody reads"


def test_secrets_come_from_the_parameter_store() -> None:
    types = given("greenlight-backend")
    assert types["DOCKER_HUB_PASSWORD"] == types["DOCKER_HUB_USERNAME"] == "PARAMETER_STORE"


@pytest.mark.parametrize("environment", ["test", "prod"])
def test_the_hook_gets_what_its_checks_read(environment: str) -> None:
    (function,) = of_type(f"{environment}/deployment", "aws_lambda_function").values()
    variables = function["environment"][0]["variables"]
    checks = (ROOT / "backend/deploy/validate.toml").read_text()
    assert set(re.findall(r"\$\{env:([A-Z_]+)\}", checks)) <= set(variables)
    assert variables["VALIDATE_CONFIG"].startswith(checks.strip())
    assert 'VARIABLE: &str = "VALIDATE_CONFIG"' in (ROOT / "hooks/validate-deploy/src/config.rs").read_text()
    assert variables["REPORT_LOCATION"] == f"s3://greenlight-artifacts-123456789012/reports/{environment}"


def template() -> dict:
    """backend/deploy/taskdef.json without its comments."""
    lines = (ROOT / "backend/deploy/taskdef.json").read_text().splitlines()
    return json.loads("\n".join(line for line in lines if not line.lstrip().startswith("//")))


@pytest.mark.parametrize("environment", ["test", "prod"])
def test_the_bootstrap_revision_is_like_the_template(environment: str) -> None:
    (definition,) = of_type(f"{environment}/backend", "aws_ecs_task_definition").values()
    (container,) = json.loads(definition["container_definitions"])
    (wanted_container,) = template()["containerDefinitions"]
    assert definition["family"] == template()["family"].replace("${ENVIRONMENT}", environment)
    for key in ("name", "portMappings", "readonlyRootFilesystem", "mountPoints", "linuxParameters", "stopTimeout", "essential"):
        assert container[key] == wanted_container[key], key
    assert {one["name"] for one in container["environment"]} == {one["name"] for one in wanted_container["environment"]}
    by_name = {one["name"]: one["valueFrom"] for one in container["secrets"]}
    assert by_name == {one["name"]: one["valueFrom"].replace("${ENVIRONMENT}", environment) for one in wanted_container["secrets"]}
    options = container["logConfiguration"]["options"]
    assert options["awslogs-group"] == wanted_container["logConfiguration"]["options"]["awslogs-group"].replace("${ENVIRONMENT}", environment)


@pytest.mark.parametrize("environment", ["test", "prod"])
def test_the_api_starts_with_the_bootstrap_environment(environment: str) -> None:
    """What config/environment.py requires is there; DEBUG stays at its default, which is off."""
    source = (ROOT / "backend/config/environment.py").read_text()
    required = set(re.findall(r'read\.(?:required|secret)\("([A-Z_]+)"\)', source))
    assert {"DJANGO_SECRET_KEY", "JOURNAL_TABLE"} <= required
    (definition,) = of_type(f"{environment}/backend", "aws_ecs_task_definition").values()
    (container,) = json.loads(definition["container_definitions"])
    names = {one["name"] for one in container["environment"] + container["secrets"]}
    assert required <= names
    assert "DJANGO_DEBUG" not in names
    assert 'read.optional("DJANGO_DEBUG", "0")' in source
