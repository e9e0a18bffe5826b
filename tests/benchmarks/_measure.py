"""Count the queries of a piece of work and the CPU it takes, in Odoo and in its database."""
import gc
import statistics
import time


def backend_cpu(env):
    """Return the seconds of CPU that the database backend of this cursor has used so far."""
    env.cr.execute("SELECT pg_backend_pid()")
    pid = env.cr.fetchone()[0]
    try:
        with open(f'/proc/{pid}/stat') as stream:
            fields = stream.read().rsplit(')', 1)[1].split()
    except OSError:  # the server runs elsewhere
        return 0.0
    return (int(fields[11]) + int(fields[12])) / 100


def measure(env, work):
    """Run `work()` from a cold cache; return (its result, queries, CPU seconds, wall seconds)."""
    env.flush_all()
    env.invalidate_all()
    gc.collect()
    queries, cpu, wall = env.cr.sql_log_count, time.process_time() + backend_cpu(env), time.time()
    result = work()
    env.flush_all()
    used = time.process_time() + backend_cpu(env) - cpu
    return result, env.cr.sql_log_count - queries, used, time.time() - wall


class Table:
    """Prints rows as they come, and the ratio of ours to the floor."""

    def __init__(self, title, floor):
        print(f'\n{title}')
        print(f"{'':34} {'records':>8} {'queries':>9} {'per record':>10} {'ms/record':>10}"
              f"   floor: {floor}")
        self.rows = {}

    def add(self, name, size, samples):
        """Add a row: the median of samples of (queries, CPU seconds)."""
        queries = statistics.median(sample[0] for sample in samples)
        cpu = statistics.median(sample[1] for sample in samples)
        self.rows[name, size] = (queries, cpu)
        print(f'{name:34} {size:8} {queries:9.0f} {queries / size:10.2f} {cpu / size * 1000:10.2f}',
              flush=True)

    def ratio(self, ours, floor, size):
        (q, t), (fq, ft) = self.rows[ours, size], self.rows[floor, size]
        print(f"{'  = ' + ours + ' / ' + floor:34} {size:8} {q / (fq or 1):9.2f}"
              f" {'':10} {t / (ft or 1):10.2f}", flush=True)
