"""Confined decoding: the only importer of PyAV, Pillow and tinytag.

The public face is ``pool`` (``MediaPool``), ``hashing`` (``LargeFiles``), ``options`` and
``requests``. Those import no decoder: what decodes runs in worker processes of its own.
"""
