"""pytest: as on a developer's machine, with cheap passwords and a Redis database for each process.

The tests' own servers lie in memory where there is room: as durable as any in their settings, and a database is made
and dropped there in a twentieth of the time. What a disk is for is tested on one (tests/chaos, tests/config).
"""

import os
import sys
from urllib.parse import urlsplit, urlunsplit

from config.env import LOCAL
from config.logs import configured
from config.servers.local import folder_in_memory

# What is compiled is kept, whatever the machine's habit: each process of a run has a thousand modules.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Before the servers are asked for; children inherit it.
os.environ.setdefault("SERVERS_FOLDER", str(folder_in_memory()))

from config.settings.local import *  # noqa: E402

DEBUG = False

# Databases 0–7 of the server belong to the demonstration; each test process has one of 8–15.
_process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
REDIS_URL = urlunsplit(urlsplit(REDIS_URL)._replace(path=f"/{8 + _process}"))
CELERY_BROKER_URL = REDIS_URL

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# A test may think for as long as it likes between two statements of its transaction.
DATABASES["default"]["OPTIONS"]["options"] = ""
MEDIA_ROOT = LOCAL / "test-media" / str(_process)
REST_FRAMEWORK = REST_FRAMEWORK | {"DEFAULT_THROTTLE_CLASSES": []}
AXES_ENABLED = False
PROOF_BITS = 6
STREAMS_PER_ADDRESS = STREAMS_PER_PERSON = 100_000
# One address for all tests: what turns people away has its own tests, which set these.
BIDS_PER_SECOND_PERSON = BIDS_PER_SECOND_ADDRESS = READS_PER_SECOND_ADDRESS = LOGINS_PER_MINUTE_ADDRESS = (
    100_000
)
LOGGING = configured(level="WARNING", as_json=False)
CLOCK = "machine"
