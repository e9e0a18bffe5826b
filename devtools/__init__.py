"""Development tooling of the suite: get Odoo, run it, test it, package it.

Standard library only, so that it starts on any machine with a Python 3.10 to 3.13.
"""
