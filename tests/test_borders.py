"""Import directions: of the four folders, of the packages in them, and of single modules, which form no circle."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# What a folder may never load, however indirectly.
FORBIDDEN = {
    "mmdvae": {"prefect", "jinja2", "click", "tasks", "flows", "reports"},
    "reports": {"prefect", "keras", "tensorflow", "sklearn", "click", "tasks", "flows"},
    "tasks": {"keras", "tensorflow", "flows"},  # click comes with prefect
    "flows": {"keras", "tensorflow"},
}
FILES = sorted(path for folder in FORBIDDEN for path in (ROOT / folder).rglob("*.py"))
PACKAGES = sorted(path.parent for path in FILES if path.name == "__init__.py" and path.parent.parent.name in FORBIDDEN)


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path) for path in FILES}


def imports_of(path):
    """The modules of ours that a file imports anywhere, in functions too; and all else that it imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in MODULES else node.module)
    return found


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_a_folder_loads_nothing_against_the_direction(folder):
    names = [name for name in sorted(MODULES) if name.startswith(f"{folder}.") and name != "mmdvae.jobs.child"]

    code = f"import sys\nimport {', '.join(names)}\nprint(sorted({FORBIDDEN[folder]!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_no_import_inside_a_function_goes_against_the_direction_either(folder):
    ours = {*FORBIDDEN, "prefect"}
    found = [
        f"{path.name} imports {name}"
        for path in (ROOT / folder).rglob("*.py")
        for name in imports_of(path)
        if name.split(".")[0] in FORBIDDEN[folder] & ours
    ]
    assert not found


@pytest.mark.parametrize("package", PACKAGES, ids=name_of)
def test_a_package_imports_only_the_packages_that_its_first_lines_name(package):
    folder = package.parent.name
    said = re.search(r"^May import: (.*)\.$", ast.get_docstring(ast.parse((package / "__init__.py").read_text())), re.M)
    assert said, f"{name_of(package)}/__init__.py must say what it may import"
    allowed = {package.name, *said[1].split(", ")}
    beside = {path.name for path in PACKAGES if path.parent == package.parent}
    for path in package.rglob("*.py"):
        for name in imports_of(path):
            first, _, rest = name.partition(".")
            if first == folder and rest.partition(".")[0] in beside - allowed:
                pytest.fail(f"{path.relative_to(ROOT)} imports {name}; {name_of(package)} may import: {said[1]}")


def test_the_folders_and_packages_are_told_in_at_most_five_lines():
    public = ROOT / "mmdvae/__init__.py"  # offers the interface for programs; its first lines are as few as the others'
    inits = [path for path in FILES if path.name == "__init__.py" and path != public]
    assert not [path for path in inits if len(path.read_text().splitlines()) > 5]
    assert len(ast.get_docstring(ast.parse(public.read_text()), clean=False).splitlines()) <= 5


def test_no_module_imports_in_a_circle_not_even_inside_a_function():
    graph = {name_of(path): imports_of(path) & MODULES for path in FILES}
    done, way = set(), []

    def follow(name):
        assert name not in way, " -> ".join([*way[way.index(name) :], name])
        if name not in done:
            way.append(name)
            for imported in graph[name]:
                follow(imported)
            done.add(way.pop())

    for name in graph:
        follow(name)


def test_the_child_process_never_imports_prefect():
    code = "import importlib, sys\nfrom mmdvae.jobs import forkserver\n"
    code += "for name in forkserver.PRELOAD['tensorflow']: importlib.import_module(name)\n"
    code += "print('prefect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_help_loads_nothing_heavy():
    heavy = {"keras", "tensorflow", "prefect", "numpy", "matplotlib"}
    code = f"import sys, flows.cli; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
