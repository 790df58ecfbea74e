"""Code that networks share: initial weights and blocks. It imports no model."""
