"""What people are told when something happens (通知). One function an event; who hears it is named here."""

from datetime import datetime

from apps.listings.events import ListingResumed, ListingSuspended, ListingTerminated
from apps.listings.models import Listing, Suspension
from apps.listings.queries import identities_hidden
from apps.listings.states import ListingStatus
from apps.money.events import PaymentRejected, RefundReleased, RemittanceReleased
from apps.money.models import Purse, Remittance, SubAccount
from apps.notices.commands import tell, tell_all
from apps.objections.events import (
    FloodDismissed,
    ObjectionAccepted,
    ObjectionRaised,
    ObjectionSettled,
)
from apps.parties.models import Organisation
from apps.parties.queries import office, offices
from apps.parties.roles import Can, kinds_that
from apps.questions.events import QuestionAnswered, QuestionAsked
from apps.stages.announcement.events import AnnouncementAmended
from apps.stages.application.events import ApplicationSubmitted
from apps.stages.award.events import ListingClosed, ListingUnsold
from apps.stages.award.queries import awarded
from apps.stages.bidding.events import (
    AwardWithheld,
    BiddingOpened,
    TimedRoundStarted,
)
from apps.stages.bidding.models import Bid
from apps.stages.bidding.queries import highest_price
from apps.stages.commitment.events import CommitmentDecided, CommitmentReported
from apps.stages.confirmation.events import AwardConfirmed
from apps.stages.consent.events import AgreementConsented, ConsentWithdrawn
from apps.stages.contract.events import CentreSignatureMissing, ContractEffective, ListingDefaulted
from apps.stages.deposit.events import DepositRejected, PaddleGranted
from apps.stages.deposit.queries import admitted
from apps.stages.payment.events import InstalmentRejected, PaymentReceived, PricePaid
from apps.stages.payment.names import PAYMENT_DEADLINE
from apps.stages.publication.events import ListingCompleted
from apps.stages.qualification.events import RegistrationDecided, RegistrationSubmitted
from apps.stages.qualification.models import Registration
from apps.stages.qualification.states import LABELS, RegistrationStatus
from apps.stages.review.events import ApplicationReturned, ReviewPassed
from apps.stages.transfer.events import QuotaTransferred
from kernel.access.models import Preparation
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.acts.events import PreparationVoided
from kernel.cases.models import Case
from kernel.cases.queries import named
from kernel.cases.registry import process_called
from kernel.clock import beijing, ended, iso
from kernel.deadlines.models import Deadline, DeadlineMove
from kernel.deadlines.registry import kind_of
from kernel.events import Event
from kernel.money import Yuan
from kernel.outbox.models import Message
from kernel.sealing import keyed_mark
from kernel.transparency import Told
from kernel.workdays.models import Year


def _when(instant: datetime) -> str:
    return f"{beijing(instant):%Y年%m月%d日%H时%M分}"


def _listing(listing_id: int) -> Listing:
    return Listing.objects.select_related("seller").get(pk=listing_id)


def _may_tell(told: Told, listing: Listing, least: Told) -> bool:
    """Whether these hear of what is told so: before a lot's close, of what is not declared, only whom it concerns."""
    return told.reaches(least) or not identities_hidden(listing)


def _tell_office(
    event: Event,
    capability: Can,
    listing: Listing,
    kind: str,
    title: str,
    text: str,
    now: datetime,
    about: str = "",
) -> None:
    if _may_tell(event.told, listing, Told.OFFICES):
        _tell_whose_task(capability, listing, kind, title, text, now, about=about)


def _tell_whose_task(
    capability: Can, listing: Listing, kind: str, title: str, text: str, now: datetime, about: str = ""
) -> None:
    """The one office that has to act on what happened, whoever else may know."""
    to = office(capability, province=listing.province)
    tell(organisation_id=to.pk, kind=kind, title=title, text=text, now=now, case_id=listing.pk, about=about)


def _tell_offices(
    event: Event,
    capability: Can,
    listing: Listing,
    kind: str,
    title: str,
    text: str,
    now: datetime,
    about: str = "",
) -> None:
    """All offices that may do something; a province may have none yet."""
    if _may_tell(event.told, listing, Told.OFFICES):
        to = [each.pk for each in offices(capability, province=listing.province)]
        tell_all(
            organisation_ids=to, kind=kind, title=title, text=text, now=now, case_id=listing.pk, about=about
        )


