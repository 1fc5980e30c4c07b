"""The formulas that make quota of land (spec: domain, "Formulas")."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, Inexact

from apps.kinds.quantities import Quantity
from apps.kinds.table import QuotaKind
from kernel.measures import LIMIT

WORST_GRADE = Decimal(16)
"""The grade (质量等别) that stands for land without any capacity; real grades run from 1 (best) to 15."""

_EXACT = Context(prec=200, rounding=ROUND_DOWN, traps=[Inexact])
_ROUNDED = Context(prec=60, rounding=ROUND_DOWN)
_STEP = Decimal("0.0001")
_MU_PER_HECTARE = 15
_KG_PER_GRADE_AND_MU = 100


def hectares_to_mu(hectares: Decimal) -> Decimal:
    """公顷 to 亩, × 15, exactly and without rounding."""
    return _EXACT.multiply(_checked(hectares, "公顷数"), Decimal(_MU_PER_HECTARE))


def mu_to_hectares(area_mu: Decimal) -> Decimal:
    """亩 to 公顷, ÷ 15, with four decimals, half up: 800.0000 亩 are 53.3333."""
    return (_checked(area_mu, "亩数") / _MU_PER_HECTARE).quantize(_STEP, rounding=ROUND_HALF_UP)


def _checked(value: Decimal, name: str) -> Decimal:
    if not (type(value) is Decimal and value.is_finite() and 0 <= value < LIMIT):
        raise ValueError(f"{name}须为不小于零的数。")
    return value


def _difference(more: Decimal, less: Decimal, sentence: str) -> Decimal:
    difference = _EXACT.subtract(more, less)
    if difference < 0:
        raise ValueError(f"{sentence}，相差{-difference:,}亩。")
    return Quantity(QuotaKind.FARMLAND_AREA, difference).amount


def new_farmland(*, before_mu: Decimal, after_mu: Decimal) -> Decimal:
    """New farmland (新增耕地) in 亩 = farmland after completion − farmland before.

    `ValueError` when there is less farmland than before.
    """
    return _difference(
        _checked(after_mu, "竣工后耕地面积"), _checked(before_mu, "实施前耕地面积"), "竣工后耕地少于实施前"
    )


def new_paddy(*, within_new_farmland_mu: Decimal, converted_mu: Decimal) -> Decimal:
    """New paddy (新增水田) in 亩 = paddy within new farmland + dry or irrigated land converted to paddy
    (旱改水)."""
    within, converted = (
        _checked(within_new_farmland_mu, "新增耕地中的水田"),
        _checked(converted_mu, "改造水田面积"),
    )
    return Quantity(QuotaKind.PADDY_AREA, _EXACT.add(within, converted)).amount


def grain_capacity(
    *, area_mu: Decimal, average_grade: Decimal, grade_before: Decimal | None = None
) -> Decimal:
    """New grain capacity (新增粮食产能) in whole 公斤 = max(0, D − average grade) × 100 × area in 亩.

    D is the grade before the project, at most 16, and 16 where there was no capacity (`None`). Grades run
    from 1 (best) to 15 and an average may be a fraction; the product is rounded half up to whole 公斤. 20
    亩 of grade 7 on land that had none: 18,000 公斤. `ValueError` for grades outside their range.
    """
    area = _checked(area_mu, "面积")
    before = WORST_GRADE if grade_before is None else _checked(grade_before, "实施前质量等别")
    after = _checked(average_grade, "平均质量等别")
    if not 1 <= before <= WORST_GRADE:
        raise ValueError(f"实施前质量等别须在1至16之间，现为{before}。")
    if not 1 <= after < WORST_GRADE:
        raise ValueError(f"平均质量等别须在1至15之间，现为{after}。")
    gained = max(Decimal(0), _EXACT.subtract(before, after)) * _KG_PER_GRADE_AND_MU
    exact = _EXACT.multiply(gained, area)
    return Quantity(QuotaKind.GRAIN_CAPACITY, exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)).amount


def surplus_quota(*, reclaimed_mu: Decimal, resettlement_mu: Decimal) -> Decimal:
    """Surplus construction-land quota (增减挂钩节余指标) in 亩.

    Land reclaimed to farmland or other farm use in the demolition area (拆旧区) − construction land of the
    resettlement area (安置区). `ValueError` when resettlement takes more than was reclaimed.
    """
    return _difference(
        _checked(reclaimed_mu, "拆旧区复垦面积"),
        _checked(resettlement_mu, "安置区建设用地"),
        "安置用地超过复垦面积",
    )


def share_of(whole: Decimal, part: Decimal, of: Decimal, *, step: Decimal = _STEP) -> Decimal:
    """whole × part / of, rounded down to `step`; nothing of nothing."""
    if of <= 0 or part <= 0:
        return Decimal(0).quantize(step)
    return _ROUNDED.divide(_ROUNDED.multiply(whole, part), of).quantize(step, rounding=ROUND_DOWN)


def carried_with(
    *, carried: Decimal, total: Decimal, left_before: Decimal, moved: Decimal, step: Decimal = _STEP
) -> Decimal:
    """How much of what a batch carries goes with a movement, so that all movements add up to the whole.

    Of `total` there had left `left_before`, and `moved` leaves now: carried × left / total is rounded down at every
    instant, and each movement takes the difference (spec: common ground, "Quota classes and kinds").
    """
    now = share_of(carried, left_before + moved, total, step=step)
    return now - share_of(carried, left_before, total, step=step)
