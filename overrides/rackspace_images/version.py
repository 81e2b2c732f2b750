"""The version of the package, and what it calls itself."""

__version__ = "0.1.0"

USER_AGENT = f"rackspace-images/{__version__}"
