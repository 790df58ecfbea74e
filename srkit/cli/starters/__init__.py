"""A plugin with one part for each kind; ``srkit new plugin`` copies one under another name."""
