"""Addresses that only a demonstration has."""

from django.urls import path

from apps.portal import demonstration

urlpatterns = [
    path("clock/", demonstration.clock_page, name="clock"),
    path("logins/", demonstration.logins, name="logins"),
    path("logins/play/", demonstration.play, name="play"),
]
