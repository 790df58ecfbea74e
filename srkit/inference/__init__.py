"""What one does with weights: load, measure, convert. Reads checkpoints, never the YAML they came from."""
