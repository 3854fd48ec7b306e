"""Airflow on this machine for writing DAGs: files/dev/compose.yml, with an engine, an image and secrets."""
