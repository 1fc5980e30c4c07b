"""Questions about a lot: anyone asks in time, two persons answer, everybody reads it, and nobody reads who asked."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.desks.queue import marks_of
from apps.notices.models import Notice
from apps.parties.queries import actor_of, named_in
from apps.questions import rules
from apps.questions.models import Question
from apps.questions.queries import visible_to
from apps.questions.rules import why_not_reachable
from kernel import proofs
from kernel.acts.models import KeptAnswer
from kernel.audit.models import AuditEntry
from kernel.errors import Code
from kernel.money import Yuan
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, form_of, opened

pytestmark = pytest.mark.django_db
TEXT = "请问指标划转是否含水田，划转后多久可以使用？"
PUBLISHED = "划转是否含水田，划转后多久可以使用？"
ANSWER = "含水田，划转办结后即可使用。"


@pytest.fixture
def site() -> Iterator[DeskSite]:
    with opened() as made:
        yield made


@pytest.fixture
def lot(site: DeskSite) -> Any:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    listing.refresh_from_db()
    return listing


def asked(site: DeskSite, lot: Any, key: str, text: str = TEXT) -> Any:
    """Somebody asks on the lot's page; gives the page that follows."""
    client = site.browser(key)
    page = client.get(f"/listings/{lot.pk}/").content.decode()
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    return client.post(f"/listings/{lot.pk}/questions/", {"text": text, "key": found[1]}, follow=True)


def receipt_on(page: str) -> str:
    found = re.search(r'<b class="hash">([0-9A-F]{16})</b>', page)
    assert found, "no receipt"
    return found[1]


def answered(site: DeskSite, question: Question) -> None:
    site.both("centre", "question.answer", question.pk, published_text=PUBLISHED, answer=ANSWER)


def test_two_persons_answer_and_everybody_reads_it_without_who_asked(site: DeskSite, lot: Any) -> None:
    code = receipt_on(asked(site, lot, "a").content.decode())
    question = Question.objects.get()
    assert "答复咨询" in site.see("centre", "/desk/")
    answered(site, question)
    public = site.see("outsider", f"/listings/{lot.pk}/")
    assert PUBLISHED in public
    assert ANSWER in public
    assert TEXT not in public
    told = site.browser("outsider").get(f"/api/v1/listings/{lot.pk}/questions/").json()
    assert [(row["question"], row["answer"]) for row in told] == [(PUBLISHED, ANSWER)]
    notice = Notice.objects.get(kind="question_answered")
    assert notice.organisation == site.organisation("a")
    assert (notice.case_id, lot.number in notice.text, notice.once.endswith(f":{question.pk}")) == (
        None,
        False,
        False,
    )
    answer = site.browser("outsider").post("/receipts/", {"code": code})
    assert ANSWER in answer.content.decode()
    another = code[:-1] + ("2" if code[-1] != "2" else "3")
    assert "未找到该回执号" in site.browser("a").post("/receipts/", {"code": another}).content.decode()


def test_nothing_kept_or_shown_names_who_asked(site: DeskSite, lot: Any) -> None:
    asked(site, lot, "a")
    question = Question.objects.get()
    a = site.organisation("a")
    person = site.people["a"][0]
    kept = [str(getattr(question, each.attname)) for each in Question._meta.concrete_fields]
    for secret in (a.name, str(person.person.username)):
        whole = re.compile(
            rf"(?<![0-9A-Za-z]){re.escape(secret)}(?![0-9A-Za-z])"
        )  # a digest may hold any two signs
        assert not [value for value in kept if whole.search(value)]
    entries = AuditEntry.objects.filter(verb__startswith="question.")
    assert [(each.person_name, each.organisation_id or 0) for each in entries] == [("社会公众", 0)]
    form = site.see("centre", f"/desk/acts/question.answer/{question.pk}/")
    record = site.browser("supervisor").get("/desk/record/?as=csv").content.decode("utf-8-sig")
    lines = [line for line in record.splitlines() if "question" in line or "咨询" in line]
    for page in (form, site.see("centre", f"/desk/listings/{lot.pk}/"), *lines):
        assert a.name not in page
    answered(site, question)
    question.refresh_from_db()
    assert (question.sealed_asker, question.address_key, question.person_key) == ("", "", "")


