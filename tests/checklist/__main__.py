"""Runs the proofs of the 46 points and tells which are held.

python -m tests.checklist [--list] [POINT...]     --list only names the proofs; exit status 1 unless all are held
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.checklist.points import GROUPS, POINTS

ROOT = Path(__file__).resolve().parents[2]
MOST_SHOWN = 4


class Proof(NamedTuple):
    """A test, and what became of it: passed, failed, skipped, or "" where it was not run."""

    name: str
    outcome: str


def main(argv: list[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="tests.checklist", description=__doc__)
    parser.add_argument("points", nargs="*", type=int)
    parser.add_argument("--list", action="store_true", help="name the proofs without running them")
    options = parser.parse_args(argv)
    wanted = options.points or list(POINTS)
    proofs = find(wanted, run=not options.list)
    held = show(wanted, proofs, ran=not options.list)
    print(f"\n{held} of {len(wanted)}" + (" have a proof" if options.list else ""))
    return 0 if held == len(wanted) else 1


def find(wanted: list[int], *, run: bool) -> dict[int, list[Proof]]:
    """The proofs by point."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "proofs.json"
        words = ["-p", "tests.checklist.plugin", "--points-report", str(file), "--points", ",".join(map(str, wanted))]
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *words, *([] if run else ["--collect-only"])],
            cwd=ROOT,
            stdout=sys.stderr if run else subprocess.DEVNULL,
            check=False,
        )
        if not file.exists():
            raise SystemExit("The tests could not be collected: python -m pytest --collect-only tells why.")
        found = json.loads(file.read_text(encoding="utf-8"))
    proofs: dict[int, list[Proof]] = {}
    for name, proof in found.items():
        for number in proof["points"]:
            proofs.setdefault(number, []).append(Proof(name, proof["outcome"]))
    return proofs


def verdict(proofs: list[Proof], *, ran: bool) -> str:
    """What a point's proofs come to."""
    told = [proof for proof in proofs if proof.outcome != "skipped"]
    if not told:
        return "no proof"
    if not ran:
        return "proof"
    return "held" if all(proof.outcome == "passed" for proof in told) else "not held"


def show(wanted: list[int], proofs: dict[int, list[Proof]], *, ran: bool) -> int:
    """Print all; how many are held, or have a proof where none was run."""
    good = 0
    for group, points in GROUPS.items():
        if not set(points) & set(wanted):
            continue
        print(f"\n{group}")
        for number, text in points.items():
            if number not in wanted:
                continue
            mine = proofs.get(number, [])
            said = verdict(mine, ran=ran)
            good += said in ("held", "proof")
            print(f"  {number:2}  {said:8}  {text}")
            failed = [proof for proof in mine if proof.outcome == "failed"]
            shown = (failed or mine)[:MOST_SHOWN]
            for proof in shown:
                print(f"                {proof.name}{f'  {proof.outcome}' if proof.outcome == 'failed' else ''}")
            if len(mine) > len(shown):
                print(f"                and {len(mine) - len(shown)} more")
    return good


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
