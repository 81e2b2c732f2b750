"""Many calls for minutes, a tenth of them through faults: nothing lost, nothing wrong, nothing that grows."""
