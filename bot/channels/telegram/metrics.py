"""What this process counts and measures, in Prometheus's form: numbers and fixed words, never a person or a text."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

#: Upper ends of the histograms' classes, in seconds: a turn takes some 10 to 40 ms, an answer on its way longer.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counters of one front, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._versions = Info("partnerguide", "Versions in use.", registry=self.registry)
        self.updates = Counter(
            "partnerguide_updates", "Updates accepted, or known already.", ["known"], registry=self.registry
        )
        self.replies = Counter(
            "partnerguide_replies", "Replies by outcome and delivery.", ["outcome", "sent"], registry=self.registry
        )
        self.reply_seconds = Histogram(
            "partnerguide_reply_seconds",
            "From a message to its reply, in the dialogue.",
            registry=self.registry,
            buckets=_BUCKETS,
        )
        self.update_seconds = Histogram(
            "partnerguide_update_seconds",
            "From an update's turn to its end, sending included.",
            registry=self.registry,
            buckets=_BUCKETS,
        )
        self.in_work = Gauge("partnerguide_updates_in_work", "Updates that are worked on.", registry=self.registry)
        self.log_lines = Counter(
            "partnerguide_log_lines", "Warnings and errors in the log.", ["level"], registry=self.registry
        )

    def versions(self, **versions: str) -> None:
        """Says which versions of model, knowledge and program run here."""
        self._versions.info(versions)

    def watch(self, name: str, help: str, label: str, read: Callable[[], dict[str, int]]) -> None:
        """Adds a gauge that is read when it is asked for; what cannot be read then is left out."""
        self.registry.register(_Reading(name, help, label, read))

    def text(self) -> bytes:
        """Returns everything in the format that Prometheus reads."""
        return generate_latest(self.registry)


class _Reading:
    """A gauge by label whose values are read when they are collected."""

    def __init__(self, name: str, help: str, label: str, read: Callable[[], dict[str, int]]) -> None:
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

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(logging.WARNING)
        self._metrics = metrics

    def emit(self, record: logging.LogRecord) -> None:
        """See parent class."""
        self._metrics.log_lines.labels(record.levelname.lower()).inc()
