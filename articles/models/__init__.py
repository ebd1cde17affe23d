"""The archive's tables, one module for each subject."""

from .article import Article, ArticleBody, ArticleEdit, EditedField, State
from .author import Author
from .capture import Capture, Original, Sighting
from .erasure import BlockedIdentity, ErasedPath
from .image import ArticleImage, Image, ImageState
from .import_run import ImportIssue, ImportRun, RunState
from .list_change import ListChange
from .redirect import Redirect
from .search_outbox import SearchChange, SearchIndex
from .source import CanonicalPolicy, Source, SourceAlias, SourceHost
from .story_counts import DayCount, MonthCount, OutletAuthor
from .tag import Tag, TaggedArticle, TagReason

__all__ = [
    "Article",
    "ArticleBody",
    "ArticleEdit",
    "ArticleImage",
    "Author",
    "BlockedIdentity",
    "CanonicalPolicy",
    "Capture",
    "DayCount",
    "EditedField",
    "ErasedPath",
    "Image",
    "ImageState",
    "ImportIssue",
    "ImportRun",
    "ListChange",
    "MonthCount",
    "Original",
    "OutletAuthor",
    "Redirect",
    "RunState",
    "SearchChange",
    "SearchIndex",
    "Sighting",
    "Source",
    "SourceAlias",
    "SourceHost",
    "State",
    "Tag",
    "TagReason",
    "TaggedArticle",
]
