"""The relay's hand to the worker that plays trials."""

from apps.rehearsal.tasks import play_trial
from kernel.outbox.models import Message


def ask_trial(message: Message) -> None:
    """Have a worker play a trial. A queue that is away loses nothing: the message stays and goes again."""
    play_trial.apply_async(kwargs={"trial_id": message.payload["trial_id"]}, retry=False)
