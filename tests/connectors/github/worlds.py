"""Two repositories with something of everything."""

from __future__ import annotations

from tests.connectors.github.fake import FakeGitHub
from tests.connectors.github.repo import Repo

IDS = {
    "issues": {f"7/issues/{n}" for n in range(1, 9)} | {"8/issues/1"},
    "pull_requests": {"7/pulls/9", "7/pulls/10"},
    "discussions": {f"7/discussions/{n}" for n in range(11, 18)},
    "releases": {f"7/releases/{n}" for n in range(1, 6)},
    "files": {"7/files/README.md", "7/files/docs/guide.md", "7/files/docs/deep/er.md", "7/files/main.py"}
    | {"8/files/notes.txt"},
    "wiki": {"7/wiki/Home.md", "7/wiki/_Sidebar.md", "7/wiki/pictures/plan.png", "7/wiki/rules/House-rules.md"},
}


def world(**options: str) -> FakeGitHub:
    """A public repository of an organization, and a private one of our own."""
    handbook = Repo(7, "octo-org/handbook")
    for number in range(1, 9):
        handbook.issue(number, number * 100 if number > 4 else 100)  # four of one and the same second
    handbook.issue(9, 900, pull=True)
    handbook.issue(10, 1000, pull=True)
    handbook.comment(2, 1100, "I have seen this too")
    handbook.comment(9, 1200, "Looks good")
    handbook.review(9, 1300, "Ship it")
    handbook.remark(9, 1400, "Why this line?")
    for number in range(11, 18):
        handbook.discussion(number, number * 100, comments=number % 3)
    for number in range(1, 6):
        handbook.release(number, number * 100)
    handbook.release(6, 600, draft=True)
    handbook.files = {
        "README.md": b"# Handbook\n",
        "docs/guide.md": b"Read me first\n",
        "docs/deep/er.md": b"And then me\n",
        "main.py": b"print('hello')\n",
    }
    handbook.links = {"docs/latest.md": b"guide.md"}
    handbook.wiki = {
        "Home.md": b"Welcome\n",
        "_Sidebar.md": b"* [[House rules]]\n",
        "pictures/plan.png": bytes(range(256)),
        "rules/House-rules.md": b"No shouting\n",
    }
    handbook.wiki_links = {"Start.md": b"Home.md"}
    notes = Repo(8, "octocat/notes", private=True, collaborators=["octocat", "ada"])
    notes.issue(1, 50, title="Private matter")
    notes.files = {"notes.txt": b"Secret plans\n"}
    github = FakeGitHub(handbook, notes, **options)
    github.orgs = ["octo-org"]
    return github
