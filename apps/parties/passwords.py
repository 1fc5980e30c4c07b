"""What a password must be beside long enough, not common and not the name (密码要求)."""

from typing import Any

from django.core.exceptions import ValidationError

LEAST_DIFFERENT = 6


class VarietyValidator:
    """Enough different signs, and not one short piece again and again."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse 中中中中中中中中中中 and abcabcabcabc alike."""
        if len(set(password)) < LEAST_DIFFERENT or _repeats(password):
            raise ValidationError(self.get_help_text(), code="password_too_uniform")

    def get_help_text(self) -> str:
        """What to do."""
        return f"密码至少须含{LEAST_DIFFERENT}个不同的字符，且不能由同一段内容重复组成。"


def _repeats(password: str) -> bool:
    """Whether it is one piece, of half its length or less, written over and over."""
    return password in (password + password)[1:-1]
