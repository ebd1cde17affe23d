"""Pages read from a streaming standby of the archive's PostgreSQL, where there is one.

``routing`` sends the reads of a request there, ``watch`` tells whether the standby may be asked,
``middleware`` decides for each request. Commands and the admin work on the primary alone.
"""
