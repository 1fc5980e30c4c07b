"""What a worker does for the process: reminders at the beat, and trials, which take seconds."""

from celery import shared_task

from apps.process import reminders, trials
from kernel import clock


@shared_task(ignore_result=True)
def remind() -> int:
    """Tell everybody whose deadline is near. Gives how many reminders were looked at."""
    return reminders.remind(now=clock.now())


@shared_task(ignore_result=True)
def play_trial(*, trial_id: int) -> None:
    """Play a trial that waits; harmless when it was played, or is being played, already."""
    trials.play(trial_id=trial_id)
