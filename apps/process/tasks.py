"""What a worker does for the process: reminders at the beat."""

from celery import shared_task

from apps.process import reminders
from kernel import clock


@shared_task(ignore_result=True)
def remind() -> int:
    """Tell everybody whose deadline is near. Gives how many reminders were looked at."""
    return reminders.remind(now=clock.now())
