"""`python -m bench.peers.plain.fill lots bidders`: tables, lots and people of the peer; gives its tokens as JSON."""

import json
import os
import sys
from datetime import timedelta

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.peers.plain.settings"
django.setup()

# Only now can models be imported.
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

from bench.peers.plain.models import Lot, Participant  # noqa: E402


def main(lots: int, bidders: int) -> None:
    """Make everything anew."""
    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_mark (id bigint PRIMARY KEY, due_at timestamptz, done_at timestamptz)"
        )
    users = User.objects.bulk_create(User(username=f"bidder{number}") for number in range(bidders))
    tokens = Token.objects.bulk_create(Token(user=user, key=Token.generate_key()) for user in users)
    made = Lot.objects.bulk_create(
        Lot(
            title=f"Lot {number}",
            starting_price=50000,
            increment=5000,
            closes_at=timezone.now() + timedelta(days=1),  # noqa: TID251 - the peer has no clock of its own
        )
        for number in range(lots)
    )
    Participant.objects.bulk_create(
        Participant(lot=lot, user=user, deposit_paid=True) for lot in made for user in users
    )
    sys.stdout.write(
        json.dumps({"lots": [lot.pk for lot in made], "tokens": [token.key for token in tokens]})
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
