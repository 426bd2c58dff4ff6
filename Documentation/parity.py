#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Documentation/parity.py - write parity.rst from the checklist and the tests

Usage: Documentation/parity.py [--check]

Reads the statements of checklist.tsv beside this file and, in everything under
tests/, kmod/, libqos2/ and tools/, the comments "checklist: 35, 36" directly
above a test. Writes parity.rst. With --check it writes nothing, and fails when
parity.rst is not what it would write.

Exit status: 1 when a tag names no statement or stands above no test, or when
--check finds a difference.
"""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
FOLDERS = ("tests", "kmod", "libqos2", "tools")
TAG = re.compile(r"\s*(?:#|//|/?\*)[^`]*\bchecklist:\s*((?:\d+(?:\s*-\s*\d+)?)"
                 r"(?:[,\s]+\d+(?:\s*-\s*\d+)?)*)")
# A test: TEST(name), TEST_F(fixture, name), a KUnit function, def, a shell
# function, or a line of a table that begins with the name as a string.
TESTS = [
    re.compile(r"TEST\w*\((?:\w+,\s*)*(\w+)\)"),
    re.compile(r"static void (\w+)\("),
    re.compile(r"\s*def (?:test_)?(\w+)\("),
    re.compile(r"(?:function )?(?:test_)?(\w+)\s*\(\)"),
    re.compile(r"\s*\{\s*\"(\w+)\""),
    re.compile(r"\w*TEST\w*\([\"']?(\w+)"),
]
# What may stand between a tag and its test.
BETWEEN = re.compile(r"\s*(#|//|@|/\*.*\*/\s*$)")
# These explain the tags, in comments of their own.
HARNESSES = ("tests/net/ktap.py", "tests/harness.h")
# Tests of the library and the tools against a kernel that is made up.
FAKED = ("libqos2/", "tools/")
# So many tests of a statement are named; "checklist: N" finds them all.
SHOWN = 6
DONE, DIFFERS, LATER, OPEN = "done", "differs", "later", "no test"

HEAD = """\
.. SPDX-License-Identifier: GPL-2.0-only
.. Written by parity.py from checklist.tsv and the tests; not edited by hand.

Parity with Windows
===================

What the documents and programs of Windows' QOS2 lead one to expect, statement
by statement, with the value qwave decided on where the documents leave a
choice, and the tests that assert it. "-> 87" means: the function returns FALSE
and the last error is 87. The functions' manual pages spell the codes out.

*done*
    holds, and the named tests show it. Where there are many, a search for
    "checklist: N" under ``tests`` finds all of them.
*differs*
    decided otherwise, for the reason given; the tests show what holds.
*later*
    belongs to a part that this release does not have.

{summary}

What comes later
----------------

Shaping (``QOSSetOutgoingRate``), asynchronous calls (``OVERLAPPED``),
notifications (``QOSNotifyFlow``, ``QOSCancel``), tracking
(``QOSStartTrackingClient``, ``QOSStopTrackingClient``), measured adaptive flows
and the answer to suspend. The library does not export a function before it
works, so a program that needs one fails to link or finds no address, and never
gets a success that is none. Until paths are measured, an adaptive flow counts,
and is listed, but its packets are not marked.

What differs
------------

* IPv4-mapped addresses and dual-stack sockets work. Windows refuses them. The
  sysctl ``net.qwave.strict_addresses`` restores the refusal.
* The wildcard address (``0.0.0.0`` or ``::``, any port) as the destination of
  an unconnected UDP socket stands for every destination that no other
  membership of the socket names. Programs pass it and expect that; Windows'
  documents say nothing.
* A flow id that is not 0 and not of the caller's handle gives 87 when adding
  and 1168 elsewhere. Windows' pages contradict each other there.
* An 802.1p priority is never reported: it needs a measured path.

