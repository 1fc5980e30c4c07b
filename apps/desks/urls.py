"""Addresses of the desks."""

from django.urls import path

from apps.desks import acting, hall, offices, views

app_name = "desks"

urlpatterns = [
    path("", views.home, name="home"),
    path("listings/", views.listings, name="listings"),
    path("listings/<int:listing_id>/", views.listing, name="listing"),
    path("listings/<int:listing_id>/evidence/", views.upload, name="upload"),
    path("listings/<int:listing_id>/contract.pdf", views.contract, name="contract"),
    path("listings/<int:listing_id>/dossier.zip", views.dossier, name="dossier"),
    path("listings/<int:listing_id>/bid/", hall.bid, name="bid"),
    path("listings/<int:listing_id>/bid/state/", hall.state, name="bid_state"),
    path("registrations/", views.registrations, name="registrations"),
    path("attachments/<int:attachment_id>/", views.attachment, name="attachment"),
    path("acts/<str:name>/<int:subject_id>/", acting.act_page, name="act"),
    path("preparations/<int:preparation_id>/", acting.preparation, name="preparation"),
    path("objections/<int:objection_id>/complainant/", views.complaint, name="complaint"),
    path("notices/", views.notices, name="notices"),
    path("notices/<int:notice_id>/read/", views.read_notice, name="read_notice"),
    path("organisation/", views.organisation, name="organisation"),
    path("quota/", offices.quota, name="quota"),
    path("finance/", offices.finance, name="finance"),
    path("finance/statement/", offices.statement, name="statement"),
    path("reserve/", offices.reserve, name="reserve"),
    path("rulebooks/", offices.rulebooks, name="rulebooks"),
    path("calendars/", offices.calendars, name="calendars"),
    path("deadlines/", offices.deadlines, name="deadlines"),
    path("record/", offices.record, name="record"),
]
