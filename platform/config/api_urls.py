"""/api/v1/: the schema, its page, and one line a part of the exchange."""

from django.urls import URLPattern, URLResolver, path, re_path
from drf_spectacular.views import SpectacularSwaggerSplitView

from apps.api import (
    acts,
    adjustments,
    audit,
    auth,
    bid_history,
    bidding,
    calendars,
    certificates,
    claims,
    contract,
    deadlines,
    demands,
    documents,
    evidence,
    filing,
    fund_findings,
    funds,
    listings,
    money,
    notices,
    objections,
    organisations,
    pairings,
    payment,
    preparations,
    prices,
    projects,
    questions,
    quota,
    regions,
    registrations,
    result,
    review,
    rulebooks,
    terms,
    verification,
    verifications,
)
from apps.api.base import NotFoundView
from apps.api.schema import Schema

app_name = "api"

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
    # who one is
    path("login/", auth.Login.as_view(), name="login"),
    path("logout/", auth.Logout.as_view(), name="logout"),
    path("me/", auth.Me.as_view(), name="me"),
    path("tokens/", auth.Tokens.as_view(), name="tokens"),
    path("tokens/<int:token_id>/revoke/", auth.RevokeToken.as_view(), name="token-revoke"),
    # what people do
    *acts.act_urls(),
    path("preparations/", preparations.Preparations.as_view(), name="preparations"),
    path(
        "preparations/<opaque_preparation:preparation_id>/release/",
        preparations.Release.as_view(),
        name="release",
    ),
    path(
        "preparations/<opaque_preparation:preparation_id>/",
        preparations.PreparationPoint.as_view(),
        name="preparation",
    ),
    path(
        "preparations/<opaque_preparation:preparation_id>/take-back/",
        preparations.TakeBack.as_view(),
        name="take-back",
    ),
    path(
        "preparations/<opaque_preparation:preparation_id>/send-back/",
        preparations.SendBack.as_view(),
        name="send-back",
    ),
    # lots
    path("listings/", listings.Listings.as_view(), name="listings"),
    path("listings/<int:listing_id>/", listings.OneListing.as_view(), name="listing"),
    path("listings/<int:listing_id>/bid-history/", bid_history.BidHistory.as_view(), name="bid_history"),
    path("listings/<int:listing_id>/terms/", terms.TermsView.as_view(), name="terms"),
    path("listings/<int:listing_id>/documents/", documents.Documents.as_view(), name="documents"),
    path("listings/<int:listing_id>/result/", result.Result.as_view(), name="result"),
    path("listings/<int:listing_id>/attachments/", evidence.Attachments.as_view(), name="attachments"),
    path(
        "listings/<int:listing_id>/objection-challenge/",
        objections.ObjectionChallenge.as_view(),
        name="objection-challenge",
    ),
    path("listings/<int:listing_id>/bid-ticket/", bidding.BidTicket.as_view(), name="bid-ticket"),
    path("listings/<int:listing_id>/questions/", questions.Answers.as_view(), name="questions"),
    path(
        "listings/<int:listing_id>/question-challenge/",
        questions.QuestionChallenge.as_view(),
        name="question-challenge",
    ),
    path("listings/<int:listing_id>/review/", review.Review.as_view(), name="review"),
    path("listings/<int:listing_id>/contract/", contract.ContractView.as_view(), name="contract"),
    path("listings/<int:listing_id>/price-account/", payment.PriceAccount.as_view(), name="price-account"),
    path("listings/<int:listing_id>/filing/", filing.FilingView.as_view(), name="filing"),
    path("listings/<int:listing_id>/filing/dossier/", filing.Dossier.as_view(), name="dossier"),
    path(
        "documents/<opaque_document:document_id>/file/",
        documents.DocumentFile.as_view(),
        name="document-file",
    ),
    path(
        "attachments/<opaque_attachment:attachment_id>/file/",
        evidence.AttachmentFile.as_view(),
        name="attachment-file",
    ),
    path("registrations/", registrations.Registrations.as_view(), name="registrations"),
    path(
        "registrations/<opaque_registration:registration_id>/",
        registrations.OneRegistration.as_view(),
        name="registration",
    ),
    path("claims/", claims.Claims.as_view(), name="claims"),
    # verifications of surplus quota
    path("verifications/", verifications.Verifications.as_view(), name="verifications"),
    path(
        "verifications/<int:verification_id>/", verifications.OneVerification.as_view(), name="verification"
    ),
    path("verifications/<int:verification_id>/parts/", verifications.Parcels.as_view(), name="parcels"),
    path("verifications/<int:verification_id>/opinions/", verifications.Opinions.as_view(), name="opinions"),
    path("verifications/<int:verification_id>/findings/", verifications.Findings.as_view(), name="findings"),
    path(
        "verifications/<int:verification_id>/documents/",
        verifications.VerificationDocuments.as_view(),
        name="verification-documents",
    ),
    path(
        "verifications/<int:verification_id>/attachments/",
        verifications.VerificationAttachments.as_view(),
        name="verification-attachments",
    ),
    # quota that goes to other provinces
    path("adjustments/", adjustments.Adjustments.as_view(), name="adjustments"),
    path("adjustments/<int:adjustment_id>/", adjustments.OneAdjustment.as_view(), name="adjustment"),
    path(
        "adjustments/<int:adjustment_id>/documents/",
        adjustments.AdjustmentDocuments.as_view(),
        name="adjustment-documents",
    ),
    path(
        "adjustments/<int:adjustment_id>/attachments/",
        adjustments.AdjustmentAttachments.as_view(),
        name="adjustment-attachments",
    ),
    # quota that comes from other provinces
    path("demands/", demands.Demands.as_view(), name="demands"),
    path("demands/<int:demand_id>/", demands.OneDemand.as_view(), name="demand"),
    path("demands/<int:demand_id>/documents/", demands.DemandDocuments.as_view(), name="demand-documents"),
    path(
        "demands/<int:demand_id>/attachments/", demands.DemandAttachments.as_view(), name="demand-attachments"
    ),
    path("schemes/", adjustments.Schemes.as_view(), name="schemes"),
    # the registers
    path("certificates/", certificates.Certificates.as_view(), name="certificates"),
    path("certificates/<int:certificate_id>/", certificates.OneCertificate.as_view(), name="certificate"),
    path("projects/", projects.Projects.as_view(), name="projects"),
    path("batches/", quota.Batches.as_view(), name="batches"),
    path("quota/holdings/", quota.Holdings.as_view(), name="holdings"),
    path("quota/entries/", quota.Ledger.as_view(), name="quota-entries"),
    path("organisations/", organisations.Organisations.as_view(), name="organisations"),
    path("pairings/", pairings.Pairings.as_view(), name="pairings"),
    path("incoming-papers/", pairings.IncomingPapers.as_view(), name="incoming-papers"),
    path("regions/", regions.Regions.as_view(), name="regions"),
    path("rulebooks/", rulebooks.Rulebooks.as_view(), name="rulebooks"),
    path("price-tables/in-force/<str:province>/", prices.PricesInForce.as_view(), name="prices-in-force"),
    path("guide-prices/", prices.GuidePrices.as_view(), name="guide-prices"),
    path("rulebooks/<int:rulebook_id>/", rulebooks.RulebookVersion.as_view(), name="rulebook"),
    path("rulebooks/in-force/<str:province>/", rulebooks.RulesInForce.as_view(), name="rules-in-force"),
    path("calendars/", calendars.Calendars.as_view(), name="calendars"),
    path("verify/", verification.Verify.as_view(), name="verify"),
    # what staff watch
    path("money/entries/", money.BankEntries.as_view(), name="bank-entries"),
    path("money/exceptions/", money.Exceptions.as_view(), name="exceptions"),
    path("money/statements/", money.Statements.as_view(), name="statements"),
    path("refunds/", money.Refunds.as_view(), name="refunds"),
    path("funds/", funds.Funds.as_view(), name="funds"),
    path("funds/<int:fund_id>/vouchers/", funds.FundVouchers.as_view(), name="fund-vouchers"),
    path("fund-movements/", funds.FundMovements.as_view(), name="fund-movements"),
    path("fund-payees/", funds.FundPayees.as_view(), name="fund-payees"),
    path("fund-findings/", fund_findings.FundFindings.as_view(), name="fund-findings"),
    path("deadlines/", deadlines.Deadlines.as_view(), name="deadlines"),
    path("deadlines/lag/", deadlines.DeadlineLag.as_view(), name="deadline-lag"),
    path(
        "cases/<int:case_id>/objection-challenge/",
        objections.CaseObjectionChallenge.as_view(),
        name="case-objection-challenge",
    ),
    path("objections/", objections.Objections.as_view(), name="objections"),
    path("objections/<int:objection_id>/complainant/", objections.Complainant.as_view(), name="complainant"),
    path("audit/", audit.Audit.as_view(), name="audit"),
    path("audit/soundness/", audit.Soundness.as_view(), name="soundness"),
    path("notices/", notices.Notices.as_view(), name="notices"),
    path("notices/<opaque_notice:notice_id>/read/", notices.ReadNotice.as_view(), name="notice-read"),
    # anything else
    re_path(r"", NotFoundView.as_view(), name="nowhere"),
]
