# SPDX-License-Identifier: GPL-2.0-only
"""README.md, dkms.conf and kmod/compat state the same oldest kernel.

The newest tested one stands in README.md and among the bench's kernels.
"""

import re

import hostlib


def compat_oldest():
    """X.Y of the KERNEL_VERSION below which a compat header stops."""
    for name in hostlib.files("kmod/compat/*.h"):
        match = re.search(
            r"#\s*if\s+LINUX_VERSION_CODE\s*<\s*KERNEL_VERSION\("
            r"(\d+),\s*(\d+),\s*\d+\)\s*\n\s*#\s*error", hostlib.read(name))
        if match:
            return int(match.group(1)), int(match.group(2))
    return None


def dkms_accepts(text, version):
    """What dkms.conf says to a kernel, or None when it says nothing."""
    least = re.search(r'^BUILD_EXCLUSIVE_KERNEL_MIN="?([\d.]+)"?', text, re.M)
    if least:
        return version >= tuple(int(n) for n in least.group(1).split(".")[:2])
    only = re.search(r'^BUILD_EXCLUSIVE_KERNEL=(["\'])(.*)\1', text, re.M)
    if only:
        return bool(re.search(only.group(2), f"{version[0]}.{version[1]}.0-1"))
    return None


def main():
    found = hostlib.Findings("supported_kernels")
    for name in ("README.md", "dkms.conf"):
        if not hostlib.exists(name):
            found.add(name, "missing")
    oldest = compat_oldest()
    if oldest is None:
        found.add("kmod/compat", "no #error below the oldest kernel")
    bench = re.search(r"^KERNELS=\((.*)\)", hostlib.read("tests/vm/lib.sh"),
                      re.M)
    tested = [tuple(int(n) for n in k.split("."))
              for k in bench.group(1).split() if k[0].isdigit()]
    if found.found:
        found.finish()
    text = "%d.%d to %d.%d" % (*oldest, *max(tested))
    if text not in " ".join(hostlib.read("README.md").split()):
        found.add("README.md", f'does not say "{text}"')
    dkms = hostlib.read("dkms.conf")
    before = (oldest[0], oldest[1] - 1) if oldest[1] else (oldest[0] - 1, 99)
    for version, wanted in [(before, False), (oldest, True),
                            *((k, True) for k in tested)]:
        if dkms_accepts(dkms, version) is not wanted:
            found.add("dkms.conf", "%d.%d: %s" % (
                *version, "refused" if wanted else "accepted"))
    if min(tested) != oldest:
        found.add("tests/vm/lib.sh", "the oldest kernel is not tested")
    found.finish()


main()
