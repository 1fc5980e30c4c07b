"""The notification that follows a bid, and the trivial effect that deadlines are measured with."""

from celery import Celery
from django.db import connection

app = Celery("plain")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Kinder than most: by itself Celery ends the database connection after every task, and does a fifteenth of this.
app.conf["CELERY_DB_REUSE_MAX"] = 10**9


@app.task
def notify_outbid(bid_id: int) -> None:
    """Tell the bidder before."""


@app.task
def mark(number: int) -> None:
    """One SQL statement: say when a number was done."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bench_mark SET done_at = clock_timestamp() WHERE id = %s", [number])
