"""A server. What differs from place to place comes from the environment; what is missing stops it."""

from django.core.exceptions import ImproperlyConfigured

from config.databases import both
from config.env import listed
from config.logs import configured
from config.settings.base import *

if ENV.secret_key is None or ENV.sealing_key is None:
    raise ImproperlyConfigured("SECRET_KEY and SEALING_KEY must be set")
if not ENV.database_url or not ENV.redis_url:
    raise ImproperlyConfigured("DATABASE_URL and REDIS_URL must be set")
# Contracts tell the buyer to pay into this account: the demonstration's must never stand in a real one.
if not (ENV.collection_account_name and ENV.collection_account_bank and ENV.collection_account_number):
    raise ImproperlyConfigured(
        "COLLECTION_ACCOUNT_NAME, COLLECTION_ACCOUNT_BANK and COLLECTION_ACCOUNT_NUMBER must be set"
    )

SECRET_KEY = ENV.secret_key.get_secret_value()
SEALING_KEY = ENV.sealing_key.get_secret_value()
ALLOWED_HOSTS = listed(ENV.allowed_hosts)
CSRF_TRUSTED_ORIGINS = listed(ENV.trusted_origins)

DATABASES = both(runtime_url=ENV.database_url, owner_url=ENV.owner_url)
REDIS_URL = ENV.redis_url
CELERY_BROKER_URL = REDIS_URL

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# A proxy in front ends TLS and says so; without one (a trial inside a closed network) plain HTTP has to do.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.behind_tls_proxy else None
SECURE_SSL_REDIRECT = ENV.behind_tls_proxy
# Asked inside, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENV.behind_tls_proxy else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = ENV.behind_tls_proxy
CSRF_COOKIE_SECURE = ENV.behind_tls_proxy
PROXIES = ENV.proxies if ENV.proxies is not None else int(ENV.behind_tls_proxy)

LOGGING = configured(level=ENV.log_level, as_json=True)

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if ENV.email_host
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = ENV.email_host
EMAIL_PORT = ENV.email_port
EMAIL_HOST_USER = ENV.email_user
EMAIL_HOST_PASSWORD = ENV.email_password.get_secret_value()
EMAIL_USE_TLS = ENV.email_tls
# Less than a transaction may stand idle (config/databases.py).
EMAIL_TIMEOUT = 5
