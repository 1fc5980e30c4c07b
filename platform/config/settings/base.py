"""What is the same wherever the exchange runs."""

from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF

from config.env import ROOT, environment
from config.schedule import BEAT

# Generic base classes such as ModelAdmin[Person] exist for the type checker alone; this lets them run.
django_stubs_ext.monkeypatch()

ENV = environment()

SECRET_KEY = "only for reading the settings; every place that runs the site has its own"
SEALING_KEY = SECRET_KEY
DEBUG = False
ALLOWED_HOSTS: list[str] = []
SITE_URL = ENV.address
# Who answers for the site (互联网信息服务管理办法 第十二条), at the foot of every page; what is empty is not shown.
SITE_DETAILS = {
    "organiser": ENV.site_organiser,
    "icp_number": ENV.icp_number,
    "police_number": ENV.police_number,
    "telephone": ENV.contact_telephone,
    "privacy_url": ENV.privacy_url,
    "accessibility_url": ENV.accessibility_url,
}
# A map of borders is shown under the number of its examination (审图号) and with its source; without a number a plain
# schematic stands in its place.
MAP_APPROVAL_NUMBER = ENV.map_approval_number
MAP_SOURCE = ENV.map_source
# Django's own administration, which looks at registers: on a developer's machine alone.
DJANGO_ADMIN = False
# "machine", or "shared": the clock that a demonstration keeps in the database and moves.
CLOCK = ENV.clock
# Where browsers find the live streams: an origin of its own, or another port of the page's host; with neither under
# /live/ of the page's own origin, which a proxy in front passes on.
LIVE_URL = ENV.live_url.rstrip("/")
LIVE_PORT = ENV.live_port
# How many proxies of ours stand in front: whom the outermost of them answered is where a request came from.
PROXIES = 0
# What one person, or one address (a whole county behind one router), may send to the bid address and to a login.
BIDS_PER_SECOND_PERSON = ENV.bids_per_second_person
BIDS_PER_SECOND_ADDRESS = ENV.bids_per_second_address
LOGINS_PER_MINUTE_ADDRESS = ENV.logins_per_minute_address
READS_PER_SECOND_ADDRESS = ENV.reads_per_second_address
# How many zero bits a visitor without a login works for before it may object: a second of a browser's time.
PROOF_BITS = 18
# How many live streams stay open at once to one address (a whole county behind one router) and to one bidder of a lot.
STREAMS_PER_ADDRESS = ENV.streams_per_address
STREAMS_PER_PERSON = ENV.streams_per_person

# --- what it is made of -------------------------------------------------------------------------------------

INSTALLED_APPS = [
    # First: its `migrate` goes before Django's own.
    "config",
    # Django
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    # others' work
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_cotton",
    "django_htmx",
    "django_structlog",
    "axes",
    "csp",
    # the kernel
    "kernel.workdays",
    "kernel.cases",
    "kernel.numbering",
    "kernel.audit",
    "kernel.outbox",
    "kernel.deadlines",
    "kernel.access",
    "kernel.availability",
    "kernel.acts",
    "kernel.web",
    # the exchange, in the order of apps/README.md
    "apps.parties",
    "apps.rulebook",
    "apps.land",
    "apps.quota",
    "apps.money",
    "apps.documents",
    "apps.notices",
    "apps.prices",
    "apps.pairing",
    "apps.listings",
    "apps.surplus",
    "apps.funds",
    "apps.stages.consent",
    "apps.crossprovince",
    "apps.stages.application",
    "apps.stages.review",
    "apps.stages.announcement",
    "apps.stages.qualification",
    "apps.stages.deposit",
    "apps.stages.award",
    "apps.stages.bidding",
    "apps.stages.agreement",
    "apps.stages.confirmation",
    "apps.stages.contract",
    "apps.stages.payment",
    "apps.stages.transfer",
    "apps.stages.commitment",
    "apps.stages.filing",
    "apps.stages.publication",
    "apps.objections",
    "apps.watching",
    "apps.questions",
    "apps.live",
    "apps.process",
    "apps.rehearsal",
    "apps.demo",
    "apps.portal",
    "apps.desks",
]

MIDDLEWARE = [
    # Outside all others: what every answer says, and which addresses lead nowhere.
    "config.headers.HeadersMiddleware",
    # Whatever fails behind it for want of the database is 503.
    "config.unavailable.UnavailableMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.compressed.CompressedPagesMiddleware",
    "apps.live.address.LiveMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.access_log.AccessLogMiddleware",
    "config.language.LanguageMiddleware",
    "config.rate_limits.RateLimitMiddleware",
    "apps.parties.devices.DeviceMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kernel.web.origin.OriginMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Last: it answers for a locked-out login.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            # The site's own filters everywhere, also in the attributes of components.
            "builtins": ["apps.portal.templatetags.exchange"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.live.address.live_address",
                "apps.portal.site_details.site_details",
            ],
        },
    },
]

# --- data ---------------------------------------------------------------------------------------------------

# `default` is the runtime role, which owns no table and cannot change what is written once; `owner` is the
# role that migrates, on the same database. Every place fills them in with `config.databases.both`.
DATABASES: dict[str, dict[str, Any]] = {}

