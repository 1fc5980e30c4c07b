"""What stands in the printed documents, read back out of the PDFs."""

import io
import os
import re
import signal
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, StreamObject

from apps.documents import facts, printing
from apps.documents.printing import wording
from apps.documents.states import DocumentKind
from apps.kinds.prices import PriceUnit
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind
from kernel.money import Yuan
from tests.factories import samples

KINDS = list(DocumentKind)
OF_A_LOT = [kind for kind in KINDS if issubclass(facts.FACTS_BY_KIND[kind], facts.LotFacts)]


def xmp_of(content: bytes) -> str:
    """The metadata packet of a PDF."""
    packet = PdfReader(io.BytesIO(content)).root_object["/Metadata"].get_object()
    assert isinstance(packet, StreamObject)
    return packet.get_data().decode()


def fonts_of(content: bytes) -> set[str]:
    """The names of the fonts in a PDF, without the prefix of the subset."""
    found = set()
    for page in PdfReader(io.BytesIO(content)).pages:
        resources = page["/Resources"].get_object()
        assert isinstance(resources, DictionaryObject)
        fonts = resources["/Font"].get_object()
        assert isinstance(fonts, DictionaryObject)
        for name in fonts.values():
            font = name.get_object()
            assert isinstance(font, DictionaryObject)
            found.add(str(font["/BaseFont"]).split("+")[-1])
    return found


