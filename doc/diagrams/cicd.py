"""The way of a commit to production. Draws cicd.png; STAGES says which stages and actions, RESOURCES which Terraform resource each part is.

    doc/diagrams/draw        draws all of them (needs graphviz: apt-get install graphviz)
"""

# As in the pipeline, in this order.
STAGES = {
    "Source": ["Source"],
    "Verify": ["Verify"],
    "Build": ["Tools", "Backend", "Frontend"],
    "Test": ["Deploy", "Publish", "Smoke"],
    "Approve": ["Approve"],
    "Prod": ["Deploy", "Publish", "Smoke"],
}

# Part of the picture beside the stages: the root that makes it, and the type of the resource.
RESOURCES = {
    "Connection": ("shared/setup/connection", "aws_codeconnections_connection"),
    "Artifacts, reports": ("shared/cicd/artifacts", "aws_s3_bucket"),
    "ECR": ("shared/setup/registry", "aws_ecr_repository"),
    "Approvals": ("shared/cicd/codepipeline", "aws_sns_topic"),
    "Events": ("shared/cicd/codepipeline", "aws_cloudwatch_event_rule"),
    "Undelivered": ("shared/cicd/codepipeline", "aws_sqs_queue"),
}


def draw(path: str) -> None:
    from diagrams import Cluster, Diagram, Edge
    from diagrams.aws.compute import ECR
    from diagrams.aws.devtools import Codebuild, Codedeploy, Codestar
    from diagrams.aws.general import User, Users
    from diagrams.aws.integration import SNS, SQS, Eventbridge
    from diagrams.aws.storage import S3
    from diagrams.onprem.vcs import Github

    def node(kind: type, label: str):
        assert label in RESOURCES, label
        return kind(label)

    kinds = {"Source": Codestar, "Deploy": Codedeploy, "Approve": User}
    with Diagram("", filename=path, outformat="png", show=False, direction="LR", graph_attr={"pad": "0.3", "nodesep": "0.4", "ranksep": "0.7"}):
        github = Github("push")
        connection = node(Codestar, "Connection")
        action = {}
        for stage, names in STAGES.items():
            with Cluster(stage):
                for name in names:
                    action[stage, name] = kinds.get(name, Codebuild)(name)
        artifacts, images = node(S3, "Artifacts, reports"), node(ECR, "ECR")
        topic, events, undelivered = node(SNS, "Approvals"), node(Eventbridge, "Events"), node(SQS, "Undelivered")
        journals = Users("Journals of\ntest and prod")

        github >> connection >> action["Source", "Source"] >> action["Verify", "Verify"] >> action["Build", "Tools"]
        action["Build", "Tools"] >> [action["Build", "Backend"], action["Build", "Frontend"]]
        action["Build", "Backend"] >> images
        [action["Build", "Backend"], action["Build", "Frontend"]] >> action["Test", "Deploy"]
        for stage in ("Test", "Prod"):
            action[stage, "Deploy"] >> action[stage, "Publish"] >> action[stage, "Smoke"]
        action["Test", "Smoke"] >> action["Approve", "Approve"] >> action["Prod", "Deploy"]
        action["Approve", "Approve"] >> Edge(style="dashed", label="tells") >> topic
        action["Test", "Deploy"] >> Edge(style="dashed", label="hook's report") >> artifacts
        action["Prod", "Smoke"] >> Edge(style="dashed") >> events >> journals
        events >> Edge(style="dashed") >> undelivered


if __name__ == "__main__":
    draw("cicd")
