"""Names are the same everywhere: in Terraform, in backend/deploy, in the local world; and the roots fit each other."""

import json
import re
import subprocess
import tomllib

import hcl2
import pytest
import yaml
from made import ROOT, of_type, roots

LIVE = ROOT / "terraform/live"
RENDER = tomllib.loads((ROOT / "backend/deploy/render.toml").read_text())


@pytest.mark.parametrize("environment", ["test", "prod"])
def test_render_toml_names_what_terraform_makes(environment: str) -> None:
    settings = RENDER["environments"][environment]
    (cluster,) = of_type(f"{environment}/cluster", "aws_ecs_cluster").values()
    (service,) = of_type(f"{environment}/backend", "aws_ecs_service").values()
    (group,) = of_type(f"{environment}/deployment", "aws_codedeploy_deployment_group").values()
    assert settings["cluster"] == cluster["name"]
    assert settings["service"] == service["name"]
    assert (settings["application"], settings["deployment_group"]) == (group["app_name"], group["deployment_group_name"])


@pytest.mark.parametrize("environment", ["test", "prod"])
def test_the_appspec_names_the_hook_and_no_revision(environment: str) -> None:
    text = (ROOT / "backend/deploy/appspec.yaml").read_text().replace("${ENVIRONMENT}", environment)
    spec = yaml.safe_load(text)
    (function,) = of_type(f"{environment}/deployment", "aws_lambda_function").values()
    assert spec["Hooks"] == [{"AfterAllowTestTraffic": function["function_name"]}]
    assert spec["Resources"][0]["TargetService"]["Properties"]["TaskDefinition"] == "<TASK_DEFINITION>"
    assert "arn:aws" not in text, "the revision is the pipeline's to fill in"


@pytest.mark.parametrize("environment", ["test", "prod"])
def test_the_task_definition_names_roles_table_and_log_group(environment: str) -> None:
    text = (ROOT / "backend/deploy/taskdef.json").read_text().replace("${ENVIRONMENT}", environment)
    for values in of_type(f"{environment}/backend", "aws_iam_role").values():
        assert f":role/{values['name']}\"" in text
    (table,) = of_type(f"{environment}/database", "aws_dynamodb_table").values()
    (group,) = of_type(f"{environment}/backend", "aws_cloudwatch_log_group").values()
    assert f'"{table["name"]}"' in text and f'"{group["name"]}"' in text


def stages() -> dict[str, list[dict]]:
    (pipeline,) = of_type("shared/cicd/codepipeline", "aws_codepipeline").values()
    return {stage["name"]: stage["action"] for stage in pipeline["stage"]}


def test_the_local_pipeline_has_the_same_stages_actions_and_artifacts() -> None:
    source = (ROOT / "tools/local-pipeline/src/world/pipeline.rs").read_text()
    assert list(stages()) == ["Source", "Verify", "Build", "Test", "Approve", "Prod"]
    for actions in stages().values():
        for action in actions:
            if action["name"] == "Verify":
                continue  # said in doc/local-pipeline.md to be missing there
            assert f'"{action["name"]}"' in source, action["name"]
    found = re.findall(r'build\("(\w+)", (\d), (?:&format!\()?"([^"]+)"\)?, &\[([^\]]*)\], &\[([^\]]*)\]', source)
    assert len(found) == 5, found
    for name, order, project, inputs, outputs in found:
        for stage in (["Build"] if "{" not in project else ["Test", "Prod"]):
            (action,) = [one for one in stages()[stage] if one["name"] == name]
            names = lambda text: re.findall(r'"(\w+)"', text)  # noqa: E731
            assert str(action["run_order"]) == order, name
            assert action["input_artifacts"] == names(inputs), name
            assert (action["output_artifacts"] or []) == names(outputs), name
            environment = stage.lower()
            assert action["configuration"]["ProjectName"] == "greenlight-" + project.replace("{environment}", environment)


def test_prod_is_deployed_to_prod_after_the_approval_from_the_same_artifacts() -> None:
    names = list(stages())
    assert names.index("Test") < names.index("Approve") < names.index("Prod")
    test, prod = ({action["name"]: action for action in stages()[stage]} for stage in ("Test", "Prod"))
    for name in ("Deploy", "Publish", "Smoke"):
        assert test[name]["input_artifacts"] == prod[name]["input_artifacts"]
        assert "greenlight-test" not in str(prod[name]["configuration"]) and "greenlight-prod" not in str(test[name]["configuration"])
    assert prod["Deploy"]["configuration"]["ApplicationName"] == "greenlight-prod"


def test_test_and_prod_are_the_same_roots() -> None:
    same = subprocess.run(["diff", "-r", "-x", ".terraform", "-x", "*.tfstate*", LIVE / "test", LIVE / "prod"], capture_output=True, text=True)
    assert same.returncode == 0, same.stdout


