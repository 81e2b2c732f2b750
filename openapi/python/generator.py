"""openapi-python-client, with `:` among the characters that part the words of a name.

    python openapi/python/generator.py generate …

The generator drops a `:` before it looks for words, and so makes `os_ext_img_siz_esize` of `OS-EXT-IMG-SIZE:size`. With
this it makes `os_ext_img_size_size`, as OpenStack's own tools print it. It has no option for that, hence its constant.
"""

import sys

from openapi_python_client import cli, strings

if not isinstance(getattr(strings, "DELIMITERS", None), str):
    sys.exit(
        "openapi-python-client has no strings.DELIMITERS any more, so names with a colon would lose their words; "
        "see openapi/python/generator.py"
    )
strings.DELIMITERS += ":"

if __name__ == "__main__":
    cli.app()
