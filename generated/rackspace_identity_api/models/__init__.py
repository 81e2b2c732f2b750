"""Contains all the data models used in inputs/outputs"""

from .access import Access
from .any_fault import AnyFault
from .api_key_credentials import ApiKeyCredentials
from .keystone_application_credential import KeystoneApplicationCredential
from .keystone_auth_body import KeystoneAuthBody
from .keystone_catalog_envelope import KeystoneCatalogEnvelope
from .keystone_domain import KeystoneDomain
from .keystone_endpoint import KeystoneEndpoint
from .keystone_identity import KeystoneIdentity
from .keystone_password_method import KeystonePasswordMethod
from .keystone_project import KeystoneProject
from .keystone_scope import KeystoneScope
from .keystone_service import KeystoneService
from .keystone_system import KeystoneSystem
from .keystone_token import KeystoneToken
from .keystone_token_envelope import KeystoneTokenEnvelope
from .keystone_token_request import KeystoneTokenRequest
from .keystone_trust import KeystoneTrust
from .keystone_user import KeystoneUser
from .keystone_user_reference import KeystoneUserReference
from .password_credentials import PasswordCredentials
from .rackspace_auth_body import RackspaceAuthBody
from .rackspace_endpoint import RackspaceEndpoint
from .rackspace_service import RackspaceService
from .rackspace_tenant import RackspaceTenant
from .rackspace_token import RackspaceToken
from .rackspace_token_envelope import RackspaceTokenEnvelope
from .rackspace_token_request import RackspaceTokenRequest
from .rackspace_user import RackspaceUser

__all__ = (
    "Access",
    "AnyFault",
    "ApiKeyCredentials",
    "KeystoneApplicationCredential",
    "KeystoneAuthBody",
    "KeystoneCatalogEnvelope",
    "KeystoneDomain",
    "KeystoneEndpoint",
    "KeystoneIdentity",
    "KeystonePasswordMethod",
    "KeystoneProject",
    "KeystoneScope",
    "KeystoneService",
    "KeystoneSystem",
    "KeystoneToken",
    "KeystoneTokenEnvelope",
    "KeystoneTokenRequest",
    "KeystoneTrust",
    "KeystoneUser",
    "KeystoneUserReference",
    "PasswordCredentials",
    "RackspaceAuthBody",
    "RackspaceEndpoint",
    "RackspaceService",
    "RackspaceTenant",
    "RackspaceToken",
    "RackspaceTokenEnvelope",
    "RackspaceTokenRequest",
    "RackspaceUser",
)
