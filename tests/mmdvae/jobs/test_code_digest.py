"""The code digest changes with every statement and with nothing else."""

import ast
import re
import shutil

import pytest

from mmdvae.jobs.code_digest import HERE, closure, digest_of
from mmdvae.jobs.kinds import KINDS
from mmdvae.penalties.table import PENALTIES

MODULES = [*(kind.module for kind in KINDS), *(penalty.path for penalty in PENALTIES)]


def names_of(paths, root):
    return sorted(str(path.relative_to(root)) for path in paths)


FILES = names_of(closure(MODULES), HERE)


@pytest.fixture
def copied(tmp_path):
    """A copy of the package that can be edited."""
    shutil.copytree(HERE / "mmdvae", tmp_path / "mmdvae", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def small(root, **files):
    """A package `mmdvae` made of these files; `a__b` stands for a/b.py."""
    for name, text in files.items():
        path = (root / "mmdvae" / name.replace("__", "/")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        for folder in (path.parent, *path.parent.parents):
            if root in folder.parents:
                (folder / "__init__.py").touch()
        path.write_text(text)
    return root


def test_the_closure_holds_what_the_work_is_made_of():
    assert {"mmdvae/mmd.py", "mmdvae/kernels.py", "mmdvae/variants.py", "mmdvae/recipes.py"} <= set(FILES)
    assert len(FILES) > 25


@pytest.mark.parametrize("file", FILES)
def test_one_edited_statement_in_any_file_changes_the_digest(copied, file):
    """The edit repeats the last statement of the last function; a module without functions gets an extra statement."""
    path = copied / file
    tree = ast.parse(path.read_text())
    before = digest_of(MODULES, root=copied)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    if functions:
        functions[-1].body.append(functions[-1].body[-1])
    else:
        tree.body.append(ast.parse("EDITED = 1").body[0])
    other = copied.parent / f"{copied.name}-edited"  # file digests are cached by path
    shutil.copytree(copied, other)
    (other / file).write_text(ast.unparse(tree))
    assert digest_of(MODULES, root=other) != before


def test_comments_docstrings_and_formatting_change_nothing(copied):
    before = digest_of(MODULES, root=HERE)
    for file in FILES:
        tree = ast.parse((copied / file).read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                first = node.body[:1]
                if first and isinstance(first[0], ast.Expr) and isinstance(first[0].value, ast.Constant):
                    first[0].value = ast.Constant("Another docstring.")
        (copied / file).write_text(f"# another comment\n{ast.unparse(tree)}\n")
    assert digest_of(MODULES, root=copied) == before


@pytest.mark.parametrize("new", ["mmdvae.numbers.similarity", "mmdvae.aaa", "mmdvae.zzz"])
@pytest.mark.parametrize("old", ["mmdvae.kernels", "mmdvae.recipes"])
def test_a_moved_and_renamed_module_changes_nothing(copied, old, new):
    before = digest_of(MODULES, root=HERE)
    target = (copied / new.replace(".", "/")).with_suffix(".py")
    target.parent.mkdir(exist_ok=True)
    (target.parent / "__init__.py").touch()
    (copied / old.replace(".", "/")).with_suffix(".py").rename(target)
    for path in (copied / "mmdvae").rglob("*.py"):
        path.write_text(path.read_text().replace(f"from {old} import", f"from {new} import"))
    renamed = [name.replace(old, new) for name in MODULES]
    assert digest_of(renamed, root=copied) == before


@pytest.mark.parametrize(
    "line",
    [
        "import mmdvae.deep.value",
        "import mmdvae.deep.value as other",
        "from mmdvae.deep import value",
        "from mmdvae.deep.value import VALUE",
        "from .deep import value",
        "from .deep.value import VALUE as V",
        "from mmdvae.deep.value import *",
        "def late():\n    from mmdvae.deep.value import VALUE\n    return VALUE",
        "import importlib\nother = importlib.import_module('mmdvae.deep.value')",
    ],
)
def test_every_kind_of_import_is_followed_into_subpackages(tmp_path, line):
    one, other = (
        small(tmp_path / value, start=line, deep__value=f"from mmdvae.deeper.still import X\nVALUE = {value}",
              deeper__still="X = 0", unused="Y = 0")
        for value in ("1", "2")
    )  # fmt: skip
    assert digest_of(["mmdvae.start"], root=one) != digest_of(["mmdvae.start"], root=other)
    assert "mmdvae/deeper/still.py" in names_of(closure(["mmdvae.start"], root=one), one)
    assert "mmdvae/unused.py" not in names_of(closure(["mmdvae.start"], root=one), one)


def test_a_renamed_module_that_is_used_by_its_name_changes_nothing(tmp_path):
    one = small(tmp_path / "1", start="from mmdvae import fit\nA = fit.run()", fit="def run():\n    return 1")
    other = small(
        tmp_path / "2", start="from mmdvae.deep import train\nA = train.run()", deep__train="def run():\n    return 1"
    )
    dotted = small(tmp_path / "3", start="import mmdvae.fit\nA = mmdvae.fit.run()", fit="def run():\n    return 1")
    assert len({digest_of(["mmdvae.start"], root=root) for root in (one, other, dotted)}) == 1


def test_another_function_of_another_module_changes_the_digest(tmp_path):
    files = {"a": "def f():\n    return 1", "b": "def f():\n    return 2"}
    both = "from mmdvae.{} import f\nfrom mmdvae.{} import f as g\nX = f()"
    one = small(tmp_path / "1", start=both.format("a", "b"), **files)
    other = small(tmp_path / "2", start=both.format("b", "a"), **files)
    assert digest_of(["mmdvae.start"], root=one) != digest_of(["mmdvae.start"], root=other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "if X:\n    from mmdvae.a import f as k\nelse:\n    from mmdvae.b import f as k",
            "if X:\n    from mmdvae.b import f as k\nelse:\n    from mmdvae.a import f as k",
        ),
        ("from mmdvae.a import f\nfrom mmdvae.b import f", "from mmdvae.b import f\nfrom mmdvae.a import f"),
        ("def g():\n    from mmdvae.a import f\n    return f", "def g():\n    from mmdvae.b import f\n    return f"),
    ],
    ids=["in branches", "one after the other", "in a function"],
)
def test_a_name_that_is_bound_twice_or_elsewhere_is_bound_in_order(tmp_path, one, other):
    files = {"a": "def f():\n    return 1", "b": "def f():\n    return 2"}
    roots = [small(tmp_path / str(number), start=text, **files) for number, text in enumerate((one, other))]
    assert len({digest_of(["mmdvae.start"], root=root) for root in roots}) == 2


def test_the_order_of_imports_alone_changes_nothing(tmp_path):
    files = {"a": "A = 1", "b": "B = 2"}
    lines = ("from mmdvae.a import A\nimport math", "from mmdvae.b import B")
    roots = [small(tmp_path / str(k), start="\n".join(lines[::k]), **files) for k in (1, -1)]
    assert len({digest_of(["mmdvae.start"], root=root) for root in roots}) == 1


def test_what_stands_alone_counts_without_its_imports(tmp_path):
    one = small(tmp_path / "a", start="X = 1", door="from mmdvae.far import Y", far="Y = 1")
    imported = small(tmp_path / "b", start="X = 1", door="from mmdvae.far import Y\nZ = Y", far="Y = 1")
    assert digest_of(["mmdvae.start"], alone=["mmdvae.door"], root=one) != digest_of(
        ["mmdvae.start"], alone=["mmdvae.door"], root=imported
    )
    assert "mmdvae/far.py" not in names_of(closure(["mmdvae.start"], root=one), one)


def test_an_import_that_leads_nowhere_is_no_silence(tmp_path):
    root = small(tmp_path, start="from mmdvae.gone import x")
    with pytest.raises(ValueError, match=r"mmdvae\.gone is imported but does not exist"):
        digest_of(["mmdvae.start"], root=root)


def test_what_a_training_does_not_use_is_no_part_of_its_code():
    train = names_of(closure(["mmdvae.training.fit"]), HERE)
    assert not [name for name in train if re.search(r"evaluat|checks|verdicts|download|presets", name)]
    assert {"mmdvae/penalties/penalty.py", "mmdvae/penalties/lookup.py"} <= set(train)  # which decide on the formula
