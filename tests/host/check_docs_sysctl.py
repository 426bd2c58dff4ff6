# SPDX-License-Identifier: GPL-2.0-only
"""The module's sysctls and Documentation/sysctl.rst name the same things."""

import re

import hostlib
import rst

PAGE = "Documentation/sysctl.rst"
FIELDS = ("Default", "Values", "Who may write")


def default(code, name):
    """The numbers that the template of a namespace starts a setting with."""
    template = re.search(r"qwave_net_template = \{\n(.*?)\n\};", code, re.S)
    match = re.search(rf"\.{name} = (\{{.*?\}}|\d+),", template.group(1), re.S)
    if not match:
        return ["0"]
    return re.findall(r"(?:= |\{ |, |^)(\d+)", match.group(1))


def main():
    found = hostlib.Findings("docs_sysctl")
    code = "\n".join(hostlib.read(f) for f in hostlib.files("kmod/*.c"))
    known = set(re.findall(r'(?:\.procname\s*=\s*|QWAVE_SYSCTL\()"(\w+)"', code))
    if not known:
        found.add("kmod", "no sysctl found in the code")
    parts = {title: text for title, text in
             rst.sections(hostlib.read(PAGE)).items()
             if re.fullmatch(r"[a-z_]+", title)}
    for name in sorted(known ^ set(parts)):
        found.add(PAGE, f"{name} is " + (
            "not documented" if name in known else "not in the code"))
    for name, text in parts.items():
        told = re.search(r":Default: ([^,\n]*)", text)
        if told and re.findall(r"\d+", told.group(1)) != default(code, name):
            found.add(PAGE, f"{name} is {' '.join(default(code, name))} in the "
                      "code")
        for field in FIELDS:
            if f":{field}:" not in text:
                found.add(PAGE, f"{name} lacks :{field}:")
    for name in hostlib.files("Documentation/*.rst", "Documentation/man/*",
                              "packaging/*", "*.md", "tools/*", "uapi/*"):
        for word in re.findall(r"\bnet[./]qwave[./]([a-z_]+)",
                               hostlib.read(name)):
            if word not in known:
                found.add(name, f"there is no sysctl net.qwave.{word}")
    found.finish()


main()
