"""From images to batches: crops, cache, stream. Takes callables and numbers; knows no registry and no YAML."""
