"""Get Odoo: the user's checkout (``ODOO_HOME``), else the Debian package, unpacked privately."""
import os
import re
import shutil
import subprocess
from pathlib import Path

from .console import Fail, Step, megabytes, output, run, watch
from .settings import CACHE, LANGUAGES, LINKED_DEBS, ODOO_DEB, ODOO_DEB_VERSION, ODOO_SERIES

SITE = 'usr/lib/python3/dist-packages'
#: Left out when unpacking: incomplete copies of addons, stray top-level packages, documentation.
_LEFT_OUT = (
    f'./{SITE}/addons', f'./{SITE}/setup', f'./{SITE}/doc', './etc', './usr/bin',
    './usr/lib/systemd', './usr/share/doc', './usr/share/lintian', '*.pot', '*/i18n_extra/*.po',
)


def odoo_home():
    """Return the folder to put on ``sys.path`` so that ``import odoo`` gives Odoo 19."""
    if os.environ.get('ODOO_HOME'):
        home = Path(os.environ['ODOO_HOME']).expanduser().resolve()
        for candidate in (home, home / 'src'):
            release = candidate / 'odoo' / 'release.py'
            if release.is_file():
                if not re.search(r'version_info = \(19, 0', release.read_text()):
                    raise Fail(f'{candidate} is not Odoo {ODOO_SERIES}')
                return candidate
        raise Fail(f'ODOO_HOME={home} holds no odoo/release.py; name a checkout of {ODOO_SERIES}')
    return _from_debian()


def odoo_version(home):
    """Return a text that changes when the Odoo at `home` does."""
    stamp = CACHE / 'odoo' / '.complete'
    if home.is_relative_to(CACHE) and stamp.is_file():
        return stamp.read_text().strip()
    try:
        return output(
            ['git', '-C', home, 'rev-parse', 'HEAD'], stderr=subprocess.DEVNULL).strip()
    except (OSError, subprocess.CalledProcessError):
        return str((home / 'odoo' / 'release.py').stat().st_mtime)


def _from_debian():
    site = CACHE / 'odoo' / SITE
    if (CACHE / 'odoo' / '.complete').is_file():
        return site
    if not shutil.which('apt-get') or not shutil.which('dpkg-deb'):
        raise Fail(
            f'no Odoo found: set ODOO_HOME to a checkout of Odoo {ODOO_SERIES}'
            ' (git clone --depth 1 -b 19.0 of its repository) and call again')
    options = _private_apt()
    with Step('reading the Debian package index'):
        run(['apt-get', *options, 'update', '--error-on=any'])
    version = _choose_version(options)
    debs = _download(options, version)
    partial = CACHE / 'odoo.partial'
    shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(CACHE / 'odoo', ignore_errors=True)
    with Step('unpacking Odoo') as step:
        for deb in sorted(debs.glob('*.deb')):
            _unpack(deb, partial, step)
        _mend(partial)
        (partial / '.complete').write_text(version + '\n')
        partial.rename(CACHE / 'odoo')
    shutil.rmtree(CACHE / 'apt', ignore_errors=True)
    return site


def _debian_mirror():
    """Return the address of the Debian archive this machine is already set up with."""
    lists = CACHE / 'apt' / 'none'
    text = output(['apt-get', '-o', f'Dir::State::Lists={lists}', 'update', '--print-uris'])
    release = dict(
        line.rstrip().split('=', 1)
        for line in Path('/etc/os-release').read_text().splitlines() if '=' in line)
    suites = {release.get('VERSION_CODENAME', '').strip('"'),
              'stable', 'oldstable', 'testing', 'unstable', 'sid'}
    for uri, suite in re.findall(r"^'(\S+?)/dists/([^/']+)/InRelease'", text, re.M):
        if suite in suites:
            return uri
    raise Fail('no Debian archive in the apt configuration; set ODOO_HOME to an Odoo checkout')


