# SPDX-License-Identifier: GPL-2.0-only
"""No file has more than 400 lines of code (blanks and comments aside)."""

import re

import hostlib

LIMIT = 400


def code_lines(name):
    text = hostlib.read(name)
    if name.endswith((".c", ".h")):
        text = hostlib.strip_comments(text)
    elif name.endswith(".py") or "python" in hostlib.first_line(name):
        text = re.sub(r'^\s*""".*?"""', "", text, flags=re.S | re.M)
        text = re.sub(r"^\s*#.*", "", text, flags=re.M)
    else:
        text = re.sub(r"^\s*#.*", "", text, flags=re.M)
    return sum(1 for line in text.splitlines() if line.strip())


def main():
    found = hostlib.Findings("file_length")
    chosen = set(hostlib.files("*.c", "*.h", "Makefile", "Kbuild"))
    chosen.update(hostlib.scripts("sh|bash|dash", ".sh"))
    chosen.update(hostlib.scripts("python3", ".py"))
    for name in sorted(chosen):
        lines = code_lines(name)
        if lines > LIMIT:
            found.add(name, f"{lines} lines of code")
    found.finish()


main()
