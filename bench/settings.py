"""Settings of what is measured: a server's, without the limits for each person that a generator of load would meet."""

from config.env import LOCAL
from config.logs import configured
from config.settings.local import *

DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
WHITENOISE_AUTOREFRESH = False
MIDDLEWARE = [
    each
    for each in MIDDLEWARE
    if each
    not in {"config.compression.StaticCompressionMiddleware", "config.own_pages.OwnNotFoundMiddleware"}
]
REST_FRAMEWORK = REST_FRAMEWORK | {"DEFAULT_THROTTLE_CLASSES": []}
LOGGING = configured(level="WARNING", as_json=False)
CLOCK = "machine"
MEDIA_ROOT = LOCAL / "bench" / "media"
STREAMS_PER_ADDRESS = STREAMS_PER_PERSON = 10**6
BIDS_PER_SECOND_PERSON = BIDS_PER_SECOND_ADDRESS = 10**6
