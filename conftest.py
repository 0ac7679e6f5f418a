"""Set before anything of the package is imported, wherever the tests are started from."""

import ast

from jaxtyping import _import_hook

COMPILERS = {"njit", "jit", "vectorize", "guvectorize", "cfunc"}

_is_no_type_check = _import_hook._is_no_type_check


def _left_alone(decorator: ast.AST) -> bool:
    """The run-time checks would wrap a kernel before Numba sees it, and Numba can compile only the bare function."""
    name = getattr(decorator, "attr", getattr(decorator, "id", None))
    return name in COMPILERS or _is_no_type_check(decorator)


_import_hook._is_no_type_check = _left_alone
