import pytest
import torch

from srkit.run.session import Session


def test_dropout_depends_on_the_seed_alone(prepare):
    drawn = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        with Session(*prepare(name, f"seed={seed}")) as session:
            session.start(3)
            drawn.append(torch.rand(4).tolist())
        torch.rand(3)
    assert drawn[0] == drawn[1] != drawn[2]


def test_validation_images_beyond_the_memory_are_made_anew_and_are_the_same(prepare):
    found = []
    for name, memory in (("kept", 2.0), ("anew", 0.0001)):
        with Session(*prepare(name, f"data.memory={memory}")) as session:
            session.start(1)
            found.append([session.validation.means(session.model) for _ in range(2)])
            assert (session.validation._kept is None) == (name == "anew")
    assert found[0] == found[1]
    assert found[0][0] == found[0][1]


@pytest.mark.parametrize(
    ("options", "last"),
    [
        (["train.precision=fp32"], False),
        (["train.precision=bf16"], True),
        (["train.precision=fp32", "train.channels_last=true"], True),
        (["train.precision=bf16", "train.channels_last=false"], False),
    ],
)
def test_the_memory_layout_is_the_faster_one_unless_it_is_given(prepare, options, last):
    with Session(*prepare("run", *options)) as session:
        weight = session.model.levels[0].convs[0].weight
        assert weight.is_contiguous(memory_format=torch.channels_last) == last
        assert weight.is_contiguous() == (not last)


def test_validation_images_and_training_images_share_the_memory(prepare):
    with Session(*prepare("shared", "data.memory=2.0")) as session:
        session.start(1)
        before = session.cache.room
        session.validation.means(session.model)
        kept = sum(image.nbytes for one in session.validation._kept for image in (one.low, one.high))
        assert session.cache.room <= before - kept
