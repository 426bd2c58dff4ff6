# SPDX-License-Identifier: GPL-2.0-only
"""Pages are reachable and sound: links, toctrees, files they name."""

import importlib.util
import os
import re
import tempfile

import hostlib


def target(name, link):
    """The page a :doc: link or a toctree entry means."""
    base = "Documentation" if link[0] == "/" else os.path.dirname(name)
    return os.path.normpath(os.path.join(base, link.lstrip("/") + ".rst"))


def links(text):
    found = re.findall(r":doc:`(?:[^`<]*<)?([^`<>]+)>?`", text)
    for block in re.findall(r"^\.\. toctree::\n((?:[ ]+.*\n|\n)*)", text, re.M):
        found += [entry.strip() for entry in block.splitlines()
                  if entry.strip() and not entry.strip().startswith(":")]
    return found


def files_named(text):
    """Literals that look like files of the project."""
    pattern = (r"(?<!:doc:)`((?:kmod|uapi|libqos2|tools|tests|Documentation|packaging|"
               r"LICENSES)/[\w./*-]+)`")
    return set(re.findall(pattern, text))


def packages_named(text):
    """What pages ask pkg-config for."""
    return set(re.findall(r"pkg-config(?: --\w[\w-]*)* (\w[\w-]*)[`)]", text))


def check_titles(found, name, text):
    lines = text.split("\n")
    for number, line in enumerate(lines[1:], 2):
        above = lines[number - 2]
        if (re.fullmatch(r"([=\-~^])\1{2,}", line) and above.strip()
                and not re.fullmatch(r"[=\-~^ ]+", above)
                and len(above) > len(line)):
            found.add(f"{name}:{number}", "the underline is too short")


def rendered():
    """(place, message) of what docutils says, where it is installed."""
    if importlib.util.find_spec("docutils") is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        done = hostlib.run("python3", "-B", "Documentation/render.py", folder)
    place = None
    for line in done.stdout.replace(hostlib.TOP + "/", "").splitlines():
        match = re.match(r"(\S+\.rst:\d*): \((?:WARNING|ERROR|SEVERE)/\d\) (.*)",
                         line)
        if match:
            place = match.group(1)
            yield match.groups()
        elif place is None and line.strip():
            yield "Documentation/render.py", line


def main():
    found = hostlib.Findings("docs_links")
    pages = set(hostlib.files("Documentation/*.rst"))
    reached = {"Documentation/index.rst"}
    for name in sorted(pages):
        text = hostlib.read(name)
        for link in links(text):
            if target(name, link) not in pages:
                found.add(name, f"no page {link}")
            else:
                reached.add(target(name, link))
        check_titles(found, name, text)
    for where, message in rendered():
        found.add(where, message)
    for name in sorted(pages - reached):
        found.add(name, "no page leads here")
    for name in sorted(pages | set(hostlib.files("*.md"))):
        # The generated page names programs without their endings.
        named = files_named(hostlib.read(name)) if "parity" not in name else ()
        for path in named:
            if "*" not in path and not hostlib.exists(path):
                found.add(name, f"there is no {path}")
        for package in packages_named(hostlib.read(name)):
            if not hostlib.exists(f"libqos2/{package}.pc.in"):
                found.add(name, f"there is no {package}.pc")
    for name in hostlib.files("*.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", hostlib.read(name)):
            if not hostlib.exists(os.path.join(os.path.dirname(name), link)):
                found.add(name, f"there is no {link}")
    found.finish()


main()
