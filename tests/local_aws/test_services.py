"""Services roll out, fail, roll back and are reachable as on AWS."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.local_aws.conftest import HEALTH_CHECK
from tools.local_aws import instance

PORT = os.environ.get("LOCAL_AWS_PORT", "4566")
WAIT = "trap 'exit 0' TERM; while :; do sleep 0.2; done"
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


def container(script: str, **fields: Any) -> dict[str, Any]:
    return {"name": "main", "command": ["sh", "-c", script], "stopTimeout": 5, **fields}


def serve(text: str) -> str:
    """An HTTP server whose every answer is `text`, and whose /health fails unless it says so."""
    return (
        "exec perl -MIO::Socket::INET -e '$SIG{TERM} = sub { exit 0 };"
        " $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 50, ReuseAddr => 1);"
        " while (1) { $c = $s->accept or next; $_ = <$c>; $code = /health/ && q(" + text + ") eq q(sick) ? 503 : 200;"
        " while (<$c>) { last if /^\\r?$/ }"
        ' print $c "HTTP/1.0 $code X\\r\\nConnection: close\\r\\n\\r\\n' + text + "\"; close $c }'"
    )


def completed(service: dict[str, Any]) -> bool:
    deployments = service["deployments"]
    return len(deployments) == 1 and deployments[0]["rolloutState"] == "COMPLETED"


def messages(service: dict[str, Any]) -> str:
    return "\n".join(event["message"] for event in service["events"])


@pytest.fixture(scope="module")
def name(aws: Any) -> str:
    """A service with a health check, rolled out."""
    healthy = {**HEALTH_CHECK, "startPeriod": 20}
    aws.ecs.create_service(
        cluster=aws.name,
        serviceName="rolling",
        taskDefinition=aws.register(container(WAIT, healthCheck=healthy), family=f"{aws.name}-rolling"),
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration=aws.network,
        deploymentConfiguration=BREAKER,
    )
    return "rolling"


def test_a_deployment_is_in_progress_until_its_tasks_are_healthy(aws: Any, until: Any, name: str) -> None:
    assert aws.service(name)["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    service = until(lambda: aws.service(name), completed)
    assert service["runningCount"] == 1
    assert "has reached a steady state" in messages(service)


def test_a_failing_deployment_is_rolled_back_while_the_old_task_runs(aws: Any, until: Any, name: str) -> None:
    before = until(lambda: aws.service(name), completed)
    (old,) = aws.ecs.list_tasks(cluster=aws.name, serviceName=name)["taskArns"]
    broken = aws.register(container("echo broken; exit 2"), family=f"{aws.name}-rolling")
    aws.ecs.update_service(cluster=aws.name, service=name, taskDefinition=broken)
    during = until(lambda: aws.service(name), lambda service: not completed(service))
    assert [entry["status"] for entry in during["deployments"]] == ["PRIMARY", "ACTIVE"]
    after = until(lambda: aws.service(name), completed)
    assert after["taskDefinition"] == before["taskDefinition"]
    assert aws.task(old)["lastStatus"] == "RUNNING"
    assert "deployment failed: tasks failed to start." in messages(after)
    assert "rolling back to deployment" in messages(after)


def test_new_subnets_are_a_new_deployment(aws: Any, until: Any, name: str) -> None:
    before = until(lambda: aws.service(name), completed)["deployments"][0]["id"]
    network = {"awsvpcConfiguration": {**aws.network["awsvpcConfiguration"], "subnets": aws.subnets[:1]}}
    aws.ecs.update_service(cluster=aws.name, service=name, networkConfiguration=network)
    after = until(lambda: aws.service(name), completed)["deployments"][0]
    assert after["id"] != before
    assert after["networkConfiguration"]["awsvpcConfiguration"]["subnets"] == aws.subnets[:1]


def test_a_killed_task_is_replaced(aws: Any, until: Any, name: str) -> None:
    until(lambda: aws.service(name), completed)
    (old,) = aws.ecs.list_tasks(cluster=aws.name, serviceName=name)["taskArns"]
    aws.ecs.stop_task(cluster=aws.name, task=old)
    tasks = until(
        lambda: aws.ecs.list_tasks(cluster=aws.name, serviceName=name)["taskArns"],
        lambda arns: len(arns) == 1 and arns != [old],
    )
    assert until(lambda: aws.task(tasks[0]), lambda task: task["lastStatus"] == "RUNNING")


def test_a_first_deployment_without_predecessor_ends_failed(aws: Any, until: Any) -> None:
    aws.ecs.create_service(
        cluster=aws.name,
        serviceName="broken",
        taskDefinition=aws.register(container("exit 2"), family=f"{aws.name}-broken"),
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration=aws.network,
        deploymentConfiguration=BREAKER,
    )
    service = until(lambda: aws.service("broken"), lambda seen: seen["deployments"][0]["rolloutState"] == "FAILED")
    assert service["deployments"][0]["failedTasks"] == 3
    assert service["deployments"][0]["rolloutStateReason"] == ("ECS deployment circuit breaker: tasks failed to start.")
    aws.ecs.delete_service(cluster=aws.name, service="broken", force=True)
    until(lambda: aws.service("broken"), lambda seen: seen["status"] == "INACTIVE")


def test_load_balancer_and_cloud_map(aws: Any, until: Any) -> None:
    balancing, discovery = aws.client("elbv2"), aws.client("servicediscovery")
    balancer = balancing.create_load_balancer(Name=aws.name, Subnets=aws.subnets)["LoadBalancers"][0]
    group = balancing.create_target_group(
        Name=aws.name,
        Protocol="HTTP",
        Port=8080,
        VpcId=aws.vpc,
        TargetType="ip",
        HealthCheckPath="/health",
        HealthCheckIntervalSeconds=5,
        HealthCheckTimeoutSeconds=4,
        HealthyThresholdCount=2,
    )["TargetGroups"][0]["TargetGroupArn"]
    forward = {"Type": "forward", "TargetGroupArn": group}
    balancing.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=int(PORT), DefaultActions=[forward]
    )
    (listener,) = balancing.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    assert listener["DefaultActions"] == [forward]
    operation = discovery.create_private_dns_namespace(Name=f"{aws.name}.internal", Vpc=aws.vpc)["OperationId"]
    namespace = discovery.get_operation(OperationId=operation)["Operation"]["Targets"]["NAMESPACE"]
    registry = discovery.create_service(
        Name="web", NamespaceId=namespace, DnsConfig={"DnsRecords": [{"Type": "A", "TTL": 10}]}
    )["Service"]

    def ask() -> str | int:
        request = urllib.request.Request(f"http://127.0.0.1:{PORT}/", headers={"Host": balancer["DNSName"]})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return error.code

    def register(text: str) -> str:
        ports = [{"containerPort": 8080}]
        return str(aws.register(container(serve(text), portMappings=ports), family=f"{aws.name}-web"))

    assert ask() == 503
    aws.ecs.create_service(
        cluster=aws.name,
        serviceName="web",
        taskDefinition=register("one"),
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration=aws.network,
        deploymentConfiguration=BREAKER,
        loadBalancers=[{"targetGroupArn": group, "containerName": "main", "containerPort": 8080}],
        serviceRegistries=[{"registryArn": registry["Arn"]}],
    )
    until(lambda: aws.service("web"), completed)
    assert ask() == "one"
    assert len(discovery.list_instances(ServiceId=registry["Id"])["Instances"]) == 1
    question = f"exec 3<>/dev/tcp/web.{aws.name}.internal/8080; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; tail -1 <&3"
    task = aws.run({"name": "main", "command": ["bash", "-c", question]}, family=f"{aws.name}-ask")
    assert aws.logs(task)[-1] == "one"

    answers = set()

    def rolled_out() -> dict[str, Any]:
        answers.add(ask())
        return dict(aws.service("web"))

    aws.ecs.update_service(cluster=aws.name, service="web", taskDefinition=register("two"))
    until(rolled_out, completed)
    assert ask() == "two"
    assert answers <= {"one", "two"}, "a request was lost during the rollout"

    aws.ecs.update_service(cluster=aws.name, service="web", taskDefinition=register("sick"))
    until(rolled_out, completed)
    assert ask() == "two"
    assert "failed ELB health checks" in messages(aws.service("web"))

    aws.ecs.delete_service(cluster=aws.name, service="web", force=True)
    until(lambda: aws.service("web"), lambda seen: seen["status"] == "INACTIVE")
    until(lambda: discovery.list_instances(ServiceId=registry["Id"])["Instances"], lambda seen: not seen)


def test_scaling_bounds_are_enforced(aws: Any, until: Any, name: str) -> None:
    scaling = aws.client("application-autoscaling")
    target = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{aws.name}/{name}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    scaling.register_scalable_target(**target, MinCapacity=2, MaxCapacity=3)
    until(lambda: aws.service(name), lambda service: service["runningCount"] == 2)
    scaling.register_scalable_target(**target, MinCapacity=0, MaxCapacity=1)
    until(lambda: aws.service(name), lambda service: service["runningCount"] == 1)
    scaling.deregister_scalable_target(**target)


def test_a_protected_task_survives_scale_in(aws: Any, until: Any, name: str) -> None:
    until(lambda: aws.service(name), lambda service: service["runningCount"] == 1)
    tasks = aws.ecs.list_tasks(cluster=aws.name, serviceName=name)["taskArns"]
    aws.ecs.update_task_protection(cluster=aws.name, tasks=tasks, protectionEnabled=True)
    aws.ecs.update_service(cluster=aws.name, service=name, desiredCount=0)
    aws.run({"name": "main", "command": ["true"]}, family=f"{aws.name}-pause")
    assert aws.task(tasks[0])["lastStatus"] == "RUNNING"
    aws.ecs.update_task_protection(cluster=aws.name, tasks=tasks, protectionEnabled=False)
    assert aws.stopped(tasks[0])["stopCode"] == "ServiceSchedulerInitiated"


def test_the_request_log_knows_reads_from_writes(aws: Any) -> None:
    log = Path(instance.from_environment(os.environ).requests_log)
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    by_operation = {entry["operation"]: entry["read_only"] for entry in entries}
    assert by_operation["DescribeServices"] is True
    assert by_operation["UpdateService"] is False
    assert {"host"} <= {entry["source"] for entry in entries}
