"""A container that is not run, because what it does is done by the embedded AWS: the log router of FireLens.

It has the states that it would have, and ends well when it is stopped.
"""

from __future__ import annotations

from tools.local_aws.patches.ecs.running_container import RunningContainer


class StandIn(RunningContainer):
    """In the place of a running container. The engine knows nothing of it."""

    _stands_in = False

    @property
    def started(self) -> bool:
        return self._stands_in

    def stand_in(self) -> None:
        self._stands_in = True
        self.record.update(lastStatus="RUNNING")

    def stop(self) -> None:
        if self.running:
            self.record.update(lastStatus="STOPPED", exitCode=0)
            self.exited.set()
            self._changed()

    def remove(self) -> None:
        """There is nothing in the engine."""
