"""The query language, and the words that help to ask, on an SQL database."""

from apollonia.adapters.search.sql_search import SqlSearch
from apollonia.adapters.search.vocabulary import SqlVocabulary

__all__ = ["SqlSearch", "SqlVocabulary"]
