"""Logs on stderr and figures for Prometheus.

A log line is one event name and fields: `log.info("stage_completed", job_id=..., stage=..., duration_s=...,
cost_micros=..., success=True)`. Prompts and tokens are never fields; as a second net, fields with such names are
blanked. Lines of libraries that use `logging` come out in the same form.
"""

import logging
import sys

import prometheus_client
import structlog
from prometheus_client import Counter, Histogram
from structlog.typing import EventDict, Processor, WrappedLogger

from clavilux_kit.settings import ProcessSettings

_SECRET_FIELDS = {"authorization", "api_key", "cookie", "password", "prompt", "secret", "signing_key", "token"}

_SECONDS = (0.01, 0.05, 0.25, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 900, 1800)
_MICROS = (0, 10_000, 100_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000)

JOBS = Counter("pipeline_jobs", "Jobs that ended, by how.", ["status"])
STAGE_DURATION = Histogram("stage_duration_seconds", "Time of one stage.", ["stage", "success"], buckets=_SECONDS)
JOB_COST = Histogram("job_cost_micros", "What a job cost, in micro-dollars.", buckets=_MICROS)
PROVIDER_ERRORS = Counter("provider_errors", "Failed calls to providers.", ["provider", "code"])
DEGRADATIONS = Counter("degradations", "Fallbacks that were taken.", ["code"])
RETRIES = Counter("retries", "Further attempts, by the error that caused them.", ["error"])
RPC_DURATION = Histogram("rpc_duration_seconds", "Time of one gRPC call.", ["method", "code"], buckets=_SECONDS)
LOST_MESSAGES = Counter("lost_messages", "Fine progress that could not be told.")


def configure(process: str, settings: ProcessSettings) -> None:
    """Send all logs of this process to stderr, and serve its metrics where the settings say so.

    Called once, first thing in `main`. Raises OSError when the metrics' address is taken.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        _NameProcess(process),
        _blank_secrets,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(settings)],
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    logging.captureWarnings(capture=True)
    if settings.metrics_listen:
        host, _, port = settings.metrics_listen.rpartition(":")
        prometheus_client.start_http_server(int(port), host.strip("[]"))


def get_logger() -> structlog.stdlib.BoundLogger:
    """The logger of this process; job_id and request_id are added inside a gRPC call."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("clavilux")
    return logger


def _renderers(settings: ProcessSettings) -> list[Processor]:
    if settings.log_format == "text":
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    # Without local variables: a prompt or a token may be among them.
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [structlog.processors.ExceptionRenderer(tracebacks), structlog.processors.JSONRenderer(default=str)]


class _NameProcess:
    """Says on every line which process wrote it."""

    def __init__(self, process: str) -> None:
        self._process = process

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["process"] = self._process
        return event


def _blank_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for name in _SECRET_FIELDS & event.keys():
        event[name] = "[blanked]"
    return event
