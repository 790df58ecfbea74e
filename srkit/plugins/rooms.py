"""The names of the built-in part rooms. Each is a plugin like any other, and imports torch."""

BUILT_IN = (
    "srkit.models",
    "srkit.upsamplers",
    "srkit.losses",
    "srkit.degradations",
    "srkit.metrics",
    "srkit.datasets",
    "srkit.optimizers",
    "srkit.schedules",
    "srkit.trackers",
    "srkit.launchers",
    "srkit.readers",
)
