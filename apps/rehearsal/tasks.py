"""What a worker does for rehearsals: trials, which take seconds."""

from celery import shared_task

from apps.rehearsal import trials


@shared_task(ignore_result=True)
def play_trial(*, trial_id: int) -> None:
    """Play a trial that waits; harmless when it was played, or is being played, already."""
    trials.play(trial_id=trial_id)
