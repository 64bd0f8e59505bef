"""RabbitMQ behind the ``Bus`` port; import it only where a URL asks for it."""

from apollonia.adapters.bus.rabbit.address import Address, TlsFiles
from apollonia.adapters.bus.rabbit.options import RabbitOptions
from apollonia.adapters.bus.rabbit.rabbit_bus import RabbitBus

__all__ = ["Address", "RabbitBus", "RabbitOptions", "TlsFiles"]
