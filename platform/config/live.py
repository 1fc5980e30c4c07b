"""The live process, for an ASGI server: `config.live:application`. Django gives it settings and models, no requests."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
django.setup()

# Only now can models be imported.
from apps.live import streams  # noqa: E402
from config import heartbeat, live_metrics, watch  # noqa: E402

_live = streams.application()


async def _prove() -> None:
    if os.environ.get("EXCHANGE_PULSE") == "1":
        await heartbeat.beat_with(_live.takes_bids)


application = watch.WatchedLoop(live_metrics.OperatorsView(_live), beside=[_prove])
