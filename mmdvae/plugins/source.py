"""A function of a user's own and the texts that it is made of: read here, never imported.

It is named FILE.py:FUNCTION, or PACKAGE.MODULE:FUNCTION for what is installed. Its texts are those of the file and,
transitively, of all files below its folder that it imports; of anything else the version counts. Texts are passed on
by value, so that an edit after they were read changes nothing that has begun.
"""

import ast
import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from mmdvae.errors import InputError
from mmdvae.files import digest

LARGEST = 1_000_000  # bytes of all texts
FORMS = "FILE.py:FUNCTION or PACKAGE.MODULE:FUNCTION"
_FILE = re.compile(r"(?P<place>.*[^/]\.py):(?P<function>[A-Za-z_]\w*)", re.DOTALL)
_MODULE = re.compile(r"(?P<place>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):(?P<function>[A-Za-z_]\w*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a function is made of."""

    name: str  # as told, without a folder: resnet.py:build
    path: Path  # of the file that has the function
    root: Path  # the folder that the names of `files` are relative to
    files: dict[str, str]  # texts by name, such as blocks/residual.py
    versions: dict[str, str]  # of the distributions that it imports

    @property
    def sha256(self) -> str:
        """Of all texts and their names, in hex; independent of where they lie."""
        return digest(self.files)

    @property
    def asked(self) -> str:
        """The name with the file's path, or as it is for what is installed; `find` reads it."""
        return self.name if is_installed(self.name) else f"{self.path}:{function_of(self.name)}"

    @property
    def told(self) -> str:
        """Its files with their size and digest, for one who decides whether to let it run."""
        lines = sum(len(text.splitlines()) for text in self.files.values())
        return f"{', '.join(self.files)} ({lines} lines, sha256 {self.sha256[:12]})"


def is_file(asked: str) -> bool:
    """Whether it has the form FILE.py:FUNCTION."""
    return _FILE.fullmatch(asked) is not None


def is_installed(asked: str) -> bool:
    """Whether it has the form PACKAGE.MODULE:FUNCTION."""
    return not is_file(asked) and _MODULE.fullmatch(asked) is not None


def place_of(name: str) -> str:
    """The file or module in a name."""
    return name.rpartition(":")[0]


def function_of(name: str) -> str:
    """The function in a name."""
    return name.rpartition(":")[2]


def find(asked: str, beside: Path) -> Source:
    """Read the texts of a function; a relative FILE lies in the folder `beside`.

    Raises: InputError if it is not there, cannot be read or parsed, or does not define the function.
    """
    if is_file(asked):
        path = beside / os.path.expanduser(place_of(asked).replace("\0", "\ufffd"))
        if not path.is_file():
            raise InputError(f"{place_of(asked)}: must be a file, but there is none at {path}")
        source = _read(path, path.parent, f"{path.name}:{function_of(asked)}", within=None)
    elif is_installed(asked):
        path, root = _installed(place_of(asked))
        source = _read(path, root, asked, within=place_of(asked).partition(".")[0])
    else:
        raise InputError(f"must be {FORMS}, got {asked!r}")
    _check_defined(source)
    return source


def _installed(module: str) -> tuple[Path, Path]:
    """The file of an installed module, and the folder that its top package lies in; nothing is imported."""
    top, *inner = module.split(".")
    try:
        spec = importlib.util.find_spec(top)  # of a top package it imports nothing
    except ValueError:  # a module without a spec
        spec = None
    places = list(spec.submodule_search_locations or ()) if spec else []
    root = Path(places[0]).parent if places else Path(spec.origin).parent if spec and spec.origin else None
    path = found(module, root) if root else None
    if root is None or path is None:
        raise InputError(
            f"{module}: must be an installed module of Python source, but there is none; a file is {FORMS}"
        )
    return path, root


def _read(first: Path, root: Path, name: str, *, within: str | None) -> Source:
    """The file's closure; `within` limits it to one top package."""
    files: dict[str, str] = {}
    outside: set[str] = set()
    waiting, size = _files_of(place_of(name), root) if within else [first], 0
    while waiting:
        path = waiting.pop()
        relative = path.relative_to(root).as_posix()
        if relative in files:
            continue
        text = _text(path, LARGEST - size)
        size += len(text.encode())
        files[relative] = text
        for module in _imports(text, path, root):
            ours = _files_of(module, root) if within in (None, module.partition(".")[0]) else []
            waiting += ours
            if not ours:
                outside.add(module.partition(".")[0])
    return Source(
        name=name,
        path=first,
        root=root,
        files=dict(sorted(files.items())),
        versions={each: version for top in sorted(outside) for each, version in _versions(top).items()},
    )


def _text(path: Path, most: int) -> str:
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path.name}: must be readable, but {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name}: must be text in UTF-8, but {error}") from None
    if len(raw) > most:
        raise InputError(f"{path.name}: with all that it imports must have at most {LARGEST:,} bytes, has more")
    return text


def _imports(text: str, path: Path, root: Path) -> Iterator[str]:
    """Dotted names of what a file imports, at any level; of `from a import b` both a and a.b."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        where = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise InputError(f"{path.name}: must be Python{where}, but {error.args[0]}") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = path.relative_to(root).parts[: -node.level] if node.level else ()
            base = ".".join((*above, *filter(None, [node.module])))
            if base:
                yield base
            yield from (f"{base}.{alias.name}".lstrip(".") for alias in node.names if base or node.level)


def _files_of(module: str, root: Path) -> list[Path]:
    """The files below the folder that an import of this module runs: its own and those of its parent packages."""
    parts = module.split(".")
    names = [".".join(parts[: count + 1]) for count in range(len(parts))]
    return [path for name in names if (path := found(name, root))]


def found(module: str, root: Path) -> Path | None:
    """The file of a module or package below a folder; None if there is none."""
    place = root.joinpath(*module.split("."))
    return next((path for path in (place.with_name(f"{place.name}.py"), place / "__init__.py") if path.is_file()), None)


def _versions(top: str) -> dict[str, str]:
    """Versions of the distributions that a top-level module comes from; none for the standard library."""
    if top in sys.stdlib_module_names:
        return {}
    return {name: metadata.version(name) for name in _distributions().get(top, ())}


@cache
def _distributions() -> dict[str, list[str]]:
    return {top: sorted(set(names)) for top, names in metadata.packages_distributions().items()}


def _check_defined(source: Source) -> None:
    """Raise InputError unless the file binds the function's name at its top level."""
    tree = ast.parse(source.files[source.path.relative_to(source.root).as_posix()])
    names = {name for statement in tree.body for name in _bound(statement)}
    if (wanted := function_of(source.name)) not in names:
        has = ", ".join(sorted(names)) or "nothing"
        raise InputError(f"{source.path.name}: must define {wanted}; it defines: {has}")


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement at the top level of a module binds."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
        return
    for node in ast.walk(statement):  # under `if` and `try`, too
        match node:
            case ast.FunctionDef() | ast.alias(asname=None):
                yield node.name
            case ast.alias(asname=str(name)) | ast.Name(id=name, ctx=ast.Store()):
                yield name
