"""When a worker asks ECS for scale-in protection, and when it gives it up: a state machine without side effects.

    IDLE --message--> SECURING --granted--> PROTECTED --no work--> LEAVING --looked again--> IDLE

- IDLE: consumes, not protected. A message that arrives is held until protection is granted: no task runs without it.
- SECURING: holds messages while ECS is asked. What ECS does not answer for goes back to the broker after a while.
- PROTECTED: messages become tasks. Protection is renewed at half of its lifetime. When ECS refuses that, for example
  because this task holds up a deployment, the worker finishes what it has and takes nothing new.
- LEAVING: has stopped consuming, waits for what the broker had sent already, and looks again. Work that turns up leads
  back to PROTECTED, otherwise protection ends and consuming goes on.
- REFUSED: ECS said no, for example because it is about to stop this task. Nothing is held, nothing is consumed: other
  workers take the messages. It asks again until the answer is yes.
- RETIRED: ECS wants the worker to go, for a deployment or for scale-in. It has stopped consuming, has finished what it
  had, and waits unprotected to be stopped. With tasks back to back it would never be idle, and stay for ever. When ECS
  keeps the worker after all, because it rolled back or scaled out, the worker is IDLE again.
- DRAINING: SIGTERM has come. Whatever still arrives goes back to the broker.

Doubt counts against the worker: protection starts with the answer and ends with its lifetime, counted from the request;
after a request to end it that failed, the worker takes itself for unprotected and asks again later.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace


class Phase(enum.Enum):
    IDLE = "idle"
    SECURING = "securing"
    PROTECTED = "protected"
    LEAVING = "leaving"
    REFUSED = "refused"
    RETIRED = "retired"
    DRAINING = "draining"


class Action(enum.Enum):
    """What the worker has to do, in order. PROTECT and UNPROTECT come last: their answer is the next event."""

    PAUSE = "stop consuming"
    RESUME = "consume again"
    RELEASE = "start the held tasks"
    GIVE_BACK = "return the held messages to the broker"
    PROTECT = "ask ECS for protection"
    UNPROTECT = "ask ECS to end the protection"


@dataclass(frozen=True)
class Timing:
    """All in seconds."""

    lifetime: float = 3600
    """How long one request protects: as long as a hung worker can keep its task from being stopped."""
    idle: float = 15
    """How long a worker without work stays protected, so that a break between two tasks costs no requests."""
    settle: float = 2
    """How long it waits for messages after it has stopped consuming: the broker answers within one second."""
    patience: float = 10
    """How long a message may be held."""
    longest_backoff: float = 30

    def backoff(self, failures: int) -> float:
        return min(self.longest_backoff, 2.0 ** min(failures - 1, 10))


@dataclass(frozen=True)
class State:
    phase: Phase = Phase.IDLE
    consuming: bool = True
    held: int = 0
    """Messages that wait for protection."""
    held_since: float = 0
    protected_until: float = 0
    """Until then ECS protects this task for certain."""
    ending_due: bool = False
    """ECS may protect an idle worker, because a request got no answer."""
    failures: int = 0
    retry_at: float = 0
    quiet_since: float | None = None
    """Since when a protected worker has no work; in LEAVING, since when it does not consume."""
    unwanted: bool = False
    """ECS wants this worker to go: it takes nothing new."""


@dataclass(frozen=True)
class Connected:
    """Celery consumes from a new connection to the broker, which has the messages held before."""


@dataclass(frozen=True)
class Received:
    """A message arrived. Its task has not been started."""


@dataclass(frozen=True)
class Ticked:
    """Time has passed. Busy: tasks run or are about to, held messages aside."""

    busy: bool
    unwanted: bool = False
    """Whether ECS wants this worker to go, as far as it is known."""


@dataclass(frozen=True)
class Granted:
    """ECS protects this task since it was asked at that time."""

    asked_at: float


@dataclass(frozen=True)
class Denied:
    """No protection: ECS refused, or there was no answer to rely on."""

    refused: bool


@dataclass(frozen=True)
class Ended:
    """ECS protects this task no longer."""


@dataclass(frozen=True)
class EndFailed:
    """Nobody knows whether ECS still protects this task."""


@dataclass(frozen=True)
class Terminated:
    """The worker was told to stop."""


Event = Connected | Received | Ticked | Granted | Denied | Ended | EndFailed | Terminated
Step = tuple[State, tuple[Action, ...]]


def step(state: State, event: Event, now: float, timing: Timing) -> Step:
    """The state after an event, and what has to be done about it."""
    if state.phase is Phase.DRAINING:
        return (state, (Action.GIVE_BACK,)) if isinstance(event, Received) else (state, ())
    match event:
        case Connected():
            return _connected(state, now)
        case Received():
            return _received(state, now)
        case Ticked(busy, unwanted):
            return _judged(state, busy, unwanted, now, timing)
        case Granted(asked_at):
            return _granted(state, asked_at + timing.lifetime)
        case Denied(refused):
            return _denied(state, refused, now, timing)
        case Ended():
            return _unprotected(state)
        case EndFailed():
            failures = state.failures + 1
            again = replace(state, ending_due=True, failures=failures, retry_at=now + timing.backoff(failures))
            return _unprotected(again)
        case Terminated():
            return _give_back(replace(state, phase=Phase.DRAINING))


def _connected(state: State, now: float) -> Step:
    fresh = replace(state, consuming=True, held=0)
    if state.phase is Phase.LEAVING:
        return replace(fresh, phase=Phase.PROTECTED, quiet_since=now), ()
    if state.phase is Phase.REFUSED:
        return replace(fresh, phase=Phase.IDLE, ending_due=True), ()
    if state.phase is Phase.RETIRED:
        return replace(fresh, phase=Phase.IDLE), ()
    return fresh, ()


def _received(state: State, now: float) -> Step:
    waiting = replace(state, held=state.held + 1, held_since=state.held_since if state.held else now)
    if state.phase in (Phase.REFUSED, Phase.RETIRED):
        return _give_back(waiting)
    if state.phase in (Phase.PROTECTED, Phase.LEAVING) and now < state.protected_until:
        return _work(waiting)
    if state.phase is Phase.SECURING and now < state.retry_at:
        return waiting, ()
    return replace(waiting, phase=Phase.SECURING, ending_due=False), (Action.PROTECT,)


def _judged(state: State, busy: bool, unwanted: bool, now: float, timing: Timing) -> Step:
    """A worker that is unwanted stops consuming at once; one that is kept after all takes work again."""
    seen = replace(state, unwanted=unwanted)
    if unwanted and seen.consuming:
        paused, actions = _pause(replace(seen, phase=Phase.RETIRED) if seen.phase is Phase.IDLE else seen)
        following, more = _ticked(paused, busy, now, timing)
        return following, (*actions, *more)
    if state.unwanted and not unwanted:
        if seen.phase is Phase.RETIRED:
            return _resume(replace(seen, phase=Phase.IDLE))
        # What ECS has not granted is asked for again, and consuming goes on with the answer.
        if seen.phase is Phase.PROTECTED and not seen.failures and now < seen.protected_until:
            return _resume(seen)
    return _ticked(seen, busy, now, timing)


def _ticked(state: State, busy: bool, now: float, timing: Timing) -> Step:
    may_ask = now >= state.retry_at
    match state.phase:
        case Phase.IDLE | Phase.RETIRED if busy:
            return replace(state, phase=Phase.SECURING, ending_due=False), (Action.PROTECT,)
        case Phase.IDLE | Phase.RETIRED if state.ending_due and may_ask:
            return _leave(state, now)
        case Phase.SECURING if state.held and now - state.held_since >= timing.patience:
            return _give_back(replace(state, phase=Phase.REFUSED))
        case Phase.REFUSED if state.unwanted and not busy:
            # Of protection that was granted unheard of, it rids itself first.
            return replace(state, phase=Phase.RETIRED, ending_due=True), ()
        case Phase.SECURING | Phase.REFUSED if may_ask:
            return state, (Action.PROTECT,)
        case Phase.PROTECTED:
            return _watch(state, busy, now, timing)
        case Phase.LEAVING if busy and now < state.protected_until:
            return _work(state)
        case Phase.LEAVING if busy:
            return replace(state, phase=Phase.SECURING, quiet_since=None), (Action.PROTECT,)
        case Phase.LEAVING if now - (state.quiet_since or 0) >= timing.settle:
            return state, (Action.UNPROTECT,)
    return state, ()


def _watch(state: State, busy: bool, now: float, timing: Timing) -> Step:
    """PROTECTED: renew, or leave when there has been no work for long enough."""
    if now >= state.protected_until:
        lost = replace(state, phase=Phase.SECURING, quiet_since=None)
        paused, actions = _pause(lost)
        return paused, (*actions, Action.PROTECT)
    if not busy:
        quiet_since = now if state.quiet_since is None else state.quiet_since
        quiet = replace(state, quiet_since=quiet_since)
        patience = 0 if state.unwanted else timing.idle
        return _leave(quiet, now) if now - quiet_since >= patience else (quiet, ())
    working = replace(state, quiet_since=None)
    renewal_due = now >= state.protected_until - timing.lifetime / 2
    return working, (Action.PROTECT,) if renewal_due and now >= state.retry_at else ()


def _granted(state: State, until: float) -> Step:
    return _work(replace(state, protected_until=until, failures=0, retry_at=0, ending_due=False))


def _denied(state: State, refused: bool, now: float, timing: Timing) -> Step:
    failures = state.failures + 1
    failed = replace(state, failures=failures, retry_at=now + timing.backoff(failures))
    if state.phase is Phase.PROTECTED:
        return _pause(failed) if refused else (failed, ())
    if refused:
        return _give_back(replace(failed, phase=Phase.REFUSED))
    return _pause(failed)


def _unprotected(state: State) -> Step:
    """Protection has ended, perhaps: consume without it until a message comes, or wait to be stopped."""
    ended = replace(state, phase=Phase.IDLE, protected_until=0, quiet_since=None)
    return (replace(ended, phase=Phase.RETIRED), ()) if state.unwanted else _resume(ended)


def _leave(state: State, now: float) -> Step:
    return _pause(replace(state, phase=Phase.LEAVING, quiet_since=now, ending_due=False))


def _work(state: State) -> Step:
    """Protected: start what is held, and consume unless somebody else shall take what comes."""
    protected = replace(state, phase=Phase.PROTECTED, quiet_since=None, held=0)
    working, actions = (protected, ()) if state.unwanted else _resume(protected)
    return working, (*actions, Action.RELEASE) if state.held else actions


def _give_back(state: State) -> Step:
    """Return what is held; not while consuming, or it would come straight back."""
    paused, actions = _pause(replace(state, held=0))
    return paused, (*actions, Action.GIVE_BACK) if state.held else actions


def _pause(state: State) -> Step:
    return replace(state, consuming=False), (Action.PAUSE,) if state.consuming else ()


def _resume(state: State) -> Step:
    return replace(state, consuming=True), () if state.consuming else (Action.RESUME,)
