"""Realistic facts of every kind, with long names and all three kinds of quota."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.documents import facts
from apps.documents.states import DocumentKind
from apps.kinds.classes import class_terms
from apps.kinds.prices import PriceUnit
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaClass, QuotaKind
from kernel.clock import BEIJING
from kernel.money import Yuan

BIDDER = "郑州航空港经济综合实验区濮漯潢柘睢郏嵩尧鄢引黄调蓄供水工程单独选址项目建设单位"
SELLER = "河南省开封市通许县人民政府"
CENTRE = "河南省公共资源（自然资源）交易中心"


def at(
    month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, microsecond: int = 0
) -> datetime:
    """An instant of 2026 on Beijing's clock."""
    return datetime(2026, month, day, hour, minute, second, microsecond, tzinfo=BEIJING)


LOT = facts.Lot(
    listing_number="豫指挂〔2026〕448号",
    title="河南省开封市通许县2024年度高标准农田建设新增耕地补充耕地指标（水浇地、水田）",
    seller=SELLER,
    region="河南省开封市通许县（410222）",
    project_name="通许县朱砂镇、厉庄乡等五个乡镇黄河故道沙荒地综合整治与旱地改水田土地整治项目",
    project_approval_no="豫自然资立〔2025〕12号",
    acceptance_no="豫自然资验〔2025〕31号",
    reserve_certificate_no="豫指库〔2025〕448号",
    quantities=Quantities(Decimal("1020.1234"), Decimal("317.4000"), Decimal(918111)),
    quality_grade=7,
)
TERMS = facts.Terms(
    qualification_wd=3,
    confirmation_wd=2,
    contract_wd=5,
    payment_wd=15,
    late_fee_daily=Decimal("0.0005"),
    default_after_days=30,
    bar_days=365,
    transfer_wd=10,
    filing_wd=10,
    publication_start_wd=10,
    publication_days=7,
    deposit_refund_wd=5,
    objection_accept_wd=3,
    objection_decide_wd=30,
)
PROMISED: dict[str, Any] = {
    "project": LOT.project_name,
    "area": facts.Amount(value=Decimal("20.0000")),
    "grade_now": 9,
    "grade_promised": 7,
    "promised": facts.Amount(value=Decimal(18000), unit="公斤"),
}
BASIS: dict[str, Any] = {
    "legal_basis": ("《河南省补充耕地指标交易管理办法》（豫政办〔2020〕3号）", "豫自然资投告〔2023〕83号"),
    "rulebook_version": "河南省规则集 2026年第1版（自2026年1月1日起施行）",
}
COMMON: dict[str, Any] = {
    "lot": LOT,
    **BASIS,
    "contacts": (
        facts.Contact(
            role="报名与竞价咨询", name="鄢女士", phone="0371-60000000", address="郑州市金水东路演示1号"
        ),
        facts.Contact(
            role="指标情况咨询", name="郏先生", phone="0371-22900000", address="通许县行政路演示2号"
        ),
    ),
}
PORTAL = "https://exchange.example.gov.cn/"
ANNOUNCED = "豫指交告〔2026〕83号"
PRICE: dict[str, Any] = {
    "priced_kind": QuotaKind.FARMLAND_AREA,
    "unit": PriceUnit.YUAN_PER_MU,
    "unit_price": Yuan("65000.00"),
    "total": Yuan("66308021.00"),
}
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def mu(area: str) -> facts.Amount:
    """An area in 亩."""
    return facts.Amount(value=Decimal(area))


ACROSS: dict[str, Any] = {
    **BASIS,
    "application_number": "跨省调〔2026〕5200000001号", "holder": "紫云苗族布依族自治县人民政府",
    "region": "贵州省安顺市紫云苗族布依族自治县（520425）", "scheme_number": "部调剂〔2026〕1号",
}  # fmt: skip
ACROSS_LINES = (
    facts.SchemeLine(
        row="1",
        taker="浙江省",
        area=mu("500.0000"),
        out_price=Yuan("300000.00"),
        in_price=Yuan("500000.00"),
        national_number="国转〔2026〕1号",
    ),
    facts.SchemeLine(
        row="2",
        taker="北京市",
        area=mu("300.0000"),
        high_standard=True,
        out_price=Yuan("400000.00"),
        in_price=Yuan("700000.00"),
        addition=Yuan("500000.00"),
    ),
)