def test_only_the_centre_sees_a_question_before_its_answer(site: DeskSite, lot: Any) -> None:
    asked(site, lot, "a")
    question = Question.objects.get()
    address = f"/desk/acts/question.answer/{question.pk}/"
    assert site.browser("centre").get(address).status_code == 200
    for key in ("seller", "province", "supervisor", "finance", "a", "b", "outsider"):
        assert site.browser(key).get(address).status_code in (403, 404), key
        assert TEXT not in site.see(key, f"/listings/{lot.pk}/")
    assert site.browser("supervisor").get(f"/api/v1/listings/{lot.pk}/questions/").json() == []
    readers = {key for key, people in site.people.items() if visible_to(actor_of(people[0])).exists()}
    assert readers == {"centre"}


def test_a_question_after_registration_closed_is_refused_with_a_sentence(site: DeskSite, lot: Any) -> None:
    closes = lot.registration_closes_at
    for late, code in ((timedelta(microseconds=-1), None), (timedelta(0), Code.TOO_LATE)):
        said = rules.why_not_ask(status=lot.state, closes_at=closes, now=closes + late, text=TEXT)
        assert (said.code if said else None) is code
    site.go("03-20 00:00")
    client = site.browser("a")
    answer = client.post(f"/listings/{lot.pk}/questions/", {"text": TEXT, "key": "late"})
    assert answer.status_code == 409
    assert "咨询同时截止" in answer.content.decode()
    assert not Question.objects.exists()
    assert "提交咨询" not in site.see("a", f"/listings/{lot.pk}/")


@pytest.mark.parametrize("text", ["问？", "请问\u202e元0005是多少？", "长" * 1001])
def test_a_question_that_hides_or_overflows_is_refused(site: DeskSite, lot: Any, text: str) -> None:
    answer = asked(site, lot, "a", text)
    assert answer.status_code == 400
    assert not Question.objects.exists()


def test_a_person_and_an_address_are_limited_and_nobody_asks_unsigned_without_work(
    site: DeskSite, lot: Any, client: Any
) -> None:
    for _ in range(rules.QUESTION.of_a_person):
        assert asked(site, lot, "a").status_code == 200
    assert asked(site, lot, "a").status_code == 409
    address = f"/listings/{lot.pk}/questions/"
    client.defaults["REMOTE_ADDR"] = "203.0.113.7"
    assert client.post(address, {"text": TEXT, "key": "k0"}).status_code == 400
    for number in range(rules.QUESTION.of_an_address + 1):
        given = client.get(f"/listings/{lot.pk}/").context["question_challenge"]
        said = {"text": TEXT, "key": f"w{number}", "challenge": given.text, "answer": proofs.answer_to(given)}
        status = client.post(address, said).status_code
        assert status == (302 if number < rules.QUESTION.of_an_address else 409)
    assert Question.objects.count() == rules.QUESTION.of_a_person + rules.QUESTION.of_an_address


def test_the_database_keeps_no_asker_of_an_answered_question(site: DeskSite, lot: Any) -> None:
    asked(site, lot, "a")
    answered(site, Question.objects.get())
    for field in ("sealed_asker", "address_key", "person_key"):
        with pytest.raises(IntegrityError, match="asker_forgotten"), transaction.atomic():
            Question.objects.update(**{field: "x"})


def test_an_objection_is_followed_by_its_receipt(site: DeskSite, lot: Any) -> None:
    client = site.browser("outsider")
    page = client.get(f"/listings/{lot.pk}/").content.decode()
    found = re.findall(r'name="key" value="([^"]+)"', page)
    said = {"text": "面积不实", "name": "匿名人甲", "contact": "13900000000", "key": found[-1]}
    answer = client.post(f"/listings/{lot.pk}/objections/", said, follow=True)
    code = receipt_on(answer.content.decode())
    seen = site.browser("b").post("/receipts/", {"code": code.lower()}).content.decode()
    assert "面积不实" in seen
    assert "待受理" in seen
    assert "匿名人甲" not in seen
    assert form_of(client.get(f"/listings/{lot.pk}/")) is not None
    assert code not in client.get(f"/listings/{lot.pk}/?receipt=1").content.decode()
    assert code not in str(list(KeptAnswer.objects.values()))


def test_no_table_keeps_a_receipt_in_clear_and_the_same_post_again_tells_it_again(
    site: DeskSite, lot: Any
) -> None:
    client = site.browser("a")
    said = {"text": TEXT, "key": "once"}
    codes = []
    for _ in range(2):
        assert client.post(f"/listings/{lot.pk}/questions/", said).status_code == 302
        kept = str([dict(client.session.items()), list(KeptAnswer.objects.values())])
        codes.append(receipt_on(client.get(f"/listings/{lot.pk}/?receipt=1").content.decode()))
        assert codes[-1] not in kept
    assert codes[0] == codes[1]
    assert Question.objects.count() == 1


