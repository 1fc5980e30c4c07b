"""Addresses of the public pages."""

from django.urls import path
from django.views.generic import RedirectView

from apps.portal import doors, views

app_name = "portal"

urlpatterns = [
    path("", views.home, name="home"),
    path("listings/", views.listings, name="listings"),
    path("listings/<int:listing_id>/", views.lot, name="lot"),
    path("listings/<int:listing_id>/objections/", views.objection, name="objection"),
    path("documents/<int:document_id>/", views.document, name="document"),
    path("favicon.ico", RedirectView.as_view(url="/static/mark.svg"), name="favicon"),
    path("verify/", views.verification, name="verify"),
    path("verify/<str:code>", views.verification, name="verify_code"),
    path("rules/", views.rules, name="rules"),
    path("login/", doors.Login.as_view(), name="login"),
    path("logout/", doors.Logout.as_view(), name="logout"),
    path("duty/", doors.ChooseDuty.as_view(), name="duty"),
]
