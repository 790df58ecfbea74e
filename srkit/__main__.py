"""``python -m srkit`` is ``srkit``."""

from srkit.cli.main import main

main()
