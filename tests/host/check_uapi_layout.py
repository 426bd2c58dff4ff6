# SPDX-License-Identifier: GPL-2.0-only
"""Sizes, offsets and numbers are the recorded ones, 64-bit and 32-bit.

uapi-layout is the record: a line per structure, member and constant. A change
of an existing line is a change of the ABI. New lines come by running this
check with --print and reading what it says.
"""

import os
import subprocess
import sys
import tempfile

import hostlib
import uapi

RECORD = os.path.join(hostlib.HERE, "uapi-layout")


def program():
    """A C program that prints the layout and asserts what holds anyway."""
    out = ["#include <stdio.h>", "#include <stddef.h>",
           "#include <linux/qwave.h>", "int main(void)", "{"]
    for struct, members in uapi.structs().items():
        out.append(f'printf("struct {struct} %zu\\n", '
                   f'sizeof(struct {struct}));')
        out.append(f"_Static_assert(sizeof(struct {struct}) % 8 == 0, "
                   f'"{struct}");')
        for _, member, _ in members:
            out.append(f'printf("{struct}.{member} %zu\\n", '
                       f"offsetof(struct {struct}, {member}));")
        if members[0][1] == "size":
            out.append(f"_Static_assert(offsetof(struct {struct}, size) == 0 "
                       f"&& offsetof(struct {struct}, flags) == 4, "
                       f'"{struct}");')
    numbers = uapi.ioctls()
    for name in uapi.names():
        form = "0x%x" if name in numbers else "%d"
        out.append(f'printf("{name} {form}\\n", (int){name});')
    return "\n".join(out + ["return 0;", "}"])


def layout(option):
    with tempfile.TemporaryDirectory() as build:
        exe = os.path.join(build, "layout")
        done = subprocess.run(
            ["gcc", option, "-std=gnu11", "-Wall", "-Werror", "-I",
             hostlib.path("uapi"), "-x", "c", "-o", exe, "-"],
            input=program(), text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        if done.returncode:
            sys.exit(f"gcc {option}:\n{done.stdout}")
        return subprocess.run([exe], capture_output=True, text=True,
                              check=True).stdout.splitlines()


def main():
    hostlib.need("gcc", "gcc gcc-multilib")
    if "--print" in sys.argv:
        print("# SPDX-License-Identifier: GPL-2.0-only")
        print("\n".join(layout("-m64")))
        return
    with open(RECORD, encoding="utf-8") as f:
        record = [n for n in f.read().splitlines() if not n.startswith("#")]
    found = hostlib.Findings("uapi_layout")
    for option in ("-m64", "-m32"):
        seen = layout(option)
        for line in record:
            if line not in seen:
                found.add(hostlib.UAPI, f"{option}: no longer: {line}")
        for line in seen:
            if line not in record:
                found.add(hostlib.UAPI, f"{option}: not recorded: {line}")
    found.finish()


main()
