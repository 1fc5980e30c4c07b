"""The three parties of the contract."""

from enum import StrEnum


class Party(StrEnum):
    """Who signs the tripartite contract (三方合同)."""

    SELLER = "seller"
    WINNER = "winner"
    CENTRE = "centre"


PARTY_LABELS: dict[Party, str] = {Party.SELLER: "出让方", Party.WINNER: "受让方", Party.CENTRE: "交易机构"}
