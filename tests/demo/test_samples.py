"""The sample documents hold together: threads point at mails, the feed at articles, all at one invented company."""

from __future__ import annotations

import email.policy
import json
import re
from email.parser import BytesParser

import feedparser

from app.demo.feed import HOME
from app.demo.servers import SAMPLES, mails


def test_every_reply_answers_an_earlier_mail() -> None:
    parser = BytesParser(policy=email.policy.default)
    found = {str((mail := parser.parsebytes(stored.body))["Message-ID"]): mail for stored in mails(SAMPLES / "mails")}
    replies = [mail for mail in found.values() if mail["In-Reply-To"]]
    assert len(replies) > len(found) // 3
    for mail in replies:
        assert mail["In-Reply-To"] in found
        assert mail["Date"].datetime > found[mail["In-Reply-To"]]["Date"].datetime
        assert set(str(mail["References"]).split()) <= set(found)
    assert not [mail for mail in found.values() if mail.defects]


def test_every_entry_of_the_feed_has_its_article() -> None:
    feed = feedparser.parse((SAMPLES / "news" / "feed.xml").read_bytes())
    assert not feed.bozo
    names = {entry.link.removeprefix(f"{HOME}/") for entry in feed.entries}
    assert names == {file.name for file in (SAMPLES / "news").glob("*.html")}
    for entry in feed.entries:
        article = (SAMPLES / "news" / entry.link.rpartition("/")[2]).read_text(encoding="utf-8")
        assert f"<h1>{entry.title}</h1>" in article


def test_tickets_mentioned_in_mails_exist() -> None:
    tickets = {ticket["id"] for ticket in json.loads((SAMPLES / "tickets.json").read_text(encoding="utf-8"))}
    said = set(re.findall(rb"LHT-\d+", b"".join(stored.body for stored in mails(SAMPLES / "mails"))))
    assert said
    assert {number.decode() for number in said} <= tickets


def test_no_address_belongs_to_anybody() -> None:
    texts = [file.read_bytes() for file in SAMPLES.rglob("*") if file.is_file()]
    hosts = set(re.findall(rb"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)|https?://([\w.-]+)", b"\n".join(texts)))
    names = {(mail or web).decode().rstrip(".") for mail, web in hosts}
    assert {name for name in names if not name.endswith(".example")} <= {"www.w3.org"}
