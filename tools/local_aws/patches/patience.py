"""How much longer than on AWS a health check may go without an answer before that counts as a failure.

Fargate gives a task processors of its own. Here all tasks share those of this machine with whatever runs on it, and
what is only slow would be replaced, which makes it slower still. An answer that says no counts at once.
"""

FACTOR = 6
