"""The populator's services over open ports."""

from collections.abc import Sequence

from apollonia.config import Settings
from apollonia.populate import services
from apollonia.populate.purger import PurgeOptions
from apollonia.populate.reconciler import ReconcileOptions
from apollonia.populate.requeuer import RequeuerOptions
from apollonia.populate.services import AnalysisKeeping, PopulatePorts
from apollonia.wiring.analyze import analyser_specs, process_name
from apollonia.wiring.ports import Ports
from apollonia.work.service import Service

_DAY_S = 86_400.0
_MINUTE_S = 60.0


def populate_services(ports: Ports, settings: Settings) -> Sequence[Service]:
    """Everything that keeps the catalog and the graph."""
    return services.populate_services(
        PopulatePorts(
            bus=ports.bus,
            broadcast=ports.broadcast,
            catalog=ports.catalog,
            library=ports.library,
            graph=ports.graph,
            dead_letters=ports.dead_letters,
            vocabulary=ports.vocabulary,
            clock=ports.clock,
            metrics=ports.metrics,
        ),
        analysis=AnalysisKeeping(
            analyses=ports.analyses,
            fingerprints=ports.fingerprints,
            similarity=ports.similarity,
            control=ports.control,
            specs=analyser_specs(settings),
            options=ReconcileOptions(
                holder=process_name("populate"),
                interval_s=settings.analyze.reconcile_minutes * _MINUTE_S,
            ),
        ),
        purge=_purge_options(settings),
        requeue=RequeuerOptions(keep_s=settings.catalog.keep_settled_letters_days * _DAY_S),
    )


def _purge_options(settings: Settings) -> PurgeOptions | None:
    match settings.catalog.purge_missing:
        case "never":
            return None
        case "at_once":
            return PurgeOptions(after_s=0.0)
        case days:
            return PurgeOptions(after_s=days * _DAY_S)
