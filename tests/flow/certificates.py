"""Certificates for localhost, made on the spot."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(serial, days=1):
    """(certificate, private key) for localhost, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    # A subject of its own: of two trusted roots with one name, the wrong one may be tried alone.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"localhost {serial}")])
    now = datetime.datetime.utcnow()
    day = datetime.timedelta(1)
    cert = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(serial).not_valid_before(now - day).not_valid_after(now + days * day)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
            .sign(key, hashes.SHA256()))
    return (cert.public_bytes(serialization.Encoding.PEM),
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                              serialization.NoEncryption()))
