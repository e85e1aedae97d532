"""Small Python environments for tests, made without network: what they hold is laid into them as it lies here."""

import base64
import hashlib
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path


def bare_environment(folder: Path, *packages: str) -> Path:
    """A virtual environment with nothing in it but some packages of this one, linked; its Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    for package in packages:
        spec = find_spec(package)
        assert spec is not None
        assert spec.submodule_search_locations
        (site_packages(folder) / package).symlink_to(spec.submodule_search_locations[0])
    return folder / "bin" / "python"


def site_packages(folder: Path) -> Path:
    """Where a virtual environment keeps its packages."""
    return folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"


def wheel(folder: Path, name: str, version: str, files: dict[str, bytes], *requires: str) -> Path:
    """A wheel of pure Python files, as installers want it (PEP 427)."""
    about = f"{name}-{version}.dist-info"
    metadata = [
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        *(f"Requires-Dist: {r}\n" for r in requires),
    ]
    whole = {
        **files,
        f"{about}/METADATA": "".join(metadata).encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_digest(content)},{len(content)}\n" for path, content in whole.items())
    path = folder / f"{name}-{version}-py3-none-any.whl"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for entry, content in {**whole, f"{about}/RECORD": f"{record}{about}/RECORD,,\n".encode()}.items():
            archive.writestr(entry, content)
    return path


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def wheel_of_installed(folder: Path, name: str) -> Path:
    """A wheel of a package that is installed here: enough for this interpreter, if for no other."""
    found = distribution(name)
    held = [file for file in found.files or () if file.parts[0] == name and "__pycache__" not in file.parts]
    return wheel(folder, name, found.version, {str(file): file.locate().read_bytes() for file in held})
