"""Addresses of the public pages."""

from django.urls import path, re_path
from django.views.generic import RedirectView

from apps.portal import (
    account,
    certificates,
    cross_province,
    doors,
    downloads,
    feeds,
    funds,
    live,
    prices,
    robots,
    scheme,
    views,
)
from apps.portal.display import display

app_name = "portal"

urlpatterns = [
    path("", views.home, name="home"),
    path("listings/", views.listings, name="listings"),
    path("listings/<int:listing_id>/", views.lot, name="lot"),
    path("listings/<int:listing_id>/hall/", live.hall, name="hall"),
    path("listings/<int:listing_id>/terms/", views.lot_terms, name="terms"),
    path("listings/<int:listing_id>/live.json", live.lot_state, name="live"),
    path("live.json", live.wall_state, name="wall"),
    path("listings/<int:listing_id>/objections/", views.objection, name="objection"),
    path("listings/<int:listing_id>/questions/", views.question, name="question"),
    path("receipts/", views.receipt, name="receipt"),
    path("listings/<int:listing_id>/dates.ics", downloads.dates, name="dates"),
    path("announcements/", views.announcements, name="announcements"),
    path("announcements/<str:code>/", views.announcement, name="announcement"),
    path("results/", views.results, name="results"),
    path("cross-province/", cross_province.page, name="cross_province"),
    path("funds/", funds.page, name="funds"),
    path("cross-province/<int:case_id>/", scheme.scheme, name="scheme"),
    path("cross-province/<int:case_id>/objections/", scheme.objection, name="scheme_objection"),
    path("certificates/", certificates.register, name="certificates"),
    path("certificates/<int:certificate_id>/", certificates.certificate, name="certificate"),
    path("certificates/<int:certificate_id>/reports/", certificates.report, name="certificate_report"),
    path("market/", views.market_figures, name="market"),
    path("market/boundaries/<str:province>.geojson", downloads.boundaries, name="boundaries"),
    path("guide/", views.process_guide, name="guide"),
    path("documents/<opaque_document:document_id>/", views.document_by_id, name="document_by_id"),
    path("documents/<str:code>/", views.document, name="document"),
    path("open-data/", views.open_data_page, name="open_data"),
    re_path(r"^open-data/listings\.(?P<extension>csv|json)$", downloads.listings, name="open_listings"),
    re_path(r"^open-data/results\.(?P<extension>csv|json)$", downloads.results, name="open_results"),
    re_path(
        r"^open-data/certificates\.(?P<extension>csv|json)$", downloads.certificates, name="open_certificates"
    ),
    re_path(
        r"^open-data/bid-history/(?P<listing_id>[0-9]{1,18})\.(?P<extension>csv|json)$",
        downloads.bid_history,
        name="open_bid_history",
    ),
    path("feeds/announcements.xml", feeds.Announcements(), name="announcements_feed"),
    path("feeds/results.xml", feeds.Results(), name="results_feed"),
    path("favicon.ico", RedirectView.as_view(url="/static/mark.svg"), name="favicon"),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", robots.sitemap, name="sitemap"),
    path("verify/", views.verification, name="verify"),
    path("verify/<str:code>", views.verification, name="verify_code"),
    path("verify/<str:code>/", views.verification, name="verify_code_page"),
    path("rules/", views.rules, name="rules"),
    path("prices/", prices.prices, name="prices"),
    path("prices.csv", prices.prices_csv, name="prices_csv"),
    path("years/", views.years, name="years"),
    path("years/<str:province>/<int:year>/", views.year, name="year"),
    path("years/<str:province>/<int:year>.json", downloads.year, name="year_json"),
    path("rules/<str:province>/<int:version>/", views.rulebook, name="rulebook"),
    path("invitation/<str:secret>/", doors.invitation, name="invitation"),
    path("login/", doors.Login.as_view(), name="login"),
    path("logout/", doors.Logout.as_view(), name="logout"),
    path("account/", account.account, name="account"),
    path("display/", display, name="display"),
    path("duty/", doors.ChooseDuty.as_view(), name="duty"),
]
