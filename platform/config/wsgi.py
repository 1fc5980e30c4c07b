"""Pages and the API, for a WSGI server: `config.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

application = get_wsgi_application()

if os.environ.get("EXCHANGE_PULSE") == "1":
    from config import pulse

    pulse.start()
