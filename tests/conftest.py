"""Plain tests: run by ``./dev test`` in an environment that has Odoo's packages."""
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
# The tools of the addons are plain Python: importable without starting Odoo.
sys.path.insert(0, str(ROOT / 'service_management'))

#: Run by Odoo, the one as tests of an addon, the others in its shell.
collect_ignore = ['addons', 'benchmarks']

# The same examples each time, however busy the machine is.
settings.register_profile(
    'suite', derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile('suite')
