"""Evidence and notices, kept under the digest of their bytes."""
