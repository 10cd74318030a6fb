"""A metric of a probe as a table: one row for each combination of labels, summed over the processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stroboscope.cli.duration import span_of
from stroboscope.cli.table import print_table
from stroboscope.cli.terminal import Span, Terminal

JsonObject = dict[str, Any]

_BUCKETS_PER_DOUBLING = 4
_ROWS_MAX = 20


@dataclass
class Series:
    """One combination of label values, over all processes."""

    count: int = 0
    sum: float = 0.0
    last: float = 0.0
    least: float = 0.0
    most: float = 0.0
    zeros: int = 0
    buckets: dict[int, int] = field(default_factory=dict)

    def add(self, row: JsonObject) -> None:
        """Add what one process measured."""
        count = int(row.get("count") or 0)
        if not count:
            return
        least, most = float(row.get("least") or 0), float(row.get("most") or 0)
        self.least = min(self.least, least) if self.count else least
        self.most = max(self.most, most) if self.count else most
        self.count += count
        self.sum += float(row.get("sum") or 0)
        self.last = float(row.get("last") or 0)
        self.zeros += int(row.get("zeros") or 0)
        first = int(row.get("first_bucket") or 0)
        for offset, number in enumerate(row.get("buckets") or []):
            self.buckets[first + offset] = self.buckets.get(first + offset, 0) + int(number)

    def quantile(self, share: float) -> float:
        """The value that `share` of all are at most: the upper edge of its bucket, within 19 %."""
        rank = share * self.count
        seen = float(self.zeros)
        if seen >= rank and self.zeros:
            return min(0.0, self.least)
        for index in sorted(self.buckets):
            seen += self.buckets[index]
            if seen >= rank:
                return float(min(2.0 ** ((index + 1) / _BUCKETS_PER_DOUBLING), self.most))
        return self.most


class MetricTable:
    """Takes the hub's answers one after the other, and prints the latest."""

    def __init__(self, probe: JsonObject) -> None:
        options: JsonObject = probe.get("options") or {}
        self._is_timer = probe.get("action") == "timer"
        self._kind = "histogram" if self._is_timer else str(options.get("metric_kind") or "count")
        self._has_value = bool(options.get("value"))
        self._labels = [str(label.get("name")) for label in options.get("labels") or []]
        self.views: list[JsonObject] = []
        self.changed = False
        self._lines = 0

    @property
    def count(self) -> int:
        """Hits in all."""
        return sum(int(row.get("count") or 0) for view in self.views for row in view.get("series") or [])

    def take(self, views: list[JsonObject]) -> None:
        """The latest answer of `GET probes/ID/metrics`."""
        self.changed = views != self.views
        self.views = views

    def show(self, terminal: Terminal, last: bool = False) -> bool:
        """Print the table over the one before; in a pipe only the last. False when there is nothing yet."""
        rows = self._rows()
        if not rows:
            return False
        if not (last or terminal.is_tty):
            return True
        if self._lines and terminal.is_tty:
            terminal.go_up(self._lines)
        print_table(terminal, self._head(), rows[:_ROWS_MAX])
        self._lines = 1 + min(len(rows), _ROWS_MAX)
        if len(rows) > _ROWS_MAX:
            terminal.line(("cut", f"… {len(rows) - _ROWS_MAX} more"))
            self._lines += 1
        terminal.flush()
        return True

    def _head(self) -> list[str]:
        measures = {
            "count": ["COUNT", "SUM"] if self._has_value else ["COUNT"],
            "gauge": ["COUNT", "LAST", "LEAST", "MOST"],
            "histogram": ["COUNT", "MEAN", "P50", "P90", "P99", "MOST"],
        }
        return [label.upper() for label in self._labels] + measures[self._kind]

    def _rows(self) -> list[list[Span]]:
        merged: dict[tuple[str, ...], Series] = {}
        for view in self.views:
            for row in view.get("series") or []:
                key = tuple(str(value) for value in row.get("labels") or [])
                merged.setdefault(key, Series()).add(row)
        ordered = sorted(merged.items(), key=lambda item: -item[1].count)
        return [
            [("name", value) for value in self._padded(key)] + [("", cell) for cell in self._cells(series)]
            for key, series in ordered
            if series.count
        ]

    def _padded(self, key: tuple[str, ...]) -> list[str]:
        return list(key) + [""] * (len(self._labels) - len(key))

    def _cells(self, series: Series) -> list[str]:
        count = f"{series.count:,}"
        if self._kind == "count":
            return [count, self._number(series.sum)] if self._has_value else [count]
        if self._kind == "gauge":
            return [count, *(self._number(value) for value in (series.last, series.least, series.most))]
        quantiles = (series.quantile(share) for share in (0.5, 0.9, 0.99))
        values = (series.sum / series.count, *quantiles, series.most)
        return [count, *(self._number(value) for value in values)]

    def _number(self, value: float) -> str:
        if self._is_timer:
            return span_of(round(value))
        return f"{value:,.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:,.4g}"
