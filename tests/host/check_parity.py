# SPDX-License-Identifier: GPL-2.0-only
"""Documentation/parity.rst is what the checklist and the tests say.

The statements that belong to this release each have a test.
"""

import re

import hostlib


def main():
    found = hostlib.Findings("parity")
    done = hostlib.run("python3", "-B", "Documentation/parity.py", "--check")
    for line in done.stdout.splitlines():
        where, _, text = line.partition(": ")
        found.add(where, text or "see above")
    page = hostlib.read("Documentation/parity.rst")
    for number in re.findall(r"\* - (\d+)\n     - .*\n     - no test\n", page):
        found.add("Documentation/parity.rst", f"statement {number} has no test")
    found.finish()


main()
