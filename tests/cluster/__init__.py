"""Real schedulers and workers, each a process."""
