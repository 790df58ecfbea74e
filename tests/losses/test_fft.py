import numpy as np
import pytest
import torch

from srkit.losses.fft import FFT


def images():
    torch.manual_seed(0)
    return torch.rand(2, 3, 9, 12), torch.rand(2, 3, 9, 12)


def test_it_is_the_mean_of_real_and_imaginary_parts():
    x, y = images()
    both = np.fft.fft2(x.double()) - np.fft.fft2(y.double())
    wanted = np.abs(np.stack([both.real, both.imag])).mean()
    assert float(FFT()(x, y)) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("alpha", [1.0, 0.5])
def test_focal_weighs_every_frequency_by_its_difference(alpha):
    x, y = images()
    distance = np.abs(np.fft.fft2(x.double(), norm="ortho") - np.fft.fft2(y.double(), norm="ortho"))
    weight = distance**alpha
    weight /= weight.max((-2, -1), keepdims=True)
    assert float(FFT(focal=alpha)(x, y)) == pytest.approx((weight * distance**2).mean(), rel=1e-5)


def test_the_weights_have_no_gradient():
    x, y = images()
    x.requires_grad_()
    FFT(focal=1.0)(x, y).backward()
    difference = torch.fft.fft2(x.detach() - y, norm="ortho")
    weight = difference.abs() / difference.abs().amax((-2, -1), keepdim=True)
    wanted = torch.fft.ifft2(weight * difference, norm="ortho").real * 2 / x.numel()
    torch.testing.assert_close(x.grad, wanted, rtol=1e-4, atol=1e-7)


def test_the_gradient_is_the_slope():
    x, y = images()
    x.requires_grad_()
    (gradient,) = torch.autograd.grad(FFT()(x, y), x)
    x, step = x.detach(), 1e-3 * torch.randn(x.shape)
    slope = (float(FFT()(x + step, y)) - float(FFT()(x - step, y))) / 2
    assert float((gradient * step).sum()) == pytest.approx(slope, rel=2e-2)


@pytest.mark.parametrize("loss", [FFT(), FFT(focal=1.0)])
def test_equal_images_have_a_finite_gradient(loss):
    _, y = images()
    equal = y.clone().requires_grad_()
    loss(equal, y).backward()
    assert equal.grad.isfinite().all()
