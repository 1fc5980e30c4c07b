"""What the acts and deadlines of this room are called."""

CONTRACT_REVISE = "contract.revise"
CONTRACT_ACCOUNT = "contract.account"
CONTRACT_SIGN = "contract.sign"

BAR_END_DEADLINE = "bar_end"

CONTRACT_DEADLINE = "contract"
