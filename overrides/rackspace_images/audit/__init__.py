"""An audit of many images: what is known of each is kept in a folder, so that it can be stopped and gone on with.

The ids are cut into partitions of equal size, and what came of a partition is one file, replaced as a whole whenever
more of it is known. So nothing is ever half written, any file can be read while the audit runs, and one machine or
many can work on the same folder.
"""
