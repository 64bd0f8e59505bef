"""Two TensorFlows in one process crash it: Essentia's own build of it, and the plain one."""

import sys
from importlib.metadata import PackageNotFoundError, distribution

from apollonia.errors import ConfigurationError

_WITH_TENSORFLOW = "essentia-tensorflow"


def require_plain_essentia() -> None:
    """To be called before TensorFlow is imported, and before Essentia is where TensorFlow may be.

    Raises:
        ConfigurationError: Essentia is here as the package that brings a TensorFlow of its own.
    """
    if _brings_tensorflow():
        raise ConfigurationError(
            f"the package {_WITH_TENSORFLOW} brings a TensorFlow of its own, which crashes beside"
            f" another: `pip uninstall {_WITH_TENSORFLOW}`, then `pip install essentia`"
        )


def _brings_tensorflow() -> bool:
    standard = sys.modules.get("essentia.standard")
    if standard is not None:
        return hasattr(standard, "TensorflowPredict")
    try:
        distribution(_WITH_TENSORFLOW)
    except PackageNotFoundError:
        return False
    return True
