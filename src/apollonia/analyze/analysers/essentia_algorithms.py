"""Essentia, imported when a content asks for it; its warnings are not for a worker's output."""

from typing import Any

from apollonia.analyze.analyser import NotAvailableError

NOT_HERE = (
    "Essentia has no build for this machine (there are builds for Linux on x86-64): run an"
    " `apollonia analyze` on one that has, beside the same bus and catalog."
)


def algorithms() -> Any:
    """``essentia.standard``.

    Raises:
        NotAvailableError: there is none on this machine.
    """
    try:
        import essentia  # noqa: PLC0415 - large
        from essentia import standard  # noqa: PLC0415 - as above
    except ImportError as error:
        raise NotAvailableError(NOT_HERE) from error
    essentia.log.infoActive = False
    essentia.log.warningActive = False
    return standard
