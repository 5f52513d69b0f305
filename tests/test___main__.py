import subprocess
import sys

import vklive._version


def test_the_package_runs_as_the_command():
    ran = subprocess.run([sys.executable, "-m", "vklive", "--version"], capture_output=True, text=True, check=True)

    assert ran.stdout == f"vklive {vklive._version.__version__}\n"
