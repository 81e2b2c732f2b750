"""Every default, named once."""

ATTEMPT_TIMEOUT = 10.0
"""Seconds that one attempt may wait for each of: a connection, sending, the next bytes of the answer."""

DEEPEST_JSON = 100
"""Levels of nesting that an answer may have; no image has more than a few."""

RENEWAL_MARGIN = 120.0
"""Seconds before a token's end at which it is renewed; a tenth of its life where that is less."""

REFUSAL_MEMORY = 30.0
"""Seconds for which a plain refusal of credentials is remembered; doubled with each further one."""

LONGEST_REFUSAL = 600.0
"""Seconds that a refusal is remembered at the most."""

LOCATE_CONCURRENCY = 8
"""Ids that `locate_many` asks about at once, each in all regions."""
