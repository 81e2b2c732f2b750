"""Contains all the data models used in inputs/outputs"""

from .any_fault import AnyFault
from .bad_method_fault import BadMethodFault
from .bad_request_fault import BadRequestFault
from .compute_fault import ComputeFault
from .conflicting_request_fault import ConflictingRequestFault
from .fault import Fault
from .forbidden_fault import ForbiddenFault
from .image import Image
from .image_envelope import ImageEnvelope
from .image_metadata import ImageMetadata
from .image_page import ImagePage
from .image_server import ImageServer
from .item_not_found_fault import ItemNotFoundFault
from .link import Link
from .over_limit_fault import OverLimitFault
from .service_unavailable_fault import ServiceUnavailableFault
from .unauthorized_fault import UnauthorizedFault
from .version import Version
from .versions import Versions

__all__ = (
    "AnyFault",
    "BadMethodFault",
    "BadRequestFault",
    "ComputeFault",
    "ConflictingRequestFault",
    "Fault",
    "ForbiddenFault",
    "Image",
    "ImageEnvelope",
    "ImageMetadata",
    "ImagePage",
    "ImageServer",
    "ItemNotFoundFault",
    "Link",
    "OverLimitFault",
    "ServiceUnavailableFault",
    "UnauthorizedFault",
    "Version",
    "Versions",
)
