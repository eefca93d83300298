"""The demonstration: real cases at their true dates, and an invented town around a chosen day."""
