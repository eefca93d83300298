"""Credit subjects (经营主体): identity, names in time, markets and stalls."""
