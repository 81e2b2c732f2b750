"""An audit of many images: a row for each is kept in a folder, so that it can be stopped and continued.

How this works: the ids are cut into partitions of 1,000. A partition is retrieved by one `get_many` (or `locate_many`;
without ids, it is the `list` of a region), and its rows are written to one JSON Lines file in one step. A partition
whose file is there is done, except for its failures that may pass: the next run retrieves those again. So a run can be
killed at any moment, and run again. On one machine the partitions follow each other (`run`); on a cluster Dask maps the
same function over the same partitions (`run_on_cluster`, in `cluster`).

    from rackspace_images import ImagesClient, audit

    with ImagesClient.from_config() as images:
        summary = audit.run(audit.Plan(Path("night"), audit.distinct_ids(ids)), images)
"""

from .plan import Options, Partition, Plan, distinct_ids
from .rows import Row
from .run import OnProgress, run
from .summary import Summary

__all__ = ["OnProgress", "Options", "Partition", "Plan", "Row", "Summary", "distinct_ids", "run"]
