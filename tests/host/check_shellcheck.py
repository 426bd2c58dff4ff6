# SPDX-License-Identifier: GPL-2.0-only
"""shellcheck finds nothing in any shell program."""

import re

import hostlib

LINE = re.compile(r"(\S+?):(\d+):\d+: \w+: (.*) \[(SC\d+)\]")


def main():
    hostlib.need("shellcheck", "shellcheck")
    found = hostlib.Findings("shellcheck")
    chosen = set(hostlib.scripts("sh|bash|dash", ".sh"))
    chosen.update(f for f in hostlib.files()
                  if re.search(r"^# shellcheck shell=", hostlib.read(f), re.M))
    if not chosen:
        hostlib.skip("there is no shell program")
    done = hostlib.run("shellcheck", "--format=gcc", "--external-sources",
                       "--source-path=SCRIPTDIR", *sorted(chosen))
    for line in done.stdout.splitlines():
        match = LINE.fullmatch(line)
        if match:
            where, number, text, rule = match.groups()
            found.add(f"{where}:{number}", f"{rule}: {text}")
        elif line.strip():
            found.add("shellcheck", line)
    found.finish()


main()
