"""Everything of this project that wants a GPU, in one run of nine minutes: python -m gpu.run --out FOLDER."""
