"""Every default and limit, each with its unit."""

ATTEMPT_TIMEOUT = 10.0
"""The longest time of one attempt in seconds, from getting a connection to the last byte of the response."""

DEADLINE = 60.0
"""The longest time of a whole call in seconds: sign-in, waits, retries and bodies included."""

ATTEMPTS = 4
"""The most requests for one response, where connections fail, time out or the server fails."""

BACKOFF = 0.5
"""The first backoff in seconds. It doubles with each attempt, and is jittered to 50–100 %."""

MAX_BACKOFF = 8.0
"""The longest backoff in seconds."""

MAX_RETRY_AFTER = 3600.0
"""The longest total `Retry-After` wait of one call in seconds. A longer one is not waited for."""

MIN_RETRY_AFTER = 0.05
"""Seconds. A shorter `Retry-After` is raised to it and counts as an attempt, whatever `Retry(backoff=)` is."""

FRESH_TOKEN_PAUSE = 1.0
"""Seconds before a new token that the API refused is sent once more: the identity service replicates it."""

LONG_WAIT = 5.0
"""Seconds. A longer wait is logged as a warning."""

MAX_CONNECTIONS = 100
"""Connections that a client has at once. A request beyond them waits for one."""

CONNECTIONS_LIMIT = 10_000
"""The largest `max_connections`."""

MAX_THREADS = 1000
"""The most threads of a bulk call of the synchronous client."""

RESERVED_DESCRIPTORS = 16
"""File descriptors that are left to the program when the default concurrency is lowered to what is free."""

KEEPALIVE_EXPIRY = 5.0
"""Seconds for which an idle connection is kept."""

MAX_IMAGE_BYTES = 1024 * 1024
"""The largest body of an image's response in bytes, as sent and as decoded. An image has some 2,000."""

MAX_IMAGE_VALUES = 20_000
"""The most values in an image's response or a fault, counted by commas and opening brackets. Most have 70."""

MAX_PAGE_BYTES = 4 * 1024 * 1024
"""The largest body of a page, a sign-in with its catalog, or a list of versions in bytes, as sent and as decoded. A
page of 1,000 images has 2 million."""

MAX_PAGE_VALUES = 100_000
"""The most values in a page, counted in the same way. A page of 1,000 images has some 70,000."""

MAX_CATALOG_VALUES = 50_000
"""The most values in a sign-in's response with its catalog, counted in the same way. A large cloud has some 5,000."""

MAX_PAGE_IMAGES = 2_000
"""The most images in a page. Nova sends at most 1,000, unless its operator allows more."""

MAX_BYTES_BESIDE_BODY = 256 * 1024
"""The most bytes of a response beside its body: interim responses, headers, chunk headers, trailers, and a proxy's
response to CONNECT. A response has some 1,000."""

MAX_URL = 2_000
"""The longest URL of a catalog, or of a link to the next page, in characters."""

MAX_TEXT = 400
"""The longest text of a server in a message, in characters."""

MAX_LINE = 600
"""The longest `str()` and `repr()` of an error in characters, whatever a server sent."""

MAX_JSON_DEPTH = 100
"""The most levels of nesting in a response. An image has a few."""

RENEWAL_MARGIN = 120.0
"""Seconds before a token expires at which it is renewed; a tenth of its life where that is less."""

SIGN_IN_BACKOFF = 30.0
"""Seconds for which a refusal of the credentials is remembered. They double with each further refusal."""

MAX_SAVE_TIME = 60.0
"""The longest time in seconds that a process takes to write a file of the token cache. An older unfinished file is
removed."""

MAX_SIGN_IN_BACKOFF = 600.0
"""The longest time in seconds for which a refusal is remembered."""

CONCURRENCY = 32
"""Ids that `get_many` requests at once."""

PAGE_SIZE = 200
"""Images in one request of `list`."""

POLL_INTERVAL = 2.0
"""Seconds between the first two requests of `wait_until_active`. Each further interval is half as long again."""

MAX_POLL_INTERVAL = 30.0
"""The longest interval between two requests in seconds. Each is jittered to 75–100 %."""

WAIT_TIMEOUT = 3600.0
"""The longest total wait of `wait_until_active` in seconds."""

GRACE = 60.0
"""Seconds for which `wait_until_active` takes a 404 for "not yet"."""

LOCATE_CONCURRENCY = 8
"""Ids that `locate_many` looks for at once, each in all regions."""
