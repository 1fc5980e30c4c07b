"""What filing and accepting bind: the dossier with its papers and figures."""

from collections.abc import Iterable, Mapping
from typing import Any

from apps.documents.models import Attachment
from apps.documents.queries import as_bound
from apps.documents.states import DocumentKind
from apps.listings.models import Listing
from apps.stages.filing.models import Filing
from apps.stages.filing.queries import evidence_of, filed, manifest_of, total_of, vouchers_of
from kernel.access.commands import digest
from kernel.actors import Actor
from kernel.acts.bound import Bound, Fact, instant, money, party, text
from kernel.acts.bound import digest as sha256_of
from kernel.errors import not_found
from kernel.money import Yuan


def submit_bound(listing_id: int, _: Mapping[str, Any], by: Actor) -> Bound:
    """The dossier as it would be filed."""
    listing = _listing(listing_id, by=by)
    manifest = manifest_of(listing)
    return Bound(
        facts=(*_facts(listing, manifest), sha256_of("卷宗摘要（SHA-256）", digest(manifest))),
        evidence=as_bound([*vouchers_of(listing.pk), *evidence_of(listing)]),
        effect=f"向省级自然资源主管部门报送{listing.number}的备案卷宗，共{len(manifest['documents'])}份文书。",
        button=f"报送{listing.number}的备案卷宗",
        findings=_findings(manifest),
    )


def accept_bound(listing_id: int, _: Mapping[str, Any], by: Actor) -> Bound:
    """The dossier that was filed, with the files that it names: what came in later is no part of it."""
    listing = _listing(listing_id, by=by)
    filing = Filing.objects.filter(listing=listing).first()
    if filing is None:
        return Bound(facts=(text("项目", f"{listing.number} {listing.title}"),))
    return Bound(
        facts=(
            *_facts(listing, filing.manifest),
            instant("报送时间", filing.submitted_at),
            sha256_of("卷宗摘要（SHA-256）", filing.manifest_sha256),
        ),
        evidence=as_bound(_filed(listing, filing.manifest)),
        effect=f"受理{listing.number}的备案卷宗，卷宗以所列摘要为准。",
        button=f"受理{listing.number}的备案",
        findings=_findings(filing.manifest),
    )


def _listing(listing_id: int, *, by: Actor) -> Listing:
    listing = Listing.objects.select_related("seller").filter(pk=listing_id).first()
    if listing is None or listing.province[:2] != by.region[:2]:
        raise not_found("挂牌项目")
    return listing


def _facts(listing: Listing, manifest: Mapping[str, Any]) -> tuple[Fact, ...]:
    paid = manifest["payments"]
    return (
        text("项目", f"{listing.number} {listing.title}"),
        party("出让方", listing.seller.name),
        money("保证金抵作价款", total_of(paid["deposit_applied"])),
        money("分期付款", total_of(paid["instalments"])),
        money("成交总价", Yuan(paid["total_price"])),
        money("违约金", Yuan(paid["late_fee"])),
        money("已划付出让方", total_of(paid["remitted"])),
        money("留存", Yuan(paid["held_back"])),
        *(text(DocumentKind(each["kind"]).label, each["number"]) for each in manifest["documents"]),
    )


def _filed(listing: Listing, manifest: Mapping[str, Any]) -> Iterable[Attachment]:
    return [
        *filed(vouchers_of(listing.pk), manifest.get("vouchers", [])),
        *filed(evidence_of(listing), manifest.get("evidence", [])),
    ]


def _findings(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    paid = manifest["payments"]
    came = total_of(paid["deposit_applied"]) + total_of(paid["instalments"])
    owed = Yuan(paid["total_price"]) + Yuan(paid["late_fee"])
    went = total_of(paid["remitted"]) + Yuan(paid["held_back"]) + Yuan(paid.get("refunded", "0.00"))
    if came == owed == went:
        return ()
    return (f"收款{came:,}元、应付{owed:,}元、划付及留存{went:,}元不一致，请核对。",)
