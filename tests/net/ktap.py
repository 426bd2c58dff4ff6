# SPDX-License-Identifier: GPL-2.0-only
"""A small test runner that speaks KTAP.

A module's tests are its functions whose names start with "test_", in the order
in which they stand. @cases makes several tests of one function:

    @ktap.cases(udp4=(AF_INET, SOCK_DGRAM), tcp6=(AF_INET6, SOCK_STREAM))
    # checklist: 63
    def test_mark_voice(family, kind):

gives mark_voice_udp4 and mark_voice_tcp6. The comment directly above "def"
names the rules of the specification that the test proves.

Every test runs in a process of its own, in a process group of its own: what it
leaves open, changes about itself or starts is gone when it ends, and a test
that hangs is killed and fails. A test passes by returning, fails by raising,
and is skipped by raising Skip.
"""

import faulthandler
import os
import select
import signal
import sys
import time
import traceback

# Nothing is measured by these; they end what hangs. Emulated and debugging
# kernels on a busy machine are slow.
PATIENCE = 120 if os.environ.get("QWAVE_KERNEL") == "debug" else 45
TIMEOUT = 4 * PATIENCE


class Skip(Exception):
    """The test cannot run here; the text says why."""


def cases(**arguments):
    def mark(function):
        function.cases = arguments
        return function
    return mark


def equal(actual, expected, what="value"):
    if actual != expected:
        raise AssertionError(f"{what}: got {actual!r}, expected {expected!r}")


def true(condition, what):
    if not condition:
        raise AssertionError(what)


def until(condition, what, timeout=PATIENCE):
    """Waits until condition() is true and returns its value."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"timeout waiting for {what}")
        time.sleep(0.005)


def collect(module):
    """Returns [(name, callable)] of a module."""
    tests = []
    for name, function in vars(module).items():
        if not name.startswith("test_") or not callable(function):
            continue
        name = name[len("test_"):]
        variants = getattr(function, "cases", None)
        if variants is None:
            tests.append((name, function))
            continue
        for case, arguments in variants.items():
            tests.append((f"{name}_{case}",
                          lambda f=function, a=arguments: f(*a)))
    return tests


def child(function, report, before, number):
    os.setpgid(0, 0)
    faulthandler.dump_traceback_later(TIMEOUT - 5)
    try:
        before(number)
        function()
        report("ok")
    except Skip as reason:
        report(f"skip {reason}")
    except BaseException:
        report("fail " + traceback.format_exc())


def run_one(function, before, number):
    """Returns "ok", "skip WHY" or "fail TEXT"."""
    reader, writer = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        child(function, lambda text: os.write(writer, text.encode()),
              before, number)
        os._exit(0)
    os.close(writer)
    text = b""
    end = time.monotonic() + TIMEOUT
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    while not text and time.monotonic() < end:
        if not poll.poll(1000):
            continue
        text = os.read(reader, 1 << 16)
        if not text:
            break
    kill_group(pid)
    status = os.waitpid(pid, 0)[1]
    os.close(reader)
    if text:
        return text.decode(errors="replace")
    if time.monotonic() >= end:
        return f"fail no end after {TIMEOUT} s"
    return f"fail the test's process died, wait status {status:#x}"


def kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run(tests, before=lambda number: None):
    """Runs tests, prints KTAP, returns the number of failures.

    before is called in the process of each test, in front of it, with the
    test's number.
    """
    names = [name for name, function in tests]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise SystemExit(f"names used twice: {sorted(twice)}")
    print("KTAP version 1")
    print(f"1..{len(tests)}", flush=True)
    count = {"ok": 0, "skip": 0, "fail": 0}
    for number, (name, function) in enumerate(tests, 1):
        start = time.monotonic()
        word, _, text = run_one(function, before, number).partition(" ")
        count[word] += 1
        if word == "fail":
            print("".join(f"# {line}\n" for line in text.splitlines()), end="")
        ok = "not ok" if word == "fail" else "ok"
        note = f" # SKIP {text}" if word == "skip" else ""
        print(f"{ok} {number} {name}{note}", flush=True)
        if os.environ.get("KTAP_TIMES"):
            print(f"# {name}: {time.monotonic() - start:.2f} s", flush=True)
    print(f"# Totals: pass:{count['ok']} fail:{count['fail']} "
          f"skip:{count['skip']}", flush=True)
    return count["fail"]