def _private_apt():
    """Return apt options with sources, lists, state and cache of our own."""
    apt = CACHE / 'apt'
    for name in ('lists/partial', 'cache/archives/partial', 'state', 'parts', 'debs', 'none'):
        (apt / name).mkdir(parents=True, exist_ok=True)
    keyring = Path('/usr/share/keyrings/debian-archive-keyring.gpg')
    (apt / 'parts' / 'odoo.sources').write_text(
        'Types: deb\n'
        f"URIs: {_debian_mirror()}\nSuites: {' '.join(LINKED_DEBS)}\nComponents: main\n"
        f"Architectures: {output(['dpkg', '--print-architecture']).strip()}\n"
        + (f'Signed-By: {keyring}\n' if keyring.is_file() else ''))
    settings = (
        'Dir::Etc::SourceList=/dev/null', f'Dir::Etc::SourceParts={apt}/parts',
        'Dir::Etc::Preferences=/dev/null', 'Dir::Etc::PreferencesParts=/dev/null',
        f'Dir::State={apt}/state', f'Dir::State::Lists={apt}/lists',
        'Dir::State::Status=/dev/null', f'Dir::Cache={apt}/cache', 'APT::Sandbox::User=',
        'APT::Update::Post-Invoke=', 'APT::Update::Post-Invoke-Success=',
        'Acquire::Languages=none', 'Acquire::Retries=3',
        'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false',
        'Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false',
    )
    return [part for setting in settings for part in ('-o', setting)]


def _choose_version(options):
    listed = output(['apt-cache', *options, 'madison', ODOO_DEB])
    versions = [line.split('|')[1].strip() for line in listed.splitlines()]
    if not versions:
        raise Fail(f'{ODOO_DEB} is no longer in Debian; set ODOO_HOME to an Odoo checkout')
    if ODOO_DEB_VERSION in versions:
        return ODOO_DEB_VERSION
    print(f'   note: {ODOO_DEB} {versions[0]} (checked with {ODOO_DEB_VERSION})')
    return versions[0]


def _download(options, version):
    shown = output(['apt-cache', *options, 'show', f'{ODOO_DEB}={version}'])
    size = int(re.search(r'^Size: (\d+)', shown, re.M)[1])
    names = [f'{ODOO_DEB}={version}'] + [
        f'{package}/{suite}' for suite, packages in LINKED_DEBS.items() for package in packages]
    debs = CACHE / 'apt' / 'debs'
    with Step(f'downloading Odoo ({size >> 20} MB)') as step, watch(lambda: step.note(
            megabytes(sum(deb.stat().st_size for deb in debs.glob('*.deb')), size))):
        run(['apt-get', *options, '-q', 'download', *names], cwd=debs)
    return debs


def _unpack(deb, target, step):
    target.mkdir(parents=True, exist_ok=True)
    size = int(output(['dpkg-deb', '-f', deb, 'Installed-Size']).strip() or 0) >> 10
    source = subprocess.Popen(['dpkg-deb', '--fsys-tarfile', str(deb)], stdout=subprocess.PIPE)
    tar = subprocess.Popen(
        ['tar', '-x', '-C', str(target), '--no-same-owner', '--checkpoint=1000',
         '--checkpoint-action=echo=%u', *(f'--exclude={pattern}' for pattern in _LEFT_OUT)],
        stdin=source.stdout, stderr=subprocess.PIPE, text=True)
    source.stdout.close()
    said = []
    for line in tar.stderr:
        if match := re.match(r'tar: (\d+)$', line):
            step.note(f'{int(match[1]) // 100} of {size} MB')
        else:
            said.append(line)
    if tar.wait() or source.wait():
        raise Fail(f'{deb.name} could not be unpacked\n' + ''.join(said[-10:]))
    for po in target.glob(f'{SITE}/odoo/addons/*/i18n/*.po'):
        if po.stem not in LANGUAGES.values():
            po.unlink()


def _mend(root):
    """Make the Debian tree behave like a checkout of Odoo."""
    # Named in mail's assets but not packaged: without it every page logs an error in the
    # console, and every tour fails on that.
    missing = 'mail/static/lib/selfie_segmentation/selfie_segmentation.js'
    script = root / SITE / 'odoo' / 'addons' / missing
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text('// not part of the Debian package\n')
