"""What the image adds to Airflow: see `airflow-fargate --help`."""
