"""When a worker is protected: single transitions, and any sequence of them against a small model of ECS and Celery."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from airflow_fargate.worker.protection import (
    Action,
    Connected,
    Denied,
    Ended,
    EndFailed,
    Event,
    Granted,
    Phase,
    Received,
    State,
    Step,
    Terminated,
    Ticked,
    Timing,
    step,
)

TIMING = Timing(lifetime=3600, idle=15, settle=2, patience=10, longest_backoff=30)
PROTECTED = State(phase=Phase.PROTECTED, protected_until=3600)


def after(state: State, event: Event, now: float = 0) -> Step:
    return step(state, event, now, TIMING)


def test_a_message_waits_until_protection_is_granted() -> None:
    waiting, asked = after(State(), Received())
    working, released = after(waiting, Granted(asked_at=0))

    assert (waiting.phase, waiting.held, asked) == (Phase.SECURING, 1, (Action.PROTECT,))
    assert (working.phase, working.held, released) == (Phase.PROTECTED, 0, (Action.RELEASE,))
    assert working.protected_until == 3600


def test_a_protected_worker_starts_tasks_without_asking() -> None:
    assert after(PROTECTED, Received(), now=3599)[1] == (Action.RELEASE,)


def test_protection_counts_from_the_request_not_from_the_answer() -> None:
    assert after(replace(State(), phase=Phase.SECURING), Granted(asked_at=5), now=9)[0].protected_until == 3605


@pytest.mark.parametrize(("now", "actions"), [(1799, ()), (1800, (Action.PROTECT,))])
def test_a_busy_worker_renews_at_half_of_the_lifetime(now: float, actions: tuple[Action, ...]) -> None:
    assert after(PROTECTED, Ticked(busy=True), now) == (PROTECTED, actions)


def test_a_renewal_that_fails_is_tried_again_and_tasks_go_on() -> None:
    failed, actions = after(PROTECTED, Denied(refused=False), now=1800)

    assert (failed.phase, actions) == (Phase.PROTECTED, ())
    assert after(failed, Ticked(busy=True), now=1800.5)[1] == ()
    assert after(failed, Ticked(busy=True), now=1801)[1] == (Action.PROTECT,)


def test_a_renewal_that_is_refused_ends_consuming_and_the_worker_leaves_when_its_tasks_are_done() -> None:
    state, refused = after(PROTECTED, Denied(refused=True), now=1800)
    state, again = after(state, Ticked(busy=True), now=1801)
    state, _actions = after(state, Ticked(busy=False), now=1802)
    state, left = after(state, Ticked(busy=False), now=1817)
    state, asked = after(state, Ticked(busy=False), now=1819)

    assert (refused, again, left, asked) == ((Action.PAUSE,), (Action.PROTECT,), (), (Action.UNPROTECT,))
    assert state.phase is Phase.LEAVING


def test_a_renewal_that_is_granted_after_all_lets_it_consume_again() -> None:
    refused, _actions = after(PROTECTED, Denied(refused=True), now=1800)

    assert after(refused, Granted(asked_at=1801), now=1801)[1] == (Action.RESUME,)


def test_lost_protection_stops_new_tasks() -> None:
    lost, actions = after(PROTECTED, Ticked(busy=True), now=3600)

    assert (lost.phase, actions) == (Phase.SECURING, (Action.PAUSE, Action.PROTECT))
    assert after(PROTECTED, Received(), now=3600)[1] == (Action.PROTECT,)


def test_an_idle_worker_stops_consuming_looks_again_and_only_then_gives_up_protection() -> None:
    state, _actions = after(PROTECTED, Ticked(busy=False), now=100)
    state, early = after(state, Ticked(busy=False), now=114)
    state, left = after(state, Ticked(busy=False), now=115)
    state, waited = after(state, Ticked(busy=False), now=116)
    state, asked = after(state, Ticked(busy=False), now=117)
    state, ended = after(state, Ended(), now=117)

    assert (early, left, waited, asked, ended) == ((), (Action.PAUSE,), (), (Action.UNPROTECT,), (Action.RESUME,))
    assert (state.phase, state.protected_until) == (Phase.IDLE, 0)


def test_work_starts_the_idle_time_anew() -> None:
    state, _actions = after(PROTECTED, Ticked(busy=False), now=100)
    state, _actions = after(state, Ticked(busy=True), now=110)
    state, _actions = after(state, Ticked(busy=False), now=120)

    assert after(state, Ticked(busy=False), now=134)[1] == ()


@pytest.mark.parametrize(
    ("event", "actions"),
    [(Received(), (Action.RESUME, Action.RELEASE)), (Ticked(busy=True), (Action.RESUME,))],
)
def test_a_message_that_slips_in_keeps_the_protection(event: Event, actions: tuple[Action, ...]) -> None:
    leaving = replace(PROTECTED, phase=Phase.LEAVING, consuming=False, quiet_since=100)

    state, done = after(leaving, event, now=101)

    assert (state.phase, state.consuming, state.held, done) == (Phase.PROTECTED, True, 0, actions)


def test_a_message_that_came_while_protection_ended_takes_it_back() -> None:
    leaving = replace(PROTECTED, phase=Phase.LEAVING, consuming=False)

    ended, _actions = after(leaving, Ended(), now=101)

    assert after(ended, Received(), now=101)[1] == (Action.PROTECT,)


def test_when_ending_protection_fails_the_worker_counts_as_unprotected_and_tries_again() -> None:
    leaving = replace(PROTECTED, phase=Phase.LEAVING, consuming=False)

    state, actions = after(leaving, EndFailed(), now=101)

    assert (state.phase, state.protected_until, actions) == (Phase.IDLE, 0, (Action.RESUME,))
    assert after(state, Received(), now=101)[1] == (Action.PROTECT,)
    assert after(state, Ticked(busy=False), now=101.5)[1] == ()
    assert after(state, Ticked(busy=False), now=102)[1] == (Action.PAUSE,)


def test_what_ecs_refuses_goes_back_to_the_broker_at_once() -> None:
    waiting, _actions = after(State(), Received())

    refused, actions = after(waiting, Denied(refused=True))

    assert (refused.phase, refused.held, actions) == (Phase.REFUSED, 0, (Action.PAUSE, Action.GIVE_BACK))
    assert after(refused, Received())[1] == (Action.GIVE_BACK,)
    assert after(refused, Ticked(busy=False), now=1)[1] == (Action.PROTECT,)
    assert after(refused, Granted(asked_at=1), now=1)[1] == (Action.RESUME,)


def test_what_ecs_does_not_answer_for_goes_back_after_a_while() -> None:
    waiting, _actions = after(State(), Received())
    waiting, paused = after(waiting, Denied(refused=False))

    assert paused == (Action.PAUSE,)
    assert after(waiting, Received())[1] == ()
    assert after(waiting, Ticked(busy=False), now=1)[1] == (Action.PROTECT,)
    assert after(waiting, Ticked(busy=False), now=10)[1] == (Action.GIVE_BACK,)


def test_the_attempts_become_rarer_but_never_stop() -> None:
    assert [TIMING.backoff(failures) for failures in (1, 2, 3, 6, 10**6)] == [1, 2, 4, 30, 30]


def test_sigterm_ends_consuming_and_gives_back_what_has_not_started() -> None:
    waiting, _actions = after(State(), Received())

    draining, actions = after(waiting, Terminated())

    assert actions == (Action.PAUSE, Action.GIVE_BACK)
    assert after(draining, Received())[1] == (Action.GIVE_BACK,)
    for event in (Connected(), Ticked(busy=True), Granted(asked_at=0), Denied(refused=False), Ended(), EndFailed()):
        assert after(draining, event) == (draining, ())


@pytest.mark.parametrize(
    ("phase", "follows"),
    [
        (Phase.RETIRED, Phase.IDLE),
        (Phase.IDLE, Phase.IDLE),
        (Phase.SECURING, Phase.SECURING),
        (Phase.PROTECTED, Phase.PROTECTED),
        (Phase.LEAVING, Phase.PROTECTED),
        (Phase.REFUSED, Phase.IDLE),
    ],
)
def test_on_a_new_connection_celery_consumes_and_nothing_is_held(phase: Phase, follows: Phase) -> None:
    before = replace(PROTECTED, phase=phase, consuming=False, held=2)

    connected, actions = after(before, Connected())

    assert (connected.phase, connected.consuming, connected.held, actions) == (follows, True, 0, ())


def test_an_unwanted_worker_takes_nothing_new_finishes_and_gives_up_protection_without_idling() -> None:
    state, paused = after(PROTECTED, Ticked(busy=True, unwanted=True), now=100)
    state, slipped_in = after(state, Received(), now=101)
    state, working = after(state, Ticked(busy=True, unwanted=True), now=500)
    state, done = after(state, Ticked(busy=False, unwanted=True), now=501)
    state, asked = after(state, Ticked(busy=False, unwanted=True), now=503)
    state, ended = after(state, Ended(), now=503)

    assert (paused, slipped_in, working, done) == ((Action.PAUSE,), (Action.RELEASE,), (), ())
    assert (asked, ended) == ((Action.UNPROTECT,), ())
    assert (state.phase, state.consuming) == (Phase.RETIRED, False)
    assert after(state, Received(), now=504)[1] == (Action.GIVE_BACK,)
    assert after(state, Ticked(busy=False, unwanted=True), now=9999) == (state, ())


def test_an_unwanted_worker_still_renews_its_protection_while_it_works() -> None:
    state, _actions = after(PROTECTED, Ticked(busy=True, unwanted=True), now=100)

    state, renewed = after(state, Ticked(busy=True, unwanted=True), now=1800)

    assert renewed == (Action.PROTECT,)
    assert after(state, Granted(asked_at=1800), now=1800)[1] == ()


@pytest.mark.parametrize("busy", [True, False])
def test_a_worker_that_ecs_keeps_after_all_takes_work_again(busy: bool) -> None:
    working, _actions = after(PROTECTED, Ticked(busy=True, unwanted=True), now=100)
    retired = State(phase=Phase.RETIRED, consuming=False, unwanted=True)

    kept, resumed = after(working if busy else retired, Ticked(busy=busy, unwanted=False), now=200)

    assert (kept.consuming, resumed) == (True, (Action.RESUME,))
    assert kept.phase is (Phase.PROTECTED if busy else Phase.IDLE)


def test_an_unprotected_worker_that_is_unwanted_retires_at_once() -> None:
    state, actions = after(State(), Ticked(busy=False, unwanted=True))

    assert (state.phase, actions) == (Phase.RETIRED, (Action.PAUSE,))


def test_a_new_connection_does_not_bring_an_unwanted_worker_back_to_work() -> None:
    retired = State(phase=Phase.RETIRED, consuming=False, unwanted=True)

    connected, _actions = after(retired, Connected(), now=10)

    assert after(connected, Ticked(busy=False, unwanted=True), now=11)[1] == (Action.PAUSE,)


def test_tasks_that_run_in_spite_of_everything_are_protected() -> None:
    assert after(State(), Ticked(busy=True))[1] == (Action.PROTECT,)


@dataclass
class World:
    """The broker's queue, Celery, and ECS, which stops a worker it does not protect whenever it likes."""

    now: float = 1000.0
    queue: int = 0
    on_the_way: int = 0
    """Messages the broker has sent and Celery has not seen yet: they may arrive after consuming has ended."""
    held: int = 0
    running: int = 0
    consuming: bool = True
    protected_until: float = 0.0
    finished: int = 0
    sent: int = 0
    answer: str = "yes"
    unwanted: bool = False
    """What is known of deployments and scale-in."""

    @property
    def protected(self) -> bool:
        return self.now < self.protected_until


