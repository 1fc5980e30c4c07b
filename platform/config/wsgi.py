"""Pages and the API, for a WSGI server: `config.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

from config import watch

application = watch.WatchedRequests(get_wsgi_application())
watch.start_pulse()

if os.environ.get("EXCHANGE_PULSE") == "1":
    from config import heartbeat

    heartbeat.start()
