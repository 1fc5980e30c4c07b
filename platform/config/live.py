"""The live process, for an ASGI server: `config.live:application`. Django gives it settings and models, no requests."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
django.setup()

# Only now can models be imported.
from apps.process.live import streams  # noqa: E402

application = streams.application()
