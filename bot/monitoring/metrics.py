"""What a process counts and measures, in Prometheus's form: numbers and fixed words, never a person or a text."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric


class ProcessMetrics:
    """What every process counts, in a registry of its own; each program adds what it does."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.log_lines = Counter(
            "partnerguide_log_lines", "Warnings and errors in the log.", ["level"], registry=self.registry
        )

    def watch(self, name: str, help: str, label: str, read: Callable[[], Mapping[str, int]]) -> None:
        """Adds a gauge that is read when it is asked for; what cannot be read then is left out."""
        self.registry.register(_Reading(name, help, label, read))

    def text(self) -> bytes:
        """Returns everything in the format that Prometheus reads."""
        return generate_latest(self.registry)


class _Reading:
    """A gauge by label whose values are read when they are collected."""

    def __init__(self, name: str, help: str, label: str, read: Callable[[], Mapping[str, int]]) -> None:
        self._name, self._help, self._label, self._read = name, help, label, read

    def describe(self) -> Iterable[Metric]:
        """Names the gauge without reading it."""
        return [GaugeMetricFamily(self._name, self._help, labels=[self._label])]

    def collect(self) -> Iterable[Metric]:
        """Reads the gauge."""
        family = GaugeMetricFamily(self._name, self._help, labels=[self._label])
        for word, value in self._read().items():
            family.add_metric([word], value)
        return [family]


class CountedLines(logging.Handler):
    """Counts warnings and errors as they are logged."""

    def __init__(self, metrics: ProcessMetrics) -> None:
        super().__init__(logging.WARNING)
        self._metrics = metrics

    def emit(self, record: logging.LogRecord) -> None:
        """See parent class."""
        self._metrics.log_lines.labels(record.levelname.lower()).inc()
