"""The programs that gather texts for language models, by their names in robots.txt.

They train models with them, or have models tell them in the place of the page. Each name is the
one that its owner gives. A search engine that leads readers here is not among them, nor what
opens a page because a person has asked for it.
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
