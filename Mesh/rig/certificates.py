"""A test certificate authority by the openssl command: P-256 leaves with SPIFFE IDs or DNS names."""

import os
import subprocess


def _openssl(*arguments, given=None):
    done = subprocess.run(["openssl", *map(str, arguments)], input=given, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"openssl {arguments[0]} failed:\n{done.stderr}")
    return done.stdout


class Authority:
    """One self-signed root in a directory: NAME.pem and NAME.key for itself and for each leaf."""

    def __init__(self, directory, name="ca"):
        self.directory = str(directory)
        self.name = name
        os.makedirs(self.directory, exist_ok=True)
        if not os.path.exists(self.certificate):
            self._make_root()

    def path(self, file):
        return os.path.join(self.directory, file)

    @property
    def certificate(self):
        return self.path(f"{self.name}.pem")

    def _make_root(self):
        key = self.path(f"{self.name}.key")
        _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
        _openssl("req", "-x509", "-new", "-key", key, "-sha256", "-days", "30", "-subj", "/CN=Mesh test root",
                 "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                 "-out", self.certificate)

    def issue(self, name, alternatives, days=1, extensions=()):
        """Makes NAME.pem and NAME.key. `alternatives` is an openssl SAN list: URI:spiffe://…,DNS:…

        `days` may be negative or zero with -not_after semantics by openssl: a leaf of -1 has already expired.
        """
        key, request, leaf = (self.path(f"{name}{end}") for end in (".key", ".csr", ".pem"))
        _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
        os.chmod(key, 0o600)
        _openssl("req", "-new", "-key", key, "-subj", "/", "-out", request)
        lines = ["basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature",
                 "extendedKeyUsage=serverAuth,clientAuth", *extensions]
        if alternatives:
            lines.append(f"subjectAltName={alternatives}")
        extension_file = self.path(f"{name}.ext")
        with open(extension_file, "w") as file:
            file.write("\n".join(lines) + "\n")
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.path(f"{self.name}.key"),
                 "-set_serial", str(int.from_bytes(os.urandom(8), "big") >> 1), "-sha256", "-days", str(days),
                 "-extfile", extension_file, "-out", leaf)
        for leftover in (request, extension_file):
            os.remove(leftover)
        return leaf, key

    def issue_service(self, service, domain="mesh.test", name=None, **more):
        """A leaf for spiffe://DOMAIN/service/SERVICE."""
        return self.issue(name or service, f"URI:spiffe://{domain}/service/{service}", **more)
