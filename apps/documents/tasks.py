"""The worker's part: making the file of an issued document."""

from celery import shared_task

from apps.documents import commands, queries
from kernel import clock


@shared_task(ignore_result=True)
def render_document(*, document_id: int) -> None:
    """Make a document's file; harmless when it is there already, or when the document never came to be."""
    if queries.is_issued(document_id):
        commands.render(document_id=document_id, now=clock.now())