def _tell_seller(
    event: Event, listing: Listing, kind: str, title: str, text: str, now: datetime, about: str = ""
) -> None:
    if _may_tell(event.told, listing, Told.PARTIES):
        _tell_own(listing.seller_id, listing, kind, title, text, now, about=about)


def _tell_each(
    event: Event,
    listing: Listing,
    kind: str,
    title: str,
    text: str,
    now: datetime,
    about: str = "",
    *,
    to: list[int],
) -> None:
    """Those who bid or applied to: of what everybody may know."""
    if _may_tell(event.told, listing, Told.EVERYBODY):
        tell_all(
            organisation_ids=to, kind=kind, title=title, text=text, now=now, case_id=listing.pk, about=about
        )


def _tell_own(
    organisation_id: int, listing: Listing, kind: str, title: str, text: str, now: datetime, about: str = ""
) -> None:
    """Whom an event concerns, as it says itself."""
    tell(
        organisation_id=organisation_id,
        kind=kind,
        title=title,
        text=text,
        now=now,
        case_id=listing.pk,
        about=about,
    )


def _registered(listing: Listing) -> list[int]:
    """Whoever applied to bid, whatever became of it."""
    found = Registration.objects.filter(listing=listing).order_by("id")
    return list(found.values_list("organisation_id", flat=True))


def application_submitted(event: ApplicationSubmitted) -> None:
    """Reviewers hear of a new round."""
    listing = _listing(event.listing_id)
    for capability in (Can.DECIDE_FOR_PROVINCE, Can.RUN_TRADES):
        text = f"{listing.seller.name}提交了{listing}（{listing.lines_text()}）的出让申请，请按期审查。"
        _tell_office(
            event,
            capability,
            listing,
            "review",
            "出让申请待审查",
            text,
            event.now,
            about=str(event.review_round),
        )


def application_returned(event: ApplicationReturned) -> None:
    """The seller hears why."""
    listing = _listing(event.listing_id)
    text = f"{listing}的出让申请被退回，理由：{event.reason}。请补正后重新提交，或撤回申请。"
    _tell_seller(
        event, listing, "returned", "出让申请退回补正", text, event.now, about=str(listing.review_round)
    )


def review_passed(event: ReviewPassed) -> None:
    """Seller and centre hear that the lot can be announced."""
    listing = _listing(event.listing_id)
    _tell_seller(
        event,
        listing,
        "approved",
        "出让申请审查通过",
        f"{listing}已通过三重审查，待发布交易公告。",
        event.now,
    )
    _tell_office(
        event,
        Can.RUN_TRADES,
        listing,
        "approved",
        "待发布交易公告",
        f"{listing}已通过三重审查，请发布交易公告。",
        event.now,
    )


def announcement_amended(event: AnnouncementAmended) -> None:
    """Everybody registered hears of a supplement."""
    listing = _listing(event.listing_id)
    text = f"{listing}发布了补充公告，请查看变更内容和调整后的时间。"
    _tell_each(
        event,
        listing,
        "amended",
        "补充公告",
        text,
        event.now,
        about=str(event.supplement_id),
        to=_registered(listing),
    )
    _tell_seller(event, listing, "amended", "补充公告", text, event.now, about=str(event.supplement_id))


def registration_submitted(event: RegistrationSubmitted) -> None:
    """The centre hears once that applications come in, without a name and without a count; its desk lists them."""
    listing = _listing(event.listing_id)
    text = f"{listing}已有竞买申请，请在待办事项中按期逐件审核。"
    _tell_whose_task(Can.RUN_TRADES, listing, "registration", "竞买申请待审核", text, event.now)


def agreement_consented(event: AgreementConsented) -> None:
    """The seller hears that its counterparty consents, and may hand the application in."""
    listing = _listing(event.listing_id)
    text = f"受让方已同意{listing.title}的协议转让，可以提交出让申请；内容有任何变更的，须重新取得同意。"
    about = event.now.isoformat()
    _tell_own(listing.seller_id, listing, "agreement_consented", "受让方已同意", text, event.now, about=about)


def consent_withdrawn(event: ConsentWithdrawn) -> None:
    """The seller hears that its counterparty has taken its consent back."""
    listing = _listing(event.listing_id)
    text = f"受让方已撤回对{listing.title}协议转让的同意，重新取得同意之前不能提交出让申请。"
    about = event.now.isoformat()
    _tell_own(listing.seller_id, listing, "consent_withdrawn", "受让方撤回同意", text, event.now, about=about)


