from srkit.data.seeds import numpy_generator, seed_of, torch_generator


def test_seeds_depend_on_every_word_and_its_type():
    seeds = [seed_of(1, 23), seed_of(12, 3), seed_of("1", 23), seed_of(1, 23, 0), seed_of(23, 1)]
    assert len(set(seeds)) == 5
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert seed_of("crop", 0, 0) == seed_of("crop", 0, 0) == 3273593769470238264


def test_generators_repeat():
    assert numpy_generator("a", 1).integers(1000) == numpy_generator("a", 1).integers(1000)
    assert torch_generator("a", 1).initial_seed() == seed_of("a", 1)
