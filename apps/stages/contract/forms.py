"""What signing and revising take."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.listings.states import ListingStatus
from apps.parties.roles import Can
from apps.stages.contract import bound, commands
from apps.stages.contract.models import Contract, Signature
from apps.stages.contract.names import CONTRACT_ACCOUNT, CONTRACT_REVISE, CONTRACT_SIGN
from kernel.acts.act import Act
from kernel.web.fields import LineInput, LinesInput, WholeInput

_CONFIRMED = frozenset({ListingStatus.CONFIRMED})


class SignForm(serializers.Serializer[Any]):
    """The hash of the text that was read."""

    text_sha256 = LineInput(label="所签文本的摘要", max_length=64, required=False, allow_blank=True)


class ReviseForm(serializers.Serializer[Any]):
    """Special terms beside the standard ones."""

    special = LinesInput(label="特别约定", max_length=4000, allow_blank=True)


class ContractAccountForm(serializers.Serializer[Any]):
    """Which of its verified accounts the seller is paid into."""

    fiscal_account = WholeInput(label="收款财政账户", min_value=1, max_value=2**62)


class SignatureAnswer(TypedDict):
    """Who signed which text."""

    party: str
    text_sha256: str


def _signature_answer(signature: Signature) -> SignatureAnswer:
    return {"party": signature.party, "text_sha256": signature.text_sha256}


class ContractAnswer(TypedDict):
    """The text as it stands."""

    revision: int
    text_sha256: str


def _contract_answer(contract: Contract) -> ContractAnswer:
    return {"revision": contract.revision, "text_sha256": contract.text_sha256}


ACTS = (
    Act(
        CONTRACT_REVISE,
        "修改合同特别约定",
        commands.revise,
        Can.RUN_TRADES,
        form=ReviseForm,
        statuses=_CONFIRMED,
        answer=_contract_answer,
        help="修改后已有签署作废，须重新签署。",
        subject="listing_id",
    ),
    Act(
        CONTRACT_ACCOUNT,
        "变更收款账户",
        commands.change_account,
        Can.SELL,
        form=ContractAccountForm,
        two_persons=True,
        binds=bound.account_bound,
        statuses=_CONFIRMED,
        answer=_contract_answer,
        help="变更后合同文本改变，已有签署作废，三方须重新签署。",
        subject="listing_id",
    ),
    Act(
        CONTRACT_SIGN,
        "签署三方合同",
        commands.sign,
        Can.SIGN_CONTRACTS,
        form=SignForm,
        two_persons=True,
        binds=bound.sign_bound,
        statuses=_CONFIRMED,
        answer=_signature_answer,
        subject="listing_id",
    ),
)
