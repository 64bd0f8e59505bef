"""The analysers that come with Apollonia. Light: an implementation is imported where it works.

To add one: a module in ``analysers`` (the module's class has ``analyse(material)``), and a line
here.
"""

from apollonia.analyze.plugin import Input, Plugin
from apollonia.domain.analysis import ANALYSED_KINDS, Cost
from apollonia.domain.kinds import Kind

_SEEN = frozenset({Input.FILM, Input.PICTURE})
_HERE = "apollonia.analyze.analysers"


def _of_sound(
    name: str, where: str, *, per_minute_s: float = 0.02, video: bool = True, version: str = "1"
) -> Plugin:
    """One that hears; ``video``: what is heard in films as well."""
    kinds = (Kind.AUDIO, Kind.VIDEO) if video else (Kind.AUDIO,)
    return Plugin(
        name=name,
        version=version,
        implementation=f"{_HERE}.{where}",
        scores=dict.fromkeys(kinds, 10),
        inputs=frozenset({Input.SOUND}),
        cost=Cost(base_s=0.5, per_gib_s=0.0, per_minute_s=per_minute_s),
    )


BUILT_IN: tuple[Plugin, ...] = (
    Plugin(
        name="byte-profile",
        version="1",
        implementation=f"{_HERE}.byte_profile:ByteProfile",
        scores=dict.fromkeys(ANALYSED_KINDS, 1),
        cost=Cost(base_s=0.2, per_gib_s=0.0),
    ),
    Plugin(
        name="scenes",
        version="1",
        implementation=f"{_HERE}.scenes:Scenes",
        scores={Kind.VIDEO: 1},
        inputs=frozenset({Input.FILM}),
        cost=Cost(base_s=0.5, per_gib_s=5.0, per_minute_s=0.5),
    ),
    Plugin(
        name="perceptual-hash",
        version="1",
        implementation=f"{_HERE}.perceptual_hash:PerceptualHash",
        scores={Kind.VIDEO: 1, Kind.IMAGE: 1},
        inputs=_SEEN,
        cost=Cost(base_s=0.5, per_gib_s=1.0),
    ),
    Plugin(
        name="picture",
        version="1",
        implementation=f"{_HERE}.picture:Look",
        scores={Kind.VIDEO: 1, Kind.IMAGE: 1},
        inputs=_SEEN,
        cost=Cost(base_s=0.5, per_gib_s=1.0),
    ),
    Plugin(
        name="picture-quality",
        version="1",
        implementation=f"{_HERE}.picture_quality:PictureQuality",
        scores={Kind.VIDEO: 1, Kind.IMAGE: 1},
        inputs=_SEEN,
        cost=Cost(base_s=1.0, per_gib_s=1.0),
    ),
    Plugin(
        name="container-faults",
        version="1",
        implementation=f"{_HERE}.container_faults:ContainerFaults",
        scores={Kind.VIDEO: 1},
        inputs=frozenset({Input.FILM}),
        cost=Cost(base_s=0.2, per_gib_s=0.0),
    ),
    Plugin(
        name="subtitle-text",
        version="1",
        implementation=f"{_HERE}.subtitle_text:SubtitleText",
        scores={Kind.VIDEO: 1},
        inputs=frozenset({Input.FILM}),
        cost=Cost(base_s=0.2, per_gib_s=0.0),
    ),
    _of_sound("tempo", "tempo:Tempo", per_minute_s=1.0, video=False),
    _of_sound("key", "key:Key", per_minute_s=0.1, video=False),
    _of_sound("loudness", "loudness:LoudnessOf"),
    _of_sound("dynamics", "dynamics:Dynamics", per_minute_s=0.1),
    _of_sound("quality", "quality:Quality"),
    _of_sound("fingerprint", "fingerprint:Fingerprint", per_minute_s=0.1),
    _of_sound("waveform", "waveform:Waveform"),
    Plugin(
        name="objects",
        version="1",
        implementation=f"{_HERE}.objects:Objects",
        scores={Kind.VIDEO: 1, Kind.IMAGE: 1},
        inputs=_SEEN,
        cost=Cost(base_s=2.0, per_gib_s=2.0, per_minute_s=2.0),
    ),
    Plugin(
        name="image-classes",
        version="1",
        implementation=f"{_HERE}.image_classes:ImageClasses",
        scores={Kind.VIDEO: 1, Kind.IMAGE: 1},
        inputs=_SEEN,
        cost=Cost(base_s=1.0, per_gib_s=0.0),
    ),
    _of_sound("sounds", "sounds:Sounds", per_minute_s=0.2, video=False),
    _of_sound("music-tags", "music_tags:MusicTags", per_minute_s=3.0, video=False),
    _of_sound("genre", "genre:Genre", video=False),
    _of_sound("instruments", "instruments:Instruments", video=False),
    _of_sound("mood", "mood:Mood", per_minute_s=1.0, video=False),
)
