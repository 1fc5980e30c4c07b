"""A developer's machine and `make demo`: the checkout's own servers unless the environment names others."""

from config.databases import both
from config.env import LOCAL
from config.logs import configured
from config.servers import ensure_postgres, ensure_valkey
from config.settings.base import *

_addresses = ensure_postgres()

SECRET_KEY = "not a secret: this key guards one developer's machine and nothing else"
SEALING_KEY = "not a secret either: it seals the demonstration's reserve prices"
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver"]
DJANGO_ADMIN = True
INTERNAL_IPS = ["127.0.0.1"]

DATABASES = both(runtime_url=_addresses.runtime, owner_url=_addresses.owner)
REDIS_URL = ensure_valkey()
CELERY_BROKER_URL = REDIS_URL

WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# Nothing is collected and compressed beforehand here: pages would weigh several times what they do in production.
MIDDLEWARE.insert(
    MIDDLEWARE.index("whitenoise.middleware.WhiteNoiseMiddleware"),
    "config.compression.StaticCompressionMiddleware",
)
MIDDLEWARE.append("config.own_pages.OwnNotFoundMiddleware")

LOGGING = configured(level=ENV.log_level, as_json=False)
LOGGING_CONFIG = "logging.config.dictConfig"

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = LOCAL / "mail"
