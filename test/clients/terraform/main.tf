# The infrastructure of one service, as a platform team writes it for its developers.
terraform {
  required_version = ">= 1.10"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.80" }
  }
  backend "s3" {
    use_lockfile                = true
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
    skip_metadata_api_check     = true
    skip_region_validation      = true
  }
}

provider "aws" {
  max_retries       = 2
  s3_use_path_style = true
  default_tags {
    tags = { service = var.name }
  }
}

variable "name" {
  type    = string
  default = "catalog"
}

locals {
  offer = { for key in ["vpc-id", "subnet-ids", "cluster", "listener-arn", "load-balancer-security-group-id"] : key => nonsensitive(data.aws_ssm_parameter.offer[key].value) }
}

data "aws_caller_identity" "current" {}

data "aws_ssm_parameter" "offer" {
  for_each = toset(["vpc-id", "subnet-ids", "cluster", "listener-arn", "load-balancer-security-group-id"])
  name     = "/baf/platform/${each.key}"
}

data "aws_vpc" "this" {
  id = local.offer["vpc-id"]
}

data "aws_subnets" "this" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.this.id]
  }
}

data "aws_ecs_cluster" "this" {
  cluster_name = local.offer["cluster"]
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/baf/${var.name}"
  retention_in_days = 14
}

resource "aws_ecr_repository" "this" {
  name                 = "shop/${var.name}"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = true
}

resource "aws_iam_role" "execution" {
  name               = "${var.name}-execution"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "ecs-tasks.amazonaws.com" }, Action = "sts:AssumeRole" }] })
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role" "task" {
  name               = "${var.name}-task"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "ecs-tasks.amazonaws.com" }, Action = "sts:AssumeRole" }] })
}

resource "aws_iam_role_policy" "task" {
  name   = "bucket"
  role   = aws_iam_role.task.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "${aws_s3_bucket.this.arn}/*" }] })
}

resource "aws_iam_policy" "secrets" {
  name   = "${var.name}-secrets"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = aws_secretsmanager_secret.this.arn }] })
}

resource "aws_iam_role_policy_attachment" "secrets" {
  role       = aws_iam_role.execution.name
  policy_arn = aws_iam_policy.secrets.arn
}

resource "aws_secretsmanager_secret" "this" {
  name                    = "shop/${var.name}/session-key"
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id     = aws_secretsmanager_secret.this.id
  secret_string = "not a secret"
}

resource "aws_ssm_parameter" "level" {
  name  = "/shop/${var.name}/log-level"
  type  = "String"
  value = "info"
}

resource "aws_ssm_parameter" "token" {
  name  = "/shop/${var.name}/token"
  type  = "SecureString"
  value = "not a secret either"
}

resource "aws_s3_bucket" "this" {
  bucket        = "shop-${var.name}-${data.aws_caller_identity.current.account_id}"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_object" "settings" {
  bucket  = aws_s3_bucket_versioning.this.id
  key     = "settings.json"
  content = jsonencode({ theme = "dark" })
}

resource "aws_security_group" "this" {
  name        = var.name
  description = "tasks of ${var.name}"
  vpc_id      = data.aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  security_group_id            = aws_security_group.this.id
  referenced_security_group_id = local.offer["load-balancer-security-group-id"]
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
}

resource "aws_vpc_security_group_egress_rule" "this" {
  security_group_id = aws_security_group.this.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_security_group" "database" {
  name        = "${var.name}-database"
  description = "database of ${var.name}"
  vpc_id      = data.aws_vpc.this.id
  ingress {
    description     = "from the service"
    protocol        = "tcp"
    from_port       = 5432
    to_port         = 5432
    security_groups = [aws_security_group.this.id]
  }
}

resource "aws_lb_target_group" "this" {
  name                 = var.name
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = 8080
  vpc_id               = data.aws_vpc.this.id
  deregistration_delay = 30
  health_check {
    path                = "/health"
    interval            = 10
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener_rule" "this" {
  listener_arn = local.offer["listener-arn"]
  priority     = 100
  condition {
    host_header {
      values = ["${var.name}.shop.example"]
    }
  }
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions = jsonencode([{
    name         = var.name
    image        = "${aws_ecr_repository.this.repository_url}:1"
    essential    = true
    portMappings = [{ containerPort = 8080 }]
    secrets      = [{ name = "SESSION_KEY", valueFrom = aws_secretsmanager_secret.this.arn }]
    logConfiguration = {
      logDriver = "awslogs"
      options   = { awslogs-group = aws_cloudwatch_log_group.this.name, awslogs-region = "eu-west-1", awslogs-stream-prefix = "task" }
    }
  }])
}

resource "aws_ecs_service" "this" {
  name            = var.name
  cluster         = data.aws_ecs_cluster.this.arn
  task_definition = aws_ecs_task_definition.this.arn
  launch_type     = "FARGATE"
  desired_count   = 2
  propagate_tags  = "SERVICE"
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  network_configuration {
    subnets         = split(",", local.offer["subnet-ids"])
    security_groups = [aws_security_group.this.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.this.arn
    container_name   = var.name
    container_port   = 8080
  }
  lifecycle {
    ignore_changes = [desired_count]
  }
  depends_on = [aws_lb_listener_rule.this]
}

resource "aws_appautoscaling_target" "this" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${local.offer["cluster"]}/${aws_ecs_service.this.name}"
  min_capacity       = 2
  max_capacity       = 6
}

resource "aws_appautoscaling_policy" "this" {
  name               = "${var.name}-cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  resource_id        = aws_appautoscaling_target.this.resource_id
  target_tracking_scaling_policy_configuration {
    target_value = 60
    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${var.name}-5xx"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HTTPCode_Target_5XX_Count"
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 2
  threshold           = 5
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  dimensions          = { TargetGroup = aws_lb_target_group.this.arn_suffix }
}

output "target_group_arn" {
  value = aws_lb_target_group.this.arn
}

output "subnets" {
  value = length(data.aws_subnets.this.ids)
}
