# SPDX-License-Identifier: GPL-2.0-only
"""checkpatch --strict over some of the project's files."""

import re
import subprocess
import tempfile

import hostlib
import kernelsrc

LINE = re.compile(r"(\S+?):(\d+): \w+:(\w+): (.*)")


def check(name, *patterns):
    hostlib.need("perl", "perl")
    found = hostlib.Findings(name)
    chosen = hostlib.files(*patterns)
    if not chosen:
        found.add(" ".join(patterns), "no such files")
        found.finish()
    script = kernelsrc.script("checkpatch.pl")
    # It leaves a cache of names where it runs, and talks to itself about what a
    # kernel tree would have.
    with tempfile.TemporaryDirectory() as folder:
        done = hostlib.run(
            "perl", script, "--no-tree", "--strict", "--terse", "--show-types",
            "--no-summary", "--file", *map(hostlib.path, chosen), cwd=folder,
            stderr=subprocess.DEVNULL)
    for line in done.stdout.splitlines():
        match = LINE.fullmatch(line.removeprefix(hostlib.TOP + "/"))
        if match:
            where, number, rule, text = match.groups()
            found.add(f"{where}:{number}", f"{rule}: {text}")
        elif line.strip():
            found.add("checkpatch.pl", line)
    if done.returncode not in (0, 1):
        found.add("checkpatch.pl", f"status {done.returncode}")
    found.finish()
