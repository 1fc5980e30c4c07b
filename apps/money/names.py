"""What the acts of this room are called."""

ACCOUNT_REGISTER = "account.register"
ACCOUNT_CLOSE = "account.close"
MONEY_IMPORT = "money.import"
MONEY_LINE = "money.line"
MONEY_COVER = "money.cover"
MONEY_BALANCE = "money.balance"
MONEY_DECIDE = "money.decide"
MONEY_ANSWER = "money.answer"

# Released here; the stages of deposit and payment declare the acts.
REFUND_RELEASE = "refund.release"
REFUND_RELEASE_ONE = "refund.release_one"
REMITTANCE_RELEASE = "remittance.release"
