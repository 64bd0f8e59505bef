"""One content as analysers see it; what is costly is made once and shared by all."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from apollonia.analyze.plugin import Input, Plugin
from apollonia.analyze.work_settings import WorkSettings
from apollonia.domain.kinds import Kind
from apollonia.errors import Poison
from apollonia.media.reading import OpenFile
from apollonia.media.sniffing.content import Content

if TYPE_CHECKING:
    from apollonia.media.film.film import Film
    from apollonia.media.imaging.still import Picture
    from apollonia.media.sound.sound import Sound


Made = TypeVar("Made")


class Material:
    """Lives as long as one content is looked at. ``name``: the last part of its path.

    ``plugins`` are those that may be asked for what they found, by name.
    """

    def __init__(
        self,
        file: OpenFile,
        *,
        name: str,
        kind: Kind,
        settings: WorkSettings,
        plugins: Mapping[str, Plugin],
    ) -> None:
        self.file = file
        self.name = name
        self.kind = kind
        self.settings = settings
        self._plugins = plugins
        self._made: dict[str, Any] = {}
        self._faults: dict[str, Exception] = {}

    @property
    def content(self) -> Content:
        """The file for those who read headers; where its descriptor stands means nothing."""
        return Content(self.file.fd, self.file.facts.size, self.name)

    def sound(self) -> "Sound":
        """What is heard in it.

        Raises:
            MediaFault: nothing, or it cannot be decoded.
            MemoryError: it needs more memory than a worker may have.
        """
        sound: Sound = self._once(Input.SOUND, self._decode)
        return sound

    def film(self) -> "Film":
        """What is seen in it; each sample was looked at by ``seeing.frame_quality``.

        Raises:
            MediaFault: nothing, or it cannot be decoded.
            MemoryError: it needs more memory than a worker may have.
        """
        film: Film = self._once(Input.FILM, self._watch)
        return film

    def picture(self) -> "Picture":
        """The image itself.

        Raises:
            MediaFault: it is none, or it cannot be decoded.
            MemoryError: it needs more memory than a worker may have.
        """
        picture: Picture = self._once(Input.PICTURE, self._draw)
        return picture

    def found(self, name: str) -> Mapping[str, Any]:
        """What another analyser finds in this content: asked for now, unless it was before.

        Raises:
            KeyError: there is none of this name for such contents, or it is switched off.
            Exception: all that it raises.
        """
        plugin = self._plugins[name]
        answer: Mapping[str, Any] = self._once(
            f"found {name}", lambda: dict(plugin.analyser.analyse(self))
        )
        return answer

    def shared(self, key: str, make: "Callable[[], Made]") -> "Made":
        """What several analysers derive alike, such as onsets or a spectrogram: made once."""
        made: Made = self._once(f"shared {key}", make)
        return made

    def prepare(self, given: Input) -> None:
        """Make it now; what goes wrong is kept for those who ask for it."""
        makers: Mapping[Input, Callable[[], object]] = {
            Input.SOUND: self.sound,
            Input.FILM: self.film,
            Input.PICTURE: self.picture,
        }
        if given is (Input.FILM if self.kind is Kind.IMAGE else Input.PICTURE):
            return  # an analyser of both asks for the one that the content is
        try:
            makers[given]()
        except (Poison, MemoryError):
            return

    def _decode(self) -> "Sound":
        from apollonia.media.sound.decode import decode_sound  # noqa: PLC0415 - when it is needed
        from apollonia.media.sound.sound import SoundLimits  # noqa: PLC0415 - as above

        return decode_sound(self.content, SoundLimits(held_s=self.settings.held_s))

    def _watch(self) -> "Film":
        from apollonia.analyze.seeing.frame_quality import look_at  # noqa: PLC0415 - as above
        from apollonia.media.film.decode import decode_film  # noqa: PLC0415 - as above
        from apollonia.media.film.film import FilmLimits  # noqa: PLC0415 - as above

        return decode_film(self.content, FilmLimits(), look_at)

    def _draw(self) -> "Picture":
        from apollonia.media.imaging.still import decode_picture  # noqa: PLC0415 - as above

        return decode_picture(self.content)

    def _once(self, key: str, make: Callable[[], Any]) -> Any:
        """Made once; a fault is one for all who ask."""
        if key in self._faults:
            raise self._faults[key]
        if key not in self._made:
            try:
                self._made[key] = make()
            except Exception as error:
                self._faults[key] = error
                raise
        return self._made[key]
