"""What the public may see: public view, editions, withdrawal."""
