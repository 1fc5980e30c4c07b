"""The pulse. It decides nothing: lost, doubled, late or early, the rows say what is due."""

from celery import shared_task

from kernel import clock
from kernel.deadlines import runner


@shared_task(ignore_result=True)
def run_due() -> int:
    """Handle everything that is due now."""
    return runner.run_due(now=clock.now())
