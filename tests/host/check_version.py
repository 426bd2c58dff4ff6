# SPDX-License-Identifier: GPL-2.0-only
"""The project's version is stated the same wherever it is stated."""

import re

import hostlib

# dkms.conf decides; the Makefiles that read it there need no line here.
PLACES = [
    ("dkms.conf", r'^PACKAGE_VERSION="([^"]+)"'),
    ("Kbuild", r"-DQWAVE_VERSION='\"([^\"]+)\"'"),
    ("libqos2/Makefile", r"^VERSION\s*:?=\s*(\S+)$"),
    ("CHANGELOG.md", r"^## (\S+)$"),
]


def main():
    found = hostlib.Findings("version")
    wanted = None
    for name, pattern in PLACES:
        match = re.search(pattern, hostlib.read(name), re.M)
        if not match:
            found.add(name, "states no version")
        elif wanted is None:
            wanted = match.group(1)
        elif match.group(1) != wanted:
            found.add(name, f"{match.group(1)} instead of {wanted}")
    found.finish()


main()