def text_of(content: bytes) -> str:
    """All text of a PDF without blanks and line ends."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_facts_give_the_same_bytes_also_after_the_way_through_json(kind: DocumentKind) -> None:
    first = printing.render(kind, samples.stamped(kind))
    again = printing.render(kind, facts.restored(kind, samples.stamped(kind).stored()))
    assert first == again


@pytest.mark.parametrize("kind", OF_A_LOT)
def test_every_document_names_number_code_lot_and_all_three_kinds(kind: DocumentKind) -> None:
    text = text_of(printing.render(kind, samples.stamped(kind)))
    for words in (
        "豫指交告〔2026〕83号",
        "ABCD-EFGH-JKMN-PQRS",
        samples.PORTAL + "verify/",
        samples.LOT.listing_number,
        "耕地数量（亩）",
        "水田规模（亩）",
        "粮食产能（公斤）",
        "1,020.1234",
        "317.4000",
        "918,111",
        samples.CENTRE,
        "第1页共",
        "河南省规则集2026年第1版",
    ):
        assert words in text, words


@pytest.mark.parametrize("kind", KINDS)
def test_every_document_is_pdf_a_2b_dated_by_its_facts_with_embedded_fonts(kind: DocumentKind) -> None:
    content = printing.render(kind, samples.stamped(kind))
    reader, xmp = PdfReader(io.BytesIO(content)), xmp_of(content)
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    assert reader.metadata is not None
    assert reader.metadata.creation_date == datetime(2026, 3, 5, 1, tzinfo=UTC)
    assert reader.metadata.author == samples.CENTRE
    assert reader.metadata.title
    fonts = fonts_of(content)
    assert fonts
    assert all(font.startswith(("NotoSerifSC", "NotoSansSC")) for font in fonts)


@pytest.mark.parametrize(
    "kind",
    [kind for kind in KINDS if kind is not DocumentKind.QUALIFICATION_CERTIFICATE],
)
def test_only_documents_after_close_and_the_bidders_own_certificate_name_a_bidder(kind: DocumentKind) -> None:
    content = printing.render(kind, samples.stamped(kind))
    after_close = kind in {
        DocumentKind.AWARD_CONFIRMATION,
        DocumentKind.TRIPARTITE_CONTRACT,
        DocumentKind.TRANSFER_CERTIFICATE,
        DocumentKind.RESULT_PUBLICATION,
        DocumentKind.COMMITMENT_RESULT,
    }
    assert (samples.BIDDER in text_of(content)) is after_close


def test_the_metadata_of_a_qualification_certificate_do_not_name_the_bidder() -> None:
    kind = DocumentKind.QUALIFICATION_CERTIFICATE
    content = printing.render(kind, samples.stamped(kind))
    told = f"{dict(PdfReader(io.BytesIO(content)).metadata or {})}" + xmp_of(content)
    assert "郑州" not in told
    assert "7 3 6 1" not in told


def test_the_announcement_states_prices_in_figures_and_capitals_and_every_date() -> None:
    text = text_of(printing.render(DocumentKind.ANNOUNCEMENT, samples.stamped(DocumentKind.ANNOUNCEMENT)))
    for words in (
        "50,000.00元/亩",
        "51,006,170.00元",
        "人民币伍仟壹佰万陆仟壹佰柒拾元整",
        "10,201,234.00元",
        "人民币壹仟零贰拾万壹仟贰佰叁拾肆元整",
        "起始总价的20%",
        "每次不低于5,000.00元/亩",
        "设有保留价",
        "75,000.00元/亩",
        "2026年3月19日24时00分",
        "2026年3月25日09时00分",
        "2026年3月30日10时00分",
        "每轮5分钟",
        "每日0.05%",
        samples.DIGEST,
        "豫政办〔2020〕3号",
        "豫指挂〔2025〕402号",
        "单独选址项目单位",
        "0371-60000000",
        "质量等别7等",
    ):
        assert words in text, words


def test_the_contract_shows_who_signed_when_and_leaves_the_third_block_blank() -> None:
    text = text_of(
        printing.render(DocumentKind.TRIPARTITE_CONTRACT, samples.stamped(DocumentKind.TRIPARTITE_CONTRACT))
    )
    for words in (
        "签署人：柘某某（审核）",
        "2026年4月1日09时00分",
        "签署人：睢某某（审核）",
        "2026年4月2日09时00分",
        "人民币陆仟陆佰叁拾万捌仟零贰拾壹元整",
        "36,106,787.00元",
        "15个工作日内",
        "41050163628609666666",
        "每日开始时未付价款的0.05%",
    ):
        assert words in text, words
    assert text.count("签署人：") == 3
    assert text.count("（审核）") == 2


@pytest.mark.parametrize("sign", "濮漯潢柘睢郏嵩尧鄢䶮𬱖㙍")
def test_rare_characters_of_names_are_printed(sign: str) -> None:
    kind = DocumentKind.TERMINATION_NOTICE
    lot = samples.LOT.model_copy(update={"seller": f"{sign}县人民政府"})
    content = printing.render(kind, samples.stamped(kind).model_copy(update={"lot": lot}))
    assert f"{sign}县人民政府" in text_of(content)


@pytest.mark.parametrize("sign", ["😀", "\U0001f5ff", "ꙮ"])
def test_a_character_that_no_font_has_is_an_error(sign: str) -> None:
    kind = DocumentKind.TERMINATION_NOTICE
    lot = samples.LOT.model_copy(update={"seller": f"{sign}县人民政府"})
    with pytest.raises(printing.Unprintable):
        printing.render(kind, samples.stamped(kind).model_copy(update={"lot": lot}))


@pytest.mark.parametrize(
    "text", ["a\x00b", "县\u202e府", "县\u200b府", "\ue000", "", "   ", "字" * 4001, "a\tb"]
)
def test_texts_with_invisible_characters_are_no_facts(text: str) -> None:
    with pytest.raises(ValidationError):
        facts.Contact(role="咨询", name=text, phone="0371")


@pytest.mark.parametrize(
    "text", ["#sys.inputs", '"; #panic("x")', "*粗* _斜_ $x$ @ref <label>", "\\u{41} // 注释 /* 注 */"]
)
def test_markup_in_facts_is_printed_as_it_stands_and_never_run(text: str) -> None:
    kind = DocumentKind.TERMINATION_NOTICE
    content = printing.render(kind, samples.stamped(kind).model_copy(update={"reason": text}))
    assert re.sub(r"\s", "", text) in text_of(content)


def test_facts_of_another_kind_or_without_heading_are_not_printed() -> None:
    with pytest.raises(ValueError, match="not the facts"):
        printing.render(DocumentKind.ANNOUNCEMENT, samples.stamped(DocumentKind.TERMINATION_NOTICE))
    with pytest.raises(ValueError, match="no heading"):
        printing.render(DocumentKind.TERMINATION_NOTICE, samples.bare(DocumentKind.TERMINATION_NOTICE))


def test_facts_are_frozen_strict_and_complete() -> None:
    announcement = samples.bare(DocumentKind.ANNOUNCEMENT)
    assert isinstance(announcement, facts.AnnouncementFacts)
    with pytest.raises(ValidationError):
        announcement.lot = samples.LOT  # type: ignore[misc]
    given = announcement.stored()
    for name, value in (
        ("portal_url", 7),
        ("registration_closes_at", "2026-03-20T00:00:00"),
        ("registration_closes_at", "2026-03-31T00:00:00+08:00"),
        ("draw_commitment", None),
        ("unknown", "x"),
    ):
        with pytest.raises(ValidationError):
            facts.restored(DocumentKind.ANNOUNCEMENT, given | {name: value})
    with pytest.raises(ValidationError):
        facts.PriceTerms.model_validate(announcement.prices.model_dump() | {"deposit": 0.1})


def test_instalments_and_batches_must_add_up() -> None:
    contract = samples.bare(DocumentKind.TRIPARTITE_CONTRACT).stored()
    certificate = samples.bare(DocumentKind.TRANSFER_CERTIFICATE).stored()
    with pytest.raises(ValidationError, match="各期价款之和"):
        facts.restored(DocumentKind.TRIPARTITE_CONTRACT, contract | {"total": "66308021.01"})
    less = samples.LOT.model_copy(update={"quantities": Quantities(farmland_area="817.4000")})
    lot = less.model_dump(mode="json")
    with pytest.raises(ValidationError, match="各批次划转数量之和"):
        facts.restored(DocumentKind.TRANSFER_CERTIFICATE, certificate | {"lot": lot})


def test_an_announcement_without_options_says_so_and_prices_capacity_by_the_kilogram() -> None:
    full = samples.stamped(DocumentKind.ANNOUNCEMENT)
    assert isinstance(full, facts.AnnouncementFacts)
    prices = full.prices.model_copy(
        update={
            "priced_kind": QuotaKind.GRAIN_CAPACITY,
            "unit": PriceUnit.YUAN_PER_KG,
            "starting_unit_price": Yuan("30.00"),
            "increment": Yuan("1.50"),
            "has_reserve": False,
            "ceiling_unit_price": None,
            "must_be_multiple": True,
        }
    )
    lot = samples.LOT.model_copy(
        update={
            "quantities": Quantities(grain_capacity=100_000),
            "quality_grade": None,
            "acceptance_no": None,
        }
    )
    bare = {
        "timed_bidding": None,
        "draw_commitment": None,
        "relists": None,
        "legal_basis": (),
        "contacts": (),
    }
    less = full.model_copy(
        update={"prices": prices, "lot": lot, "rulebook_version": None, "remarks": (), **bare}
    )
    text = text_of(printing.render(DocumentKind.ANNOUNCEMENT, less))
    for words in (
        "粮食产能，单位元/公斤",
        "30.00元/公斤",
        "每次不低于1.50元/公斤，且须为其整数倍",
        "不设保留价",
        "不设最高限价",
        "不设限时竞价",
        "0.0000",
        "100,000",
    ):
        assert words in text, words
    for words in ("密值", "联系方式", "原标的编号", "适用规则", "质量等别", "None"):
        assert words not in text, words


@pytest.mark.parametrize(
    ("kind", "less"),
    [
        (DocumentKind.SUPPLEMENTARY_ANNOUNCEMENT, {"changes": ()}),
        (DocumentKind.SUPPLEMENTARY_ANNOUNCEMENT, {"dates": ()}),
        (DocumentKind.QUALIFICATION_CERTIFICATE, {"ceiling_unit_price": None, "timed_bidding": None}),
        (DocumentKind.AWARD_CONFIRMATION, {"draw": None}),
        (
            DocumentKind.TRIPARTITE_CONTRACT,
            {
                "instalments": (),
                "seller_signature": None,
                "winner_signature": None,
                "late_fee_cap": Decimal("0.1"),
            },
        ),
        (DocumentKind.SUSPENSION_NOTICE, {"by_system": True}),
        (DocumentKind.RESUMPTION_NOTICE, {"dates": (), "restarts_timed_round": True}),
        (DocumentKind.TERMINATION_NOTICE, {"deposit_refund_due_at": None}),
    ],
)
def test_documents_print_without_their_optional_parts(kind: DocumentKind, less: dict[str, object]) -> None:
    shared = {"legal_basis": (), "contacts": (), "rulebook_version": None}
    text = text_of(printing.render(kind, samples.stamped(kind).model_copy(update=shared | less)))
    assert "None" not in text
    assert "none" not in text


def test_a_certificate_of_many_batches_runs_over_several_pages() -> None:
    kind = DocumentKind.TRANSFER_CERTIFICATE
    lines = tuple(
        facts.TransferLine(
            batch_no=f"豫指库〔2025〕{number}号", quantities=Quantities(farmland_area="1.0000")
        )
        for number in range(1, 61)
    )
    content = printing.render(kind, samples.stamped(kind).model_copy(update={"lines": lines}))
    assert len(PdfReader(io.BytesIO(content)).pages) >= 3
    assert all(line.batch_no in text_of(content) for line in lines)


def test_a_small_piece_of_evidence_is_a_readable_pdf_with_a_date_of_its_own() -> None:
    content = printing.small_pdf("资金证明", ["濮阳县人民政府", "账户余额 1,000,000.00 元"])
    assert "濮阳县人民政府账户余额1,000,000.00元" in text_of(content)
    assert content == printing.small_pdf("资金证明", ["濮阳县人民政府", "账户余额 1,000,000.00 元"])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_child_process_forked_after_printing_prints_the_same() -> None:
    kind = DocumentKind.ANNOUNCEMENT
    expected = printing.render(kind, samples.stamped(kind))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        same = printing.render(kind, samples.stamped(kind)) == expected
        os.write(writing, b"same" if same else b"other")
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as told:
        assert told.read() == b"same"


MIDNIGHT = samples.at(3, 20)
ONE = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("instant", "moment", "limit"),
    [
        (MIDNIGHT - ONE, "2026年3月19日23时59分59秒", "2026年3月19日23时59分59秒"),
        (MIDNIGHT, "2026年3月20日00时00分", "2026年3月19日24时00分"),
        (MIDNIGHT + ONE, "2026年3月20日00时00分00秒", "2026年3月20日00时00分00秒"),
        (MIDNIGHT.astimezone(UTC), "2026年3月20日00时00分", "2026年3月19日24时00分"),
    ],
)
def test_a_limit_at_midnight_reads_as_24_hours_of_the_day_that_ends(
    instant: datetime, moment: str, limit: str
) -> None:
    assert wording.moment(instant) == moment
    assert wording.limit(instant) == limit


def test_money_and_rates_read_as_people_write_them() -> None:
    assert wording.money(Yuan("19500000.00")) == {
        "figures": "19,500,000.00",
        "wan": "1,950",
        "capitals": "壹仟玖佰伍拾万元整",
    }
    assert wording.percent(Decimal("0.0005")) == "0.05%"
    assert wording.percent(Decimal("0.20")) == "20%"
    assert wording.percent(Decimal(1)) == "100%"


def _longer(kind: DocumentKind, count: int) -> facts.Facts:
    """A document whose text is longer by so many lines, ending in a clause or in a short table."""
    plain = samples.stamped(kind)
    if kind is DocumentKind.ANNOUNCEMENT:
        return plain.model_copy(update={"contacts": (), "remarks": ("补充说明事项",) * count})
    return plain.model_copy(update={"reason": "标的指标权属尚待核实" * 6 * count})


@pytest.mark.parametrize("kind", [DocumentKind.ANNOUNCEMENT, DocumentKind.TERMINATION_NOTICE])
def test_no_signature_stands_alone_on_a_page(kind: DocumentKind) -> None:
    """However long the text is: the last paragraph or table goes with it (GB/T 9704)."""
    body, pages = samples.heading().issuing_body, set()
    for count in range(1, 31):
        read = list(PdfReader(io.BytesIO(printing.render(kind, _longer(kind, count)))).pages)
        shown = re.sub(r"\s", "", read[-1].extract_text())
        pages.add(len(read))
        # The masthead has the same name as the signature; the foot of the page and the rules' name are no text.
        before, found, _ = shown.rpartition(body)
        assert found
        text = re.sub(r"适用规则.*?施行）|文号豫指.*?第\d+页共\d+页", "", before)
        assert len(text) > 4, (count, shown[:200])
    assert len(pages) > 1, "the text was long enough to turn pages"
