"""The audit, over real sockets."""
