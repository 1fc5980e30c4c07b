"""What the acts of this room are called."""

AGREEMENT_CONSENT = "agreement.consent"
AGREEMENT_WITHDRAW_CONSENT = "agreement.withdraw_consent"
