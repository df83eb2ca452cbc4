"""Environments in accounts of their own: whoever has to get in is let in by name, on both sides, and nobody else."""

import json

import pytest
from made import of_type

PIPELINE, ENVIRONMENTS = "210987654321", "123456789012"
SPLIT = "accounts_of_their_own"


def policy(root: str, kind: str, attribute: str = "policy") -> list[dict]:
    (values,) = of_type(f"{root}.{SPLIT}", kind).values()
    return json.loads(values[attribute])["Statement"]


def principals(statement: dict) -> list[str]:
    return statement["Condition"]["ArnEquals"]["aws:PrincipalArn"]


@pytest.mark.parametrize("environment", ["test", "prod"])
def test_the_deployer_is_taken_by_the_pipeline_only(environment: str) -> None:
    roles = of_type(f"{environment}/deployment.{SPLIT}", "aws_iam_role")
    deployer = roles["module.deployer[0].aws_iam_role.this"]
    assert deployer["name"] == f"greenlight-{environment}-deployer"
    (trust,) = json.loads(deployer["assume_role_policy"])["Statement"]
    assert principals(trust) == f"arn:aws:iam::{PIPELINE}:role/greenlight-pipeline"


def test_bucket_and_registry_let_in_roles_that_there_are() -> None:
    there = {"AdministratorAccess"}
    for environment in ("test", "prod"):
        there |= {values["name"] for values in of_type(f"{environment}/backend", "aws_iam_role").values()}
        there |= {values["name"] for values in of_type(f"{environment}/deployment.{SPLIT}", "aws_iam_role").values()}
    for root, kind in (("shared/cicd/artifacts", "aws_s3_bucket_policy"), ("shared/setup/registry", "aws_ecr_repository_policy")):
        allowed = [one for one in policy(root, kind) if one["Effect"] == "Allow"]
        assert allowed, root
        for one in allowed:
            for arn in principals(one):
                account, name = arn.split(":")[4], arn.split("/")[1]
                assert account == ENVIRONMENTS and name in there, arn
    in_bucket = {arn.split("/")[1] for one in policy("shared/cicd/artifacts", "aws_s3_bucket_policy") if one["Effect"] == "Allow" for arn in principals(one)}
    for environment in ("test", "prod"):
        for role in ("deployer", "publish-build", "smoke-build", "validate-deploy", "backend-task"):
            assert f"greenlight-{environment}-{role}" in in_bucket


def test_the_pipeline_takes_the_deployers_and_hands_out_no_roles() -> None:
    policies = of_type(f"shared/cicd/codepipeline.{SPLIT}", "aws_iam_role_policy")
    statements = {one["Sid"]: one for one in json.loads(policies["module.pipeline.aws_iam_role_policy.this"]["policy"])["Statement"]}
    assert sorted(statements["TakeDeployers"]["Resource"]) == [f"arn:aws:iam::{ENVIRONMENTS}:role/greenlight-{name}-deployer" for name in ("prod", "test")]
    assert "RolesOfTheTasks" not in statements and "RegisterRevisions" not in statements


def test_with_one_account_nothing_is_open() -> None:
    assert not of_type("shared/setup/registry", "aws_ecr_repository_policy")
    (values,) = of_type("shared/cicd/artifacts", "aws_s3_bucket_policy").values()
    assert {one["Effect"] for one in json.loads(values["policy"])["Statement"]} == {"Deny"}
