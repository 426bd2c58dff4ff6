# SPDX-License-Identifier: GPL-2.0-only
"""No unfinished business and nothing of the machine it was written on."""

import re
import socket

import hostlib

# In pieces, because this file is searched too.
RULES = [
    ("unfinished", re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")),
    ("machine path", re.compile(r"(?<![\w.])/(wo" r"rk|tmp/q" r"wave)/")),
    ("outside the project", re.compile(r"\.\./sha" r"red\b")),
    ("conflict", re.compile(r"^(<" r"<<<<<<|>" r">>>>>>) ")),
    ("white space at the end", re.compile(r"[ \t]+$")),
]


def main():
    found = hostlib.Findings("leftovers")
    rules = list(RULES)
    host = socket.gethostname()
    if len(host) > 5 and host not in ("localhost", "debian"):
        rules.append(("host name", re.compile(re.escape(host))))
    for name in hostlib.files():
        if name.startswith("LICENSES/"):
            continue
        text = hostlib.read(name)
        if "\0" in text:
            found.add(name, "binary file")
            continue
        for number, line in enumerate(text.split("\n"), 1):
            for rule, pattern in rules:
                match = pattern.search(line)
                if match:
                    found.add(f"{name}:{number}",
                              f"{rule}: {match.group(0)!r}")
        if text and not text.endswith("\n"):
            found.add(name, "no newline at the end")
    found.finish()


main()
