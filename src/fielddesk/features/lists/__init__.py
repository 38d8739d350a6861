"""Lists taken in from files of others, and every table given out as one."""
