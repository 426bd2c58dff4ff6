# SPDX-License-Identifier: GPL-2.0-only
"""Documentation/uapi and the uapi headers name the same things.

A page per command, named after its structure (qwave_add_socket.rst). The
structure's text comes from the header (kernel-doc); the page names every
member under Arguments and lists, under Return value, the errnos that the
header lists.
"""

import re

import hostlib
import rst
import uapi

FOLDER = "Documentation/uapi/"
SECTIONS = ["Name", "Synopsis", "Arguments", "Description", "Rules",
            "Return value"]
# Commands without a structure.
BARE = {"QWAVE_SHUTDOWN": "qwave_shutdown"}


def page_of(command):
    return BARE.get(command) or "qwave_" + command[len("QWAVE_"):].lower()


def check_page(found, command, structs):
    stem = page_of(command)
    name = f"{FOLDER}{stem}.rst"
    if not hostlib.exists(name):
        found.add(name, "missing")
        return
    text = hostlib.read(name)
    parts = rst.sections(text)
    for title in SECTIONS:
        if title not in parts:
            found.add(name, f"no section {title}")
    if command not in parts.get("Synopsis", ""):
        found.add(name, f"the synopsis lacks {command}")
    members = [m for _, m, _ in structs.get(stem, [])]
    if stem in structs and f":identifiers: {stem}\n" not in text:
        found.add(name, f"does not pull in struct {stem}")
    told = rst.terms(parts.get("Arguments", ""))
    for member in members:
        if member not in told:
            found.add(name, f"Arguments lacks {member}")
    for member in told:
        if member not in members:
            found.add(name, f"struct {stem} has no {member}")
    wanted = uapi.errnos(stem) - {"EINVAL"}
    listed = set(rst.terms(parts.get("Return value", ""))) - {"EINVAL"}
    for errno in sorted(wanted ^ listed):
        found.add(name, f"{errno} is listed "
                  + ("in the header only" if errno in wanted else
                     "on the page only"))


def check_words(found, known):
    """Whatever looks like a name of the headers is one."""
    for name in hostlib.files("Documentation/*.rst", "README.md",
                              "CONTRIBUTING.md"):
        for word in re.findall(r"\bQWAVE_[A-Z0-9_]*[A-Z0-9]\b",
                               hostlib.read(name)):
            if word not in known:
                found.add(name, f"no header has {word}")
        for word in re.findall(r"\bstruct (qwave_\w+)", hostlib.read(name)):
            if not re.search(r"\bstruct " + word + r"\b", known["text"]):
                found.add(name, f"nothing has struct {word}")


def codes():
    """{errno: "87 INVALID_PARAMETER"} as the library translates it."""
    numbers = dict(re.findall(r"#define\s+(ERROR_\w+)\s+(\d+)",
                              hostlib.read("libqos2/include/qos2_errors.h")))
    table = re.search(r"call_codes\[\] = \{(.*?)\};",
                      hostlib.read("libqos2/error.c"), re.S).group(1)
    return {errno or "0": f"{numbers.get(code)} {code[len('ERROR_'):]}"
            for errno, code in re.findall(r"\{ (E\w+|)0?, (\w+) \}", table)}


def check_errors(found, structs):
    """errors.rst: every errno of the headers, and the library's codes."""
    name = FOLDER + "errors.rst"
    wanted = set(uapi.common_errnos())
    for struct in structs:
        wanted |= uapi.errnos(struct)
    rows = re.findall(r"^   \* - (E\w+)\n(?:     .*\n)*?     - (\d+ \w+)\n",
                      hostlib.read(name), re.M)
    for errno in sorted(wanted ^ {e for e, _ in rows}):
        found.add(name, f"{errno} is " + (
            "missing" if errno in wanted else "in no header"))
    known = codes()
    for errno, code in rows:
        if known.get(errno, known["0"]) != code:
            found.add(name, f"{errno} is {known.get(errno, known['0'])} in "
                      "libqos2/error.c")


def main():
    found = hostlib.Findings("docs_uapi")
    structs = uapi.structs()
    commands = uapi.ioctls()
    for command in commands:
        check_page(found, command, structs)
    pages = {f"{FOLDER}{page_of(c)}.rst" for c in commands}
    for name in hostlib.files(FOLDER + "qwave_*.rst"):
        if name not in pages:
            found.add(name, "belongs to no command")

    code = "\n".join(hostlib.read(f) for f in hostlib.files(
        "uapi/*.h", "kmod/*.h", "kmod/*.c", "Kbuild", "Kconfig", "Makefile",
        "tests/*", "libqos2/*", "tools/*"))
    known = {w: 1 for w in re.findall(r"\b(?:CONFIG_)?(QWAVE_\w+)", code)}
    known["text"] = code
    check_words(found, known)

    text = "\n".join(hostlib.read(f) for f in hostlib.files(FOLDER + "*.rst"))
    for header in (hostlib.UAPI, uapi.NETLINK):
        for word in uapi.names(header):
            if not word.endswith("_PAD") and not word.endswith("_UNSPEC") \
                    and not re.search(rf"\b{word}\b", text):
                found.add(FOLDER, f"{word} of {header} is on no page")
    for struct in structs:
        if f":identifiers: {struct}\n" not in text:
            found.add(FOLDER, f"struct {struct} is on no page")
    check_errors(found, structs)
    found.finish()


main()
