"""Run a scenario: ``python -m articles.tests.replica NAME``; the environment names the servers."""

import sys

import django
from django.conf import settings
from django.test.utils import setup_test_environment

if __name__ == "__main__":
    django.setup()
    setup_test_environment()  # allows the test client's host
    # collectstatic has not run.
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    from articles.tests.replica import scenarios  # imports models

    name, *arguments = sys.argv[1:]
    getattr(scenarios, name)(*arguments)
