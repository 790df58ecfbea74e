"""Studies: from one file that says what to vary to trained and measured arms; the report compares them."""
