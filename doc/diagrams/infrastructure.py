"""What one environment is made of. Draws infrastructure.png; RESOURCES says which Terraform resource each part stands for.

    doc/diagrams/draw        draws all of them (needs graphviz: apt-get install graphviz)

Tests compare RESOURCES with what the live roots make, and know by a digest that the picture is of this file; neither needs graphviz.
"""

# Part of the picture: the root that makes it, and the type of the resource.
RESOURCES = {
    "Route 53\nA, AAAA": ("frontend", "aws_route53_record"),
    "ACM\nus-east-1": ("certificates", "aws_acm_certificate"),
    "WAF": ("frontend", "aws_wafv2_web_acl"),
    "CloudFront": ("frontend", "aws_cloudfront_distribution"),
    "Site bucket\nS3, private": ("frontend", "aws_s3_bucket"),
    "VPC origin": ("frontend", "aws_cloudfront_vpc_origin"),
    "NAT gateways": ("network", "aws_nat_gateway"),
    "Internet gateway": ("network", "aws_internet_gateway"),
    "Endpoints\nS3, DynamoDB": ("network", "aws_vpc_endpoint"),
    "Flow logs": ("network", "aws_flow_log"),
    "ALB, internal\nproduction, test": ("load_balancer", "aws_lb"),
    "Target group blue": ("load_balancer", "aws_lb_target_group"),
    "Target group green": ("load_balancer", "aws_lb_target_group"),
    "ECS service\nFargate": ("backend", "aws_ecs_service"),
    "Autoscaling": ("backend", "aws_appautoscaling_target"),
    "Alarms": ("backend", "aws_cloudwatch_metric_alarm"),
    "Logs": ("backend", "aws_cloudwatch_log_group"),
    "Journal\nDynamoDB": ("database", "aws_dynamodb_table"),
    "Alarm topic": ("database", "aws_sns_topic"),
    "validate-deploy\nLambda": ("deployment", "aws_lambda_function"),
    "CodeDeploy": ("deployment", "aws_codedeploy_deployment_group"),
}


def draw(path: str) -> None:
    from diagrams import Cluster, Diagram, Edge
    from diagrams.aws.compute import ApplicationAutoScaling, Fargate, LambdaFunction
    from diagrams.aws.database import DynamodbTable
    from diagrams.aws.devtools import Codedeploy
    from diagrams.aws.general import Users
    from diagrams.aws.integration import SNS
    from diagrams.aws.management import CloudwatchAlarm, CloudwatchLogs
    from diagrams.aws.network import CloudFront, ElbApplicationLoadBalancer, Endpoint, InternetGateway, NATGateway, Privatelink, Route53, VPCFlowLogs
    from diagrams.aws.network import ElasticLoadBalancing as TargetGroup
    from diagrams.aws.security import ACM, WAF
    from diagrams.aws.storage import S3

    part = {label: None for label in RESOURCES}

    def node(kind: type, label: str):
        assert label in part, label
        part[label] = kind(label)
        return part[label]

    with Diagram("", filename=path, outformat="png", show=False, direction="LR", graph_attr={"pad": "0.3", "nodesep": "0.5", "ranksep": "0.9"}):
        visitors = Users("Visitors, EventBridge")
        with Cluster("Edge, everywhere"):
            names, certificate, waf, edge = node(Route53, "Route 53\nA, AAAA"), node(ACM, "ACM\nus-east-1"), node(WAF, "WAF"), node(CloudFront, "CloudFront")
        bucket = node(S3, "Site bucket\nS3, private")
        origin = node(Privatelink, "VPC origin")
        with Cluster("VPC, three zones"):
            with Cluster("Public subnets"):
                nat, internet = node(NATGateway, "NAT gateways"), node(InternetGateway, "Internet gateway")
            with Cluster("Private subnets"):
                balancer = node(ElbApplicationLoadBalancer, "ALB, internal\nproduction, test")
                blue, green = node(TargetGroup, "Target group blue"), node(TargetGroup, "Target group green")
                service, scaling = node(Fargate, "ECS service\nFargate"), node(ApplicationAutoScaling, "Autoscaling")
                hook = node(LambdaFunction, "validate-deploy\nLambda")
            endpoints, flow = node(Endpoint, "Endpoints\nS3, DynamoDB"), node(VPCFlowLogs, "Flow logs")
        table = node(DynamodbTable, "Journal\nDynamoDB")
        with Cluster("Watching"):
            logs, alarms, topic = node(CloudwatchLogs, "Logs"), node(CloudwatchAlarm, "Alarms"), node(SNS, "Alarm topic")
        deploy = node(Codedeploy, "CodeDeploy")

        visitors >> names >> edge
        certificate - edge
        waf - edge
        edge >> Edge(label="files") >> bucket
        edge >> Edge(label="/api/*") >> origin >> balancer
        balancer >> blue >> service
        balancer >> green >> service
        scaling - service
        service >> endpoints >> table
        service >> nat >> internet
        service >> logs
        flow >> logs
        hook >> Edge(label="test listener", style="dashed") >> balancer
        deploy >> Edge(label="asks", style="dashed") >> hook
        deploy >> Edge(label="moves traffic", style="dashed") >> balancer
        alarms >> Edge(label="roll back", style="dashed") >> deploy
        alarms >> topic
    missing = [label for label, drawn in part.items() if drawn is None]
    assert not missing, missing


if __name__ == "__main__":
    draw("infrastructure")