def registration_decided(event: RegistrationDecided) -> None:
    """The applicant hears the outcome with its reasons."""
    listing = _listing(event.listing_id)
    outcome = LABELS[RegistrationStatus(event.outcome)]
    reason = f"，理由：{event.reason}" if event.reason else ""
    _tell_own(
        event.organisation_id,
        listing,
        "qualification",
        f"竞买申请{outcome}",
        f"贵单位对{listing}的竞买申请审核结论为“{outcome}”{reason}。",
        event.now,
        about=event.now.isoformat(),
    )


def paddle_granted(event: PaddleGranted) -> None:
    """The bidder hears that it may bid."""
    listing = _listing(event.listing_id)
    opens = _when(listing.opens_at) if listing.opens_at else ""
    _tell_own(
        event.organisation_id,
        listing,
        "certificate",
        "竞买资格确认书已签发",
        f"贵单位已取得{listing}的竞买资格，号牌见竞买资格确认书。报价自{opens}开始。",
        event.now,
    )


def deposit_rejected(event: DepositRejected) -> None:
    """Whose sub-account was paid hears at once that the payment does not count, and why: for each reason once."""
    listing = _listing(event.listing_id)
    _tell_own(
        event.organisation_id,
        listing,
        "deposit_rejected",
        "保证金未予计入",
        f"转入贵单位{listing}保证金子账户的{Yuan(event.amount):,}元未予计入：{event.sentence}",
        event.now,
        about=f"{event.entry_id}-{event.code}",
    )


def bidding_opened(event: BiddingOpened) -> None:
    """Everybody admitted hears that bidding is open: whoever was not hears nothing of the bidding."""
    listing = _listing(event.listing_id)
    until = ended(listing.closes_at) if listing.closes_at else ""
    _tell_each(
        event,
        listing,
        "opened",
        "竞价已开始",
        f"{listing}已开始报价，截止时间{until}。",
        event.now,
        to=admitted(listing.pk),
    )


def tell_outbid(message: Message) -> None:
    """Each organisation whose bid was passed by the bids that a message names, once for each bid of its own.

    One that leads again by now is told nothing, nor is one that bid the same price at the ceiling. Once the lot takes
    no more bids, nobody is: it would call for a bid that nobody can make.
    """
    for listing_id, (first, last) in message.payload["lots"].items():
        bids = list(
            Bid.objects.filter(listing_id=listing_id, sequence__gte=first - 1, sequence__lte=last)
            .select_related("certificate__registration")
            .order_by("sequence")
        )
        own = {bid.certificate.registration.organisation_id: bid for bid in bids}
        leading = _leading(int(listing_id))
        passed = [bid for bid in own.values() if bid.certificate_id not in leading]
        listing = _listing(int(listing_id))
        if passed and listing.state is ListingStatus.BIDDING:
            _tell_passed(listing, passed, now=message.created_at)


def _leading(listing_id: int) -> set[int]:
    """The certificates that stand at the highest price: one, or at the ceiling several."""
    highest = highest_price(listing_id)
    if highest is None:
        return set()
    found = Bid.objects.filter(listing_id=listing_id, unit_price=highest)
    return set(found.values_list("certificate_id", flat=True))


def _tell_passed(listing: Listing, bids: list[Bid], *, now: datetime) -> None:
    for bid in bids:
        tell(
            organisation_id=bid.certificate.registration.organisation_id,
            kind="outbid",
            title="报价已被超越",
            text=f"贵单位在{listing}的报价已被超越，如需继续竞买请及时报价。",
            now=now,
            case_id=listing.pk,
            about=str(bid.pk),
        )


def timed_round_started(event: TimedRoundStarted) -> None:
    """Everybody admitted hears of timed bidding."""
    listing = _listing(event.listing_id)
    text = f"{listing}进入限时竞价，首轮截止{ended(event.closes_at)}，每次有效报价后重新计时。"
    _tell_each(event, listing, "timed_round", "进入限时竞价", text, event.now, to=admitted(listing.pk))


