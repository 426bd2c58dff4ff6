# SPDX-License-Identifier: GPL-2.0-only
"""kernel-doc accepts the comments; every uapi structure has one."""

import hostlib
import kernelsrc
import uapi


def main():
    hostlib.need("perl", "perl")
    found = hostlib.Findings("kernel_doc")
    chosen = hostlib.files("uapi/*.h", "kmod/*.c", "kmod/*.h")
    tool = kernelsrc.script("kernel-doc")
    command = [tool] if not tool.endswith(".py") else ["python3", tool]
    done = hostlib.run(*command, "-none", *chosen)
    for line in done.stdout.splitlines():
        where, _, text = line.partition(": ")
        # A source file need not have any such comment.
        if "no structured comments found" not in line:
            found.add(where.replace(hostlib.TOP + "/", ""), text)
    if done.returncode:
        found.add("kernel-doc", f"status {done.returncode}")
    for struct in uapi.structs():
        if not uapi.comment(struct):
            found.add(hostlib.UAPI, f"struct {struct} has no kernel-doc")
    found.finish()


main()
