# SPDX-License-Identifier: GPL-2.0-only
"""Kernel headers, the kernel's checking scripts and a compiler for modules.

All come from the cache of the bench (tests/vm/kernels), which fetches them.
"""

import os
import subprocess
import sys

import hostlib

KERNEL = "6.1"
SOURCE = "6.12"
BENCH = hostlib.path("tests/vm/kernels")


def _ask(*words):
    """One path from the bench; without an answer the check fails."""
    done = subprocess.run([BENCH, *words], capture_output=True, text=True)
    answer = done.stdout.strip().splitlines()
    if done.returncode or not answer:
        sys.exit(f"tests/vm/kernels {' '.join(words)}: {done.stderr.strip()}")
    return answer[-1]


def script(name):
    """The path of scripts/NAME of the kernel's source."""
    return os.path.join(_ask("source", SOURCE), "scripts", name)


def build(folder, *variables):
    """Builds the external module in a copy of folder; returns the result.

    It happens in the bench's build root, so that every machine uses the same
    compiler and the same sparse.
    """
    subprocess.run([BENCH, "get", KERNEL], check=True)
    headers = _ask("headers", KERNEL)
    inside = _ask("path", headers)
    root = headers[:-len(inside)]
    work = f"/tmp/lint.{os.getpid()}"
    subprocess.run(["cp", "-r", folder, root + work], check=True)
    try:
        return subprocess.run(
            [BENCH, "enter", "make", "-j2", "-C", inside, f"M={work}",
             *variables, "modules"], text=True, errors="replace",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL), work, os.path.exists(
                f"{root}{work}/qwave.ko")
    finally:
        subprocess.run(["rm", "-rf", root + work], check=True)
