"""Breakpoints for production Python that never stop the program.

    import stroboscope
    stroboscope.start()          # configured by STROBE_DSN

Importing this package starts nothing and loads nothing but this file.
"""

from __future__ import annotations

from stroboscope._start import AgentStatus, start, status, stop
from stroboscope._version import __version__

__all__ = ["AgentStatus", "__version__", "start", "status", "stop"]
