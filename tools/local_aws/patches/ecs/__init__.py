"""ECS on Fargate: what a task, a service and a deployment do on AWS and do not do in ministack."""
