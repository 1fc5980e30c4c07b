"""Two addresses."""

from django.urls import path

from bench.peers.plain import views

urlpatterns = [path("lots/<int:lot_id>/bids", views.PlaceBid.as_view()), path("one", views.one)]
