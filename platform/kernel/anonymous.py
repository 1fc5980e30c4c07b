"""What somebody sends without a name (匿名提交): limits by origin, a proof of work, and the receipt it is followed by.

An objection and a question keep nobody's name. Of an origin only keyed marks are kept while the post waits, and of a
receipt only its digest.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction

from kernel import proofs
from kernel.errors import Code, Refusal, Refused, refuse
from kernel.text import folded
from kernel.web.origin import Origin

Post = TypeVar("Post", bound=models.Model)
_MOST_SIGNS = 40


@dataclass(frozen=True)
class Sort:
    """One sort of anonymous post: its words, and how many of one origin may wait at a time.

    `name` begins the constraint `{name}_proof_spent_once` of its model.
    """

    name: str
    noun: str
    waiting: str
    otherwise: str
    of_a_person: int
    of_an_address: int
    of_an_address_anywhere: int

    def about(self, case_id: int) -> str:
        """What a challenge is for."""
        return f"{self.name}:{case_id}"

    @property
    def not_proven(self) -> Refusal:
        """The challenge was not worked for, is too old, or has served already."""
        return Refusal(
            Code.INVALID,
            "提交前的验证未完成或已过期，请稍候片刻后重新提交；"
            f"浏览器不能运行脚本的，请登录后提出，或{self.otherwise}。",
            {"field": "challenge"},
        )


@dataclass(frozen=True)
class Marks:
    """What is kept of an origin while a post waits."""

    address_key: str = ""
    person_key: str = ""
    proof: str = ""


def admitted(
    sort: Sort,
    waiting: models.QuerySet[Any],
    *,
    case_id: int,
    origin: Origin | None,
    challenge: str,
    answer: str,
    now: datetime,
) -> Marks:
    """The marks to keep of an origin. Without one (a rehearsal, a worker) there are none, and no limits.

    `waiting` are the posts of this sort that wait. Refuses: duplicate_request for whoever waits for too many already,
    invalid for whoever is not signed in and has not worked for a challenge.
    """
    if origin is None:
        return Marks()
    refuse(why_not_again(sort, waiting, case_id=case_id, origin=origin))
    if origin.person_key:
        return Marks(origin.address_key, origin.person_key)
    try:
        proof = proofs.spent(challenge, answer, about=sort.about(case_id), now=now)
    except proofs.BadProof as error:
        raise Refused(sort.not_proven) from error
    return Marks(origin.address_key, "", proof)


def why_not_again(
    sort: Sort, waiting: models.QuerySet[Any], *, case_id: int, origin: Origin
) -> Refusal | None:
    """`duplicate_request` for a person, or an address without one, that waits for too many already."""
    here = waiting.filter(case_id=case_id)
    if origin.person_key:
        count = here.filter(person_key=origin.person_key).count()
        return _too_many(f"您对本项目已有{count}件", count, sort.of_a_person, sort, or_else="")
    or_else = f"，或登录后提出，或{sort.otherwise}"
    count = here.filter(address_key=origin.address_key, person_key="").count()
    if count >= sort.of_an_address:
        return _too_many(f"该网络地址对本项目已有{count}件", count, sort.of_an_address, sort, or_else=or_else)
    count = waiting.filter(address_key=origin.address_key, person_key="").count()
    said = f"该网络地址对各项目共有{count}件"
    return _too_many(said, count, sort.of_an_address_anywhere, sort, or_else=or_else)


def _too_many(said: str, count: int, most: int, sort: Sort, *, or_else: str) -> Refusal | None:
    if count < most:
        return None
    return Refusal(
        Code.DUPLICATE_REQUEST,
        f"{said}{sort.noun}{sort.waiting}，请等待处理后再提出{or_else}。",
        {"waiting": str(count), "most": str(most)},
    )


def kept(sort: Sort, create: Callable[..., Post], **values: Any) -> Post:
    """The post as it was stored. Refuses `invalid` when its challenge has served already."""
    try:
        with transaction.atomic():
            return create(**values)
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", "") != f"{sort.name}_proof_spent_once":
            raise
        raise Refused(sort.not_proven) from error


def new_receipt() -> str:
    """A code of sixteen hexadecimal digits that only whoever sent the post is told."""
    return secrets.token_hex(8).upper()


def digest_of(receipt: str) -> str:
    """What is kept of a code: SHA-256 of it, however it is typed."""
    return hashlib.sha256(folded(receipt).upper().encode()).hexdigest()


def by_receipt(posts: models.QuerySet[Post], receipt: str) -> Post | None:
    """The post that a receipt's code belongs to; None for any other text."""
    if not 0 < len(receipt) <= _MOST_SIGNS:
        return None
    return posts.filter(receipt_sha256=digest_of(receipt)).first()
