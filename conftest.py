"""Set before anything of the package is imported, wherever the tests are started from."""

import ast
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any, get_args

import jaxtyping
from jaxtyping import AbstractArray, _decorator, _import_hook

# Where bytecode may not be written beside the sources, every process that a test starts would compile all it imports.
BYTECODE = Path(__file__).resolve().parent / ".pytest_cache" / "bytecode"
if sys.dont_write_bytecode:
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(BYTECODE)
    os.environ["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

COMPILERS = {"njit", "jit", "vectorize", "guvectorize", "cfunc"}

_is_no_type_check = _import_hook._is_no_type_check
_jaxtyped = _decorator.jaxtyped


def _left_alone(decorator: ast.AST) -> bool:
    """The run-time checks would wrap a kernel before Numba sees it, and Numba can compile only the bare function."""
    name = getattr(decorator, "attr", getattr(decorator, "id", None))
    return name in COMPILERS or _is_no_type_check(decorator)


def _has_shape(hint: Any) -> bool:
    return (isinstance(hint, type) and issubclass(hint, AbstractArray)) or any(map(_has_shape, get_args(hint)))


def _checked(fn: Any = _decorator._sentinel, *, typechecker: Any = _decorator._sentinel) -> Any:
    """Check a function that names no shape by the type checker alone.

    jaxtyping binds the arguments of every call and checks them twice, to compare axes between them and the result.
    Where no annotation has an axis there is nothing to compare, and most of the package would spend half its time so.
    """
    if not isinstance(fn, FunctionType):
        return _jaxtyped(fn, typechecker=typechecker)
    written = fn.__annotations__
    hints = {name: _decorator._destring_annotation(hint, fn.__globals__) for name, hint in written.items()}
    if any(map(_has_shape, hints.values())):
        return _jaxtyped(fn, typechecker=typechecker)
    fn.__annotations__ = hints
    try:
        checked: Callable[..., Any] = typechecker(fn)
    finally:
        fn.__annotations__ = written
    checked.__annotations__ = written
    return checked


_import_hook._is_no_type_check = _left_alone
_decorator.jaxtyped = jaxtyping.jaxtyped = _checked
