"""Threads that take turns, request by request, in an order that a seed decides; and a DynamoDB that fails now and then.

Between two requests of a thread any other may make any number of its own: that is what several processes of the journal
are to each other. Every request itself is one step, as it is in DynamoDB.
"""

import random
import threading
from collections.abc import Callable, Iterable
from types import SimpleNamespace

from botocore.exceptions import ReadTimeoutError

from journal import table

_WAIT_SECONDS = 60
_TRANSACTION = "TransactWriteItems"


class Lockstep:
    def __init__(self, seed: int, fail_one_in: int = 0) -> None:
        self.random = random.Random(seed)
        self.fail_one_in = fail_one_in
        self.state = threading.Condition()
        self.waiting: set[threading.Thread] = set()
        self.turn: threading.Thread | None = None
        self.failed: list[BaseException] = []
        self.faults = 0

    def run(self, jobs: Iterable[Callable[[], None]]) -> None:
        """Until all jobs have ended; the first error of any is raised."""
        events = table.client().meta.events
        threads = [threading.Thread(target=self._job, args=(job,), daemon=True) for job in jobs]
        events.register("before-call.dynamodb", self._before)
        events.register("after-call.dynamodb", self._after)
        threading.settrace(None)
        try:
            for thread in threads:
                thread.start()
            self._take_turns(threads)
        finally:
            events.unregister("before-call.dynamodb", self._before)
            events.unregister("after-call.dynamodb", self._after)
        if self.failed:
            raise self.failed[0]

    def _take_turns(self, threads: list[threading.Thread]) -> None:
        with self.state:
            while alive := [thread for thread in threads if thread.is_alive()]:
                # Until everyone stands before a request (or has ended), nobody is let through.
                if self.turn or set(alive) - self.waiting:
                    if not self.state.wait(0.01 if len(self.waiting) < len(alive) else _WAIT_SECONDS):
                        continue
                    continue
                self.turn = self.random.choice(alive)
                self.state.notify_all()

    def _job(self, job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:
            self.failed.append(error)
        finally:
            with self.state:
                self.state.notify_all()

    def _before(self, model, **_):
        me = threading.current_thread()
        with self.state:
            self.waiting.add(me)
            self.state.notify_all()
            assert self.state.wait_for(lambda: self.turn is me, _WAIT_SECONDS)
            self.waiting.discard(me)
            self.turn = None
            if self.fail_one_in and self.random.randrange(self.fail_one_in) == 0:
                self.faults += 1
                return self._refusal(model.name)
        return None

    def _refusal(self, operation: str):
        code, reasons = "ProvisionedThroughputExceededException", []
        if operation == _TRANSACTION and self.random.random() < 0.8:
            code = "TransactionCanceledException"
            passing = self.random.choice(["TransactionConflict", "ThrottlingError"])
            reasons = [{"Code": "None"}, {"Code": passing}]
        error = {"Error": {"Code": code, "Message": "by the test"}, "CancellationReasons": reasons}
        return SimpleNamespace(status_code=400), error

    def _after(self, http_response, **_):
        """The request was carried out, but its answer is lost."""
        with self.state:
            lost = self.fail_one_in and http_response.status_code == 200
            if lost and self.random.randrange(self.fail_one_in * 2) == 0:
                self.faults += 1
                raise ReadTimeoutError(endpoint_url="https://dynamodb.example.com")
