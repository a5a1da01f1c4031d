"""The gateway's own figures for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10)

HTTP_REQUESTS = Counter("gateway_http_requests", "Requests answered.", ["method", "route", "status"])
HTTP_DURATION = Histogram(
    "gateway_http_duration_seconds", "Time until an answer began.", ["method", "route"], buckets=_SECONDS
)
SSE_CLIENTS = Gauge("gateway_sse_clients", "Clients that follow a job now.")
SSE_DROPPED = Counter("gateway_sse_dropped", "Clients that were dropped since they were too slow.")
