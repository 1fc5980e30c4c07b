"""Every constraint with a name refuses by itself what it is named for, even the tables' owner, triggers aside."""

from dataclasses import dataclass, field

import pytest
from django.db import models

from apps.parties.models import Region
from tests.factories.deal import Deal
from tests.invariants.refusals import OWNER, changed, copied, our_models, why_not, without_triggers

NONE, LATER, EARLIER = "NULL", "now() + interval '100 years'", "timestamptz '2000-01-01'"
TEXT = "'x'"


@dataclass(frozen=True)
class Case:
    """How to break one constraint: `changes` to a row where it holds, made on the row itself or on a copy of it.

    Values are SQL expressions. `before` is done to the row first, so that it is one that the constraint is about.
    """

    constraint: str
    changes: dict[str, str] = field(default_factory=dict)
    where: str = "true"
    before: dict[str, str] = field(default_factory=dict)


CASES = (
    Case("workdays_one_current_revision_per_year", where="revoked_at IS NULL"),
    Case("workdays_year_is_plausible", {"year": "1999"}),
    Case("workdays_year_names_its_source", {"notice_no": "''"}),
    Case("workdays_revoked_by_someone_or_not_at_all", {"revoked_by": TEXT}, "revoked_at IS NULL"),
    Case("audit_sequence_once"),
    Case("audit_outcome_known", {"outcome": TEXT}),
    Case("message_sent_with_position", {"position": NONE}, "sent_at IS NOT NULL"),
    Case("one_pending_deadline_each", where="status = 'pending'"),
    Case("deadline_status_known", {"status": TEXT}),
    Case("deadline_unit_known", {"unit": TEXT}),
    Case("handled_deadline_has_its_instant", {"handled_at": NONE}, "status = 'handled'"),
    Case("deadline_not_tried_early", {"try_at": "due_at - interval '1 second'"}),
    Case("deadline_never_handled_early", {"handled_at": EARLIER}, "status = 'handled'"),
    Case("deadline_has_a_lane", {"case_id": NONE}, "concerns_id IS NULL"),
    Case("case_ends_after_it_was_opened", {"ended_at": EARLIER}),
    Case("one_open_preparation_each", where="decided_at IS NULL"),
    Case("preparation_decided_by_and_at_together", {"decided_by_id": NONE}, "decided_at IS NOT NULL"),
    Case("preparer_never_releases", {"decided_by_id": "prepared_by_id"}, "released"),
    Case("one_clock_setting", {"id": "2"}),
    Case("one_heartbeat", {"id": "2"}),
    Case("outage_ends_after_it_began", {"ended_at": EARLIER}),
    Case("seeding_ends_after_it_began", {"ended_at": EARLIER}),
    Case("one_open_outage", where="ended_at IS NULL"),
    Case("one_answer_per_key"),
    Case("one_draft_per_form"),
    Case("one_assignment_per_task"),
    Case(
        "region_code_has_six_digits",
        {"code": "'41000x'"},
        "code NOT IN (SELECT region_id FROM parties_organisation)",
    ),
    Case("organisation_named_once"),
    Case(
        "external_province_once",
        {"name": TEXT, "name_key": TEXT, "credit_code": "''"},
        before={"kind": "'external_province'"},
    ),
    Case("device_known_once"),
    Case("api_token_key_once"),
    Case("api_token_expires_within_ninety_days", {"expires_at": "issued_at + interval '91 days'"}),
    Case("organisation_not_its_own_superior", {"superior_id": "id"}),
    Case("one_duty_in_an_organisation"),
    Case("duty_known", {"duty": TEXT}),
    Case("one_bar_per_default"),
    Case("bar_ends_after_it_began", {"until": "since"}),
    Case("one_flag_per_case"),
    Case("rulebook_version_once"),
    Case("rulebook_approved_by_and_at_together", {"approved_at": NONE}, "approved_at IS NOT NULL"),
    Case("rulebook_drafter_never_approves", {"approved_by_id": "drafted_by_id"}),
    Case("rulebook_valid_to_after_from", {"valid_to": "valid_from - 1"}),
    Case("acceptance_report_once"),
    Case("part_quantity_positive", {"quantity": "0"}),
    Case("part_grades_exist", {"grade_after": "16"}),
    Case("part_regraded_once_by_a_case"),
    Case("regraded_area_positive", {"area": "0"}),
    Case("regrade_is_for_the_better", {"grade_to": "grade_from"}),
    Case("batch_line_once"),
    Case("encumbrance_type_known", {"type": TEXT}),
    Case("encumbrance_amount_of_a_holder", {"holder_id": NONE}, "NOT whole"),
    Case("encumbrance_line_once"),
    Case("encumbrance_line_positive", {"amount": "0"}),
    Case("use_term_once"),
    Case("use_term_extended_for_a_reason", {"reason": "''"}, "extended_days IS NOT NULL"),
    Case("claim_of_a_finding_once"),
    Case("claim_within_its_amount", {"amount": '"left" - 1'}),
    Case("claim_settled_when_nothing_is_left", {"settled_at": "now()"}, '"left" > 0'),
    Case("incoming_correction_changes_something", {"before": "after"}),
    Case("incoming_document_once", {"attachment_id": "0"}),
    Case("batch_line_positive", {"amount": "0"}),
    Case("batch_of_a_project_or_a_case", {"grade": NONE}, "source = 'project'"),
    Case("batch_of_a_case_once", {"certificate_no": TEXT, "certificate_key": TEXT}, "source_id IS NOT NULL"),
    Case("batch_carries_nothing_below_zero", {"carried_paddy": "-1"}),
    Case("case_ground_positive", {"area": "0"}),
    Case("guide_price_attached_to_a_case", {"case_id": NONE, "attached_at": "now()"}),
    Case("guide_price_grade_exists", {"grade": "0"}),
    Case(
        "verification_of_an_acceptance_once",
        {"id": "900001", "certificate_no": NONE, "record_no": NONE, "record_key": "''"},
    ),
    Case(
        "verification_record_once",
        {"id": "900001", "acceptance_no": TEXT, "acceptance_key": TEXT, "certificate_no": NONE},
        "record_key <> ''",
    ),
    Case("verification_not_below_zero", {"reserved": "-1"}),
    Case("verification_status_known", {"status": TEXT}),
    Case("measurement_version_once"),
    Case("measurement_reported_with_its_report", {"report_sha256": "''"}, "origin = 'report'"),
    Case("surplus_parcel_once", {"ground_id": "ground_id + 900000"}),
    Case("surplus_part_positive", {"area": "0"}),
    Case("surplus_part_graded_as_farmland", {"grade_after": NONE}, "grade_after IS NOT NULL"),
    Case("verification_opinion_once"),
    Case("scheme_of_a_province_once"),
    Case("scheme_published_until", {"ends_at": NONE}, "ends_at IS NOT NULL"),
    Case("adjustment_status_known", {"status": TEXT}),
    Case("adjustment_remainder_known", {"remainder": TEXT}),
    Case("adjustment_matched_with_its_amounts", {"margin": NONE}, "scheme_id IS NOT NULL"),
    Case("adjustment_submitted_under_rules", {"rules": NONE}, "status = 'transferred'"),
    Case("adjustment_free_of_misuse", {"income_tied": "true"}, "rules IS NOT NULL"),
    Case("adjustment_receipt_once", {"id": "900002"}, "receipt_key <> ''"),
    Case("adjustment_closed_at_its_close", {"closed_at": "drafted_at"}, "status = 'transferred'"),
    Case("adjustment_line_once"),
    Case("adjustment_line_adds_up", {"handed": "amount + 1"}),
    Case("adjustment_plan_version_once"),
    Case("adjustment_plan_line_no_once"),
    Case("adjustment_plan_line_positive", {"amount": "0"}),
    Case("adjustment_plan_category_known", {"category": TEXT}),
    Case("adjustment_opinion_once"),
    Case("adjustment_quarter_once"),
    Case("adjustment_quarter_known", {"quarter": "'2026Q5'"}),
    Case("audit_round_once", where="voided_at IS NULL"),
    Case("audit_secret_revealed_when_drawn", {"secret": "''"}, "drawn_at IS NOT NULL"),
    Case("audit_concluded_with_its_outcome", {"outcome": "''"}, "concluded_at IS NOT NULL"),
    Case("audit_final_ends_in_order", {"outcome": "'correct'"}, "year = 0 AND concluded_at IS NOT NULL"),
    Case("audit_of_a_year_stands", {"voided_at": "begun_at"}, "year <> 0"),
    Case("audit_draw_place_once", {"spending_id": "-1"}),
    Case("audit_draw_voucher_once", {"place": "99"}),
    Case("demand_status_known", {"status": TEXT}),
    Case("demand_remainder_known", {"remainder": TEXT}),
    Case("demand_positive", {"amount": "0"}),
    Case("demand_matched_with_its_price", {"price": NONE}, "scheme_id IS NOT NULL"),
    Case("demand_submitted_under_rules", {"rules": NONE}, "status = 'closed'"),
    Case("demand_received_once_it_is_paid", {"paid_in_at": NONE}, "received_at IS NOT NULL"),
    Case("demand_receipt_once", {"id": "900003"}, "receipt_key <> ''"),
    Case("demand_opinion_once"),
    Case("scheme_row_once", where="taken_back_at IS NULL"),
    Case("scheme_row_of_one_side", {"batch_id": NONE}, "adjustment_id IS NOT NULL"),
    Case("national_receipt_once_a_side", {"row_id": "row_id + 900000"}),
    Case("scheme_row_positive", {"area_mu": "0"}),
    Case("quota_account_once"),
    Case("quota_account_not_below_zero", {"balance": "-0.0001"}, "bucket = 'available'"),
    Case("quota_issued_not_above_zero", {"balance": "0.0001"}, "bucket = 'issued'"),
    Case("quota_bucket_known", {"bucket": TEXT}, "bucket = 'available'"),
    Case("quota_entry_not_zero", {"amount": "0"}),
    Case("one_sub_account_each", {"number": TEXT}),
    Case("purpose_known", {"purpose": TEXT}),
    Case("bank_entry_positive", {"amount": "0"}),
    Case("bank_entry_arrived_before_import", {"arrived_at": "imported_at + interval '1 microsecond'"}),
    Case("money_account_once"),
    Case("money_account_not_below_zero", {"balance": "-0.01"}, "bucket = 'held'"),
    Case("money_bank_not_above_zero", {"balance": "0.01"}, "bucket = 'bank'"),
    Case("money_bucket_known", {"bucket": TEXT}, "bucket = 'held'"),
    Case("money_entry_not_zero", {"amount": "0"}),
    Case("funds_account_once"),
    Case("funds_account_not_below_zero", {"balance": "-0.01"}, "bucket = 'pool'"),
    Case("funds_external_not_above_zero", {"balance": "0.01"}, "bucket = 'external'"),
    Case("funds_bucket_known", {"bucket": TEXT}, "bucket = 'pool'"),
    Case("funds_entry_not_zero", {"amount": "0"}),
    Case("funds_receipt_positive", {"amount": "0"}),
    Case("funds_allocation_positive", {"amount": "0"}),
    Case(
        "pay_in_voucher_once",
        {"movement_id": "movement_id + 900000", "attachment_id": "attachment_id + 900000"},
    ),
    Case("pay_in_positive", {"amount": "0"}),
    Case("funds_paid_in_not_below_zero", {"paid_in": "-0.01"}),
    Case("funds_taken_back_after_arrival", {"taken_back_at": EARLIER}),
    Case("funds_distribution_positive", {"amount": "0"}),
    Case("funds_portion_once"),
    Case("funds_portion_not_below_zero", {"amount": "-0.01"}),
    Case("funds_reversal_after_its_movement", {"of_id": "movement_id"}),
    Case("funds_reversal_for_a_reason", {"reason": "''"}),
    Case(
        "funds_voucher_once",
        {"movement_id": "movement_id + 900000", "attachment_id": "attachment_id + 900000"},
    ),
    Case("funds_spending_positive", {"amount": "0"}),
    Case("funds_payee_line_once", {"invoice_key": TEXT}),
    Case("funds_invoice_once", {"line": "900"}, "invoice_key <> ''"),
    Case("funds_payee_positive", {"amount": "0"}),
    Case("funds_natural_person_sealed", {"name": TEXT}, "kind = 'person'"),
    Case("funds_restitution_positive", {"amount": "0"}),
    Case("funds_restitution_of_a_bucket", {"bucket": TEXT}),
    Case("funds_finding_not_below_zero", {"amount": "-0.01"}),
    Case("funds_conclusion_recovers_an_amount", {"amount": "0"}, "outcome = 'recover'"),
    Case("debt_positive", {"amount": "0"}),
    Case("debt_settled_after_it_was_made", {"settled_at": EARLIER}),
    Case("organisation_code_once_a_kind", {"name": TEXT, "name_key": TEXT}, "credit_code <> ''"),
    Case("one_open_fiscal_account_each"),
    Case("fiscal_account_is_whole", {"bank": "''"}),
    Case("fiscal_account_closed_by_and_at_together", {"closed_at": "now()"}),
    Case("exceptional_decided_by_and_at_together", {"decided_at": "now()"}),
    Case(
        "one_remittance_per_lot_purse_and_attempt",
        {"request_id": "gen_random_uuid()", "paid_at": NONE, "rejected_at": "now()"},
    ),
    Case("one_live_remittance_per_lot_and_purse", {"request_id": "gen_random_uuid()", "attempt": "9"}),
    Case("remittance_positive", {"amount": "0"}),
    Case("remittance_purse_known", {"purse": TEXT}),
    Case("remittance_released_by_and_at_together", {"released_by_id": NONE}),
    Case(
        "remittance_sent_after_release",
        {"sent_at": "now()", "released_at": NONE, "released_by_id": NONE, "paid_at": NONE},
    ),
    Case("released_remittance_is_not_cancelled", {"cancelled_at": "now()"}),
    Case("remittance_paid_or_rejected_after_release", {"rejected_at": "now()"}),
    Case("outgoing_line_positive", {"amount": "0"}),
    Case("outgoing_outcome_known", {"outcome": TEXT}),
    Case("one_refund_per_entry_source_and_attempt", {"request_id": "gen_random_uuid()"}),
    Case("refund_positive", {"amount": "0"}),
    Case("refund_from_refundable_bucket", {"source": TEXT}),
    Case("refund_released_by_and_at_together", {"released_at": "now()"}, "released_at IS NULL"),
    Case("refund_sent_after_release", {"sent_at": "now()"}, "released_at IS NULL"),
    Case("document_rendered_all_or_none", {"sha256": NONE}, "sha256 IS NOT NULL"),
    Case("document_kind_is_a_code", {"kind": "'No Code'"}),
    Case("document_code_has_80_bits", {"verification_code": TEXT}),
    Case("document_facts_sha256_is_one", {"facts_sha256": TEXT}),
    Case("attachment_kind_is_a_code", {"kind": "'No Code'"}),
    Case("attachment_not_empty", {"size": "0"}),
    Case("attachment_sha256_is_one", {"sha256": TEXT}),
    Case("listing_status_known", {"status": TEXT}),
    Case("listing_form_known", {"form": TEXT}, "announced_at IS NULL"),
    Case("listing_names_its_counterparty", {"counterparty_id": NONE}, "form = 'agreement'"),
    Case("pairing_regions_are_codes", {"giving_region": "'4x'"}),
    Case("pairing_with_a_region_or_a_project", {"major_project_no": TEXT}),
    Case("pairing_valid_for_a_time", {"valid_to": "valid_from - 1"}),
    Case("pairing_ended_by_its_document", {"ended_at": LATER}),
    Case("commitment_says_what_it_promises", {"area": "0"}),
    Case("commitment_decided_as_a_whole", {"refund": "1"}),
    Case("one_open_commitment_report_per_lot", where="closed_at IS NULL"),
    Case("reported_grade_exists", {"grade": "16"}),
    Case("commitment_report_closed_as_a_whole", {"closed_by_id": "1"}),
    Case("one_consent_at_a_time", where="ended_at IS NULL"),
    Case("consent_ends_after_it_was_given", {"ended_at": EARLIER}),
    Case("notice_ends_after_it_began", {"ended_at": EARLIER}),
    Case("portal_screenshot_sha256_is_one", {"screenshot_sha256": TEXT}),
    Case("portal_noted_after_published", {"noted_at": EARLIER}),
    Case("project_voided_with_reason", {"voided_at": "now()", "void_reason": "''"}),
    Case("retirement_for_a_project_or_a_year", {"year": "2026"}),
    Case("year_closed_once"),
    Case("listing_sells_something", {"priced_amount": "0"}),
    Case("listing_grade_exists", {"grade": "16"}),
    Case("listing_planning_scale_by_its_number", {"planning_mu": "1"}, "planning_no = ''"),
    Case("listing_prices_positive", {"starting_price": "0"}),
    Case("listing_ceiling_above_start", {"ceiling": "starting_price - 0.01"}),
    Case("suspended_listing_knows_where_it_stood", {"suspended_from": "'bidding'"}),
    Case("announced_listing_has_its_timetable", {"closes_at": "opens_at"}, "announced_at IS NOT NULL"),
    Case("listing_line_once"),
    Case("listing_line_positive", {"amount": "0"}),
    Case("one_suspension_at_a_time", where="ended_at IS NULL"),
    Case("suspension_ends_after_it_began", {"ended_at": EARLIER}),
    Case("one_opinion_of_each_subject", {"decided_by_id": "-1"}),
    Case(
        "three_opinions_by_three_people",
        {"subject": "CASE subject WHEN 'legality' THEN 'validity' ELSE 'legality' END"},
        before={"review_round": "8"},
    ),
    Case("opinion_subject_known", {"subject": TEXT}),
    Case("opinion_outcome_known", {"outcome": TEXT, "reason": TEXT}),
    Case("unfavourable_opinion_has_reason", {"outcome": "'fail'", "reason": "''"}),
    Case("one_return_notice_per_round"),
    Case("one_submission_per_round"),
    Case("one_registration_each", {"sub_account_id": "-1"}),
    Case("registration_status_known", {"status": TEXT, "reason": TEXT}),
    Case("registration_decided_by_and_at_together", {"decided_at": NONE}),
    Case("unfavourable_registration_has_reason", {"status": "'rejected'", "reason": "''"}),
    Case("paddle_once_per_lot", {"registration_id": "-1"}),
    Case("paddle_has_three_digits", {"paddle": "99"}),
    Case("bid_sequence_once", {"hash": TEXT, "unit_price": "1"}),
    Case("bidder_bids_a_price_once", {"hash": TEXT, "sequence": "99"}),
    Case("bid_hash_once", {"sequence": "99", "unit_price": "1"}),
    Case(
        "bid_request_once", {"hash": TEXT, "sequence": "99", "unit_price": "1"}, before={"request_id": TEXT}
    ),
    Case("bid_positive", {"unit_price": "0"}),
    Case("award_prices_positive", {"unit_price": "0"}),
    Case("award_method_is_a_code", {"method": "'No Code'"}),
    Case("draw_reveals_secret", {"drawn": "true"}),
    Case("one_valid_signature_each", where="voided_at IS NULL"),
    Case("signing_party_known", {"party": TEXT}),
    Case("settlement_adds_up", {"paid": "paid + 0.01"}),
    Case("late_fee_not_negative", {"late_fee": "-1", "paid": "paid - 1 - late_fee"}),
    Case("one_open_quality_claim_per_lot"),
    Case("quality_refund_positive", {"refund": "0"}),
    Case("quality_claim_is_for_less", {"area": "sold_area + 1"}),
    Case("quality_claim_confirmed_by_and_at_together", {"confirmed_by_id": "1"}),
    Case("quality_refund_paid_with_voucher", {"paid_at": "now()"}),
    Case("filing_accepted_by_and_at_together", {"accepted_by_id": "1"}),
    Case("objection_status_known", {"status": TEXT, "settled_at": "now()"}),
    Case("objection_settled_when_not_open", {"settled_at": "now()"}),
    Case("objection_proof_spent_once", {"receipt_sha256": "repeat('1', 64)"}, before={"proof": "'spent'"}),
    Case("objection_receipt_once", {"proof": "''"}, before={"receipt_sha256": "repeat('0', 64)"}),
    Case("bank_entry_once"),
    Case("one_confirmation_of_each_text"),
    Case("confirmed_text_known", {"document": TEXT}),
    Case("confirmed_text_has_its_digest", {"sha256": TEXT}),
    Case("one_watch_each"),
    Case("question_proof_spent_once", {"receipt_sha256": "repeat('1', 64)"}, before={"proof": "'spent'"}),
    Case("question_answered_whole_and_asker_forgotten", {"answer": TEXT}),
    Case("one_saved_view_per_name"),
    Case("saved_view_has_a_name", {"name": "''"}),
)


