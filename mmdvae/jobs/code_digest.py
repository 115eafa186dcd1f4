"""Digest of the code that a result depends on; ignores comments, docstrings, formatting and module names.

It covers a module and, transitively, all modules of this project that it imports. An import is represented by the
content of the imported module and not by its name, so that moving or renaming files does not cause any retraining.
"""

import ast
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

from mmdvae.plugins.source import found

HERE = Path(__file__).parent.parent.parent  # the folder that holds our packages
OURS = ("flows", "tasks", "mmdvae", "reports")

StandsFor = Callable[[Path], str]  # file of one of our modules -> what replaces its name


def digest_of(
    modules: Iterable[str], *, alone: Iterable[str] = (), without: Iterable[str] = (), root: Path = HERE
) -> str:
    """SHA-256 over the statements of these modules and, transitively, of our modules that they import, in hex.

    Args: modules, dotted names; alone, modules that are covered without their imports; without, modules that are not
        covered, nor what only they import; root, the folder with our packages.
    Raises: ValueError if one of our modules is imported and does not exist.
    """
    files = closure(modules, without=without, root=root) | {_file(name, root) for name in alone}
    left_out = {_file(name, root) for name in without}
    texts = {_statements(path, root, left_out) for path in files}
    return sha256("\n\n".join(sorted(texts)).encode()).hexdigest()


def closure(modules: Iterable[str], *, without: Iterable[str] = (), root: Path = HERE) -> set[Path]:
    """Files of these modules, of our modules that they import, transitively, and of their parent packages."""
    left_out = {_file(name, root) for name in without}
    found: set[Path] = set()
    waiting = [path for name in modules for path in _files(name, root)]
    while waiting:
        path = waiting.pop()
        if path not in found | left_out:
            found.add(path)
            waiting += _names(path, root).files
    return found


def _statements(path: Path, root: Path, left_out: set[Path]) -> str:
    """Normalised source of the file, with the name of each of our modules replaced by a digest of its content."""
    return _neutral(path, root, lambda imported: "ours" if imported in left_out else _name(imported, root))


@cache
def _name(path: Path, root: Path) -> str:
    """Replacement for the name of an imported module of ours; its own imports are covered as separate files."""
    return "ours_" + sha256(_neutral(path, root, lambda _: "ours").encode()).hexdigest()[:16]


def _neutral(path: Path, root: Path, stands_for: StandsFor) -> str:
    neutral = _Neutral(_names(path, root), stands_for)
    body = neutral.visit(ast.parse(path.read_bytes()))
    return "\n".join([*sorted(neutral.imports), ast.unparse(body)])


@cache
def _names(path: Path, root: Path) -> "_Names":
    names = _Names(path, root)
    names.visit(ast.parse(path.read_bytes()))
    return names


class _Names(ast.NodeVisitor):
    """The modules of ours that a file imports, at any level, and the names that they are bound to."""

    def __init__(self, path: Path, root: Path):
        self.path, self.root = path, root
        self.files: list[Path] = []
        self.bound: dict[str, Path] = {}

    def visit_Import(self, node: ast.Import) -> None:
        for alias in filter(lambda alias: _is_ours(alias.name), node.names):
            self.files += _files(alias.name, self.root)
            if alias.asname:
                self.bound[alias.asname] = _file(alias.name, self.root)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        source = self.source(node)
        if not source:
            return
        self.files += _files(source, self.root)
        for alias in node.names:
            if module := _found(f"{source}.{alias.name}", self.root):
                self.files.append(module)
                self.bound[alias.asname or alias.name] = module

    def visit_Call(self, node: ast.Call) -> None:
        """`importlib.import_module("mmdvae.mmd")`; a module whose name is computed must be passed to `digest_of`."""
        function = node.func
        called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if called in ("import_module", "__import__") and node.args and isinstance(node.args[0], ast.Constant):
            name = node.args[0].value
            if isinstance(name, str) and _is_ours(name):
                self.files += _files(name, self.root)
        self.generic_visit(node)

    def source(self, node: ast.ImportFrom) -> str:
        """Dotted name of the module of ours that something is imported from; empty if it is not ours."""
        name = node.module or ""
        if node.level:
            above = self.path.relative_to(self.root).parts[: -node.level]
            name = ".".join((*above, *filter(None, [name])))
        return name if _is_ours(name) else ""


