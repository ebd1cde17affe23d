"""Pages read from a replica (streaming standby) of the archive's PostgreSQL, if there is one.

``database_router`` sends the reads of a request there, ``lag_monitor`` says whether the replica is
usable, ``middleware`` decides for each request. Commands and the admin use the primary alone.
"""
