"""The kinds of parts, one file each, with their interfaces, optional attributes and slots.

A new kind is one file here and one line below. ``KINDS`` is the one list of them: the decorators of ``srkit``, the
catalog, the rooms of built-in parts, the contracts and the documentation read it. Nothing here imports torch.

Conventions that hold for every part: images are float tensors (N,C,H,W) in [0,1]; C is 1 (Y of BT.601 studio range,
so in [16/255, 235/255]) or 3 (RGB). Torch's generator is seeded when a part is built; when it is called, only a
network in ``train()``, a method or an estimator draws from it. The contract of each kind stands in
docs/add-a-part.md, and ``srkit.testing.check_part`` checks it.
"""

# Listings and the documentation show the kinds in this order.
# isort: off
from srkit.parts.model import Model as Model, model as model
from srkit.parts.upsampler import Upsampler as Upsampler, upsampler as upsampler
from srkit.parts.loss import Loss as Loss, loss as loss
from srkit.parts.degradation import Degradation as Degradation, degradation as degradation
from srkit.parts.stage import Stage as Stage, stage as stage
from srkit.parts.augmentation import Augmentation as Augmentation, augmentation as augmentation
from srkit.parts.metric import Metric as Metric, metric as metric
from srkit.parts.dataset import Dataset as Dataset, dataset as dataset
from srkit.parts.optimizer import Optimizer as Optimizer, optimizer as optimizer
from srkit.parts.schedule import Schedule as Schedule, schedule as schedule
from srkit.parts.regime import Regime as Regime, regime as regime
from srkit.parts.discriminator import Discriminator as Discriminator, discriminator as discriminator
from srkit.parts.gan_loss import GanLoss as GanLoss, gan_loss as gan_loss
from srkit.parts.method import Method as Method, method as method
from srkit.parts.estimator import Estimator as Estimator, estimator as estimator
from srkit.parts.tracker import Tracker as Tracker, tracker as tracker
from srkit.parts.launcher import Launcher as Launcher, launcher as launcher
from srkit.parts.reader import Reader as Reader, reader as reader
from srkit.parts.exporter import Exporter as Exporter, exporter as exporter

# isort: on
from srkit.registry import Kind as _Kind

KINDS: tuple[_Kind, ...] = tuple(one for one in list(globals().values()) if isinstance(one, _Kind))
