"""``pip install .`` puts the core addon where Odoo finds it.

``SM_ADDON`` names another one: ``SM_ADDON=service_management_crm pip install .``
"""
import os
import sys
import tempfile

from setuptools import setup

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # pip does not look here

from devtools.distribution import setup_arguments

if __name__ == '__main__':
    # What setuptools builds on the way stays out of the tree, and out of the next wheel.
    with tempfile.TemporaryDirectory() as folder:
        setup(
            **setup_arguments(os.environ.get('SM_ADDON') or 'service_management'),
            options={
                'build': {'build_base': os.path.join(folder, 'build')},
                'bdist_wheel': {'bdist_dir': os.path.join(folder, 'wheel')},
                'egg_info': {'egg_base': folder},
            })
