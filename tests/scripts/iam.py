"""Roles: what Terraform grants them, what is excepted, and under which action AWS authorises a call."""

import json

import yaml
from made import ROOT, actions, of_type, statements

EXCEPTIONS = yaml.safe_load((ROOT / "tests/scripts/iam-exceptions.yml").read_text())
NOT_GRANTED = EXCEPTIONS.pop("not-granted")
NOT_SEEN = EXCEPTIONS.pop("not-seen")
# What `docker push` and CodeBuild's own `PARAMETER_STORE` variables call
# (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html, 2026-11).
IMAGE_SCRIPT = {
    "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart", "ssm:GetParameters",
}
# Calls that are authorised as other actions
# (https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html, 2026-11).
AUTHORISED_AS = {
    "s3:CopyObject": ("s3:GetObject", "s3:PutObject"),
    "s3:CreateMultipartUpload": ("s3:PutObject",),
    "s3:UploadPart": ("s3:PutObject",),
    "s3:CompleteMultipartUpload": ("s3:PutObject",),
    "s3:DeleteObjects": ("s3:DeleteObject",),
    "s3:HeadObject": ("s3:GetObject",),
    "s3:ListObjectsV2": ("s3:ListBucket",),
    # As the writes that it consists of, which recorder.py names beside it.
    "dynamodb:TransactWriteItems": (),
}


def granted(role: str, environment: str) -> set[str]:
    match role:
        case "hook" | "publish":
            return actions(statements(f"{environment}/deployment", role))
        case "backend":
            return actions(statements("shared/cicd/codebuild", "backend"))
        case "approver":
            (policy,) = of_type("shared/cicd/codepipeline", "aws_iam_policy").values()
            return actions(json.loads(policy["policy"])["Statement"])
        case "task":
            policies = of_type(f"{environment}/backend", "aws_iam_role_policy")
            return actions(json.loads(policies["module.service.aws_iam_role_policy.task"]["policy"])["Statement"])
    raise AssertionError(role)
