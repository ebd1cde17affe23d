"""The tables of the archive, one module for each thing they speak of."""

from .article import (
    Article,
    ArticleBody,
    ArticleEdit,
    BlockedIdentity,
    DayCount,
    EditedField,
    ErasedPath,
    MonthCount,
    OutletAuthor,
    State,
)
from .capture import Capture, Original, Sighting
from .change import ListChange
from .image import ArticleImage, Image, ImageState
from .person import Author
from .redirect import Redirect
from .runs import ImportIssue, ImportRun, RunState
from .search import SearchChange, SearchIndex
from .source import CanonicalPolicy, Source, SourceAlias, SourceHost
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
