"""Every command block of doc/aws.md, and README.md's own for AWS, runs as it is written, from top to bottom, with stand-ins for terraform, aws and
docker. What else is in README.md runs in test_readme_commands.py."""

import re

from conftest import ROOT, Project

# What a person types in between, by the first command of the block.
ANSWERS = {
    "cd terraform/scripts\n./tf.sh plan": "shared/setup/registry\n1\n1\n1\n",
    "cd terraform/scripts\n./deploy.sh destroy": "greenlight\n",
}
# Run against the local world, in test_readme_commands.py.
ELSEWHERE = {"approve --pipeline greenlight"}


def blocks() -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```", (ROOT / "doc/aws.md").read_text(), flags=re.M | re.S)


def test_blocks_run(project: Project) -> None:
    assert len(blocks()) >= 6
    ran = 0
    for block in blocks():
        if block.strip() in ELSEWHERE:
            continue
        if "deploy.sh destroy" in block:
            for file in ("shared", "prod"):
                project.configure(file, "protect: true", "protect: false")
        answer = next((text for start, text in ANSWERS.items() if block.startswith(start)), "")
        # What is left empty there is what the reader fills in.
        block = block.replace('USERNAME=""', "USERNAME=someone").replace('PASSWORD=""', "PASSWORD=secret-of-the-hub")
        block = block.replace('ARN=""', "ARN=arn:aws:codeconnections:eu-central-1:123456789012:connection/01234567")
        result = project.run("bash", "-euc", block, stdin=answer, CONFIRM_FROM_STDIN="1")
        assert result.returncode == 0, f"{block}\n{result.stderr}"
        ran += 1
    assert ran == len(blocks()) - len(ELSEWHERE)
    assert ("apply", "shared/cicd/codepipeline") in project.terraform()
    assert "/greenlight/prod/events-key" in project.aws()["parameters"]


def test_the_readmes_way_to_aws(project: Project) -> None:
    page = (ROOT / "README.md").read_text()
    (block,) = [block for block in re.findall(r"^```sh\n(.*?)^```", page, flags=re.M | re.S) if "./setup.sh" in block]
    secrets = {"DOCKER_HUB_USERNAME": "someone", "DOCKER_HUB_PASSWORD": "secret-of-the-hub"}
    connection = "arn:aws:codeconnections:eu-central-1:123456789012:connection/01234567"
    result = project.run("bash", "-euc", block, CODESTAR_CONNECTION_ARN=connection, **secrets)
    assert result.returncode == 0, result.stderr
    applied = [root for action, root in project.terraform() if action == "apply"]
    roots = [line.removeprefix("- ") for line in (ROOT / "terraform/config/stacks.yml").read_text().splitlines() if line.startswith("- ")]
    assert applied[-len(roots) :] == roots and f"{len(roots)} roots in order" in block
    assert "/greenlight/prod/events-key" in project.aws()["parameters"]
    # What is said in a sentence.
    for file in ("shared", "prod"):
        project.configure(file, "protect: true", "protect: false")
    assert "`terraform/scripts/deploy.sh destroy`" in page
    down = project.run("bash", "-euc", "terraform/scripts/deploy.sh destroy", stdin="greenlight\n", CONFIRM_FROM_STDIN="1")
    assert down.returncode == 0, down.stderr


def test_every_root_and_key_is_in_the_page() -> None:
    page = (ROOT / "doc/aws.md").read_text()
    for line in (ROOT / "terraform/config/stacks.yml").read_text().splitlines():
        if line.startswith("- shared/"):
            assert line.removeprefix("- ") in page
        elif line.startswith("- test/"):
            assert line.replace("- test/", "<env>/") in page
    for key in ("aws_region_name", "aws_region_code", "aws_account_id", "aws_profile_name", "aws_tf_state_s3_bucket_name", "aws_tf_state_dynamodb_table_name", "aws_route53_dns_zone_name"):
        assert f"`{key}`" in page
