"""The page on which the browser ends speaks the language that was chosen, else the browser's."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from app import language
from app.accounts.oauth.listener import Listener
from app.accounts.oauth.provider import Redirect

TITLES = {"en": "Back to Headwater", "de": "Zurück zu Headwater", "zh_CN": "返回 Headwater"}
BROWSER = "fr;q=0.9, de-DE, de;q=0.8, en;q=0.5"


async def page(setting: str, accepted: str, query: str = "?code=c&state=s") -> str:
    listener = await Listener.open(Redirect(), "s", language=setting)
    try:
        async with httpx.AsyncClient(trust_env=False) as browser:
            answer = await browser.get(listener.redirect_uri + query, headers={"accept-language": accepted})
    finally:
        await listener.close()
    return answer.text


@pytest.mark.parametrize(
    ("setting", "accepted", "spoken"),
    [
        ("de", "zh-CN", "de"),
        ("zh_CN", BROWSER, "zh_CN"),
        ("en", BROWSER, "en"),
        ("system", BROWSER, "de"),
        ("", "zh-Hans-CN,zh;q=0.9,en;q=0.8", "zh_CN"),
        ("system", "en-GB, de;q=0.9", "en"),
        ("system", "fr, *;q=0.1", "en"),
        ("system", ";q=x,,, de;q=x", "de"),
        ("pseudo", BROWSER, "en"),
    ],
)
def test_the_page_speaks_the_chosen_language(setting: str, accepted: str, spoken: str) -> None:
    assert language.chosen(setting, accepted) == spoken
    shown = asyncio.run(page(setting, accepted))
    assert TITLES[spoken] in shown
    assert f'lang="{spoken.replace("_", "-")}"' in shown
    assert [title for title in TITLES.values() if title in shown] == [TITLES[spoken]]


@pytest.mark.parametrize("query", ["", "?code=c&state=x", "?error=access_denied&state=s", "?state=s"])
def test_each_of_its_sentences_is_translated(query: str) -> None:
    english, german = (asyncio.run(page(code, "", query)) for code in ("en", "de"))
    title = english.partition("<h1>")[2].partition("</h1>")[0]
    text = english.partition("<p>")[2].partition("</p>")[0]
    assert title
    assert text
    assert title not in german
    assert text not in german


def test_without_catalogues_it_speaks_english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    assert language.chosen("de", "de") == "en"
    assert TITLES["en"] in asyncio.run(page("de", "de"))
