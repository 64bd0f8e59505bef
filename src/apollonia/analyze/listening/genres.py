"""Genres from tags: MSD's have no classical music, MagnaTagATune's no jazz; together they do."""

from collections.abc import Mapping

from apollonia.analyze.listening.scores import Heard, Meaning, Scores, ranked

_SUPPORT = 2.0
_LEAST, _SHARE, _MOST = 0.1, 0.5, 3

GENRES: Mapping[str, Meaning] = {
    "ambient": Meaning(("ambient",), ("ambient",), ("Ambient music",)),
    "blues": Meaning(("blues",), (), ("Blues",)),
    "classical": Meaning(
        (),
        ("classical", "classic", "opera", "choral", "choir"),
        ("Classical music", "Opera", "Orchestra"),
    ),
    "country": Meaning(("country",), ("country",), ("Country", "Bluegrass")),
    "dance": Meaning(
        ("dance", "House", "party"), ("dance",), ("Dance music", "House music", "Disco")
    ),
    "electronic": Meaning(
        ("electronic", "electronica", "electro"),
        ("electronic", "techno"),
        (
            "Electronic music",
            "Electronica",
            "Electronic dance music",
            "Techno",
            "Trance music",
            "Dubstep",
            "Drum and bass",
        ),
    ),
    "folk": Meaning(("folk",), (), ("Folk music", "Bluegrass", "Traditional music")),
    "funk": Meaning(("funk",), (), ("Funk",)),
    "hip hop": Meaning(("Hip-Hop",), (), ("Hip hop music", "Rapping")),
    "indian": Meaning((), ("indian", "sitar"), ("Carnatic music", "Music of Bollywood")),
    "indie": Meaning(
        ("indie", "indie rock", "indie pop", "alternative"), (), ("Independent music",)
    ),
    "jazz": Meaning(("jazz",), (), ("Jazz", "Swing music")),
    "latin": Meaning((), (), ("Music of Latin America", "Salsa music", "Flamenco")),
    "metal": Meaning(("metal", "heavy metal"), ("metal",), ("Heavy metal",)),
    "new age": Meaning((), ("new age",), ("New-age music",)),
    "pop": Meaning(("pop", "indie pop"), ("pop",), ("Pop music",)),
    "punk": Meaning(("punk",), (), ("Punk rock",)),
    "r&b": Meaning(("rnb",), (), ("Rhythm and blues",)),
    "reggae": Meaning((), (), ("Reggae", "Ska")),
    "rock": Meaning(
        ("rock", "classic rock", "alternative rock", "hard rock", "Progressive rock"),
        ("rock",),
        ("Rock music", "Rock and roll", "Progressive rock", "Psychedelic rock", "Grunge"),
    ),
    "soul": Meaning(("soul",), (), ("Soul music", "Gospel music")),
}


def genre_scores(heard: Heard) -> Scores:
    """Each genre between 0 and 1; they need not add up."""
    return {name: meaning.score(heard, _SUPPORT) for name, meaning in GENRES.items()}


def genres(scores: Scores) -> list[str]:
    """Those that stand out, the strongest first."""
    return [name for name, _ in ranked(scores, least=_LEAST, share=_SHARE, most=_MOST)]