# Loads what every database needs before the first person comes (calendar, regions, rulebooks): called without
# arguments after migrations, here and in every scratch database. A dotted path to a function; empty for none.
SCRATCH_PREPARE = "apps.demo.reference.load"
# Where a rehearsal gets its own database from.
SCRATCH_DATABASES = "config.scratch"

# Counters of requests only. Nothing that must be right, or must survive, lies in a cache.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

MEDIA_ROOT: Path = ENV.media_root
BANK_GATEWAY = "apps.money.gateway.FileGateway"
COLLECTION_ACCOUNT = {
    "name": ENV.collection_account_name or "自然资源交易资金归集户（演示）",
    "bank": ENV.collection_account_bank or "演示银行营业部",
    "number": ENV.collection_account_number or "6100000000000001",
}
"""The account to which all sub-accounts belong: its holder and bank stand in contracts (户名、开户行)."""
MEDIA_URL = "/media/"

# --- language and time --------------------------------------------------------------------------------------

# Chinese unless a visitor chose otherwise (config/language.py).
LANGUAGE_CODE = "zh-hans"
# Each as it calls itself. A new one is a row here and its catalogue in locale/.
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 86400
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- people -------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "parties.Person" if "apps.parties" in INSTALLED_APPS else "auth.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "apps.parties.passwords.VarietyValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

# In the database: a login outlives a restart of Redis.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# Ten wrong passwords for one name from one address lock that pair for a quarter of an hour.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# The address that the whole site believes; tries while a pair is locked do not prolong it; and whoever has signed in
# from a browser before is not counted with the others at its address.
AXES_CLIENT_IP_CALLABLE = "kernel.web.origin.address_of"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_WHITELIST_CALLABLE = "apps.parties.devices.is_known"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "portal/locked_out.html"

# --- what a browser is told ---------------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "staticfiles"
STATICFILES_DIRS = [ROOT / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.vendor.VendorFinder",
]
# The built files of the npm packages that pages load, under /static/vendor/: nothing comes from another host.
NPM = ROOT / "node_modules"
VENDOR_FILES = {
    "bootstrap/bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "echarts/echarts.min.js": "echarts/dist/echarts.min.js",
    "htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "ol/ol.js": "ol/dist/ol.js",
    "ol/ol.css": "ol/ol.css",
    "plex/400.woff2": "@fontsource/ibm-plex-sans/files/ibm-plex-sans-latin-400-normal.woff2",
    "plex/600.woff2": "@fontsource/ibm-plex-sans/files/ibm-plex-sans-latin-600-normal.woff2",
}
# Outline icons, drawn into the page by the `icon` component.
ICONS = NPM / "@tabler" / "icons" / "icons" / "outline"

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- the API ------------------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.parties.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_FILTER_BACKENDS": ["kernel.web.filters.StrictFilters"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "kernel.web.throttles.StrangersThrottle",
        "kernel.web.throttles.PersonsThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "300/min", "user": "3000/min"},
    "EXCEPTION_HANDLER": "kernel.web.api.handle_exception",
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    # A client generator names its package by the title, and the answer's file is named by it: ASCII.
    "TITLE": "Quota Exchange",
    "DESCRIPTION": "土地指标网上交易平台接口：交易全过程的命令和查询。",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.api.schema.without_docstrings",
        "apps.api.schema.with_live_addresses",
        "apps.api.schema.with_every_refusal",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ActOutcomeEnum": "kernel.web.acts.OUTCOMES",
        "QuotaKindEnum": "apps.api.schema.QUOTA_KINDS_OF_ALL_CLASSES",
        "SupplementaryKindEnum": "apps.api.schema.QUOTA_KINDS",
        "AttachmentKindEnum": "apps.api.schema.ATTACHMENT_KINDS",
        "AuditOutcomeEnum": "apps.api.schema.AUDIT_OUTCOMES",
        "ProceedsCategoryEnum": "apps.api.schema.PROCEEDS_CATEGORIES",
        "PlannedCategoryEnum": "apps.api.schema.PLANNED_CATEGORIES",
        "OpinionOutcomeEnum": "apps.api.schema.OPINION_OUTCOMES",
        "YesNoEnum": "apps.api.schema.YES_NO",
    },
}

# --- the worker ---------------------------------------------------------------------------------------------

REDIS_URL = ""
CELERY_BROKER_URL = "memory://"
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_ENABLE_UTC = True
# A task that its worker did not live to finish is given out again: tasks look at rows, so doing one twice is
# safe.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = 2
# Trials take minutes: a worker of their own plays them, so that no pulse waits behind one.
CELERY_TASK_ROUTES = {"apps.rehearsal.tasks.play_trial": {"queue": "trials"}}
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Redis gives a message out again when it stays unacknowledged this long: no task may wait (ETA) longer.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
}
# A person's request never hangs on a queue that is away: the rows are written, the next pulse finds them.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BEAT_SCHEDULE = BEAT

# --- log lines and mail -------------------------------------------------------------------------------------

DJANGO_STRUCTLOG_USER_ID_FIELD = ""
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False

# A class that keeps to apps.notices.sms.Gateway; a real place names its own.
SMS_GATEWAY = "apps.notices.sms.ConsoleGateway"
DEFAULT_FROM_EMAIL = ENV.email_from
EMAIL_SUBJECT_PREFIX = ""
