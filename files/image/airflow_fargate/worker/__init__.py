"""What the image adds to a Celery worker of Airflow: it is never stopped while it works.

`protection` decides, `ecs_agent` asks ECS for protection, `retirement` asks it whether the worker is still wanted,
`bootstep` connects all of it to Celery, `deadline` ends what a stopped worker cannot finish. Everything runs in
Celery's main process; tasks run in its children.

What Airflow does with a task, and with its number of tries, when a worker goes away:

- Its message was received but the task was not started: the message goes back to the broker, another worker takes it.
  Airflow does not notice; the try is the same one.
- The task finishes within the stop time-out: nothing happened.
- It does not: `deadline` kills the task's process, never its supervisor. The supervisor reports the failure at once, so
  the task is `up_for_retry` while it has retries left and `failed` otherwise. The try counts: with `retries=0` an
  interruption fails the task. A killed process has no way to report success. The task's log guesses "Likely out of
  memory", as Airflow does after every SIGKILL; the worker's log says what it was.
- The whole worker disappears without notice: the scheduler misses the task's heartbeat for
  `[scheduler] task_instance_heartbeat_timeout` (300 s) and then does the same. The broker delivers the message again
  after its visibility time-out, and the execution API refuses to start that try a second time.
"""
