#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Documentation/render.py - the pages as HTML, with structures filled in

Usage: Documentation/render.py [FOLDER]

Writes a page of HTML for every page here, to FOLDER (build/doc). The text of
structures comes from the headers, where the directive kernel-doc names them.
Needs docutils (Debian: python3-docutils). Messages about the sources go to
standard error, and the exit status is then 1.
"""

import os
import re
import sys

import docutils.core
import docutils.io
import docutils.nodes as nodes
from docutils.parsers.rst import Directive, directives, roles

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)


def title(page):
    """The first underlined line of a page."""
    with open(os.path.join(HERE, page + ".rst"), encoding="utf-8") as f:
        match = re.search(r"^(.+)\n===+$", f.read(), re.M)
    return match.group(1) if match else page


def declaration(header, name):
    """A structure or enumeration of a header with the comment above it."""
    with open(os.path.join(TOP, header), encoding="utf-8") as f:
        match = re.search(r"/\*\*\n \* (?:struct|enum) " + name
                          + r" - .*?\n\};\n", f.read(), re.S)
    return match.group(0) if match else None


def link(source, target, text=None):
    """A reference from one page to another."""
    base = os.path.dirname(source)
    page = os.path.normpath(target.lstrip("/") if target.startswith("/")
                            else os.path.join(base, target))
    return nodes.reference("", text or title(page), internal=True,
                           refuri=os.path.relpath(page, base or ".") + ".html")


def page_of(document):
    """The page that is being read, without its ending."""
    return os.path.relpath(document.current_source, HERE)[:-len(".rst")]


class KernelDoc(Directive):
    required_arguments = 1
    option_spec = {"identifiers": directives.unchanged_required}

    def run(self):
        found = []
        for name in self.options["identifiers"].split():
            text = declaration(self.arguments[0], name)
            if text is None:
                raise self.error(f"{self.arguments[0]} has no {name}")
            found.append(nodes.literal_block(text, text))
        return found


class TocTree(Directive):
    has_content = True
    option_spec = {"maxdepth": directives.nonnegative_int}

    def run(self):
        listed = nodes.bullet_list()
        for entry in filter(None, (n.strip() for n in self.content)):
            try:
                reference = link(page_of(self.state.document), entry)
            except OSError:
                raise self.error(f"no page {entry}") from None
            listed += nodes.list_item("", nodes.paragraph("", "", reference))
        return [listed]


def doc_role(name, raw, text, line, inliner, options=None, content=None):
    match = re.fullmatch(r"(.*?)\s*<(.+)>", text, re.S)
    words, target = match.groups() if match else (None, text)
    try:
        return [link(page_of(inliner.document), target, words)], []
    except OSError:
        message = inliner.reporter.error(f"no page {target}", line=line)
        return [inliner.problematic(raw, raw, message)], [message]


def pages():
    for root, dirs, names in os.walk(HERE):
        dirs.sort()
        for name in sorted(names):
            if name.endswith(".rst"):
                yield os.path.relpath(os.path.join(root, name), HERE)[:-4]


def main(args):
    if args[:1] in (["--help"], ["-h"]) or len(args) > 1:
        print(__doc__.strip())
        return 0 if len(args) == 1 else 2
    folder = args[0] if args else os.path.join(TOP, "build", "doc")
    directives.register_directive("kernel-doc", KernelDoc)
    directives.register_directive("toctree", TocTree)
    roles.register_local_role("doc", doc_role)
    worst = 0
    for page in pages():
        target = os.path.join(folder, page + ".html")
        os.makedirs(os.path.dirname(target), exist_ok=True)
        publisher = docutils.core.Publisher(
            source_class=docutils.io.FileInput,
            destination_class=docutils.io.FileOutput)
        publisher.set_components("standalone", "restructuredtext", "html5")
        publisher.process_programmatic_settings(
            None, {"report_level": 2, "halt_level": 5,
                   "file_insertion_enabled": False}, None)
        publisher.set_source(None, os.path.join(HERE, page + ".rst"))
        publisher.set_destination(None, target)
        publisher.publish()
        worst = max(worst, publisher.document.reporter.max_level)
    return 1 if worst >= 2 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