def party(name: str) -> facts.ContractParty:
    """A party with everything that identifies it."""
    return facts.ContractParty(
        name=name,
        code="11410000000000000X",
        representative="柘某某",
        address="河南省演示市演示路1号",
        phone="0371-60000001",
    )


def bare(kind: DocumentKind) -> facts.Facts:
    """Facts of a kind, not yet stamped with a heading."""
    match kind:
        case DocumentKind.ANNOUNCEMENT:
            return facts.AnnouncementFacts(
                **COMMON,
                prices=facts.PriceTerms(
                    priced_kind=QuotaKind.FARMLAND_AREA,
                    unit=PriceUnit.YUAN_PER_MU,
                    starting_unit_price=Yuan("50000.00"),
                    starting_total=Yuan("51006170.00"),
                    increment=Yuan("5000.00"),
                    deposit_rate=Decimal("0.20"),
                    deposit=Yuan("10201234.00"),
                    has_reserve=True,
                    ceiling_unit_price=Yuan("75000.00"),
                ),
                terms=TERMS,
                registration_opens_at=at(3, 5, 9),
                registration_closes_at=at(3, 20),
                deposit_cutoff_at=at(3, 25, 9),
                bidding_opens_at=at(3, 25, 9),
                bidding_closes_at=at(3, 30, 10),
                bidder_kinds=(
                    "县（市、区）人民政府",
                    "开发区管理委员会",
                    "自然资源主管部门",
                    "单独选址项目单位",
                ),
                portal_url=PORTAL,
                timed_bidding=facts.TimedBidding(round_minutes=5, least_bidders=2),
                draw_commitment=DIGEST,
                relists="豫指挂〔2025〕402号",
                remarks=("交易环节的税费由各方依法各自承担",),
            )
        case DocumentKind.AGREEMENT_NOTICE:
            return facts.AgreementNoticeFacts(
                **COMMON,
                taker="新郑市人民政府",
                **PRICE,
                pairing_basis="河南省人民政府 豫政函〔2026〕12号",
                terms=TERMS,
                notice_starts_at=at(4, 28, 9),
                notice_ends_at=at(5, 7),
                notice_days=7,
                portal_url=PORTAL,
            )
        case DocumentKind.QUALITY_COMMITMENT:
            return facts.QualityCommitmentFacts(
                **COMMON,
                county=SELLER,
                **PROMISED,
                there=facts.Amount(value=Decimal(14000), unit="公斤"),
                days=1095,
                proceeds_use="高标准农田建设、地力提升和后期管护",
                held_back=Decimal("0.20"),
                decide_wd=20,
            )
        case DocumentKind.COMMITMENT_RESULT:
            return facts.CommitmentResultFacts(
                **COMMON,
                **PROMISED,
                commitment_number="豫补耕承诺〔2026〕0001号",
                contract_number="豫补耕合同〔2026〕0001号",
                winner=BIDDER,
                grade_found=8,
                measurer="河南省地质矿产勘查开发局第二地质环境调查院",
                reported_at=at(8, 3, 10),
                opinion="与复评报告一致，地块地力普遍提升一个等别。",
                decided_at=at(8, 10, 10),
                achieved=facts.Amount(value=Decimal(16000), unit="公斤"),
                issued=facts.Amount(value=Decimal(2000), unit="公斤"),
                certificate_number="补耕质提〔2026〕410001号",
                total=Yuan("1950000.00"),
                refund=Yuan("216666.67"),
                from_held_back=Yuan("216666.67"),
                owed=Yuan("0.00"),
            )
        case DocumentKind.SUPPLEMENTARY_ANNOUNCEMENT:
            return facts.SupplementaryAnnouncementFacts(
                **COMMON,
                announcement_number=ANNOUNCED,
                announced_at=at(3, 5, 9),
                reason="土地整治项目所在乡镇名称更正",
                changes=(
                    facts.Change(item="土地整治项目", before="厉庄乡等五个乡", after="厉庄乡等五个乡镇"),
                ),
                dates=(
                    facts.MovedDate(item="报名截止", before_at=at(3, 20), after_at=at(3, 24)),
                    facts.MovedDate(
                        item="竞价开始", before_at=at(3, 25, 9), after_at=at(3, 27, 9), is_limit=False
                    ),
                ),
                portal_url=PORTAL,
            )
        case DocumentKind.QUALIFICATION_CERTIFICATE:
            return facts.QualificationCertificateFacts(
                **COMMON,
                announcement_number=ANNOUNCED,
                bidder=BIDDER,
                bidder_kind="单独选址项目单位",
                paddle="7 3 6 1",
                qualified_at=at(3, 11, 9, 30),
                deposit=Yuan("10201234.00"),
                deposit_sub_account="4100 0226 0448 0000 0173",
                deposit_complete_at=at(3, 24, 16, 40, 12),
                unit=PriceUnit.YUAN_PER_MU,
                starting_unit_price=Yuan("50000.00"),
                increment=Yuan("5000.00"),
                bidding_opens_at=at(3, 25, 9),
                bidding_closes_at=at(3, 30, 10),
                portal_url=PORTAL,
                ceiling_unit_price=Yuan("75000.00"),
                timed_bidding=facts.TimedBidding(round_minutes=5, least_bidders=2),
            )
        case DocumentKind.AWARD_CONFIRMATION:
            return facts.AwardConfirmationFacts(
                **COMMON,
                **PRICE,
                announcement_number=ANNOUNCED,
                winner=BIDDER,
                paddle="7361",
                closed_at=at(3, 30, 10),
                decided_by="最高限价报价经可验证抽签确定",
                bid_count=12,
                last_bid_hash=DIGEST,
                deposit=Yuan("10201234.00"),
                terms=TERMS,
                contract_due_at=at(4, 9),
                draw=facts.CeilingDraw(
                    commitment=DIGEST,
                    secret="a" * 64,
                    last_bid_hash=DIGEST,
                    paddles=("1046", "7361", "9925"),
                    winning_paddle="7361",
                ),
            )
        case DocumentKind.TRIPARTITE_CONTRACT:
            return facts.TripartiteContractFacts(
                **COMMON,
                **PRICE,
                announcement_number=ANNOUNCED,
                confirmation_number="豫指交确〔2026〕31号",
                confirmed_at=at(3, 31, 9),
                seller=party(SELLER),
                winner=party(BIDDER),
                trading_centre=party(CENTRE),
                deposit=Yuan("10201234.00"),
                account=facts.Account(
                    name="通许县财政局非税收入财政专户",
                    bank="演示银行股份有限公司通许县支行营业部",
                    number="41050163628609666666",
                ),
                terms=TERMS,
                sign_due_at=at(4, 9),
                instalments=(
                    facts.Instalment(amount=Yuan("36106787.00"), due_wd=10),
                    facts.Instalment(amount=Yuan("20000000.00"), due_wd=15, note="尾款"),
                ),
                seller_signature=facts.Signature(signer="柘某某（审核）", signed_at=at(4, 1, 9)),
                winner_signature=facts.Signature(
                    signer="睢某某（审核）", signed_at=at(4, 2, 9), fingerprint=DIGEST[:32]
                ),
            )
        case DocumentKind.TRANSFER_CERTIFICATE:
            return facts.TransferCertificateFacts(
                **COMMON,
                contract_number="豫指合〔2026〕31号",
                confirmation_number="豫指交确〔2026〕31号",
                buyer=BIDDER,
                buyer_region="河南省郑州市（410100）",
                transferred_at=at(5, 7, 10),
                paid_at=at(4, 30, 15),
                lines=(
                    facts.TransferLine(
                        batch_no="豫指库〔2025〕448号",
                        quantities=Quantities(Decimal("1000.1234"), Decimal("317.4000"), Decimal(900111)),
                    ),
                    facts.TransferLine(
                        batch_no="豫指库〔2025〕449号",
                        quantities=Quantities(Decimal("20.0000"), Decimal(0), Decimal(18000)),
                    ),
                ),
                use_note=class_terms(QuotaClass.SUPPLEMENTARY).use_note,
            )
        case DocumentKind.RESULT_PUBLICATION:
            return facts.ResultPublicationFacts(
                **COMMON,
                **PRICE,
                announcement_number=ANNOUNCED,
                winner=BIDDER,
                closed_at=at(3, 30, 10),
                confirmation_number="豫指交确〔2026〕31号",
                contract_number="豫指合〔2026〕31号",
                transfer_number="豫指划〔2026〕31号",
                transferred_at=at(5, 7, 10),
                publication_starts_at=at(5, 8, 9),
                publication_ends_at=at(5, 16),
                terms=TERMS,
                portal_url=PORTAL,
            )
        case DocumentKind.SUSPENSION_NOTICE:
            return facts.SuspensionNoticeFacts(
                **COMMON,
                announcement_number=ANNOUNCED,
                suspended_at=at(3, 27, 15),
                reason="收到涉及标的权属的异议，需要核实",
                portal_url=PORTAL,
            )
        case DocumentKind.RESUMPTION_NOTICE:
            return facts.ResumptionNoticeFacts(
                **COMMON,
                announcement_number=ANNOUNCED,
                suspension_number="豫指交告〔2026〕90号",
                suspended_at=at(3, 27, 15),
                resumed_at=at(3, 30, 9),
                reason="异议已处理完毕，不影响交易",
                portal_url=PORTAL,
                dates=(facts.MovedDate(item="竞价截止", before_at=at(3, 30, 10), after_at=at(4, 2, 4)),),
            )
        case DocumentKind.TERMINATION_NOTICE:
            return facts.TerminationNoticeFacts(
                **COMMON,
                announcement_number=ANNOUNCED,
                terminated_at=at(3, 30, 9),
                reason="标的指标被依法查封",
                portal_url=PORTAL,
                deposit_refund_due_at=at(4, 8),
            )
        case DocumentKind.QUOTA_CERTIFICATE:
            return quota_certificate()
        case DocumentKind.SCHEME_PUBLICATION:
            return facts.SchemePublicationFacts(
                **ACROSS, lines=ACROSS_LINES, total=mu("800.0000"), body="自然资源部",
                document_number="自然资函〔2026〕9号",
                amounts=(facts.NamedMoney(name="调入方缴款", amount=Yuan("400000000.00")),),
                margin="160,000,000.00元", published_at=at(9, 21, 9), ends_at=at(9, 30), portal_url=PORTAL,
            )  # fmt: skip
        case DocumentKind.ADJUSTMENT_CERTIFICATE:
            return facts.AdjustmentCertificateFacts(
                **ACROSS, lines=ACROSS_LINES, total=mu("800.0000"), allocated=Yuan("216000000.00"),
                transferred_at=at(10, 22, 10),
            )  # fmt: skip
        case DocumentKind.DEMAND_CERTIFICATE:
            return facts.DemandCertificateFacts(
                **ACROSS, lines=ACROSS_LINES, total=mu("800.0000"), paid=Yuan("400000000.00"), planning_scale=True,
                received_at=at(10, 23, 10),
            )  # fmt: skip
        case DocumentKind.QUARTERLY_REPORT:
            return facts.QuarterlyReportFacts(
                **ACROSS, quarter="2026年第4季度", allocated=Yuan("216000000.00"),
                stood=(facts.NamedMoney(name="农户补偿", amount=Yuan("29600000.00")),),
                spent=(facts.NamedMoney(name="已支出：农户补偿", amount=Yuan("100000000.00")),), remarks="按方案支出",
            )  # fmt: skip
        case DocumentKind.AUDIT_REPORT:
            return facts.AuditReportFacts(
                **ACROSS, audit="2026年度审计", commitment=DIGEST, secret=DIGEST, vouchers_in_all=4,
                spent=Yuan("100000000.00"), sampled=Yuan("25000000.00"), outcome="符合规定",
                vouchers=(
                    facts.AuditedVoucher(place=1, booking="17", amount=Yuan("25000000.00"), outcome="符合规定"),
                ),
            )  # fmt: skip
        case DocumentKind.CERTIFICATE_EXTRACT:
            return certificate_extract()


