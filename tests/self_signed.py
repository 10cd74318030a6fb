"""Certificates for tests that speak TLS."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Certificate:
    """A self-signed certificate for 127.0.0.1 and its pin as OpenSSL computes it."""

    file: Path
    key: Path
    pin: str

    @classmethod
    def make(cls, folder: Path) -> Certificate:
        file, key = folder / "certificate.pem", folder / "key.pem"
        request = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split()
        names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        subprocess.run([*request, *names, "-keyout", key, "-out", file], check=True, capture_output=True)
        public = subprocess.run(
            ["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"], check=True, capture_output=True
        ).stdout
        return cls(file, key, hashlib.sha256(public).hexdigest())