def listing_closed(event: ListingClosed) -> None:
    """The winner hears that it won; the centre, that a confirmation is due; the others, that they did not."""
    listing = _listing(event.listing_id)
    _tell_own(
        event.winner_id,
        listing,
        "won",
        "竞得通知",
        f"贵单位竞得{listing}，请等待成交确认书，并按期签订三方合同。"
        if listing.trade.has("bidding")
        else f"{listing}协议公示期满，由贵单位受让，请等待成交确认书，并按期签订三方合同。",
        event.now,
    )
    _tell_office(
        event,
        Can.RUN_TRADES,
        listing,
        "closed",
        "待出具成交确认书",
        f"{listing}已成交，请按期出具成交确认书。",
        event.now,
    )
    _tell_each(
        event,
        listing,
        "lost",
        "竞价结束",
        f"{listing}竞价已结束，贵单位未竞得，保证金将按期原路退还。",
        event.now,
        to=admitted(listing.pk, except_for=event.winner_id),
    )


def award_withheld(event: AwardWithheld) -> None:
    """The centre and the supervisor hear what did not agree, so that somebody looks."""
    listing = _listing(event.listing_id)
    text = f"{listing}竞价截止时核验不一致：{event.fault}。系统未确定竞得人，已中止交易，请立即核查。"
    _tell_offices(
        event,
        Can.WATCH_AUCTIONS,
        listing,
        "award_withheld",
        "成交核验不一致",
        text,
        event.now,
        about=iso(event.at),
    )


def listing_unsold(event: ListingUnsold) -> None:
    """Seller and those admitted hear that there is no deal."""
    listing = _listing(event.listing_id)
    _tell_seller(event, listing, "unsold", "未成交", f"{listing}未成交，指标已解冻，可重新挂牌。", event.now)
    _tell_each(
        event,
        listing,
        "unsold",
        "未成交",
        f"{listing}未成交，保证金将按期原路退还。",
        event.now,
        to=admitted(listing.pk),
    )


def award_confirmed(event: AwardConfirmed) -> None:
    """Both parties hear that the contract waits for them."""
    listing = _listing(event.listing_id)
    text = f"{listing}的成交确认书已出具，请按期签订三方合同，逾期将承担相应后果。"
    _tell_seller(event, listing, "confirmed", "请签订三方合同", text, event.now)
    _tell_own(event.winner_id, listing, "confirmed", "请签订三方合同", text, event.now)


def contract_effective(event: ContractEffective) -> None:
    """The winner hears until when it pays; the seller, that the contract is in force."""
    listing = _listing(event.listing_id)
    due = Deadline.objects.filter(kind=PAYMENT_DEADLINE, case_id=listing.pk).latest("id")
    _tell_own(
        event.winner_id,
        listing,
        "pay",
        "请按期付款",
        f"{listing}三方合同已生效，请于{ended(due.due_at)}前付清价款，逾期按日计收违约金。",
        event.now,
    )
    _tell_seller(
        event,
        listing,
        "contracted",
        "三方合同生效",
        f"{listing}三方合同已生效，等待{listing.trade.taker}付款。",
        event.now,
    )


def centre_signature_missing(event: CentreSignatureMissing) -> None:
    """The centre hears that the contract waits for it alone."""
    listing = _listing(event.listing_id)
    text = f"{listing}三方合同已逾期，出让方和{listing.trade.taker}均已签署，请立即签署。"
    _tell_office(event, Can.RUN_TRADES, listing, "sign_now", "三方合同待交易机构签署", text, event.now)


def instalment_rejected(event: InstalmentRejected) -> None:
    """The winner hears at once that a payment for the price does not count, and why: for each reason once."""
    listing = _listing(event.listing_id)
    _tell_own(
        event.winner_id,
        listing,
        "instalment_rejected",
        "价款未予计入",
        f"转入贵单位{listing}价款子账户的{Yuan(event.amount):,}元未予计入：{event.sentence}",
        event.now,
        about=f"{event.entry_id}-{event.code}",
    )


def payment_received(event: PaymentReceived) -> None:
    """Seller and winner hear of an instalment."""
    listing = _listing(event.listing_id)
    text = f"{listing}有一笔价款到账，可在项目页查看付款进度。"
    _tell_seller(event, listing, "payment", "价款到账", text, event.now, about=str(event.entry_id))
    _tell_own(event.winner_id, listing, "payment", "价款到账", text, event.now, about=str(event.entry_id))


def price_paid(event: PricePaid) -> None:
    """The province hears that the quota is to be transferred."""
    listing = _listing(event.listing_id)
    _tell_office(
        event,
        Can.DECIDE_FOR_PROVINCE,
        listing,
        "paid",
        "待划转指标",
        f"{listing}价款已付清，请按期划转指标。",
        event.now,
    )


