"""Elastic Load Balancing: health checks, draining, and answers for names that do not exist."""
