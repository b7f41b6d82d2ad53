"""Prints the vectors of handshake.test.ts and onion.test.ts.

Written from the specification with other tools than the relay's: Python's `cryptography` (X25519, AES-CTR), hashlib
and hmac. Run it with `python3 node/relay/onion-vectors.py` (made with cryptography 48.0.0).
"""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PROTOCOL = b"ntor-curve25519-sha256-1"


def tweaked(message, tweak):
    return hmac.new(tweak, message, hashlib.sha256).digest()


def expand(key, info, length):
    """RFC 5869, section 2.3."""
    out = block = b""
    counter = 1
    while len(out) < length:
        block = hmac.new(key, block + info + bytes([counter]), hashlib.sha256).digest()
        out += block
        counter += 1
    return out[:length]


def handshake():
    b, x, y = (X25519PrivateKey.from_private_bytes(bytes(range(at, at + 32))) for at in (0, 32, 64))
    B, X, Y = (key.public_key().public_bytes_raw() for key in (b, x, y))
    identity = bytes(range(100, 120))
    secret = y.exchange(x.public_key()) + b.exchange(x.public_key()) + identity + B + X + Y + PROTOCOL
    verify = tweaked(secret, PROTOCOL + b":verify")
    print("B", B.hex())
    print("X", X.hex())
    print("Y", Y.hex())
    print("auth", tweaked(verify + identity + B + Y + X + PROTOCOL + b"Server", PROTOCOL + b":mac").hex())
    print("keys", expand(tweaked(secret, PROTOCOL + b":key_extract"), PROTOCOL + b":key_expand", 72).hex())


class Hop:
    def __init__(self, number):
        keys = hashlib.sha512(b"hop %d" % number).digest() + hashlib.sha256(b"rest %d" % number).digest()
        self.digest = {"forward": hashlib.sha1(keys[:20]), "backward": hashlib.sha1(keys[20:40])}
        self.cipher = {
            way: Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
            for way, key in (("forward", keys[40:56]), ("backward", keys[56:72]))
        }


def layers():
    """40 DATA cells each way through three hops, of 0 to 487 bytes, a few of them for or from the earlier hops."""
    hops = [Hop(number) for number in range(3)]
    total = {"forward": hashlib.sha256(), "backward": hashlib.sha256()}
    for n in range(40):
        data = (hashlib.sha256(b"cell %d" % n).digest() * (n % 15) + b"x" * n)[:498]
        hop = 2 if n % 5 else n // 5 % 3
        for way in ("forward", "backward"):
            body = data if way == "forward" else data[::-1]
            head = bytes([2, 0, 0, 0, n + 1, 0, 0, 0, 0, len(body) >> 8, len(body) & 255])
            cell = head + body + bytes(498 - len(body))
            hops[hop].digest[way].update(cell)
            digest = hops[hop].digest[way].copy().digest()
            cell = cell[:5] + digest[:4] + cell[9:]
            for i in range(hop, -1, -1):
                cell = hops[i].cipher[way].update(cell)
            total[way].update(cell)
            if n in (0, 39):
                print(way, n, cell[:16].hex(), digest.hex())
    for way, digest in total.items():
        print("all", way, digest.hexdigest())


handshake()
layers()
