"""The analysers that come with Apollonia. Light: an implementation is imported where it works.

To add one: a module in ``analysers`` (the module's class has ``analyse(material)``), and a line
here.
"""

from apollonia.analyze.plugin import Plugin
from apollonia.domain.analysis import ANALYSED_KINDS, Cost

_HERE = "apollonia.analyze.analysers"

BUILT_IN: tuple[Plugin, ...] = (
    Plugin(
        name="byte-profile",
        version="1",
        implementation=f"{_HERE}.byte_profile:ByteProfile",
        scores=dict.fromkeys(ANALYSED_KINDS, 1),
        cost=Cost(base_s=0.2, per_gib_s=0.0),
    ),
)
