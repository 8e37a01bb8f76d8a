"""What is kept between estimates is bounded, however many patterns of missing periods come along."""

import importlib
import pkgutil
import tracemalloc

import numpy as np

import models.causal
from models.causal import noise, student

#: Kept for each class of record: there are as many as are written.
BY_CLASS = {"models.causal.follow_up_document._hints"}


def _caches():
    """Return every cache of the engine by name."""
    found = {}
    for module in pkgutil.walk_packages(models.causal.__path__, "models.causal."):
        for name, each in vars(importlib.import_module(module.name)).items():
            if hasattr(each, "cache_parameters"):
                found[f"{each.__module__}.{name}"] = each
    return found


def test_every_cache_has_an_end():
    caches = _caches()
    assert "models.causal.noise._cached_gains" in caches
    for name, cache in caches.items():
        if name in BY_CLASS:
            continue
        assert cache.cache_parameters()["maxsize"] is not None, name
        assert cache.cache_parameters()["maxsize"] <= 512, name


def test_many_patterns_do_not_grow_memory():
    rng = np.random.default_rng((4, 4))
    columns = rng.normal(size=(260, 3))

    def whiten(n_patterns):
        for _ in range(n_patterns):
            seen = rng.random(260) > 0.2
            noise.whiten_at(columns, seen, int(rng.integers(79)))
            student.student_parts(columns, float(rng.uniform(3.0, 200.0)))

    tracemalloc.start()
    try:
        whiten(80)
        filled = tracemalloc.get_traced_memory()[0]
        whiten(80)
        assert tracemalloc.get_traced_memory()[0] < 1.1 * filled
    finally:
        tracemalloc.stop()


def test_long_series_are_not_kept():
    before = noise._cached_gains.cache_info().currsize
    noise.filter_gains(np.ones(1000, dtype=bool))
    assert noise._cached_gains.cache_info().currsize == before
