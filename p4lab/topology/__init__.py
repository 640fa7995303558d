"""Maps of real networks, read from GraphML and GML and turned into scenarios."""

from p4lab.topology.errors import TopologyError
from p4lab.topology.imports import Imported, import_map

__all__ = ["Imported", "TopologyError", "import_map"]