"""


def statements():
    """[(heading, [(number, text, state, note)])]"""
    found = []
    with open(os.path.join(HERE, "checklist.tsv"), encoding="utf-8") as f:
        for line in f.read().splitlines():
            if line.startswith("## "):
                found.append((line[3:], []))
            elif line and not line.startswith("#"):
                part = (line.split("\t") + ["", ""])[:4]
                found[-1][1].append((int(part[0]), *part[1:]))
    return found


def numbers(text):
    """35, 37-39 as a list of numbers."""
    found = []
    for first, last in re.findall(r"(\d+)(?:\s*-\s*(\d+))?", text):
        found += range(int(first), int(last or first) + 1)
    return found


def test_below(lines, index):
    """The name of the test below the tag in lines[index], or None."""
    if "/*" in lines[index] or re.match(r"\s*\*", lines[index]):
        while index < len(lines) and "*/" not in lines[index]:
            index += 1
    index += 1
    while index < len(lines) and BETWEEN.match(lines[index]):
        index += 1
    for pattern in TESTS:
        match = pattern.match(lines[index]) if index < len(lines) else None
        if match:
            return match.group(1)
    return None


def sources():
    for folder in FOLDERS:
        for root, dirs, names in os.walk(os.path.join(TOP, folder)):
            dirs[:] = sorted(d for d in dirs if d != "__pycache__")
            for name in sorted(names):
                path = os.path.relpath(os.path.join(root, name), TOP)
                if (path.endswith((".c", ".h", ".py", ".sh")) or "." not in name
                        ) and path not in HARNESSES:
                    yield path


def tags(known):
    """({number: [test]}, complaints)"""
    found, wrong = {}, []
    for path in sources():
        try:
            with open(os.path.join(TOP, path), encoding="utf-8") as f:
                lines = f.read().split("\n")
        except UnicodeDecodeError:
            continue
        stem = os.path.splitext(path.removeprefix("tests/"))[0]
        for index, line in enumerate(lines):
            match = TAG.match(line)
            if not match:
                continue
            test = test_below(lines, index)
            if not test:
                wrong.append(f"{path}:{index + 1}: no test below the tag")
                continue
            for number in numbers(match.group(1)):
                if number not in known:
                    wrong.append(f"{path}:{index + 1}: no statement {number}")
                elif f"{stem}: {test}" not in found.setdefault(number, []):
                    found[number].append(f"{stem}: {test}")
    return found, wrong


def state_of(state, tests):
    """What the checklist says counts once a test on a real kernel shows it."""
    if state == LATER:
        return LATER
    if all(t.startswith(FAKED) for t in tests):
        return OPEN
    return state or DONE


def listed(tests):
    """Tests by file, a few of them by name: two of each file come first."""
    ranks, order = {}, []
    for test in tests:
        name = test.partition(": ")[0]
        ranks[name] = ranks.get(name, 0) + 1
        order.append((ranks[name] > 2, test))
    files = {}
    for _, test in sorted(order, key=lambda entry: entry[0])[:SHOWN]:
        name, _, test = test.partition(": ")
        files.setdefault(name, []).append(test)
    text = "; ".join(f"``{name}``: {', '.join(names)}"
                     for name, names in files.items())
    if len(tests) > SHOWN:
        text += f"; and {len(tests) - SHOWN} more"
    return text


def row(number, text, state, note, tests):
    shown = state_of(state, tests)
    words = text + (f" ({note})" if note and shown != LATER else "")
    last = listed(tests)
    if shown == LATER:
        last = note + (f"; so far {last}" if last else "")
    return [f"   * - {number}", f"     - {words}", f"     - {shown}",
            f"     - {last}"], shown


def page(found):
    count = {DONE: 0, DIFFERS: 0, LATER: 0, OPEN: 0}
    body = []
    for heading, rows in statements():
        body += [heading, "-" * len(heading), "", ".. list-table::",
                 "   :header-rows: 1", "   :widths: 5 45 10 40", "",
                 "   * - No.", "     - Rule", "     - State",
                 "     - Tests, or what it waits for"]
        for number, text, state, note in rows:
            lines, shown = row(number, text, state, note,
                               found.get(number, []))
            count[shown] += 1
            body += [line.rstrip() for line in lines]
        body.append("")
    total = sum(count.values())
    summary = (f"Of {total} statements: done {count[DONE]}, "
               f"differs {count[DIFFERS]}, later {count[LATER]}")
    summary += (f", no test yet {count[OPEN]}." if count[OPEN] else ".")
    text = HEAD.format(summary=summary) + "\n".join(body)
    return text.rstrip() + "\n"


def main(args):
    if args not in ([], ["--check"]):
        print(__doc__.strip())
        return 0 if args in (["--help"], ["-h"]) else 2
    known = {n for _, rows in statements() for n, *_ in rows}
    found, wrong = tags(known)
    text = page(found)
    target = os.path.join(HERE, "parity.rst")
    if args:
        old = ""
        if os.path.exists(target):
            with open(target, encoding="utf-8") as f:
                old = f.read()
        if old != text:
            wrong.append("Documentation/parity.rst is not up to date; "
                         "Documentation/parity.py writes it")
    else:
        with open(target, "w", encoding="utf-8") as f:
            f.write(text)
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
