"""How gunicorn serves the archive. It reads this file from the folder that it is started in."""

import gc

control_socket_disable = True  # it would be opened in the home directory
forwarder_headers = ""  # no SCRIPT_NAME of a visitor's makes another page of an address
accesslog = None  # the archive keeps no list of who reads what
# A worker that serves one request at a time is ended in the middle of a download that takes longer
# than its timeout, and nobody else is served meanwhile; with threads neither is so.
worker_class = "gthread"
threads = 8
timeout = 60  # seconds without a sign of life of a worker as a whole
graceful_timeout = 30


def post_worker_init(_worker: object) -> None:
    """Leave what is there now out of Python's search for garbage: it stays, and is much.

    A request that makes some thousands of objects, such as a search by relevance, else sets off a
    walk through all modules: some 30 ms.
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
    "filters": {"readers": {"()": "articles.access.log_formatting.WithoutReaders"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["readers"],
        }
    },
    "root": {"handlers": ["stderr"]},
    "loggers": {
        "gunicorn.error": {"handlers": ["stderr"], "propagate": False},
        "gunicorn.access": {"handlers": [], "propagate": False},
    },
}