class AnySequence(RuleBasedStateMachine):
    """Whatever happens in whatever order, with an agent that refuses, fails, or answers without being heard."""

    @initialize()
    def begin(self) -> None:
        self.world = World()
        self.state = State()
        self.terminated = False
        self.outage = False

    def handle(self, event: Event) -> None:
        following: Event | None = event
        while following is not None:
            self.state, actions = step(self.state, following, self.world.now, TIMING)
            assert not {Action.PROTECT, Action.UNPROTECT} & set(actions[:-1])
            following = None
            for action in actions:
                following = self.perform(action)

    def perform(self, action: Action) -> Event | None:
        world = self.world
        match action:
            case Action.PAUSE:
                assert world.consuming
                world.consuming = False
            case Action.RESUME:
                assert not world.consuming
                assert not self.terminated
                world.consuming = True
            case Action.RELEASE:
                assert world.held
                assert world.protected, "a task starts unprotected"
                assert not self.terminated
                world.running += world.held
                world.held = 0
            case Action.GIVE_BACK:
                assert not world.consuming, "the message would come straight back"
                world.queue += world.held
                world.held = 0
            case Action.PROTECT:
                return self.ask_for_protection()
            case Action.UNPROTECT:
                assert not world.consuming
                assert not world.running, "a busy worker gives up its protection"
                assert not world.held
                return self.ask_to_end()
        return None

    def ask_for_protection(self) -> Event:
        asked_at = self.world.now
        answer = self.world.answer
        self.world.now += 0.1
        if answer in ("yes", "lost"):
            self.world.protected_until = asked_at + 0.05 + TIMING.lifetime
        return Granted(asked_at) if answer == "yes" else Denied(refused=answer == "refused")

    def ask_to_end(self) -> Event:
        answer = self.world.answer
        self.world.now += 0.1
        if answer in ("yes", "lost"):
            self.world.protected_until = 0
        return Ended() if answer == "yes" else EndFailed()

    @rule(answer=st.sampled_from(["yes", "yes", "refused", "failed", "lost"]))
    def from_now_on_the_agent_answers(self, answer: str) -> None:
        self.world.answer = answer

    @rule(count=st.integers(1, 3))
    def a_task_is_queued(self, count: int) -> None:
        self.world.queue += count
        self.world.sent += count

    @precondition(lambda self: self.world.consuming and self.world.queue)
    @rule()
    def the_broker_sends(self) -> None:
        self.world.queue -= 1
        self.world.on_the_way += 1

    @precondition(lambda self: self.world.on_the_way)
    @rule()
    def a_message_arrives(self) -> None:
        self.world.on_the_way -= 1
        self.world.held += 1
        self.handle(Received())

    @precondition(lambda self: self.world.consuming)
    @rule()
    def a_task_comes_straight_through(self) -> None:
        self.a_task_is_queued(count=1)
        self.the_broker_sends()
        self.a_message_arrives()

    @precondition(lambda self: self.world.running)
    @rule()
    def a_task_ends(self) -> None:
        self.world.running -= 1
        self.world.finished += 1

    def tick(self, seconds: float) -> None:
        self.world.now += seconds
        self.handle(Ticked(bool(self.world.running), self.world.unwanted))

    @rule(unwanted=st.booleans())
    def ecs_wants_the_worker_to_go_or_to_stay(self, unwanted: bool) -> None:
        self.world.unwanted = unwanted

    @rule(seconds=st.sampled_from([0.5, 1.0, 2.0, 16.0]))
    def time_passes(self, seconds: float) -> None:
        self.tick(seconds)

    @rule(seconds=st.sampled_from([17, 20, 60]))
    def a_while_passes(self, seconds: int) -> None:
        for _time in range(seconds):
            self.tick(1)
        assert not self.world.held, "a message waits although another worker could take it"

    @rule(hours=st.sampled_from([0.5, 1, 2]))
    def hours_pass(self, hours: float) -> None:
        self.tick(1)
        steady = self.world.protected and self.world.answer == "yes"
        for _time in range(int(hours * 60)):
            self.world.now += 60
            assert self.world.protected or not (steady and self.world.running), "renewed too late"
            self.handle(Ticked(bool(self.world.running), self.world.unwanted))

    @rule(hours=st.sampled_from([0.5, 1, 2]))
    def hours_pass_while_the_process_is_frozen(self, hours: float) -> None:
        self.world.now += 3600 * hours

    @precondition(lambda self: not self.terminated)
    @rule()
    def the_connection_is_lost_and_comes_back(self) -> None:
        self.world.queue += self.world.held + self.world.on_the_way
        self.world.held = self.world.on_the_way = 0
        self.world.consuming = True
        self.handle(Connected())

    # Rarely: nothing much happens afterwards.
    @precondition(lambda self: not self.world.protected and not self.terminated)
    @rule(chance=st.integers(0, 20))
    def ecs_stops_the_worker(self, chance: int) -> None:
        if chance != 7:
            return
        long_without_an_answer = self.state.phase in (Phase.SECURING, Phase.REFUSED) or (
            self.state.phase is Phase.PROTECTED and self.world.now >= self.state.protected_until
        )
        assert not self.world.running or long_without_an_answer, "ECS stops a busy worker"
        self.terminated = True
        self.handle(Terminated())

    @precondition(lambda self: not self.terminated)
    @rule()
    def a_healthy_agent_brings_every_worker_back_to_work(self) -> None:
        self.world.answer = "yes"
        self.world.unwanted = False
        for _time in range(40):
            self.tick(1)
        assert self.world.consuming or self.state.phase is Phase.LEAVING
        assert not self.world.held

    @precondition(lambda self: not (self.terminated or self.world.running or self.world.held))
    @rule()
    def a_healthy_agent_frees_an_idle_worker(self) -> None:
        self.world.answer = "yes"
        for _time in range(120):
            self.tick(1)
        assert self.world.consuming is not self.world.unwanted
        assert not self.world.protected

    @precondition(lambda self: not self.terminated)
    @rule()
    def a_deployment_ends_although_more_work_waits(self) -> None:
        self.world.answer = "yes"
        self.world.unwanted = True
        self.a_task_is_queued(count=3)
        self.tick(1)
        assert not self.world.consuming
        for _time in range(60):
            while self.world.on_the_way:
                self.a_message_arrives()
            while self.world.running:
                self.a_task_ends()
            self.tick(1)
        assert self.state.phase is Phase.RETIRED
        assert not self.world.protected
        assert self.world.queue

    @invariant()
    def the_state_agrees_with_the_world(self) -> None:
        assert self.state.consuming == self.world.consuming
        assert self.state.held == self.world.held
        assert self.state.protected_until <= self.world.protected_until or not self.world.protected

    @invariant()
    def every_message_is_somewhere_once(self) -> None:
        world = self.world
        assert world.sent == world.queue + world.on_the_way + world.held + world.running + world.finished

    @invariant()
    def a_worker_that_was_told_to_stop_neither_consumes_nor_holds(self) -> None:
        assert not self.terminated or not (self.world.consuming or self.world.held)


AnySequence.TestCase.settings = settings(max_examples=200, stateful_step_count=60)
TestAnySequence = AnySequence.TestCase
