"""Banners make room for each other without taking back what a person may still undo."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from widgets.notices import MOST, Notices
from widgets.parts.panels import Banner


def undo(told: list[str]) -> Banner:
    """An offer whose end makes the removal final."""
    made = Banner("Archive was removed.", action_text="Undo", seconds=60)
    made.expired.connect(lambda: told.append("final"))
    return made


def texts(notices: Notices) -> list[str]:
    """What is said now, top to bottom."""
    return [banner.text() for banner in notices.findChildren(Banner) if not banner.isHidden()]


def test_sentences_leave_first_and_an_undo_stays(themed: QApplication) -> None:
    notices, told = Notices(), list[str]()
    notices.show_notice(undo(told))
    notices.show_notice(Banner("Copied.", action_text="Show"))
    for number in range(4):
        notices.show_notice(Banner(f"Sentence {number}."))
    assert texts(notices) == ["Archive was removed.", "Copied.", "Sentence 3."]
    for number in range(4):
        notices.show_notice(Banner(f"Failed {number}.", action_text="Copy"))
    assert texts(notices) == ["Archive was removed.", "Failed 2.", "Failed 3."]
    assert told == []


def test_offers_to_undo_stand_beside_each_other_however_many(themed: QApplication) -> None:
    notices, told = Notices(), list[str]()
    for _ in range(MOST + 2):
        notices.show_notice(undo(told))
    notices.show_notice(Banner("Sentence."))
    notices.show_notice(Banner("Another."))
    assert texts(notices) == ["Archive was removed."] * (MOST + 2) + ["Another."]
    assert told == []
