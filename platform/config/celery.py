"""The Celery application: a pulse. What it starts decides nothing that a stored deadline does not."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, setup_logging
from django.conf import settings
from django.utils.module_loading import import_string

# As manage.py does: `celery -A config …` works in a fresh checkout.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

app = Celery("exchange")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _log_as_the_site_does(**_: Any) -> None:
    logging.config.dictConfig(settings.LOGGING)


@celeryd_init.connect
def _look_before_working(**_: Any) -> None:
    # Checks can be imported only when the apps are loaded, which is after this module.
    import_string("kernel.start_up.refuse_to_start")()
