"""The populator's services over open ports."""

from collections.abc import Sequence

from apollonia.populate import services
from apollonia.populate.services import PopulatePorts
from apollonia.wiring.ports import Ports
from apollonia.work.service import Service


def populate_services(ports: Ports) -> Sequence[Service]:
    """Everything that keeps the catalog and the graph."""
    return services.populate_services(
        PopulatePorts(
            bus=ports.bus,
            broadcast=ports.broadcast,
            catalog=ports.catalog,
            library=ports.library,
            graph=ports.graph,
            clock=ports.clock,
            metrics=ports.metrics,
        )
    )
