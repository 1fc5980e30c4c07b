"""The relay's hand to the printing worker."""

from apps.documents.tasks import render_document
from kernel.outbox.models import Message


def ask_worker(message: Message) -> None:
    """Have a worker make a document's file. A queue that is away loses nothing: the message stays and goes again."""
    render_document.apply_async(kwargs={"document_id": message.payload["document_id"]}, retry=False)
