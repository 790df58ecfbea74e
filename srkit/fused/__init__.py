"""The same network computed faster on a processor, by private calls of torch; ``prepare`` is the door."""
