"""A simulated tenant, a settings file that leads to it, and what a command costs; for the scripts beside it."""
import json
import os
import subprocess
import time
import urllib.request


class Tenant:
    """`tocsin simulate` with options of one's own, until the end of a `with`."""

    def __init__(self, tocsin, *options):
        self.process = subprocess.Popen(
            [tocsin, "simulate", "--port", "0", "--format", "json", *options], stdout=subprocess.PIPE, text=True)
        self.said = json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def write_settings(self, folder, **more):
        """Writes `tocsin.yaml` and the credential's files; further settings are YAML by key, those of the connection
        under `connection`. Returns the path of the settings."""
        for name, text in (("id", self.said["client_id"]), ("secret", self.said["client_secret"])):
            with open(os.open(f"{folder}/{name}", os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
                out.write(text + "\n")
        connection = "".join(f"    {key}: {value}\n" for key, value in more.pop("connection", {}).items())
        rest = "".join(f"{key}: {value}\n" for key, value in more.items())
        with open(f"{folder}/tocsin.yaml", "w") as out:
            out.write(f"""store: {folder}/tocsin.db
{rest}connections:
  - name: simulated
    subdomain: demo
    url: {self.said["url"]}
    client_id_file: {folder}/id
    client_secret_file: {folder}/secret
{connection}""")
        return f"{folder}/tocsin.yaml"

    def calls(self):
        """How many calls of each resource came through."""
        with urllib.request.urlopen(self.said["url"] + "/simulator/calls") as answer:
            return json.load(answer)

    def usage(self):
        """CPU seconds and peak MiB of the simulator so far."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        with open(f"/proc/{self.process.pid}/status") as status:
            peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), peak / 1024


def measured(*command, codes=(0, 1)):
    """CPU seconds, wall seconds and peak MiB of a command."""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in codes:
        raise SystemExit(f"{' '.join(command)} failed:\n{said}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begun, usage.ru_maxrss / 1024
