"""The local AWS: a background server on 127.0.0.1, built on moto."""