def named_constraints() -> dict[str, tuple[type[models.Model], models.BaseConstraint]]:
    """Every named constraint of our models."""
    return {each.name: (model, each) for model in our_models() for each in model._meta.constraints}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.constraint)
def test_the_constraint_refuses_what_it_is_named_for(whole: Deal, case: Case) -> None:
    model, constraint = named_constraints()[case.constraint]
    table, key = model._meta.db_table, "code" if model is Region else "id"
    if isinstance(constraint, models.UniqueConstraint):
        where = case.where if not case.before else " AND ".join(f"{n} = {v}" for n, v in case.before.items())
        offence = copied(table, where=where, **case.changes)
    else:
        offence = changed(table, where=case.where, key=key, **case.changes)
    first = [without_triggers(table)]
    if case.before:
        first.append(changed(table, key=key, **case.before))
    said = why_not(offence, role=OWNER, first=tuple(first))
    assert f'"{case.constraint}"' in said, said or "the database did it"


def test_no_constraint_is_left_out() -> None:
    assert {case.constraint for case in CASES} == set(named_constraints())


ONE_OF_EACH = (
    "award_award",
    "bidding_auctionresult",
    "confirmation_confirmation",
    "contract_contract",
    "announcement_announcement",
    "payment_settlement",
    "transfer_transfer",
    "filing_filing",
    "publication_publication",
    "listings_termination",
)


@pytest.mark.parametrize("table", ONE_OF_EACH)
def test_a_lot_has_one_of_these_and_a_second_is_refused(whole: Deal, table: str) -> None:
    said = why_not(copied(table), role=OWNER, first=(without_triggers(table),))
    assert f'"{table}_' in said
    assert "duplicate key" in said
