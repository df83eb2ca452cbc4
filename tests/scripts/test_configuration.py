"""Bad configuration is refused before Terraform runs, with file, line, key and an example."""

import pytest
from conftest import ROOT, Project


def refused(project: Project) -> str:
    """What tf.sh says; it must not have called Terraform."""
    result = project.run("./tf.sh", "plan", "test", "network")
    assert result.returncode == 78, result.stderr
    assert project.terraform() == []
    return result.stderr


def test_the_shipped_files_have_nothing_but_placeholders_to_fill(project: Project) -> None:
    for name in ("shared", "test", "prod"):
        (project.path / f"terraform/config/{name}.yml").write_text((ROOT / f"terraform/config/{name}.yml").read_text())
    findings = [line for line in refused(project).splitlines() if line.startswith("error:")]
    assert len(findings) == 12
    assert all("is still the placeholder <" in line for line in findings)


CASES = [
    ("shared", "aws_region_name: eu-central-1", "aws_region_name: <aws_region_name>", "shared.yml:3: aws_region_name is still the placeholder <aws_region_name>\n  example: aws_region_name: eu-central-1"),
    ("shared", 'aws_account_id: "123456789012"', "aws_account_id: 123456789012", 'shared.yml:5: aws_account_id must be text, not 123456789012; put it in quotes\n  example: aws_account_id: "123456789012"'),
    ("shared", "aws_profile_name: greenlight\n", "", "shared.yml:1: aws_profile_name is missing"),
    ("shared", "aws_region_code: euc1", "aws_region_code: use1", "shared.yml:4: aws_region_code: use1 is not the short name of eu-central-1\n  example: aws_region_code: euc1"),
    ("shared", "project: greenlight", "project: greenlight\nprojct: x", "projct is no key of this file; there are:"),
    ("shared", "project: greenlight", "project: the-greenlight-of-our-team", "project is \"the-greenlight-of-our-team\", which does not fit"),
    ("shared", "keep_images: 100", "keep_images: 3", "keep_images is 3, at least 20 is wanted\n  example: keep_images: 100"),
    ("shared", "  - main", '  - "release/*"', "branches: the first branch is what a start by hand takes"),
    ("shared", "releases@example.com", "releases", 'approver_emails is "releases", which does not fit'),
    ("shared", "log_retention_days: 365", "log_retention_days: 100", "log_retention_days is 100; it can be 1, 3, 5"),
    ("test", "  zone_count: 3", "  zone_count: many", 'test.yml:8: network.zone_count must be a whole number, not "many"\n  example: zone_count: 3'),
    ("test", "  zone_count: 3", "  zone_count: 1", "network.zone_count is 1, at least 2 is wanted"),
    ("test", "  nat_per_zone: false", "  nat_per_zone: no way", "network.nat_per_zone must be true or false"),
    ("test", "  site: test.example.com", "  site: test.example.org", "test.yml:3: hosts.site: test.example.org is not in the zone example.com\n  example: site: test.example.com"),
    ("test", "  max_tasks: 3", "  max_tasks: 0", "backend.max_tasks is 0, at least 1 is wanted"),
    ("prod", "  max_tasks: 10", "  max_tasks: 1", "backend.max_tasks: max_tasks (1) is below min_tasks (2)"),
    ("prod", "  memory: 1024", "  memory: 512", "backend.memory: Fargate has no 512 MiB for 512 CPU units"),
    ("prod", "  site: www.example.com\n  api: api.example.com", "  site: test.example.com\n  api: api.example.com", "hosts: test and prod need different names"),
    ("prod", "protect: true", "protect: true\naws_region_name: eu-west-1", "prod is in eu-west-1 and the pipeline in eu-central-1: one region for all"),
    ("prod", "protect: true", 'protect: true\naws_account_id: "210987654321"', "operator_role_name is missing"),
    ("prod", "    type: canary", "    type: fast", 'deployment.traffic.type is "fast"; it can be all_at_once, canary, linear\n  example: type: canary'),
    ("prod", "protect: true", "protect: true\ndatabase: { capacity: { read_min: 5, read_max: 1, write_min: 1, write_max: 1 } }", "read_max is below read_min"),
    ("prod", "protect: true", "protect: true\nprotect: false", "protect is given twice"),
    ("prod", "protect: true", "protect: [true", "is not YAML"),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), CASES, ids=[case[3][:60] for case in CASES])
def test_is_refused(project: Project, file: str, old: str, new: str, message: str) -> None:
    project.configure(file, old, new)
    said = refused(project)
    assert message in said
    assert f"terraform/config/{file}.yml:" in said or f"config/{file}.yml:" in said


def test_a_missing_file_is_named(project: Project) -> None:
    (project.path / "terraform/config/prod.yml").unlink()
    assert "prod.yml:1: cannot be read: No such file or directory" in refused(project)


def test_render_taskdef_must_know_the_same_account(project: Project) -> None:
    path = project.path / "backend/deploy/render.toml"
    path.write_text(path.read_text().replace('account = "123456789012"', 'account = "210987654321"', 1))
    said = refused(project)
    assert "backend/deploy/render.toml:5: account of test is 210987654321" in said
    assert 'example: account = "123456789012"' in said


def test_all_findings_are_said_at_once(project: Project) -> None:
    project.configure("shared", "keep_images: 100", "keep_images: 1")
    project.configure("test", "  zone_count: 3", "  zone_count: 1")
    said = refused(project)
    assert "keep_images" in said and "zone_count" in said and "2 things to change" in said


def test_values_of_an_environment_win(project: Project) -> None:
    config = [project.path / "terraform/scripts/.venv/bin/python", project.path / "terraform/scripts/config.py"]
    assert project.run(*map(str, config), "get", "test", "protect").stdout == "false\n"
    assert project.run(*map(str, config), "get", "shared", "protect").stdout == "true\n"
    assert project.run(*map(str, config), "get", "test", "aws_region_name").stdout == "eu-central-1\n"
    assert project.run(*map(str, config), "get", "test", "nothing.here").returncode == 1
