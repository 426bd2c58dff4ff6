# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's version is asked for in kmod/compat/ only."""

import re

import hostlib

ASKS = re.compile(r"\b(LINUX_VERSION_CODE|KERNEL_VERSION|UTS_RELEASE|"
                  r"RHEL_RELEASE_\w+|linux/version\.h|generated/utsrelease\.h)")


def main():
    found = hostlib.Findings("version_tests")
    for name in hostlib.files("kmod/*.c", "kmod/*.h", "uapi/*", "Kbuild"):
        if name.startswith("kmod/compat/"):
            continue
        for number, line in enumerate(hostlib.read(name).splitlines(), 1):
            for word in ASKS.findall(line):
                found.add(f"{name}:{number}", word)
    found.finish()


main()
