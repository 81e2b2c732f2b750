"""`rackspace-images logout`: forget the tokens that were kept."""

from __future__ import annotations

from rackspace_images.cli import output
from rackspace_images.cli.app import command
from rackspace_images.cli.exit_codes import DONE
from rackspace_images.cli.options import Settings


@command()
def logout_command(settings: Settings) -> int:
    """Forgets the tokens that earlier commands kept on this machine.

    The next command signs in again.

    examples:
      rackspace-images logout
    """
    from rackspace_images.auth.token_cache import TokenCache

    cache = TokenCache()
    gone = cache.clear()
    if not settings.quiet and cache.folder is not None:
        output.tell(f"forgot {gone} token{'' if gone == 1 else 's'} in {cache.folder}")
    return DONE
