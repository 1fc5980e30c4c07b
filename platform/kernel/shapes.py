"""What is wrong with data of a declared shape (pydantic), as a Chinese sentence that says what to do."""

import re
from typing import Any

from pydantic_core import ErrorDetails

_SENTENCES: dict[str, str] = {
    "missing": "请填写此项。",
    "extra_forbidden": "没有这一项，请删除。",
    "literal_error": "没有这个选项，请从所列选项中选择。",
    "enum": "没有这个选项，请从所列选项中选择。",
    "union_tag_invalid": "没有这个选项，请从所列选项中选择。",
    "union_tag_not_found": "请写明种类。",
    "greater_than": "须大于{gt}。",
    "greater_than_equal": "不得小于{ge}。",
    "less_than": "须小于{lt}。",
    "less_than_equal": "不得大于{le}。",
    "multiple_of": "须为{multiple_of}的整数倍。",
    "finite_number": "请填写确定的数字。",
    "int_parsing": "请填写整数，只用数字0至9。",
    "int_type": "请填写整数，只用数字0至9。",
    "int_from_float": "请填写整数，只用数字0至9。",
    "int_parsing_size": "数字过长，请核对。",
    "decimal_parsing": "请填写数字，例如“0.05”。",
    "decimal_type": "请填写数字，例如“0.05”。",
    "decimal_max_digits": "数字至多{max_digits}位，请核对。",
    "decimal_max_places": "至多{decimal_places}位小数，请核对。",
    "decimal_whole_digits": "整数部分至多{whole_digits}位，请核对。",
    "bool_type": "请选择“是”或“否”。",
    "bool_parsing": "请选择“是”或“否”。",
    "string_type": "此项须为文字。",
    "string_too_short": "至少{min_length}个字，请补充。",
    "string_too_long": "至多{max_length}个字，请删减。",
    "string_pattern_mismatch": "写法不符合要求，请核对。",
    "too_short": "至少填写{min_length}项。",
    "too_long": "至多填写{max_length}项，请删减。",
    "list_type": "此项须为列表。",
    "tuple_type": "此项须为列表。",
    "dict_type": "此项须为一组名称和值。",
    "model_type": "此项须为一组名称和值。",
    "model_attributes_type": "此项须为一组名称和值。",
    "invalid_key": "名称须为文字。",
    "time_parsing": "请按“17:00”的样子填写时刻。",
    "time_type": "请按“17:00”的样子填写时刻。",
    "date_parsing": "日期须写成“2026-03-01”的样子。",
    "date_from_datetime_parsing": "日期须写成“2026-03-01”的样子。",
    "date_type": "日期须写成“2026-03-01”的样子。",
}
_OTHER = "此项不符合要求，请核对后重新填写。"
_CHINESE = re.compile("[\u4e00-\u9fff]")


def mistake(found: ErrorDetails) -> str:
    """The sentence for one of `ValidationError.errors()`: a reader's own where it speaks Chinese, or one by sort."""
    facts: dict[str, Any] = dict(found.get("ctx") or {})
    if found["type"] == "value_error":
        own = str(facts.get("error", ""))
        return own if _CHINESE.search(own) else _OTHER
    return _SENTENCES.get(found["type"], _OTHER).format_map(facts)
