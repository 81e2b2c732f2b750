"""Every default, named once."""

ATTEMPT_TIMEOUT = 10.0
"""Seconds that one attempt may take, from looking for a connection to the last byte of the answer."""

DEADLINE = 60.0
"""Seconds that a whole call may take: sign-in, waits, retries and bodies included."""

ATTEMPTS = 4
"""Requests in all for one answer, while it is connections, timeouts and failing servers that stand in the way."""

BACKOFF = 0.5
"""Seconds before the second attempt, doubled for each further one, each shortened by chance to a half at the least."""

MAX_BACKOFF = 8.0
"""Seconds that such a wait may be at the most."""

MAX_RETRY_AFTER = 3600.0
"""Seconds: a `Retry-After`, or what several for one call come to, that is longer is not waited for."""

MIN_RETRY_AFTER = 0.05
"""Seconds: a shorter `Retry-After` is raised to it and counts as an attempt, whatever `Retry(backoff=)` is."""

FRESH_TOKEN_PAUSE = 1.0
"""Seconds before a token that has just been issued and was refused is sent once more: identity replicates it."""

LONG_WAIT = 5.0
"""Seconds: a wait that is longer is logged as a warning."""

MAX_CONNECTIONS = 100
"""Connections that a client has at once; who needs one more waits for it."""

CONNECTIONS_LIMIT = 10_000
"""The largest `max_connections`."""

MAX_THREADS = 1000
"""Threads that a bulk call of the synchronous client may have."""

RESERVED_DESCRIPTORS = 16
"""File descriptors that are left to the program when the default concurrency is lowered to what there is."""

KEEPALIVE_EXPIRY = 5.0
"""Seconds for which a connection that nobody uses is kept."""

MAX_IMAGE_BYTES = 1024 * 1024
"""Bytes that the body of an image's answer may have, as sent and as decoded. An image has some 2,000."""

MAX_IMAGE_VALUES = 20_000
"""Values that an image's answer, or a fault, may have, as its commas and opening brackets count them. Most have 70."""

MAX_PAGE_BYTES = 4 * 1024 * 1024
"""Bytes that the body of a page, of a sign-in with its catalog, or of a list of versions may have, as sent and as
decoded. A page of 1,000 images has 2 million."""

MAX_PAGE_VALUES = 100_000
"""Values that a page may have, counted in the same way. One of 1,000 images has some 70,000."""

MAX_CATALOG_VALUES = 50_000
"""Values that a sign-in's answer with its catalog may have, counted in the same way. A large cloud's has some 5,000."""

MAX_PAGE_IMAGES = 2_000
"""Images that a page may have. Nova gives 1,000 at the most, unless its operator allows more."""

MAX_BYTES_BESIDE_BODY = 256 * 1024
"""Bytes that a response may have beside its body: interim responses, headers, chunk headers and trailers, and a
proxy's answer to CONNECT. One has some 1,000."""

MAX_URL = 2_000
"""Characters that a URL of a catalog, or of a link to the next page, may have."""

MAX_TEXT = 400
"""Characters of a server's text that a message shows."""

MAX_LINE = 600
"""Characters that `str()` and `repr()` of an error have at the most, whatever a server sent."""

MAX_JSON_DEPTH = 100
"""Levels of nesting that an answer may have; no image has more than a few."""

RENEWAL_MARGIN = 120.0
"""Seconds before a token's end at which it is renewed; a tenth of its life where that is less."""

SIGN_IN_BACKOFF = 30.0
"""Seconds for which a plain refusal of credentials is remembered; doubled with each further one."""

MAX_SAVE_TIME = 60.0
"""Seconds: a file that another process began to write into the token cache longer ago than this is removed."""

MAX_SIGN_IN_BACKOFF = 600.0
"""Seconds that a refusal is remembered at the most."""

CONCURRENCY = 32
"""Ids that `get_many` asks for at once."""

PAGE_SIZE = 200
"""Images that `list` asks for at once."""

POLL_INTERVAL = 2.0
"""Seconds between the first two looks of `wait_until_active`; half as long again after each further one."""

MAX_POLL_INTERVAL = 30.0
"""Seconds between two looks at the most, each shortened by chance to three quarters at the least."""

WAIT_TIMEOUT = 3600.0
"""Seconds that `wait_until_active` waits in all."""

GRACE = 60.0
"""Seconds for which `wait_until_active` takes a 404 for "not yet"."""

LOCATE_CONCURRENCY = 8
"""Ids that `locate_many` asks about at once, each in all regions."""