def quota_transferred(event: QuotaTransferred) -> None:
    """The parties hear of the transfer; the centre, that filing and publication are due."""
    listing = _listing(event.listing_id)
    text = f"{listing}的指标已划转，划转证明可在项目页下载。"
    _tell_seller(event, listing, "transferred", "指标已划转", text, event.now)
    _tell_own(event.winner_id, listing, "transferred", "指标已划转", text, event.now)
    _tell_office(
        event,
        Can.RUN_TRADES,
        listing,
        "transferred",
        "待备案和公示",
        f"{listing}指标已划转，请按期报送备案并发布结果公示。",
        event.now,
    )


def commitment_reported(event: CommitmentReported) -> None:
    """The province hears that it is to decide, the buyer that something is reported."""
    listing = _listing(event.listing_id)
    about, buyer = str(event.report_id), awarded(event.listing_id).winner_id
    text = f"{listing}的出让方已报告质量提升情况，请按期认定。"
    _tell_office(
        event,
        Can.DECIDE_FOR_PROVINCE,
        listing,
        "commitment",
        "质量提升承诺待认定",
        text,
        event.now,
        about=about,
    )
    text = f"{listing}的出让方已报告质量提升情况，由省级自然资源主管部门认定。"
    _tell_own(buyer, listing, "commitment", "质量提升情况已报告", text, event.now, about=about)


def commitment_decided(event: CommitmentDecided) -> None:
    """Both parties hear what came of the commitment, finance what it has to pay out."""
    listing = _listing(event.listing_id)
    promised = listing.promised
    if promised is None:
        raise ValueError(f"{listing} promises nothing")
    how = "认定" if event.report_id else "因期限内未报告，按现状等别认定"
    text = (
        f"{listing}的质量提升承诺已{how}：应退受让方价款{promised.refund:,}元，"
        f"其中从留存价款退还{promised.from_held_back:,}元。"
    )
    _tell_seller(event, listing, "commitment_decided", "质量提升承诺已认定", text, event.now)
    _tell_own(event.winner_id, listing, "commitment_decided", "质量提升承诺已认定", text, event.now)
    _tell_office(
        event,
        Can.BOOK_MONEY,
        listing,
        "commitment_decided",
        "留存价款待退还和划付",
        f"{text}请办理退款和划付。",
        event.now,
    )


def listing_completed(event: ListingCompleted) -> None:
    """The seller hears that everything is done."""
    listing = _listing(event.listing_id)
    _tell_seller(event, listing, "completed", "项目办结", f"{listing}已办结。", event.now)


def listing_defaulted(event: ListingDefaulted) -> None:
    """Winner and seller hear of the default and what it means."""
    listing = _listing(event.listing_id)
    _tell_own(
        event.winner_id,
        listing,
        "defaulted",
        "违约处理通知",
        f"{event.reason}，{listing}按违约处理："
        f"{'保证金不予退还，并' if listing.trade.has('deposit') else ''}限制竞买。",
        event.now,
    )
    _tell_seller(
        event,
        listing,
        "defaulted",
        f"{listing.trade.taker}违约",
        f"{listing}因{listing.trade.taker}违约终结，指标已解冻，可重新挂牌。",
        event.now,
    )


def listing_suspended(event: ListingSuspended) -> None:
    """Seller and registered hear why the lot stands still."""
    listing = _listing(event.listing_id)
    why = Suspension.objects.get(pk=event.suspension_id).public_reason
    text = f"{listing}中止交易，原因：{why}。期限停止计算，恢复后另行通知。"
    _tell_each(
        event,
        listing,
        "suspended",
        "交易中止",
        text,
        event.now,
        about=str(event.suspension_id),
        to=_registered(listing),
    )
    _tell_seller(event, listing, "suspended", "交易中止", text, event.now, about=str(event.suspension_id))


def listing_resumed(event: ListingResumed) -> None:
    """Seller and registered hear that it goes on, and until when."""
    listing = _listing(event.listing_id)
    until = f"，竞价截止调整为{ended(listing.closes_at)}" if listing.closes_at else ""
    text = f"{listing}恢复交易{until}，其他期限相应顺延。"
    _tell_each(
        event,
        listing,
        "resumed",
        "交易恢复",
        text,
        event.now,
        about=str(event.suspension_id),
        to=_registered(listing),
    )
    _tell_seller(event, listing, "resumed", "交易恢复", text, event.now, about=str(event.suspension_id))


