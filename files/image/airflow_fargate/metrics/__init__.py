"""The service `metrics`: publishes to CloudWatch how many workers each queue needs. Imports neither Airflow nor Celery.

`load` reads the metadata database, `vitals` says how Airflow is, `workers` asks ECS, `wanted` says whose heartbeats are
due, `capacity` does the arithmetic, `cloudwatch` names the metrics, `publisher` does all of it once a period.
"""
