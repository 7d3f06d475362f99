"""Prints how the suite comes out: `python -m tests.forms.suite`."""

from __future__ import annotations

from tests.forms.suite import DRAFTS, errors, forms, verdicts


def main() -> None:
    """For people."""
    for draft in DRAFTS:
        for name, outcome in (("verdicts", verdicts), ("forms", forms), ("errors", errors)):
            print(f"{draft} {name}: " + "\n".join(outcome(draft).lines()))


main()
