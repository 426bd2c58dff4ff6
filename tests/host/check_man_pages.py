# SPDX-License-Identifier: GPL-2.0-only
"""Every exported function and every subcommand has its page; pages are sound.

A function's page may be a one-line .so reference to the page that tells it.
"""

import os
import re
import subprocess

import hostlib

FOLDER = "Documentation/man/"
SECTIONS = {
    "1": ("NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "SEE ALSO"),
    "3": ("NAME", "SYNOPSIS", "DESCRIPTION", "RETURN VALUE", "ERRORS",
          "SEE ALSO"),
    "4": ("NAME", "DESCRIPTION", "SEE ALSO"),
    "7": ("NAME", "DESCRIPTION", "SEE ALSO"),
}


def exported():
    """The functions in the library's symbol map."""
    text = hostlib.strip_comments(hostlib.read("libqos2/libqos2.map"))
    return [symbol for block in re.findall(r"global:(.*?)(?:local:|\})", text,
                                           re.S)
            for symbol in re.findall(r"\w+", block)]


def subcommands():
    """The names in qosctl's table of commands."""
    text = hostlib.read("tools/qosctl.c")
    table = re.search(r"commands\[\] = \{(.*?)\n\};", text, re.S)
    return re.findall(r'\{ "(\w+)",', table.group(1)) if table else []


def plain(text):
    """Roff text without fonts and escapes."""
    text = re.sub(r"\\f(?:\[\w*\]|\(..|.)", "", text)
    return text.replace("\\-", "-").replace("\\&", "")


def check_page(found, name):
    text = hostlib.read(name)
    redirect = re.search(r"^\.so (?:man\d/)?(\S+)$", text, re.M)
    if redirect:
        if not hostlib.exists(FOLDER + redirect.group(1)):
            found.add(name, f"refers to {redirect.group(1)}, which is missing")
        return
    titles = [t.strip(' "') for t in re.findall(r"^\.S[Hh] +(.*)$", text, re.M)]
    for title in SECTIONS.get(name.rsplit(".", 1)[1], ()):
        # man(7) pages say VALUE, mdoc(7) pages VALUES.
        if title not in titles and title + "S" not in titles:
            found.add(name, f"no section {title}")
    done = hostlib.run(
        "man", "--warnings", "--encoding=UTF-8", "--local-file", name,
        env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80",
             "MANROFFOPT": "-ww", "PAGER": "cat", "MANPAGER": "cat"})
    for line in done.stdout.splitlines():
        match = re.match(r"(?:troff|man|grotty|groff)\S*: (.*)", line)
        if match or done.returncode:
            found.add(name, match.group(1) if match else line)
    done = hostlib.run("mandoc", "-T", "lint", "-W", "warning", name,
                       stderr=subprocess.DEVNULL)
    for line in done.stdout.splitlines():
        found.add(name, line.partition(f"{name}:")[2] or line)
    for stem, section in re.findall(
            r"\b((?:qos|QOS|qwave|libqos)\w*) ?\((\d)\)", plain(text)):
        if not hostlib.exists(f"{FOLDER}{stem}.{section}"):
            found.add(name, f"there is no {stem}({section})")
    for stem, section in re.findall(
            r"^\.(?:BR|Xr) (\S+) \(?(\d)\)?", plain(text), re.M):
        if (re.match("qos|qwave|libqos", stem, re.I)
                and not hostlib.exists(f"{FOLDER}{stem}.{section}")):
            found.add(name, f"there is no {stem}({section})")


def check_qosctl(found):
    name = FOLDER + "qosctl.1"
    if not hostlib.exists(name):
        found.add(name, "missing")
        return
    text = plain(hostlib.read(name))
    for word in subcommands():
        if not re.search(rf"^(?:\.\w+ +)?\"?(?:qosctl )?{word}\b", text, re.M):
            found.add(name, f"the command {word} is not described")


def main():
    hostlib.need("man", "man-db")
    hostlib.need("mandoc", "mandoc")
    found = hostlib.Findings("man_pages")
    if not exported():
        found.add("libqos2/libqos2.map", "no symbols found")
    if not subcommands():
        found.add("tools/qosctl.c", "no commands found")
    for symbol in exported():
        if not hostlib.exists(f"{FOLDER}{symbol}.3"):
            found.add(f"{FOLDER}{symbol}.3", "missing")
    header = hostlib.read("libqos2/include/qos2.h")
    for symbol in set(re.findall(r"\b(QOS[A-Z]\w+)\(", hostlib.strip_comments(
            header))) - set(exported()):
        # QOS_HEADER_OVERHEAD() and its like are inline.
        found.add("libqos2/include/qos2.h", f"{symbol} is not exported")
    for name in hostlib.files(FOLDER + "*"):
        if re.search(r"\.\d$", name):
            check_page(found, name)
    check_qosctl(found)
    found.finish()


main()
