"""The relay's pulse."""

from celery import shared_task

from kernel import clock
from kernel.outbox import commands


@shared_task(ignore_result=True)
def relay() -> int:
    """Carry waiting messages away until none is left that can go."""
    total = 0
    while sent := commands.relay(now=clock.now()):
        total += sent
    return total
