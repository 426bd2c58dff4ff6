# SPDX-License-Identifier: GPL-2.0-only
"""Every uapi header compiles alone, as C and C++, and holds allowed types."""

import re
import shutil

import hostlib
import uapi

SCALARS = {"__u8", "__u16", "__be16", "__u32", "__be32", "__s32",
           "__aligned_u64"}
COMPILERS = [
    ("gcc", "-x", "c", "-std=c99"), ("gcc", "-m32", "-x", "c", "-std=c99"),
    ("g++", "-x", "c++", "-std=c++11"), ("clang", "-x", "c", "-std=c11"),
]


def check_alone(found, header):
    for command in COMPILERS:
        if command[0] == "clang" and not shutil.which("clang"):
            continue
        done = hostlib.run(*command, "-Wall", "-Wextra", "-Wpedantic",
                           "-Wno-pragma-once-outside-header", "-Werror",
                           "-fsyntax-only", "-I", "uapi", header)
        if done.returncode:
            found.add(header, " ".join(command) + ":\n" + done.stdout)


def check_types(found, header):
    known = uapi.structs(header)
    for struct, members in known.items():
        for kind, member, _ in members:
            nested = re.fullmatch(r"struct (\w+)", kind)
            if nested and nested.group(1) in known:
                continue
            if kind not in SCALARS:
                found.add(header, f"struct {struct}: {kind} {member}: "
                          "not a fixed-width type")


def main():
    hostlib.need("gcc", "gcc gcc-multilib")
    hostlib.need("g++", "g++")
    found = hostlib.Findings("uapi_header")
    headers = hostlib.files("uapi/*.h")
    if hostlib.UAPI not in headers:
        found.add(hostlib.UAPI, "missing")
    for header in headers:
        check_alone(found, header)
        check_types(found, header)
    found.finish()


main()
