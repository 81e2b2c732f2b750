"""Contains all the data models used in inputs/outputs"""

from .access import Access
from .api_key_credentials import ApiKeyCredentials
from .fault_answer import FaultAnswer
from .keystone_application_credential import KeystoneApplicationCredential
from .keystone_auth import KeystoneAuth
from .keystone_catalog_answer import KeystoneCatalogAnswer
from .keystone_domain import KeystoneDomain
from .keystone_endpoint import KeystoneEndpoint
from .keystone_identity import KeystoneIdentity
from .keystone_password_method import KeystonePasswordMethod
from .keystone_project import KeystoneProject
from .keystone_scope import KeystoneScope
from .keystone_service import KeystoneService
from .keystone_token import KeystoneToken
from .keystone_token_answer import KeystoneTokenAnswer
from .keystone_token_request import KeystoneTokenRequest
from .keystone_user_request import KeystoneUserRequest
from .password_credentials import PasswordCredentials
from .rackspace_auth import RackspaceAuth
from .rackspace_endpoint import RackspaceEndpoint
from .rackspace_service import RackspaceService
from .rackspace_tenant import RackspaceTenant
from .rackspace_token import RackspaceToken
from .rackspace_token_answer import RackspaceTokenAnswer
from .rackspace_token_request import RackspaceTokenRequest
from .rackspace_user import RackspaceUser

__all__ = (
    "Access",
    "ApiKeyCredentials",
    "FaultAnswer",
    "KeystoneApplicationCredential",
    "KeystoneAuth",
    "KeystoneCatalogAnswer",
    "KeystoneDomain",
    "KeystoneEndpoint",
    "KeystoneIdentity",
    "KeystonePasswordMethod",
    "KeystoneProject",
    "KeystoneScope",
    "KeystoneService",
    "KeystoneToken",
    "KeystoneTokenAnswer",
    "KeystoneTokenRequest",
    "KeystoneUserRequest",
    "PasswordCredentials",
    "RackspaceAuth",
    "RackspaceEndpoint",
    "RackspaceService",
    "RackspaceTenant",
    "RackspaceToken",
    "RackspaceTokenAnswer",
    "RackspaceTokenRequest",
    "RackspaceUser",
)
