"""Training and evaluation machinery. Takes tensors, callables and numbers; knows no registry and no YAML."""
