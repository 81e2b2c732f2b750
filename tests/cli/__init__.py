"""The command line, mostly run in this process; what needs a process or a terminal of its own gets one."""
