"""The groups of cases: one module, and one recorded file, for each."""
