"""What networks share: initial weights and blocks. Knows no model."""
