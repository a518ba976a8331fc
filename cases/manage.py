#!/usr/bin/env python
"""Django's command line for the case studies, which add to the example project."""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

HERE = Path(__file__).resolve().parent

if __name__ == "__main__":
    sys.path[:0] = [str(HERE / "apps"), str(HERE.parent / "examples")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studies.settings")
    execute_from_command_line(sys.argv)
