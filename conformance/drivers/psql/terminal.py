"""Types lines into psql on a terminal of its own and prints what a person would see.

Usage: terminal.py URL < lines. A line `^C` waits until the database runs something for this psql (asked through
the libpq environment, which must reach the database itself), then presses Ctrl-C. `^I` in a line is the Tab key.
"""
import os
import pty
import re
import select
import subprocess
import sys
import time

PROMPT = re.compile(rb"(?:^|\n|\r)\w+[=\-'\"(^][*!?]?[#>] $")
PATIENCE_SECONDS = 60


def read_until(terminal, wanted):
    """What arrives until `wanted` is found at its end, or psql leaves."""
    seen = b""
    until = time.monotonic() + PATIENCE_SECONDS
    while not wanted.search(seen):
        if time.monotonic() > until:
            raise SystemExit(f"waited in vain after: {seen!r}")
        if terminal not in select.select([terminal], [], [], 1)[0]:
            continue
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # The other end of a terminal that was closed.
            break
        if not chunk:
            break
        seen += chunk
    return seen


def wait_until_running():
    """Returns once the database is inside pg_sleep."""
    question = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        answer = subprocess.run(["psql", "-XAtc", question], capture_output=True, check=True)
        if answer.stdout.strip() != b"0":
            return
    raise SystemExit("the statement to be cancelled never ran")


def main():
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "TERM": "dumb",
        "LC_ALL": "C.UTF-8",
        "PSQL_HISTORY": "/dev/null",
        "PAGER": "cat",
        "INPUTRC": "/dev/null",
    }
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe("psql", ["psql", "-X", sys.argv[1]], environment)
    seen = read_until(terminal, PROMPT)
    for line in sys.stdin.read().splitlines():
        if line == "^C":
            wait_until_running()
            os.write(terminal, b"\x03")
        else:
            os.write(terminal, line.replace("^I", "\t").encode() + b"\n")
            if line.endswith("-- is cancelled"):
                continue
        seen += read_until(terminal, PROMPT)
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    sys.stdout.buffer.write(seen.replace(b"\r", b""))
    print("\nstatus", os.waitstatus_to_exitcode(status))


main()
