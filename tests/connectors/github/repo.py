"""A repository of the fake's, and what people do there. Items are published examples with our values put in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.connectors.github.published import description

Item = dict[str, Any]
START = datetime(2024, 5, 1, tzinfo=UTC).timestamp()


def moment(seconds: float) -> str:
    """A time as GitHub writes it."""
    return datetime.fromtimestamp(START + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def blob(content: bytes) -> str:
    """What Git calls a file's content."""
    return hashlib.sha1(b"blob %d\x00" % len(content) + content).hexdigest()


@dataclass
class Repo:
    """A repository. `files` are those of its one branch; `collaborators` None: they are not ours to see; `wiki` None:
    no page was ever made."""

    id: int
    name: str
    private: bool = False
    issues_on: bool = True
    issues: dict[int, Item] = field(default_factory=dict)
    comments: dict[int, list[Item]] = field(default_factory=dict)
    reviews: dict[int, list[Item]] = field(default_factory=dict)
    remarks: dict[int, list[Item]] = field(default_factory=dict)
    releases: dict[int, Item] = field(default_factory=dict)
    discussions: dict[int, Item] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, bytes] = field(default_factory=dict)
    wiki: dict[str | bytes, bytes] | None = None
    wiki_links: dict[str, bytes] = field(default_factory=dict)
    wiki_on: bool = True
    collaborators: list[str] | None = None
    truncated: bool = False
    branch: str = "main"

    @property
    def owner(self) -> str:
        return self.name.partition("/")[0]

    # --- what people do there ----------------------------------------------------------------------------------------

    def issue(self, number: int, at: float, *, title: str = "", body: str = "", pull: bool = False) -> Item:
        """Opens an issue or a pull request."""
        item: Item = described("issue-items")[0]
        item |= {
            "id": self.id * 1000 + number,
            "number": number,
            "title": title or f"{'Change' if pull else 'Question'} {number}",
            "body": body or f"Text of {number}",
            "comments": 0,
            "html_url": f"https://github.com/{self.name}/{'pull' if pull else 'issues'}/{number}",
            "created_at": moment(at),
            "updated_at": moment(at),
        }
        if not pull:
            del item["pull_request"]
        self.issues[number] = item
        return item

    def comment(self, number: int, at: float, body: str, author: str = "ada") -> None:
        """Says something in a thread."""
        item = described("issue-comment-items")[0]
        item |= {"body": body, "created_at": moment(at), "updated_at": moment(at)}
        item["user"]["login"] = author
        self.comments.setdefault(number, []).append(item)
        self.issues[number] |= {"comments": len(self.comments[number]), "updated_at": moment(at)}

    def review(self, number: int, at: float, body: str, state: str = "APPROVED") -> None:
        """Reviews a pull request."""
        item = described("pull-request-review-items")[0]
        self.reviews.setdefault(number, []).append(item | {"body": body, "state": state, "submitted_at": moment(at)})
        self.issues[number]["updated_at"] = moment(at)

    def remark(self, number: int, at: float, body: str) -> None:
        """Comments on a line of a pull request."""
        item = described("pull-request-review-comment-items")[0]
        self.remarks.setdefault(number, []).append(
            item | {"body": body, "created_at": moment(at), "updated_at": moment(at)}
        )
        self.issues[number]["updated_at"] = moment(at)

    def release(self, number: int, at: float, *, draft: bool = False) -> Item:
        """Publishes a release."""
        item: Item = described("release-items")[0]
        item |= {
            "id": number, "name": f"Version {number}", "tag_name": f"v{number}", "body": f"Notes of {number}",
            "draft": draft, "created_at": moment(at), "published_at": None if draft else moment(at),
        }  # fmt: skip
        self.releases[number] = item
        return item

    def discussion(self, number: int, at: float, *, comments: int = 0) -> Item:
        """Opens a discussion, with comments that each have a reply."""
        said = [
            {
                "body": f"Answer {n} to {number}",
                "createdAt": moment(at),
                "isAnswer": n == 1,
                "author": {"login": "bob"},
                "replies": {"totalCount": 1, "nodes": [{"body": "Thanks", "createdAt": moment(at), "author": None}]},
            }
            for n in range(1, comments + 1)
        ]
        self.discussions[number] = {
            "number": number,
            "title": f"Idea {number}",
            "body": f"What about {number}?",
            "url": f"https://github.com/{self.name}/discussions/{number}",
            "createdAt": moment(at),
            "updatedAt": moment(at),
            "closed": False,
            "isAnswered": None,
            "author": {"login": "ada"},
            "category": {"name": "Ideas"},
            "labels": {"nodes": [{"name": "later"}]},
            "comments": said,
        }
        return self.discussions[number]


def described(name: str) -> Any:
    """A published example."""
    return description().example(name)
