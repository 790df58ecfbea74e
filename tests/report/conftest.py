import json

import numpy as np
import pytest

from srkit.image.files import write

PROTOCOL = {"color": "Y", "range": "16..235", "border": 2, "rounded": "8 bit"}


@pytest.fixture
def run_folder(tmp_path):
    """A finished run, made by hand: srkit wins on 'edges', loses on 'noise', and ties on 'flat'."""
    folder = tmp_path / "run"
    random = np.random.default_rng(0)
    scores = []
    for image, srkit, bicubic in (
        ("edges", 30.0, 28.0),
        ("noise", 20.0, 20.5),
        ("flat", float("inf"), float("inf")),
    ):
        high = random.integers(0, 256, (100, 130, 3), dtype=np.uint8)
        (folder / "pictures" / image).mkdir(parents=True)
        for kind, picture in (
            ("hr", high),
            ("srkit", np.clip(high.astype(int) + (2 if image == "edges" else 9), 0, 255).astype(np.uint8)),
            ("bicubic", np.clip(high.astype(int) + 6, 0, 255).astype(np.uint8)),
            ("lr", high[::2, ::2].copy()),
        ):
            write(folder / "pictures" / image / f"{kind}.png", picture)
        for model, value in (("srkit", srkit), ("bicubic", bicubic)):
            for metric in ("psnr", "ssim"):
                scores.append({"model": model, "image": image, "metric": metric, "value": value})
    np.savez(folder / "pictures" / "kernels.npz", edges=np.ones((5, 5)) / 25)
    (folder / "scores.jsonl").write_text("".join(json.dumps(row) + "\n" for row in scores))
    (folder / "config.yaml").write_text("scale: 2\nname: <script>alert(1)</script>\n")
    (folder / "environment.json").write_text(json.dumps({"srkit": "0.1.0", "command": ["/x/srkit", "run"]}))
    log = [{"event": "train", "step": step, "loss": 1 / step} for step in range(1, 20)]
    log += [{"event": "validate", "step": step, "psnr": 20 + step} for step in (5, 10)]
    (folder / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in log) + '{"event": "tra')
    summary = {
        "name": "<script>alert(1)</script>",
        "steps": 19,
        "best_step": 10,
        "seconds": 60.0,
        "parameters": 1234,
        "model": "lapsrn",
        "scale": 2,
        "color": "y",
        "images": 3,
        "protocol": {"psnr": PROTOCOL, "ssim": PROTOCOL},
    }
    (folder / "summary.json").write_text(json.dumps(summary))
    return folder