def quota_certificate(**changes: Any) -> facts.QuotaCertificateFacts:
    """The certificate of Ziyun's 800.0000 亩, with a part of it on high-standard farmland."""
    classes = {"旱地": "242.8200", "园地": "149.5100", "林地": "411.8100", "草地": "13.2600"}
    stated: dict[str, Any] = {
        "holder": "紫云苗族布依族自治县人民政府", "title": "紫云县2025年拆旧复垦项目区",
        "region": "贵州省安顺市紫云苗族布依族自治县（520425）", "villages": "板当镇演示村", "parcels": 4,
        "classes": tuple(facts.NamedAmount(name=name, amount=mu(area)) for name, area in classes.items()),
        "reclaimed": mu("817.4000"), "resettlement": mu("0.0000"), "surplus": mu("817.4000"),
        "returned": mu("0.0000"), "reserved": mu("17.4000"), "tradeable": mu("800.0000"),
        "high_standard": mu("391.4851"), "carried_farmland": mu("242.8200"), "carried_paddy": mu("0.0000"),
        "carried_capacity": facts.Amount(value=Decimal(145692), unit="公斤"), "circulation": "本省（区、市）内",
        "use": "产业和公共服务用地", "bans": "不得用于房地产（商品房）开发",
        "verification_number": "节余核〔2026〕5200000001号",
        "acceptance_number": "紫验〔2025〕1号",
        "reviews": (facts.Reviewed(level="市级初审", by="安顺市自然资源局", passed_at=at(3, 10, 10)),),
        "released_by": "贵州省自然资源厅", "record_number": "部备〔2026〕1号", "record_date": "2026-03-25",
        "measurer": "演示测绘院", "measured_date": "2026-01-15", "report_sha256": DIGEST, "parcels_sha256": DIGEST,
    }  # fmt: skip
    return facts.QuotaCertificateFacts(**BASIS, **stated | changes)


