# SPDX-License-Identifier: GPL-2.0-only
"""What the host checks share: the project's files, findings, exceptions."""

import fnmatch
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME")
                     or os.path.expanduser("~/.cache"), "qwave")
UAPI = "uapi/linux/qwave.h"
SKIP = 4


def path(name):
    return os.path.join(TOP, name)


def read(name):
    with open(path(name), encoding="utf-8", errors="replace") as f:
        return f.read()


def exists(name):
    return os.path.exists(path(name))


def _git_files():
    """Git's view: what is tracked, and what is new and not ignored."""
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", TOP, "ls-files", "-z", "-c",
         "-o", "--exclude-standard"], capture_output=True, text=True)
    return done.stdout.split("\0") if done.returncode == 0 else None


def _walked_files():
    """For a tree unpacked from an archive, which holds no build products."""
    found = []
    for root, dirs, names in os.walk(TOP):
        dirs[:] = [d for d in dirs
                   if d not in (".git", "__pycache__")
                   and not (root == TOP and d == "build")]
        found += [os.path.relpath(os.path.join(root, n), TOP) for n in names]
    return found


def files(*patterns):
    """Project files matching one of the patterns (* also crosses /)."""
    found = _git_files() if shutil.which("git") else None
    if found is None:
        found = _walked_files()
    return sorted({f for f in found
                   if f and os.path.isfile(path(f))
                   and not f.endswith(".pyc")
                   and any(fnmatch.fnmatch(f, p) for p in patterns or "*")})


def first_line(name):
    return read(name).split("\n", 1)[0]


def scripts(interpreter, ending):
    """Files of one language, by their name's ending or their first line."""
    return [f for f in files()
            if f.endswith(ending)
            or re.match(r"#!.*\b(" + interpreter + r")\b", first_line(f))]


def skip(why):
    print(why)
    sys.exit(SKIP)


def need(program, package):
    """A missing tool is a failure: silence would look like a pass."""
    if not shutil.which(program):
        sys.exit(f"{program} is not installed (package {package})")


def run(*command, **options):
    """Output and errors of a command, in one stream, from the top folder."""
    options = {"cwd": TOP, "stderr": subprocess.STDOUT, **options}
    return subprocess.run(command, text=True, errors="replace",
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          **options)


def strip_comments(text):
    """C without comments and string contents; lines stay where they were."""
    token = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"'
                       r"|'(?:\\.|[^'\\\n])*'", re.S)

    def blank(match):
        found = match.group(0)
        if found[0] in "\"'":
            return found[0] * 2
        return "\n" * found.count("\n")

    return token.sub(blank, text)


class Findings:
    """Collects findings of one check and leaves out the excepted ones.

    A line of the file exceptions reads

        CHECK | PATH | TEXT | REASON

    PATH and TEXT are patterns (* matches anything). An exception that no
    finding needs is a finding itself, so that the list only shrinks.
    """

    def __init__(self, check):
        self.check = check
        self.found = []
        self.exceptions = []
        name = os.path.relpath(os.path.join(HERE, "exceptions"), TOP)
        for number, line in enumerate(read(name).splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            part = [p.strip() for p in line.split("|", 3)]
            if len(part) != 4 or not part[3]:
                sys.exit(f"{name}:{number}: not CHECK | PATH | TEXT | REASON")
            if part[0] == check:
                self.exceptions.append([f"{name}:{number}", *part[1:3], 0])

    def add(self, where, text):
        """where is PATH or PATH:LINE."""
        name = where.split(":", 1)[0]
        for exception in self.exceptions:
            if (fnmatch.fnmatchcase(name, exception[1])
                    and fnmatch.fnmatchcase(text, exception[2])):
                exception[3] += 1
                return
        self.found.append(f"{where}: {text}")

    def finish(self):
        for where, _, _, used in self.exceptions:
            if not used:
                self.found.append(f"{where}: the exception is not needed")
        print("\n".join(self.found))
        sys.exit(1 if self.found else 0)
