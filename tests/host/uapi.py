# SPDX-License-Identifier: GPL-2.0-only
"""The uapi headers, read as text."""

import re

import hostlib

NETLINK = "uapi/linux/qwave_netlink.h"


def structs(header=hostlib.UAPI):
    """{struct name: [(type, member, array or "")]} in the header's order."""
    text = hostlib.strip_comments(hostlib.read(header))
    found = {}
    for name, body in re.findall(r"struct\s+(\w+)\s*\{(.*?)\}\s*;", text, re.S):
        members = []
        for line in filter(None, (p.strip() for p in body.split(";"))):
            match = re.fullmatch(r"(.*?)\s*\b(\w+)\s*((?:\[[^]]*\])*)", line,
                                 re.S)
            members.append((match.group(1), match.group(2), match.group(3))
                           if match else (line, "", ""))
        found[name] = members
    return found


def ioctls():
    """{ioctl name: its number's text}."""
    text = hostlib.strip_comments(hostlib.read(hostlib.UAPI))
    return dict(re.findall(
        r"#define\s+(QWAVE_\w+)\s+_IO\w*\(QWAVE_IOCTL_BASE,\s*(\w+)", text))


def names(header=hostlib.UAPI):
    """Every public macro and enumerator of a header."""
    text = hostlib.strip_comments(hostlib.read(header))
    found = re.findall(r"#define\s+(\w+)", text)
    for body in re.findall(r"enum\s+\w+\s*\{(.*?)\}", text, re.S):
        found += re.findall(r"(\w+)\s*(?:=[^,]*)?(?:,|$)", body.strip())
    return [n for n in found if not n.startswith("_")]


def comment(struct):
    """The kernel-doc comment of a struct, as one line per paragraph."""
    text = hostlib.read(hostlib.UAPI)
    match = re.search(r"/\*\*\n \* struct " + struct + r" - .*?\*/", text, re.S)
    if not match:
        return []
    lines = [re.sub(r"^ \*/? ?", "", n)
             for n in match.group(0).splitlines()[1:]]
    return [" ".join(p.split()) for p in "\n".join(lines).split("\n\n")]


def errnos(struct):
    """The errnos that the struct's comment lists under Errors:."""
    for paragraph in comment(struct):
        if paragraph.startswith("Errors:"):
            return set(re.findall(r"\bE[A-Z0-9]{3,}\b", paragraph))
    return set()


def common_errnos():
    """Those that the head of the header names for every command."""
    text = " ".join(hostlib.read(hostlib.UAPI).replace("\n *", " ").split())
    match = re.search(r"Errors that every command can return:(.*?)\*/", text)
    return set(re.findall(r"\bE[A-Z0-9]{3,}\b", match.group(1)))
