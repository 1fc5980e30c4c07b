"""What only real commits show: the worker is asked after commit, and the owner's own hand is stopped."""

import base64
import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from django.db import IntegrityError, connection, connections, transaction
from pytest_django import Settings

from apps.documents import commands
from apps.documents.models import Document
from apps.documents.states import DocumentKind
from kernel.outbox import commands as outbox
from kernel.outbox.models import Message
from tests.factories import samples
from tests.factories.cases import open_cases

NOW = datetime(2026, 3, 5, 1, tzinfo=UTC)


def issue(number: str = "豫指交告〔2026〕83号") -> Document:
    """A public announcement, committed unless a transaction is open."""
    open_cases([448])
    return commands.issue(
        kind=DocumentKind.ANNOUNCEMENT,
        facts=samples.bare(DocumentKind.ANNOUNCEMENT),
        number=number,
        case_id=448,
        issued_by_id=1,
        issued_by_name=samples.CENTRE,
        public=True,
        now=NOW,
    )


def test_the_worker_is_asked_by_id_after_commit_and_not_after_a_rollback(
    committed_db: str, redis_url: str
) -> None:
    queue = redis.Redis.from_url(redis_url)
    with transaction.atomic():
        issue()
        transaction.set_rollback(True)
    assert outbox.relay(now=NOW) == 0
    document = issue()
    assert queue.llen("celery") == 0
    assert outbox.relay(now=NOW) == 1
    assert queue.llen("celery") == 1
    message = json.loads(queue.lindex("celery", 0) or b"")
    assert message["headers"]["task"] == "apps.documents.tasks.render_document"
    assert json.loads(base64.b64decode(message["body"]))[:2] == [[], {"document_id": document.pk}]
    queue.close()


def test_a_queue_that_is_away_does_not_undo_what_was_issued(
    committed_db: str, settings: Settings, tmp_path: Path
) -> None:
    """Nobody carries the message; whoever opens the document first has its file made."""
    settings.MEDIA_ROOT = tmp_path
    document = issue()
    opened = commands.open_document(document_id=document.pk, now=NOW)
    assert opened.content.startswith(b"%PDF-")
    assert Message.objects.filter(topic="render", sent_at=None).count() == 1


def test_many_readers_at_once_make_one_file(
    committed_db: str, redis_url: str, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    document = issue()
    opened: list[commands.Opened] = []

    def read() -> None:
        opened.append(commands.open_document(document_id=document.pk, now=NOW))
        connection.close()

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(opened) == 8
    assert len(set(opened)) == 1
    assert [path.name for path in tmp_path.rglob("*.pdf")] == [f"{opened[0].sha256}.pdf"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents_document SET number = 'x'",
        "UPDATE documents_document SET facts = '{}'",
        "UPDATE documents_document SET visible_to = 5",
        "DELETE FROM documents_document",
        "TRUNCATE documents_document",
    ],
)
def test_even_the_owner_of_the_tables_is_stopped_by_the_trigger(
    committed_db: str, redis_url: str, statement: str
) -> None:
    document = issue()
    with pytest.raises(IntegrityError, match="immutable"), connections["owner"].cursor() as cursor:
        cursor.execute(statement)
    assert Document.objects.get().number == document.number
