"""Configuration of gunicorn, which reads this file from the folder that it is started in."""

import gc

control_socket_disable = True  # the socket would be created in the home directory
forwarder_headers = ""  # otherwise a client's SCRIPT_NAME header could change the path of a page
# Bytes, the most that is possible: the 500 Chinese characters of a search box are 4,500.
limit_request_line = 8190
accesslog = None  # the archive does not record who reads what
# A sync worker would be killed in the middle of a download that takes longer than its timeout, and
# serve nobody else meanwhile. Threads avoid both.
worker_class = "archive_site.gunicorn_worker.ArchiveWorker"
threads = 8
timeout = 60  # seconds without a heartbeat of the worker; not the duration of a request
graceful_timeout = 30  # seconds


def post_worker_init(_worker: object) -> None:
    """Exclude the objects of the loaded modules from garbage collection: they are many and stay.

    Otherwise a request that creates some thousands of objects, such as a search by relevance,
    triggers a walk through all modules, which takes some 30 ms.
    """
    gc.collect()
    gc.freeze()


logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "articles.access.log_formatting.LineFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "filters": {"redact_readers": {"()": "articles.access.log_formatting.RedactReadersFilter"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["redact_readers"],
        }
    },
    "root": {"handlers": ["stderr"]},
    "loggers": {
        "gunicorn.error": {"handlers": ["stderr"], "propagate": False},
        "gunicorn.access": {"handlers": [], "propagate": False},
    },
}
