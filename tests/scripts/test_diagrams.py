"""The pictures are of their scripts, and the scripts are of what the roots make."""

import hashlib
import runpy

import pytest
from made import ROOT, of_type

FOLDER = ROOT / "doc/diagrams"


@pytest.mark.parametrize("name", ["infrastructure", "cicd"])
def test_the_picture_is_of_the_script(name: str) -> None:
    digest = hashlib.sha256((FOLDER / f"{name}.py").read_bytes()).hexdigest()
    assert f"{digest}  {name}.py" in (FOLDER / "pictures.sha256").read_text().splitlines(), "run doc/diagrams/draw"
    assert (FOLDER / f"{name}.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("environment", ["test", "prod"])
def test_infrastructure_is_what_the_roots_make(environment: str) -> None:
    for label, (root, kind) in runpy.run_path(str(FOLDER / "infrastructure.py"))["RESOURCES"].items():
        assert of_type(f"{environment}/{root}", kind), f"{label!r}: {environment}/{root} makes no {kind}"


# What there is so much of, or what says so little, that a picture is clearer without it.
LEFT_OUT = {
    "aws_iam_role", "aws_iam_role_policy", "aws_ssm_parameter", "aws_security_group", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule",
    "aws_subnet", "aws_route", "aws_route_table", "aws_route_table_association", "aws_eip", "aws_default_security_group", "aws_vpc", "aws_acm_certificate_validation",
    "aws_lb_listener", "aws_appautoscaling_policy", "aws_ecs_task_definition", "aws_ecs_cluster", "aws_ecs_cluster_capacity_providers", "aws_codedeploy_app",
    "aws_codedeploy_deployment_config", "aws_codebuild_project", "aws_sns_topic_policy", "aws_sns_topic_subscription", "aws_cloudfront_function",
    "aws_cloudfront_origin_access_control", "aws_cloudfront_response_headers_policy", "aws_wafv2_web_acl_logging_configuration",
}


def test_no_kind_of_resource_is_forgotten() -> None:
    """A new kind in an environment is drawn, or left out on purpose."""
    from made import resources, roots

    drawn = {kind for _, kind in runpy.run_path(str(FOLDER / "infrastructure.py"))["RESOURCES"].values()}
    made = {about["type"] for root in roots() if root.startswith("test/") for about in resources(root).values()}
    forgotten = {kind for kind in made - drawn - LEFT_OUT if not kind.startswith("aws_s3_bucket_")}
    assert not forgotten, f"neither drawn nor left out: {sorted(forgotten)}"
    assert LEFT_OUT <= made | {"aws_codedeploy_deployment_config"}, sorted(LEFT_OUT - made)


def test_cicd_is_the_pipeline() -> None:
    about = runpy.run_path(str(FOLDER / "cicd.py"))
    (pipeline,) = of_type("shared/cicd/codepipeline", "aws_codepipeline").values()
    assert {stage["name"]: [action["name"] for action in stage["action"]] for stage in pipeline["stage"]} == about["STAGES"]
    assert [stage["name"] for stage in pipeline["stage"]] == list(about["STAGES"])
    for label, (root, kind) in about["RESOURCES"].items():
        assert of_type(root, kind), f"{label!r}: {root} makes no {kind}"
