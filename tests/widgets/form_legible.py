"""A language that is longer than English, for forms without a window of Headwater around them."""

from __future__ import annotations

from PySide6.QtCore import QTranslator


class Longer(QTranslator):
    """A language whose words are all 40 % longer."""

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        """Part of QTranslator."""
        return longer(text)

    def isEmpty(self) -> bool:
        """It knows every text."""
        return False


def longer(text: str) -> str:
    """The text with 40 % more letters. Places for values stay."""
    return f"{text}{'ó' * max(1, round(len(text) * 0.4))}" if text.strip() else text