class _Neutral(ast.NodeTransformer):
    """Removes docstrings and gives modules of ours names that no move changes.

    Imports at the top of a module come into `imports`, sorted, for their order changes with names and means nothing
    unless two of them bind one name. Imports elsewhere stay where they are.
    """

    def __init__(self, names: _Names, stands_for: StandsFor):
        self.names, self.stands_for = names, stands_for
        self.imports: list[str] = []

    def visit_Module(self, node: ast.Module) -> ast.Module:
        bound: set[str] = set()
        for statement in node.body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                for name, text in self._neutral(statement):
                    self.imports.append(f"{len(self.imports)} {text}" if name in bound else text)
                    bound.add(name)
        node.body = [one for one in node.body if not isinstance(one, ast.Import | ast.ImportFrom) or self._others(one)]
        self.generic_visit(node)
        return node

    def visit_Import(self, node: ast.Import) -> list[ast.stmt] | ast.Import | None:
        return self._in_place(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> list[ast.stmt] | ast.ImportFrom | None:
        return self._in_place(node)

    def _in_place(self, node):
        ours = [ast.Expr(ast.Constant(f"({text})".encode())) for _, text in self._neutral(node)]
        return [*ours, *([node] if self._others(node) else [])]

    def _neutral(self, node: ast.Import | ast.ImportFrom) -> list[tuple[str, str]]:
        """For each name that an import of ours binds: the name and what it is bound to."""
        if isinstance(node, ast.Import):
            ours = [alias for alias in node.names if _is_ours(alias.name)]
            return [(alias.asname or alias.name, f"import {self._stand_in(alias.name)}") for alias in ours]
        source = self.names.source(node)
        found = []
        for alias in node.names if source else ():
            name = alias.asname or alias.name
            module = _found(f"{source}.{alias.name}", self.names.root)
            what = self.stands_for(module) if module else f"{alias.name} of {self._stand_in(source)} as {name}"
            found.append((name, f"import {what}"))
        return found

    def _stand_in(self, module: str) -> str:
        return self.stands_for(_file(module, self.names.root))

    def _others(self, node: ast.stmt) -> bool:
        """Whether an import is of anything that is not ours; what of it is ours is taken out."""
        if isinstance(node, ast.Import):
            node.names = [alias for alias in node.names if not _is_ours(alias.name)]
            return bool(node.names)
        return not self.names.source(node)  # type: ignore[arg-type]

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """`mmdvae.mmd` after `import mmdvae.mmd`."""
        dotted = ast.unparse(node)
        if _is_ours(dotted) and (module := _found(dotted, self.names.root)):
            return ast.Name(self.stands_for(module), node.ctx)
        return self.generic_visit(node)  # type: ignore[return-value]

    def visit_Name(self, node: ast.Name) -> ast.Name:
        module = self.names.bound.get(node.id)
        return ast.Name(self.stands_for(module), node.ctx) if module else node

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        """A module name as a string, as in the tables of importable modules."""
        ours = isinstance(node.value, str) and _is_ours(node.value) and _found(node.value, self.names.root)
        return ast.Constant("ours") if ours else node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Every other node: drop bare string statements, and insert `pass` where a body becomes empty."""
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [one for one in body if not _is_docstring(one)]  # type: ignore[attr-defined]
        super().generic_visit(node)
        if isinstance(body, list) and not node.body and not isinstance(node, ast.Module):  # type: ignore[attr-defined]
            node.body = [ast.Pass()]  # type: ignore[attr-defined]
        return node


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in OURS


def _found(name: str, root: Path) -> Path | None:
    """The file of a module or package; None if it does not exist."""
    return found(name, root) if all(map(str.isidentifier, name.split("."))) else None


def _file(name: str, root: Path) -> Path:
    path = _found(name, root)
    if path is None:
        raise ValueError(f"{name} is imported but does not exist in {root}")
    return path


def _files(name: str, root: Path) -> list[Path]:
    """The file of a module and those of its parent packages, which are imported before it."""
    parts = name.split(".")
    return [_file(".".join(parts[: count + 1]), root) for count in range(len(parts))]
