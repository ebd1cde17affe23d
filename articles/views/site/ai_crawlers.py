"""Crawlers that collect texts for language models, by their user agents in robots.txt.

The texts train models, or models present them instead of the page. Each name is the one that its
operator publishes. Search engines that send readers here are not included, nor programs that fetch
a page at the request of a person.
"""

from __future__ import annotations

AI_CRAWLERS = (
    "AI2Bot",
    "Amazonbot",
    "anthropic-ai",
    "Applebot-Extended",
    "Bytespider",
    "CCBot",
    "ClaudeBot",
    "cohere-ai",
    "cohere-training-data-crawler",
    "Diffbot",
    "FacebookBot",
    "Google-Extended",
    "GPTBot",
    "ImagesiftBot",
    "Meta-ExternalAgent",
    "omgili",
    "PanguBot",
    "PerplexityBot",
    "Timpibot",
    "Webzio-Extended",
)
