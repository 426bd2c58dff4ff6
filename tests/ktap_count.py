#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""tests/ktap_count.py - counts what a KTAP stream says, and what it should have said

Usage: ktap_count.py [--status N] [--skips FILE --suite NAME --kernel NAME] STREAM

Reads STREAM (a file, - for standard input) and prints one line

    N passed, N failed, N skipped

after a line "! ..." for each thing that is wrong: a test that failed, a missing
plan, fewer or more results than planned, a result number out of order, a test
that was skipped without being listed in FILE, and an exit status of the
program (--status) that does not fit its results. Whatever is wrong beyond the
failed tests counts as one more failure. Streams may follow each other in one
file. Only results of the outermost level count.

FILE has lines "SUITE KERNEL NAME", each a pattern as in fnmatch(3): the tests
that may be skipped.

Exit status: 0, 1 when anything failed.
"""

import argparse
import fnmatch
import re
import sys

VERSION = re.compile(r"(K?TAP) version \d+$")
PLAN = re.compile(r"1\.\.(\d+)(\s*#.*)?$")
RESULT = re.compile(r"(not )?ok (\d+)(?:\s+(?:-\s+)?([^#]*?))?\s*(?:#\s*(\w+)\b"
                    r"\s*(.*))?$")


class Count:
    """What was said by one or several streams."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.skipped = 0
        self.wrong = []
        self.failures = []
        self.skips = []

    def __iadd__(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.wrong += other.wrong
        self.failures += other.failures
        self.skips += other.skips
        return self

    def __str__(self):
        return (f"{self.passed} passed, {self.failed} failed, "
                f"{self.skipped} skipped")

    def blame(self, text):
        """Something is wrong that is not the failure of one test."""
        self.wrong.append(text)
        self.failed += 1


def expected_skips(path, suite, kernel):
    """Patterns of the names that may be skipped here."""
    patterns = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            words = line.split("#")[0].split()
            if not words:
                continue
            if len(words) != 3:
                raise ValueError(f"{path}: not three words: {line!r}")
            if (fnmatch.fnmatchcase(suite, words[0]) and
                    fnmatch.fnmatchcase(kernel, words[1])):
                patterns.append(words[2])
    return patterns


class Reader:
    """Follows one stream after the other, line by line."""

    def __init__(self, may_skip=None):
        self.count = Count()
        self.may_skip = may_skip
        self.planned = None
        self.seen = 0
        self.inside = False

    def finish(self):
        """The stream ends, or the next one begins."""
        if not self.inside:
            return
        if self.planned is None:
            self.count.blame("a stream without a plan")
        elif self.seen != self.planned:
            self.count.blame(f"{self.seen} results, {self.planned} planned")
        self.planned, self.seen, self.inside = None, 0, False

    def _result(self, match):
        failed, number, name, directive, reason = match.groups()
        self.seen += 1
        if int(number) != self.seen:
            self.count.blame(f"result {number} where {self.seen} was due")
        if failed and (directive or "").upper() != "TODO":
            self.count.failed += 1
            self.count.failures.append(name)
        elif (directive or "").upper() == "SKIP":
            self.count.skipped += 1
            self.count.skips.append((name, reason))
            if (self.may_skip is not None and
                    not any(fnmatch.fnmatchcase(name, pattern)
                            for pattern in self.may_skip)):
                self.count.blame(f"unexpected skip: {name}: {reason}")
        else:
            self.count.passed += 1

    def line(self, text):
        """Takes the next line."""
        text = text.rstrip("\r\n")
        if VERSION.match(text):
            self.finish()
            self.inside = True
            return
        plan = PLAN.match(text)
        if plan and self.inside:
            if self.planned is not None:
                self.count.blame("a second plan")
            self.planned = int(plan.group(1))
            if not self.planned and not plan.group(2):
                self.count.blame("a plan of no tests")
            return
        result = RESULT.match(text)
        if result and self.inside:
            self._result(result)

    def end(self, status=None):
        """No more lines; @status is what the program exited with."""
        self.finish()
        count = self.count
        if not count.passed + count.failed + count.skipped:
            count.blame("no result at all")
        if status and not count.failed:
            count.blame(f"exit status {status} with no failed test")
        elif status == 0 and count.failures:
            count.blame("exit status 0 with failed tests")
        return count


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--status", type=int)
    parser.add_argument("--skips")
    parser.add_argument("--suite", default="")
    parser.add_argument("--kernel", default="")
    parser.add_argument("stream")
    args = parser.parse_args()

    may_skip = None
    if args.skips:
        may_skip = expected_skips(args.skips, args.suite, args.kernel)
    reader = Reader(may_skip)
    if args.stream == "-":
        lines = sys.stdin
    else:
        lines = open(args.stream, encoding="utf-8", errors="replace")
    with lines:
        for text in lines:
            reader.line(text)
    count = reader.end(args.status)
    for name in count.failures:
        print(f"! failed: {name}")
    for text in count.wrong:
        print(f"! {text}")
    print(count)
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
