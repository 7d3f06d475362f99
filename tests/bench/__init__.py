"""Speed and memory, measured side by side on loopback: `python -m tests.bench`. Nothing here is a test with a verdict
by the clock; it prints figures and ratios, in one run, against tuned rclone and against an empty window."""
