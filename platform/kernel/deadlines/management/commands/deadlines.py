"""`manage.py deadlines list|run|retry|watch`: look at the engine, turn it by hand, or mind it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel import clock
from kernel.deadlines import queries, runner, scheduler
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus
from kernel.start_up import refuse_to_start


class Command(BaseCommand):
    """List open and failed deadlines, handle what is due, give failed ones another chance, or mind them all."""

    help = "List deadlines, run what is due, retry a failed one, or watch: handle each at its instant."

    def add_arguments(self, parser: CommandParser) -> None:
        """`action` and, for retry, the deadline's id."""
        parser.add_argument("action", choices=["list", "run", "retry", "watch"])
        parser.add_argument("deadline", nargs="?", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the action and say what was done."""
        actions = {"list": self._list, "run": self._run, "retry": self._retry, "watch": self._watch}
        actions[options["action"]](options["deadline"])

    def _list(self, _: int | None) -> None:
        states = [DeadlineStatus.PENDING, DeadlineStatus.FAILED]
        for row in Deadline.objects.filter(status__in=states).order_by("due_at", "id"):
            paused = " paused" if row.paused_at else ""
            said = row.waiting_for or row.last_error.strip().rsplit("\n", 1)[-1]
            self.stdout.write(
                f"{row.pk:>7} {clock.iso(row.due_at)} {row.status}{paused} {row.kind} case={row.case_id} {said}"
            )
        lag = queries.lag(now=clock.now())
        self.stdout.write(f"overdue {lag.overdue}, oldest by {lag.oldest_overdue}, failed {lag.failed}")

    def _run(self, _: int | None) -> None:
        self.stdout.write(f"handled {runner.run_due(now=clock.now())}")

    def _retry(self, deadline_id: int | None) -> None:
        if deadline_id is None:
            raise CommandError("retry needs the deadline's id; `deadlines list` shows it")
        failed = Deadline.objects.filter(pk=deadline_id, status=DeadlineStatus.FAILED)
        if not failed.update(status=DeadlineStatus.PENDING, attempts=0, try_at=clock.now()):
            raise CommandError(f"deadline {deadline_id} has not failed")
        self._run(None)

    def _watch(self, _: int | None) -> None:
        refuse_to_start()
        scheduler.watch()
