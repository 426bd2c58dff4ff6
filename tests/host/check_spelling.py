# SPDX-License-Identifier: GPL-2.0-only
"""codespell knows every word."""

import re

import hostlib

LINE = re.compile(r"(\S+?):(\d+): (.*)")


def main():
    hostlib.need("codespell", "codespell")
    found = hostlib.Findings("spelling")
    chosen = [f for f in hostlib.files() if not f.startswith("LICENSES/")
              and f != "tests/host/exceptions"]
    done = hostlib.run("codespell", "--disable-colors", *chosen)
    for line in done.stdout.splitlines():
        match = LINE.fullmatch(line)
        if match:
            where, number, text = match.groups()
            found.add(f"{where.removeprefix('./')}:{number}", text)
        elif line.strip() and not line.startswith("WARNING: Binary"):
            found.add("codespell", line)
    found.finish()


main()
