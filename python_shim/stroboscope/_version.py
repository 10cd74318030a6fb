"""The package's version; the one place in Python. CMakeLists.txt and pyproject.toml say the same (tests compare)."""

__version__ = "0.1.0"
