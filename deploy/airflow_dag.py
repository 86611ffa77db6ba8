"""A night of Tercet as an Airflow DAG: tried again where waiting helps (exit codes 4 and 75), failed at once where not.

Airflow 2.9 or newer, and 3. The worker needs the binary, the configuration and the workspace.
"""

import os
import subprocess
from datetime import timedelta

import pendulum

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task
try:
    from airflow.sdk.exceptions import AirflowFailException
except ImportError:  # before Airflow 3.1
    from airflow.exceptions import AirflowFailException

TERCET = os.environ.get("TERCET_BINARY", "/usr/local/bin/tercet")
CONFIG = os.environ.get("TERCET_CONFIG", "/etc/tercet/bank.toml")
HOME = os.environ.get("TERCET_HOME", "/srv/tercet")
# Of the schedule and of "yesterday".
ZONE = os.environ.get("TERCET_TIMEZONE", "UTC")

WAITING_HELPS = {
    4: "the exports are not complete yet",
    75: "another run holds the workspace",
    130: "stopped by SIGINT, nothing was published",
    137: "killed, nothing was published",
    143: "stopped by SIGTERM, nothing was published",
}


@dag(
    schedule="15 2 * * *",  # where nothing is delivered for Saturdays and Sundays: "15 2 * * 2-6"
    start_date=pendulum.datetime(2026, 1, 1, tz=ZONE),
    catchup=False,
    max_active_runs=1,  # the workspace takes one run at a time
    tags=["tercet"],
)
def tercet_night():
    @task(retries=11, retry_delay=timedelta(minutes=20), execution_timeout=timedelta(hours=3))
    def run(data_interval_end=None):
        """The night before the day of the schedule, also when the task is cleared later: 4 while its exports are not
        there. Without `--as-of` a delivery that never came would look like success."""
        morning = data_interval_end or pendulum.now()
        night = morning.in_timezone(ZONE).subtract(days=1).to_date_string()
        command = [TERCET, "run", "--config", CONFIG, "--as-of", night]
        ended = subprocess.run(command, cwd=HOME, umask=0o077, check=False)
        if ended.returncode == 0:
            return
        if ended.returncode in WAITING_HELPS:
            raise RuntimeError(f"exit code {ended.returncode}: {WAITING_HELPS[ended.returncode]}; tried again")
        if ended.returncode < 0:
            raise RuntimeError(f"killed by signal {-ended.returncode}; nothing was published, tried again")
        raise AirflowFailException(f"exit code {ended.returncode}: the log above says what a person has to mend")

    run()


tercet_night()
