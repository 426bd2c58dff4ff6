# SPDX-License-Identifier: GPL-2.0-only
"""The module builds without a word: W=1, sparse with endian checks."""

import os
import shutil
import tempfile

import hostlib
import kernelsrc

# Not about the code.
TALK = ("  CC ", "  LD ", "  MODPOST", "  CHECK ", "  BTF", "  AR ", "make",
        "Skipping BTF", "  SYMLINK", "warning: the compiler differs",
        "  The kernel was built by", "  You are using")


def copy(folder):
    for name in hostlib.files("Kbuild", "Kconfig", "kmod/*", "uapi/*"):
        target = os.path.join(folder, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy(hostlib.path(name), target)


def main():
    found = hostlib.Findings("module_build")
    if not hostlib.exists("Kbuild"):
        found.add("Kbuild", "missing")
        found.finish()
    with tempfile.TemporaryDirectory() as folder:
        copy(folder)
        done, work, built = kernelsrc.build(folder, "W=1", "C=2",
                                            "CF=-D__CHECK_ENDIAN__")
    for line in done.stdout.splitlines():
        if line.strip() and not line.startswith(TALK):
            where, _, text = line.replace(work + "/", "").partition(": ")
            found.add(where, text)
    if done.returncode:
        found.add("make", f"status {done.returncode}")
    elif not built:
        found.add("make", "built no qwave.ko")
    found.finish()


main()
