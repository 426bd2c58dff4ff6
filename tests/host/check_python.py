# SPDX-License-Identifier: GPL-2.0-only
"""Python compiles without a warning, imports what it uses, stdlib only."""

import ast
import os
import sys
import warnings

import hostlib


def imports(tree):
    """Yields (line, name as bound, top module) of every import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.split(".")[0]
                yield node.lineno, bound, alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield (node.lineno, alias.asname or alias.name,
                       (node.module or "").split(".")[0])


def used(tree):
    found = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    for node in ast.walk(tree):
        if (isinstance(node, ast.Assign)
                and any(isinstance(t, ast.Name) and t.id == "__all__"
                        for t in node.targets)):
            found.update(ast.literal_eval(node.value))
    return found


def main():
    found = hostlib.Findings("python")
    chosen = hostlib.scripts("python3", ".py")
    ours = {os.path.basename(f)[:-3] for f in chosen if f.endswith(".py")}
    ours |= {part for f in chosen for part in f.split("/")[:-1]}
    warnings.simplefilter("error")
    for name in chosen:
        try:
            tree = ast.parse(hostlib.read(name), name)
            compile(tree, name, "exec")
        except (SyntaxError, Warning) as error:
            found.add(name, f"{type(error).__name__}: {error}")
            continue
        names = used(tree)
        for line, bound, module in imports(tree):
            if bound not in names and "noqa" not in (
                    hostlib.read(name).splitlines()[line - 1]):
                found.add(f"{name}:{line}", f"{bound} is imported, not used")
            if module not in sys.stdlib_module_names and module not in ours:
                found.add(f"{name}:{line}",
                          f"{module} is not in the standard library")
    found.finish()


main()
