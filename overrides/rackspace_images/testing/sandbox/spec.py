"""What the sandbox takes from the documents, which are read when it is imported."""

import copy
from typing import Any, TypeAlias

from rackspace_images.documents import DocumentName, document

JsonObject: TypeAlias = dict[str, Any]


def example(name: DocumentName, key: str) -> Any:
    """A copy of one example's value."""
    return copy.deepcopy(document(name)["components"]["examples"][key]["value"])


_ACCESS = example("identity", "RackspaceToken")["access"]

TENANT: str = _ACCESS["token"]["tenant"]["id"]
"""The only tenant there is."""
TOKENS: list[str] = [_ACCESS["token"]["id"], document("identity")["components"]["headers"]["SubjectToken"]["example"]]
"""The tokens that are good: Rackspace's, and Keystone's, which stands in a header."""
REGIONS: list[str] = [endpoint["region"] for endpoint in _ACCESS["serviceCatalog"][1]["endpoints"]]
"""The regions of next generation Cloud Servers, in the catalog's order."""
