"""What the offices did and when: counted from what is recorded, by office and month."""