def listing_terminated(event: ListingTerminated) -> None:
    """Seller and registered hear why it ended."""
    listing = _listing(event.listing_id)
    text = f"{listing}终止交易，原因：{event.public_reason}。"
    _tell_each(
        event,
        listing,
        "terminated",
        "交易终止",
        text + "保证金将按期原路退还。",
        event.now,
        to=_registered(listing),
    )
    _tell_seller(event, listing, "terminated", "交易终止", text + "指标已解冻。", event.now)


def objection_raised(event: ObjectionRaised) -> None:
    """The centre hears of an objection, without who raised it."""
    listing = _listing(event.case_id)
    _tell_office(
        event,
        Can.RUN_TRADES,
        listing,
        "objection",
        "收到异议",
        f"{listing}收到异议，请按期决定是否受理。",
        event.now,
        about=str(event.objection_id),
    )


def objection_accepted(event: ObjectionAccepted) -> None:
    """The seller hears that its lot waits for a decision."""
    listing = _listing(event.case_id)
    _tell_seller(
        event,
        listing,
        "objection_accepted",
        "异议已受理",
        f"{listing}的一件异议已受理，办结前暂停下一环节。",
        event.now,
        about=str(event.objection_id),
    )


def flood_dismissed(event: FloodDismissed) -> None:
    """Supervisors hear of objections that were refused together, and can look at each. A province may have none yet."""
    listing = _listing(event.case_id)
    _tell_offices(
        event,
        Can.SUPERVISE,
        listing,
        "flood_dismissed",
        "批量不予受理异议",
        f"{listing}有{event.count}件匿名异议被批量不予受理，请核查。",
        event.now,
        about=f"{event.case_id}-{event.now.isoformat()}",
    )


def question_asked(event: QuestionAsked) -> None:
    """The centre hears of a question, without who asked."""
    listing = _listing(event.listing_id)
    text = f"{listing}收到咨询，请及时答复。"
    _tell_office(
        event, Can.RUN_TRADES, listing, "question", "收到咨询", text, event.now, about=str(event.question_id)
    )


def question_answered(event: QuestionAnswered) -> None:
    """Whoever asked hears that an answer is published, in a notice that names neither lot nor question."""
    if event.asker_id is None:
        return
    tell(
        organisation_id=event.asker_id,
        kind="question_answered",
        title="咨询已答复",
        text="您提出的一件咨询已答复，答复已在项目公开页面公布，可凭回执号查询。",
        now=event.now,
        about=keyed_mark("question.answered", str(event.question_id)),
    )


def objection_settled(event: ObjectionSettled) -> None:
    """The seller hears that nothing is held any more."""
    listing = _listing(event.case_id)
    _tell_seller(
        event,
        listing,
        "objection_settled",
        "异议办结",
        f"{listing}的一件异议已办结。",
        event.now,
        about=str(event.objection_id),
    )


def refund_released(event: RefundReleased) -> None:
    """The payer hears that its money is on its way."""
    tell(
        organisation_id=event.organisation_id,
        kind="refund",
        title="退款已办理",
        text=f"{_listing(event.case_id)}的款项已原路退还，请留意到账。",
        now=event.at,
        case_id=event.case_id,
        about=str(event.refund_id),
    )


def remittance_released(event: RemittanceReleased) -> None:
    """The seller hears that the price is on its way to its account."""
    if event.purse == Purse.FORFEITED:
        return
    listing = _listing(event.case_id)
    sent = Remittance.objects.select_related("account").get(pk=event.remittance_id)
    name, bank, number = sent.payee
    _tell_seller(
        event,
        listing,
        "remittance",
        "划付指令已发出",
        f"{listing}的{sent.amount:,}元已向银行发出划付指令，收款账户“{name} {bank} {number}”；到账以银行回单为准。",
        event.at,
        about=str(sent.pk),
    )


def payment_rejected(event: PaymentRejected) -> None:
    """Finance hears that the bank sent a payment back, and that it is owed again; of a refund its payee too."""
    if event.case_id is None:
        return
    listing = _listing(event.case_id)
    _tell_whose_task(
        Can.BOOK_MONEY,
        listing,
        "payment_rejected",
        "付款被银行退回",
        f"{listing}的一笔{Yuan(event.amount):,}元付款被银行退回，已生成新的待付款项，请核实账户后重新办理。",
        event.now,
        about=event.request_id,
    )
    if event.sub_account_id is not None:
        payee = SubAccount.objects.get(pk=event.sub_account_id).organisation_id
        text = f"{listing}退还的{Yuan(event.amount):,}元被银行退回，财政部门将重新办理，请核实原付款账户是否正常。"
        _tell_own(
            payee, listing, "payment_rejected", "退款被银行退回", text, event.now, about=event.request_id
        )


