"""The package's version; CMakeLists.txt and pyproject.toml say the same (tests compare)."""

__version__ = "0.1.0"
