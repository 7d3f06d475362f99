"""The real window does the whole job against a real S3 server, and its numbers are those of everyone else."""

from __future__ import annotations

import os
import subprocess
import sys


def test_the_window_does_the_job_and_its_numbers_agree_with_the_record_and_the_server() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.drive_window", "--files", "2000"],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": os.getcwd()},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("agree") == 3
