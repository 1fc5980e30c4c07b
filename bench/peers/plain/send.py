"""`python -m bench.peers.plain.send < instants.json`: one task for each instant, put off until then."""

import json
import os
import sys
from datetime import datetime

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.peers.plain.settings"
django.setup()

# Only now can the task be imported.
from django.db import connection  # noqa: E402

from bench.peers.plain.tasks import app, mark  # noqa: E402

if __name__ == "__main__":
    due = [datetime.fromisoformat(text) for text in json.load(sys.stdin)]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM bench_mark")
        cursor.execute("INSERT INTO bench_mark (id) SELECT generate_series(0, %s)", [len(due) - 1])
    with app.producer_pool.acquire(block=True) as producer:
        for number, at in enumerate(due):
            mark.apply_async((number,), eta=at, producer=producer)
