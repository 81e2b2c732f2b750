"""How a request travels: its time, its retries, its connection and its body. Knows nothing of images."""
