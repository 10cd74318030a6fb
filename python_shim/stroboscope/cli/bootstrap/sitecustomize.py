"""Starts the agent in every Python process below `strobe run`, then gets out of the way.

`strobe run` puts this folder in front of PYTHONPATH, so each interpreter below imports this file at start,
whatever its version: the file must stay readable for all of them, Python 2 included. It prints nothing and
fails silently, always. PYTHONPATH itself stays as it is, so that child processes follow.
"""

# ruff: noqa: PTH100, PTH110, PTH118, PTH120, UP036

import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))


def _leave_path(folder):
    # type: (str) -> None
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != folder]
    sys.path_importer_cache.pop(folder, None)


def _start_agent(package_root):
    # type: (str) -> None
    import importlib.machinery
    import importlib.util

    if importlib.util.find_spec("stroboscope") is not None:
        is_borrowed = False
    else:
        # Only the extension built for exactly this interpreter will do; the first suffix names its version.
        extension = "_agent" + importlib.machinery.EXTENSION_SUFFIXES[0]
        if not os.path.exists(os.path.join(package_root, "stroboscope", extension)):
            return
        is_borrowed = True
        sys.path.append(package_root)
    try:
        from stroboscope._start import auto

        auto()
    finally:
        # The program must not see what else is installed beside the package.
        if is_borrowed and package_root in sys.path:
            sys.path.remove(package_root)
            sys.path_importer_cache.pop(package_root, None)


_leave_path(_here)
if sys.version_info >= (3, 11):
    try:
        _start_agent(os.path.dirname(os.path.dirname(os.path.dirname(_here))))
    except Exception:
        pass

# The program's own sitecustomize, as if this file had not been there: what it raises, or that it is missing
# (ImportError), is for the interpreter to handle.
_this = sys.modules.pop("sitecustomize", None)
import sitecustomize  # type: ignore  # noqa: E402,F401
