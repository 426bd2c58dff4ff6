# SPDX-License-Identifier: GPL-2.0-only
"""Just enough of reStructuredText to compare pages with code."""

import re


def sections(text):
    """{title: text below it} for every underlined title, in order."""
    lines = text.split("\n")
    found, title = {}, ""
    for number, line in enumerate(lines):
        below = lines[number + 1] if number + 1 < len(lines) else ""
        if re.fullmatch(r"([=\-~^\"])\1{2,}", line):
            continue
        if line.strip() and re.fullmatch(r"([=\-~^\"])\1{2,}", below):
            title = line.strip().replace("``", "")
            found[title] = ""
        elif title:
            found[title] += line + "\n"
    return found


def literals(text):
    """What stands in double back-quotes."""
    return re.findall(r"``([^`]+)``", text)


def terms(text):
    """The literal terms of a definition list: lines that begin with one."""
    found = []
    for line in text.split("\n"):
        if line.startswith("``"):
            found += literals(line.split(" - ")[0])
    return found
