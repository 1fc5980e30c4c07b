"""The live process, for an ASGI server: `config.live:application`. Django gives it settings and models, no requests."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
django.setup()

# Bids are decided in a thread beside the one that reads requests. By default a thread that comes back from the database
# may wait five milliseconds for its turn, six times in a decision.
sys.setswitchinterval(0.0005)

# Only now can models be imported.
from apps.process.live import streams  # noqa: E402

application = streams.application()
