"""What a front counts and measures: updates, replies, and how long they take."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram, Info

from bot.monitoring.metrics import ProcessMetrics

#: Upper ends of the histograms' classes, in seconds: a turn takes some 10 to 40 ms, an answer on its way longer.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics(ProcessMetrics):
    """The counters of one front."""

    def __init__(self) -> None:
        super().__init__()
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

    def versions(self, **versions: str) -> None:
        """Says which versions of model, knowledge and program run here."""
        self._versions.info(versions)