def test_every_root_is_in_the_order_and_every_entry_is_a_root() -> None:
    folders = {str(path.parent.relative_to(LIVE)) for path in LIVE.rglob("terraform.tf") if ".terraform/" not in str(path)}
    assert folders == set(roots()) and len(roots()) == len(set(roots()))
    assert roots()[0] == "shared/setup/terraform_state"


def inputs(root: str) -> set[str]:
    """Roots whose outputs a root reads."""
    found = set()
    for entry in hcl2.loads((LIVE / root / "main.tf").read_text()).get("module", []):
        for about in entry.values():
            if not isinstance(about, dict) or not str(about.get("source", "")).strip('"').endswith("/root_inputs"):
                continue
            environment = str(about["environment"]).strip('"${}')
            environment = root.split("/")[0] if environment.startswith("local.") else environment
            found |= {f"{environment}/{str(name).strip(chr(34))}" for name in about["roots"]}
    return found


def short(root: str) -> str:
    return f"{root.split('/')[0]}/{root.split('/')[-1]}"


def test_a_root_comes_after_those_it_reads() -> None:
    # Written by setup.sh and by security for the environments.
    there = {"shared/setup", "test/security", "prod/security"}
    for root in roots():
        missing = inputs(root) - there
        assert not missing, f"{root} reads {sorted(missing)}, which come later"
        there.add(short(root))
    assert "test/network" in inputs("test/backend"), "the search finds what is known"


def test_outputs_that_are_read_are_told() -> None:
    told = {name for root in roots() for name in (values["name"] for values in of_type(root, "aws_ssm_parameter").values())}
    by_setup = {f"/greenlight/shared/setup/{name}" for name in ("bootstrap_image", "hook_package_key", "hook_package_sha256")}
    packages = (ROOT / "terraform/scripts/lib/packages.sh").read_text()
    for name in by_setup:
        assert name.removeprefix("/greenlight/") in packages.replace("/$project/", "")
    read = set()
    for root in roots():
        text = (LIVE / root / "main.tf").read_text()
        for module, source, output in re.findall(r"module\.(of\w*)\.of\.(\w+)\.(\w+)", text):
            environment = {"of": root.split("/")[0], "of_shared": "shared", "of_test": "test", "of_prod": "prod"}[module]
            read.add(f"/greenlight/{environment}/{source}/{output}")
    assert len(read) > 30
    assert read <= told | by_setup, sorted(read - told - by_setup)


def test_all_roots_have_the_same_lock_with_every_platform() -> None:
    locks = {path.read_text() for path in LIVE.rglob(".terraform.lock.hcl") if ".terraform/" not in str(path)}
    assert len(locks) == 1
    (lock,) = locks
    assert 'version     = "5.100.0"' in lock and lock.count('"zh:') == 15


def test_every_module_has_tests_that_refuse_something_and_describes_itself() -> None:
    for module in sorted((ROOT / "terraform/modules").iterdir()):
        if not module.is_dir():
            continue
        tests = "".join(path.read_text() for path in module.glob("tests/*.tftest.hcl"))
        assert "assert {" in tests, module.name
        if "validation {" in (module / "variables.tf").read_text():
            assert "expect_failures" in tests, f"{module.name} refuses something that no test tries"
        for file in ("variables.tf", "outputs.tf"):
            for kind in ("variable", "output"):
                for entry in hcl2.loads((module / file).read_text()).get(kind, []):
                    for name, about in entry.items():
                        assert name.startswith("__") or str(about.get("description", "")).strip('"'), f"{module.name} {name}"


@pytest.mark.parametrize("environment", ["test", "prod"])
def test_the_journal_is_told_what_it_understands(environment: str) -> None:
    source = (ROOT / "backend/journal/events.py").read_text()
    understood = set(re.findall(r'^[A-Z_]+ = \("(aws\.[a-z]+)", "([^"]+)"\)$', source, flags=re.M))
    rule = of_type("shared/cicd/codepipeline", "aws_cloudwatch_event_rule")[f"module.events_{environment}.aws_cloudwatch_event_rule.pipeline"]
    pattern = json.loads(rule["event_pattern"])
    assert set(pattern["source"]) == {service for service, _ in understood}
    assert set(pattern["detail-type"]) == {kind for _, kind in understood}
    assert pattern["detail"]["$or"][1]["application"] == ["greenlight-prod", "greenlight-test"]


def test_the_pages_are_tested_under_the_policy_that_cloudfront_sends() -> None:
    source = re.sub(r"\\\n\s+", "", (ROOT / "tools/local-pipeline/src/engines/edge.rs").read_text())
    policies = of_type("test/frontend", "aws_cloudfront_response_headers_policy")
    sent = policies["module.site.aws_cloudfront_response_headers_policy.site"]["security_headers_config"][0]["content_security_policy"][0]
    assert f'let csp = "{sent["content_security_policy"]}";' in source
