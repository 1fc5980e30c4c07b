"""Every address of the site, one line a part of the exchange."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from apps.desks.admin import office
from apps.desks.agenda import subscribed
from apps.portal.styleguide import styleguide
from config.health import healthz, metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("api/v1/", include("config.api_urls")),
    path("desk/", include("apps.desks.urls")),
    path("calendar/<str:token>.ics", subscribed, name="subscribed"),
    path("", include("apps.portal.urls")),
]
if settings.DJANGO_ADMIN:
    urlpatterns.insert(0, path("admin/", office.urls))
if settings.CLOCK == "shared":
    urlpatterns.append(path("", include("apps.portal.demonstration_urls")))
if settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide, name="styleguide"))
