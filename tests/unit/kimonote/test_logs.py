"""Log lines: which request they belong to, as a line and as JSON, and nothing of the request's address."""

import io
import json
import logging
import logging.config
from contextvars import copy_context

import pytest

from kimonote import logs


def logged(kind: str, told: str = "ü") -> str:
    """Return what is written within a request, of a record as Django's for a failed request."""
    output = io.StringIO()
    formatters = {"chosen": logs.formatter(kind)}
    handler = {"class": "logging.StreamHandler", "stream": output, "formatter": "chosen", "filters": ["request"]}
    configuration = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": formatters,
        "filters": {"request": {"()": "django.utils.log.CallbackFilter", "callback": logs.add_request}},
        "handlers": {"test": handler},
        "loggers": {"test_logs": {"handlers": ["test"], "level": "INFO", "propagate": False}},
    }
    logging.config.dictConfig(configuration)
    extra = {"request": "<WSGIRequest: GET '/signup/?email=ada@example.org'>", "status_code": 500}
    logging.getLogger("test_logs").error("It failed: %s", told, extra=extra)
    return output.getvalue()


def test_line_and_json() -> None:
    request = copy_context()
    request.run(logs.begin_request, {"HTTP_X_REQUEST_ID": "0123456789abcdef"})
    assert request.run(logged, "line") == "ERROR test_logs: It failed: ü [0123456789abcdef]\n"
    written = json.loads(request.run(logged, "json"))
    assert written.pop("time")
    assert written == {"level": "ERROR", "logger": "test_logs", "message": "It failed: ü", "request_id": "0123456789abcdef"}
    assert logged("line") == "ERROR test_logs: It failed: ü\n"
    with pytest.raises(ValueError, match="LOG_FORMAT is 'xml': write line or json"):
        logs.formatter("xml")


def test_line_is_one_whatever_stands_in_a_message() -> None:
    """As the title of a picture may, which an editor chose (ASVS 16.4.1)."""
    written = logged("line", "a\nERROR forged\r\x1b[2K\u2028")
    assert written == "ERROR test_logs: It failed: a\\nERROR forged\\r\\x1b[2K\\u2028\n"


@pytest.mark.parametrize("sent", ["", "short", "x" * 65, "12345678\nERROR forged", "12345678 9"])
def test_id_that_could_not_stand_in_a_log_is_replaced(sent: str) -> None:
    request = copy_context()
    request.run(logs.begin_request, {"HTTP_X_REQUEST_ID": sent})
    found = request.run(logs.request_id)
    assert found != sent
    assert len(found) == 16
    assert request.run(logs.request_id) == found
    assert not logs.request_id()