def certificate_extract(**changes: Any) -> facts.CertificateExtractFacts:
    """What is left of Ziyun's 800.0000 亩 after 100.0000 were sold."""
    stated: dict[str, Any] = {
        "certificate_number": "紫云苗族布依族自治县建指登〔2026〕0001号",
        "holder": "紫云苗族布依族自治县人民政府", "title": "紫云县2025年拆旧复垦项目区",
        "region": "贵州省安顺市紫云苗族布依族自治县（520425）", "reason": "流转", "moved": mu("100.0000"),
        "moved_at": at(5, 7, 10), "tradeable": mu("800.0000"), "sold": mu("100.0000"),
        "adjusted": mu("0.0000"), "used": mu("0.0000"), "written_off": mu("0.0000"), "left": mu("700.0000"),
        "carried_farmland": mu("212.4675"),
        "carried_paddy": mu("0.0000"), "carried_capacity": facts.Amount(value=Decimal(127481), unit="公斤"),
    }  # fmt: skip
    return facts.CertificateExtractFacts(**BASIS, **stated | changes)


def heading(number: str = "豫指交告〔2026〕83号", *, code: str = "ABCD-EFGH-JKMN-PQRS") -> facts.Heading:
    """A heading of the trading centre."""
    return facts.Heading(
        number=number,
        issuing_body=CENTRE,
        issued_at=at(3, 5, 9),
        verification_code=code,
        verification_url=f"{PORTAL}verify/{code}",
    )


def stamped(kind: DocumentKind) -> facts.Facts:
    """Facts of a kind, ready to print."""
    return bare(kind).stamped(heading())
