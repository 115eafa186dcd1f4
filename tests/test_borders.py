"""The import direction of the four packages, seen in a fresh interpreter."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# What a package may never load, however indirectly.
FORBIDDEN = {
    "mmdvae": {"prefect", "jinja2", "click", "tasks", "flows", "reports"},
    "reports": {"prefect", "keras", "tensorflow", "sklearn", "click", "tasks", "flows"},
    "tasks": {"keras", "tensorflow", "flows"},  # click comes with prefect
    "flows": {"keras", "tensorflow"},
}


def modules(package):
    return [f"{package}.{path.stem}" for path in sorted((ROOT / package).glob("*.py")) if path.stem != "__init__"]


@pytest.mark.parametrize("package", FORBIDDEN)
def test_a_package_loads_nothing_against_the_direction(package):
    names = [name for name in modules(package) if name != "mmdvae.job"]

    code = f"import sys\nimport {', '.join(names)}\nprint(sorted({FORBIDDEN[package]!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_import_inside_a_function_goes_against_the_direction_either(package):
    ours = {"mmdvae", "tasks", "flows", "reports"}
    found = []
    for path in (ROOT / package).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            found += [
                f"{path.name} imports {name}"
                for name in names
                if name.split(".")[0] in FORBIDDEN[package] & (ours | {"prefect"})
            ]
    assert not found


def test_the_child_process_never_imports_prefect():
    code = "import sys, mmdvae.forkserver, mmdvae.evaluation, mmdvae.baselines; print('prefect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_help_loads_nothing_heavy():
    heavy = {"keras", "tensorflow", "prefect", "numpy", "matplotlib"}
    code = f"import sys, flows.cli; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