@pytest.mark.parametrize(
    "told",
    [
        "我单位是{a}，请问如何踏勘？",
        "请回电13800000000告知踏勘安排",
        "请回电0371-12345678告知",
        "请发邮件至a@example.cn",
        "请发邮件至a＠example.cn",
        "电话138 1234 5678",
        "电话138-1234-5678，谢谢",
        "电话+8613812345678",
        "电话１３８１２３４５６７８",
        "电话0371 65901234",
        "电话(0371)65901234",
        "电话0371–65901234",
    ],
)
def test_what_would_tell_who_asked_is_neither_asked_nor_published(
    site: DeskSite, lot: Any, told: str
) -> None:
    text = told.format(a=site.organisation("a").name)
    answer = asked(site, lot, "a", text)
    assert not Question.objects.exists()
    assert "以免透露咨询人身份" in answer.content.decode()
    asked(site, lot, "a", f"{site.organisation('seller').name}的地块如何踏勘？")
    question = Question.objects.get()
    sent = site.send(
        "centre", f"/desk/acts/question.answer/{question.pk}/", published_text=text, answer="请联系出让方"
    )
    assert sent.status_code == 400
    assert "以免透露咨询人身份" in sent.content.decode()


@pytest.mark.parametrize(
    "text", ["成交总价约 1380000.00元，面积10.0000亩？", "编号豫补2026-0001的批次何时划转？"]
)
def test_amounts_areas_and_numbers_of_lots_are_no_telephones(text: str) -> None:
    assert rules.why_not_reachable(text, field="text", label="咨询内容") is None


def test_an_answer_names_no_bidder_and_may_name_the_seller_and_give_the_centres_telephone(
    site: DeskSite, lot: Any
) -> None:
    asked(site, lot, "a")
    question = Question.objects.get()
    address = f"/desk/acts/question.answer/{question.pk}/"
    name = site.organisation("a").name
    for said, status in (
        (f"贵单位（{name[:3]} {name[3:]}）可于工作日踏勘", 400),
        (f"请联系{site.organisation('seller').name}，电话0371-65901234", 200),
    ):
        sent = site.send("centre", address, published_text=PUBLISHED, answer=said)
        assert sent.status_code in (status, 302 if status == 200 else status), said
        if status == 400:
            assert "答复将向所有人公开，不能含有单位名称" in sent.content.decode()


def test_a_bidders_name_within_the_sellers_own_is_no_other_ones(site: DeskSite, lot: Any) -> None:
    seller, other = site.organisation("seller"), site.organisation("a")
    other.name = seller.name[:-1]
    other.save()
    assert named_in(f"请问{seller.name}如何联系？", but=seller.name) == ""
    assert named_in(f"请问{other.name}如何联系？", but=seller.name) == other.name


def test_a_bidders_name_that_begins_with_the_sellers_is_the_bidders(site: DeskSite, lot: Any) -> None:
    seller, other = site.organisation("seller"), site.organisation("a")
    other.name = f"{seller.name}驻郑州办事处"
    other.save()
    assert named_in(f"我单位{other.name}何时可以使用？", but=seller.name) == other.name
    assert named_in(f"请问{seller.name}如何联系？", but=seller.name) == ""


@pytest.mark.parametrize(
    "number",
    [
        "138.1234.5678",
        "138/1234/5678",
        "138_1234_5678",
        "400-800-8888",
        "0371-6000-0000",
        "１３８１２３４５６７８",
    ],
)
def test_a_telephone_number_is_found_however_it_is_parted(number: str) -> None:
    refusal = why_not_reachable(f"请联系{number}。", field="text", label="咨询内容")
    assert refusal is not None


@pytest.mark.parametrize(
    "text", ["共1,234.5678亩，起始价50000元", "豫省备〔2025〕4008008号", "2026-04-01 09:30至2026-04-10"]
)
def test_figures_dates_and_document_numbers_are_no_telephone_numbers(text: str) -> None:
    assert why_not_reachable(text, field="text", label="咨询内容") is None


def test_the_amount_on_an_approvers_row_is_the_one_that_is_released() -> None:
    facts = [
        {"label": label, "value": value, "sort": "money"}
        for label, value in (
            ("其中保证金", "580000.00"),
            ("其中成交价款", "6090000.00"),
            ("划付金额", "6090000.00"),
        )
    ]
    assert marks_of({"facts": facts}).amount == Yuan("6090000.00")
    assert marks_of({"facts": facts[:2]}).amount is None
    assert marks_of({"facts": facts[:1]}).amount == Yuan("580000.00")
