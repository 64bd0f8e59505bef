"""What analysers find in a file, without a worker around them."""

import numpy as np
import pytest

from apollonia.analyze import registry
from apollonia.analyze.material import Material
from apollonia.analyze.work_settings import WorkSettings
from apollonia.domain.kinds import Kind
from apollonia.media.reading import open_regular
from apollonia.testing.songs import RATE
from apollonia.testing.sounds import write_sound


@pytest.fixture
def hear(tmp_path):
    """``hear(path or samples, "tempo", "key")`` gives what each found; an error is raised."""

    def found_in(given, *names, kind=Kind.AUDIO):
        path = given
        if isinstance(given, np.ndarray):
            path = write_sound(tmp_path / "sound.wav", np.atleast_2d(given), RATE)
        with open_regular(bytes(path)) as file:
            plugins = registry.chosen(kind)
            material = Material(
                file, name=path.name, kind=kind, settings=WorkSettings(), plugins=plugins
            )
            found = [dict(material.found(name)) for name in names]
        return found[0] if len(found) == 1 else found

    return found_in