def preparation_voided(event: PreparationVoided) -> None:
    """The organisation whose preparation is void hears it, and that it has to be prepared anew."""
    prepared = Preparation.objects.get(pk=event.preparation_id)
    label = act_called(event.act).label
    tell(
        organisation_id=prepared.organisation_id,
        kind="preparation_voided",
        title=f"待审核事项作废：{label}",
        text=(
            f"{prepared.prepared_by_name}提交审核的“{label}”所涉内容在提交后已发生变化，该审核事项作废，"
            "请经办人员核对现有内容后重新提交。"
        ),
        now=event.now,
        case_id=event.case_id,
        about=str(event.preparation_id),
    )


def deadline_failed(deadline: Deadline, now: datetime) -> None:
    """The office that minds the case hears of a deadline that could not be handled; of no case's, the centre."""
    whose, to = _minded(deadline)
    tell(
        organisation_id=to.pk,
        kind="deadline_failed",
        title="期限处理失败",
        text=f"{whose}的“{kind_of(deadline.kind).label}”多次处理失败，请联系技术人员后重试。",
        now=now,
        case_id=deadline.case_id,
        about=str(deadline.pk),
    )


def _minded(deadline: Deadline) -> tuple[str, Organisation]:
    """Whose deadline it is by its name, and the office to turn to."""
    if deadline.case is None:
        _lane, concerned = deadline.lane
        whose = Organisation.objects.get(pk=concerned)
        return whose.name, office(Can.RUN_TRADES, province=whose.region_id)
    process = process_called(deadline.case.process)
    name = process.called([deadline.case.pk])[deadline.case.pk].number
    return name, office(Can(process.minded_by), province=deadline.case.province)


def calendar_loaded(loaded: Year, *, by: Actor, now: datetime) -> None:
    """Every office of every province hears whose notice is in force now: the calendar is common to all."""
    offices_everywhere = Organisation.objects.filter(
        kind__in=kinds_that(Can.SEE_CASES), active=True
    ).order_by("id")
    tell_all(
        organisation_ids=list(offices_everywhere.values_list("pk", flat=True)),
        kind="calendar_loaded",
        title=f"{loaded.year}年节假日安排已录入",
        text=f"{by.organisation_name}按“{loaded.notice_no}”录入{loaded.year}年节假日安排，未办结期限已据此重新计算。"
        "如与国务院办公厅通知不符，请立即联系更正。",
        now=now,
        about=str(loaded.pk),
    )


def deadlines_moved(moves: list[DeadlineMove], *, now: datetime) -> None:
    """Everybody concerned hears of the old and the new date after the calendar changed.

    Of what may not be told yet, nobody but whom it concerns: before a lot's close it would tell of a bidder.
    """
    moved = [each for each in moves if each.old_due_at != each.new_due_at]
    cases = Case.objects.in_bulk({each.deadline.case_id for each in moved} - {None})
    names = named(cases)
    for move in moved:
        case_id = move.deadline.case_id
        if case_id is not None:
            _tell_moved(move, cases[case_id], names[case_id].number, now=now)


def _tell_moved(move: DeadlineMove, case: Case, name: str, *, now: datetime) -> None:
    """Whom it concerns, its owner, and the office that minds it, as far as they may hear of it."""
    deadline, process = move.deadline, process_called(case.process)
    kind = kind_of(deadline.kind)
    to = {deadline.concerns_id} - {None}
    if process.hears(case.pk, kind.told, Told.PARTIES):
        to.add(case.owner_id)
    if process.hears(case.pk, kind.told, Told.OFFICES):
        to |= {each.pk for each in offices(Can(process.minded_by), province=case.province)[:1]}
    moved = f"由{ended(move.old_due_at)}调整为{ended(move.new_due_at)}"
    tell_all(
        organisation_ids=sorted(filter(None, to)),
        kind="deadline_moved",
        title="期限调整",
        text=f"{name}“{kind.label}”的期限{moved}，原因：{move.reason}。",
        now=now,
        case_id=case.pk,
        about=str(move.pk),
    )
