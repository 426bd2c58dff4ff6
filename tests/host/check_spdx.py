# SPDX-License-Identifier: GPL-2.0-only
"""Every file begins with its licence, the one of its folder."""

import fnmatch
import re

import hostlib

TAG = re.compile(r"SPDX-License-Identifier: (.+?)\s*(?:\*/|-->|\*\\\")?\s*$")

# The first pattern that matches decides. None: the file cannot carry a tag.
LICENCES = [
    ("LICENSES/*", None),
    ("*.json", None),
    ("*.pcap*", None),
    ("*.png", None),
    ("uapi/*", "GPL-2.0-only WITH Linux-syscall-note"),
    ("libqos2/tests/*", "GPL-2.0-only"),
    ("libqos2/*", "LGPL-2.1-or-later"),
    ("*", "GPL-2.0-only"),
]


def licence(name):
    for pattern, wanted in LICENCES:
        if fnmatch.fnmatch(name, pattern):
            return wanted
    return None


def tag(name):
    """From the first line, or the second below an interpreter's line."""
    lines = hostlib.read(name).split("\n", 2)
    for line in lines[:2] if lines[0].startswith("#!") else lines[:1]:
        match = TAG.search(line)
        if match:
            return match.group(1)
    return None


def main():
    found = hostlib.Findings("spdx")
    for name in hostlib.files():
        wanted = licence(name)
        if wanted is not None and tag(name) != wanted:
            found.add(name, f"{tag(name)} instead of {wanted}")
    for _, wanted in LICENCES:
        for part in (wanted or "").split(" WITH "):
            if part and not hostlib.exists("LICENSES/" + part):
                found.add("LICENSES/" + part, "missing")
    found.finish()


main()
