"""The street door: one small file a command. Heavy rooms are imported inside the commands."""
