"""Alarms are evaluated whenever one of their periods ends, and act."""

from __future__ import annotations

import concurrent.futures
import datetime
import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import cloudwatch

from tools.local_aws.patches.cloudwatch import evaluation, expressions, metrics

logger = logging.getLogger("local_aws.cloudwatch")

Alarm = dict[str, Any]
Action = Callable[[str, Alarm], None]
"""Carries out an action of an alarm: (its ARN, the alarm)."""
TICK = 0.5
DELAY = 1.0
"""Seconds after the end of a period in which its last datapoint may still arrive."""
ACTIONS = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
SCALING_POLICY = "arn:aws:autoscaling:"

_scaling: list[Action] = []
_worker = concurrent.futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix="alarm-actions")


def on_scaling_action(action: Action) -> None:
    """Who carries out actions that are scaling policies."""
    _scaling.append(action)


def scaling_actions(alarm: Alarm) -> list[str]:
    if not alarm.get("ActionsEnabled", True):
        return []
    return [arn for arn in alarm.get(ACTIONS[alarm["StateValue"]]) or [] if arn.startswith(SCALING_POLICY)]


def invoke_scaling(alarm: Alarm) -> None:
    """Carried out in order, in a thread of their own: who changes an alarm does not wait for a service."""
    account, region = get_account_id(), get_region()

    def carry_out(arn: str, snapshot: Alarm) -> None:
        try:
            with request_scope(account, region):
                for action in _scaling:
                    action(arn, snapshot)
        except Exception:
            logger.exception("action %s of alarm %s", arn, snapshot["AlarmName"])

    for arn in scaling_actions(alarm):
        _worker.submit(carry_out, arn, dict(alarm))


def iso(moment: float) -> str:
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


class Evaluator:
    def __init__(self) -> None:
        self._seen: dict[str, tuple[Alarm, float]] = {}
        """Alarm ARN -> the configuration that was evaluated, and the end of its evaluation range."""
        self._invoked: dict[str, float] = {}
        """Alarm ARN -> when its scaling actions were last invoked."""

    def start(self) -> None:
        threading.Thread(target=self._loop, name="cloudwatch-alarms", daemon=True).start()

    def _loop(self) -> None:
        while True:
            for (account, region, name), alarm in cloudwatch._alarms.all_items():
                try:
                    with request_scope(account, region):
                        self.look_at(alarm, time.time())
                except Exception:
                    logger.exception("alarm %s", name)
            time.sleep(TICK)

    def look_at(self, alarm: Alarm, now: float) -> None:
        arn = alarm["AlarmArn"]
        start, end = evaluation.evaluation_range(alarm, now, DELAY)
        seen = self._seen.get(arn)
        if seen is None or seen[0] is not alarm or seen[1] != end:
            self._seen[arn] = (alarm, end)
            self._evaluate(alarm, start, end)
        if now - self._invoked.setdefault(arn, now) >= evaluation.RETRY_SECONDS:
            self._invoked[arn] = now
            invoke_scaling(alarm)

    def _evaluate(self, alarm: Alarm, start: float, end: float) -> None:
        if alarm["ComparisonOperator"] not in evaluation.COMPARISONS:
            return
        datapoints = self._datapoints(alarm, start, end)
        values = evaluation.evaluated(datapoints, alarm)
        data = json.dumps(
            {
                "version": "1.0",
                "queryDate": iso(time.time()),
                "startDate": iso(start),
                "statistic": alarm.get("Statistic") or alarm.get("ExtendedStatistic"),
                "period": evaluation.period(alarm),
                "recentDatapoints": values,
                "threshold": alarm["Threshold"],
            }
        )
        state = evaluation.state(datapoints, alarm) or alarm["StateValue"]
        if values:
            reason = (
                f"Threshold Crossed: {len(values)} datapoints {values} compared by {alarm['ComparisonOperator']} "
                f"to the threshold ({alarm['Threshold']})."
            )
        else:
            reason = f"Insufficient Data: no datapoints in {alarm['EvaluationPeriods']} periods."
        self._set_state(alarm, state, reason, data)

    @staticmethod
    def _datapoints(alarm: Alarm, start: float, end: float) -> list[float | None]:
        period = evaluation.period(alarm)
        moments = [start + number * period for number in range(int((end - start) // period))]
        queries = alarm.get("Metrics") or [
            {
                "Id": "metric",
                "MetricStat": {
                    "Metric": {field: alarm.get(field) for field in ("Namespace", "MetricName", "Dimensions")},
                    "Stat": alarm.get("Statistic") or alarm.get("ExtendedStatistic"),
                    "Unit": alarm.get("Unit"),
                },
            }
        ]
        found = expressions.evaluate(queries, lambda stat: metrics.series(stat, start, end, period), moments)
        return [found.get(moment) for moment in moments]

    def _set_state(self, alarm: Alarm, state: str, reason: str, data: str) -> None:
        before, alarm["StateReasonData"] = alarm["StateValue"], data
        if state == before:
            return
        now = int(time.time())
        alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=now, StateTransitionedTimestamp=now)
        cloudwatch._record_history(alarm["AlarmName"], before, state, reason, reason_data=json.loads(data))
        cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
        cloudwatch._evaluate_parent_alarms(alarm)

    def dispatched(self, alarm: Alarm) -> None:
        """A state change: its actions start now, and their minute too."""
        self._invoked[alarm["AlarmArn"]] = time.time()
        invoke_scaling(alarm)


def install() -> None:
    evaluator = Evaluator()
    notify = cloudwatch._dispatch_alarm_actions

    def dispatch(alarm: Alarm, old_state: str, new_state: str, reason: str) -> None:
        notify(alarm, old_state, new_state, reason)
        if "ComparisonOperator" in alarm:
            evaluator.dispatched(alarm)

    cloudwatch._dispatch_alarm_actions = dispatch
    cloudwatch._evaluate_alarm = lambda alarm: None
    cloudwatch._evaluate_all_alarms = lambda: None
    evaluator.start()
