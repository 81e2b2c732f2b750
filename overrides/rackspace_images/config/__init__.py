"""Who signs in, and where, as the environment and `clouds.yaml` say: one source, taken whole.

The order of the sources is in `order.py`, what each holds in `environment.py` and `clouds.py`, and what its values mean
in `signin.py` (the credentials) and `connection.py` (everything else).
"""

from .result import Config
from .sources import load

__all__ = ["Config", "load"]
