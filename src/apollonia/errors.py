"""The taxonomy of errors. The class decides the policy, the text tells a person what to do.

    ApolloniaError
    ├ Rejected       the request is wrong; asking again changes nothing
    │ ├ InvalidError · NotFoundError · ConflictError · UnauthenticatedError · ForbiddenError
    ├ Unavailable    something we depend on is away; asking later may work
    │ ├ BusUnavailableError · CatalogUnavailableError · GraphUnavailableError
    │ ├ CacheUnavailableError · IndexUnavailableError · BlobsUnavailableError
    │ └ FilesUnavailableError · MediaUnavailableError · ModelsUnavailableError
    ├ Poison         this item can never be handled until it changes
    │ ├ UnreadableMediaError · UnsupportedMediaError · MalformedMessageError
    └ ConfigurationError   the process must not start

The class docstring is the default message.
"""

from typing import ClassVar


class ApolloniaError(Exception):
    """Something went wrong in Apollonia."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())

    @property
    def message(self) -> str:
        """What failed, on which item, and what to do."""
        return str(self.args[0])


class Rejected(ApolloniaError):  # noqa: N818 - a family, named for its policy
    """The request cannot be carried out as it stands."""

    code = "rejected"


class InvalidError(Rejected):
    """A value is not acceptable."""

    code = "invalid"


class NotFoundError(Rejected):
    """There is no such item."""

    code = "not_found"


class ConflictError(Rejected):
    """The item is in a state that does not allow this."""

    code = "conflict"


class UnauthenticatedError(Rejected):
    """Sign in first."""

    code = "unauthenticated"


class ForbiddenError(Rejected):
    """This is not allowed for you."""

    code = "forbidden"


class Unavailable(ApolloniaError):  # noqa: N818 - a family, named for its policy
    """Something that Apollonia depends on is away."""

    code = "unavailable"


class BusUnavailableError(Unavailable):
    """The message bus cannot be reached."""

    code = "bus_unavailable"


class CatalogUnavailableError(Unavailable):
    """The catalog's database cannot be reached."""

    code = "catalog_unavailable"


class GraphUnavailableError(Unavailable):
    """The graph database cannot be reached."""

    code = "graph_unavailable"


class CacheUnavailableError(Unavailable):
    """The cache cannot be reached."""

    code = "cache_unavailable"


class IndexUnavailableError(Unavailable):
    """The ingest index cannot be read or written."""

    code = "index_unavailable"


class BlobsUnavailableError(Unavailable):
    """The blob store cannot be read or written."""

    code = "blobs_unavailable"


class FilesUnavailableError(Unavailable):
    """A watched folder cannot be reached."""

    code = "files_unavailable"


class MediaUnavailableError(Unavailable):
    """The media workers are stopped or all busy."""

    code = "media_unavailable"


class ModelsUnavailableError(Unavailable):
    """A model is not here, or the store of models cannot be read or written."""

    code = "models_unavailable"


class Poison(ApolloniaError):  # noqa: N818 - a family, named for its policy
    """This item cannot be handled until it changes."""

    code = "poison"


class UnreadableMediaError(Poison):
    """The file cannot be read as media."""

    code = "unreadable"


class UnsupportedMediaError(Poison):
    """The file's format is not supported."""

    code = "unsupported"


class MalformedMessageError(Poison):
    """The message does not follow the wire contract."""

    code = "malformed_message"


class ConfigurationError(ApolloniaError):
    """The configuration does not allow a start."""

    code = "configuration"
