"""The metrics of one process, in a registry of its own so that tests and processes never mix."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Every metric that services record, by name; made once per process and passed to services."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.files_scanned = self._counter("files_scanned", "Entries that a scan compared", "root")
        self.files_read = self._counter(
            "files_read", "Files whose content was read", "root", "outcome"
        )
        self.bytes_read = self._counter("bytes_read", "Bytes hashed", "root")
        self.events_published = self._counter(
            "events_published", "File events confirmed by the bus"
        )
        self.outbox_size = self._gauge("outbox_size", "File events not yet confirmed")
        self.watches = self._gauge("watches", "Folders watched", "root")
        self.polled = self._gauge("polled_folders", "Folders polled, not watched", "root")
        self.degraded = self._gauge("root_degraded", "1 while a root is in trouble", "root")
        self.overflows = self._counter(
            "watch_overflows", "Times that events of a root were lost in a burst", "root"
        )
        self.messages_handled = self._counter(
            "messages_handled", "Messages settled by a runner", "queue", "outcome"
        )
        self.batch_seconds = self._histogram(
            "batch_seconds", "Time a runner took for one batch", "queue"
        )
        self.dependency_breaker = self._gauge(
            "dependency_breaker", "0: calls pass, 1: one call tries, 2: it is away", "dependency"
        )
        self.dead_letters = self._gauge(
            "dead_letters", "Messages that could not be handled and wait for a person", "queue"
        )
        self.request_seconds = self._histogram(
            "request_seconds", "Time of API requests", "method", "route", "status"
        )
        self.live_clients = self._gauge("live_clients", "Open live connections")
        self.cache_lookups = self._counter("cache_lookups", "Lookups in the cache", "outcome")
        self.cache_failures = self._counter(
            "cache_failures", "What the cache was not told while it was away", "call"
        )
        self.media_tasks = self._counter("media_tasks", "Tasks of media workers", "outcome")
        self.analyses = self._counter("analyses", "Pieces of analysis work", "lane", "outcome")
        self.analysis_seconds = self._histogram(
            "analysis_seconds", "Time of a worker for one content", "lane"
        )
        self.uploads = self._counter("uploads", "Uploads that were settled", "state")
        self.uploads_waiting = self._gauge("uploads_waiting", "Uploads that cannot land yet")

    def render(self) -> bytes:
        """All of them in Prometheus' text format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"apollonia_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"apollonia_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(
            f"apollonia_{name}", text, labels, registry=self.registry, buckets=_SECONDS
        )
