# The load balancer between CloudFront and the tasks: internal, so that CloudFront (by a VPC origin) and the hook are the only ways to it. Two
# target groups, blue and green; a production and a test listener whose default action CodeDeploy moves between them. What they do after their
# creation is not this module's business.

resource "aws_lb" "this" {
  #checkov:skip=CKV2_AWS_28:it is internal; the web ACL stands in front of CloudFront, which is the only way to it
  name                       = var.name
  load_balancer_type         = "application"
  internal                   = true
  subnets                    = var.subnet_ids
  security_groups            = [var.security_group_id]
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  enable_deletion_protection = var.protect
  idle_timeout               = 60

  access_logs {
    enabled = true
    bucket  = var.log_bucket_name
    prefix  = "alb/${var.name}"
  }
}

resource "aws_lb_target_group" "this" {
  #checkov:skip=CKV_AWS_378:TLS ends at the load balancer; the tasks' security group lets in nobody else
  for_each = toset(["blue", "green"])

  name                 = "${var.name}-${each.key}"
  vpc_id               = var.vpc_id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = var.container_port
  deregistration_delay = var.deregistration_delay_seconds

  health_check {
    path                = var.health_check_path
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
  # A listener may still lead to the old group while its name is wanted again.
  lifecycle {
    precondition {
      condition     = length("${var.name}-${each.key}") <= 32
      error_message = "the target group ${var.name}-${each.key} has more than 32 characters (https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html): shorten the project's name."
    }
  }
}

# CodeDeploy moves the default actions; a plan after a release must not move them back.
resource "aws_lb_listener" "production" {
  load_balancer_arn = aws_lb.this.arn
  protocol          = "HTTPS"
  port              = 443
  ssl_policy        = var.ssl_policy
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this["blue"].arn
  }
  lifecycle {
    ignore_changes = [default_action]
  }
}

resource "aws_lb_listener" "test" {
  load_balancer_arn = aws_lb.this.arn
  protocol          = "HTTPS"
  port              = var.test_port
  ssl_policy        = var.ssl_policy
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this["blue"].arn
  }
  lifecycle {
    ignore_changes = [default_action]
  }
}

resource "aws_lb_listener" "redirect" {
  load_balancer_arn = aws_lb.this.arn
  protocol          = "HTTP"
  port              = 80

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}

# The name on the certificate, which CloudFront and the hook speak TLS with.
resource "aws_route53_record" "origin" {
  zone_id = var.zone_id
  name    = var.origin_host
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = true
  }
}
