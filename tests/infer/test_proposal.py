"""Adaptive importance sampling against closed forms: evidence, means, efficiency, modes, and what a stop leaves."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from openparley.infer.emulator import SKILL
from openparley.infer.engine import AdaptiveImportance, Run
from openparley.infer.proposal import FREEDOM, Proposal, fit_proposal, mixture_log_ratio, prior_proposal
from openparley.infer.weights import effective_draws, normalised
from tests.infer.toy import Bell, patch, run_toy, standard

MOST_SIGMAS = 4.0
EXACT = 1e-10
SEEDS = range(8)
BELL = Bell()
ENGINE = AdaptiveImportance(draws=192, batch=48)
NAMES = tuple(row.id for row in standard())


def same(one: Run, two: Run) -> bool:
    return (
        np.array_equal(one.z, two.z)
        and np.array_equal(one.log_ratio, two.log_ratio)
        and np.array_equal(one.log_evidence, two.log_evidence)
        and all(np.array_equal(one.values[key], two.values[key]) for key in one.values)
    )


def posterior_weights(run: Run) -> np.ndarray:
    return normalised(run.log_ratio + run.log_evidence[:, -1])


def some_proposal(count: int = 40) -> Proposal:
    directions = np.linalg.qr(np.random.default_rng(1).normal(size=(5, 2)))[0]
    root = np.array([[0.7, 0.0], [0.2, 0.5]])
    return Proposal(count, 0.25, directions, np.array([1.0, -0.5]), root, 0.5, "made up")


def test_density_ratio_is_that_of_prior_and_t_written_out() -> None:
    one = some_proposal()
    z = np.random.default_rng(2).normal(size=(30, 5)) * 1.5
    s = z @ one.directions
    t = stats.multivariate_t(one.mean, one.root @ one.root.T, df=FREEDOM).pdf(s)  # pyright: ignore[reportArgumentType] - its stubs ask for integers
    normal = stats.norm.pdf(s).prod(1)
    assert np.exp(one.log_over_prior(z)) == pytest.approx(0.25 + 0.75 * t / normal, rel=1e-9)
    ratio = mixture_log_ratio([prior_proposal(60, 5, "prior"), one], z)
    assert np.exp(-ratio) == pytest.approx(0.6 + 0.4 * (0.25 + 0.75 * t / normal), rel=1e-9)


def test_draws_follow_their_density() -> None:
    """Averages of the prior, taken with draws of the mixture and their ratios."""
    count = 40_000
    one = some_proposal(count)
    rng = np.random.default_rng(3)
    z = one.draw(rng.normal(size=(count, 5)), rng)
    ratio = np.exp(-one.log_over_prior(z))
    for values, mean in ((np.ones(count), 1.0), (z[:, 0], 0.0), (z[:, 1] ** 2, 1.0), (z[:, 2] * z[:, 3], 0.0)):
        product = ratio * values
        assert product.mean() == pytest.approx(mean, abs=MOST_SIGMAS * product.std() / np.sqrt(count))


def test_only_the_subspace_is_moved() -> None:
    one = some_proposal()
    normals = np.random.default_rng(4).normal(size=(40, 5))
    z = one.draw(normals, np.random.default_rng(5))
    across = np.eye(5) - one.directions @ one.directions.T
    assert z @ across == pytest.approx(normals @ across, abs=EXACT)
    assert (z == normals).all(1).sum() == 10


def test_a_written_proposal_is_read_back_bit_for_bit() -> None:
    names = tuple("abcde")
    one = some_proposal()
    again = Proposal.from_json(one.to_json(names), names)
    z = np.random.default_rng(6).normal(size=(9, 5))
    assert np.array_equal(again.log_over_prior(z), one.log_over_prior(z))
    prior = prior_proposal(8, 5, "prior")
    assert not Proposal.from_json(prior.to_json(names), names).adapted


def test_evidence_and_means_are_those_of_the_closed_form(monkeypatch: pytest.MonkeyPatch) -> None:
    patch(monkeypatch, BELL)
    run = run_toy(ENGINE)
    assert [proposal.adapted for proposal in run.proposals] == [False, *(proposal.r2 >= SKILL for proposal in run.proposals[1:])]
    assert run.proposals[-1].adapted
    weights = posterior_weights(run)
    for j, mean in enumerate(BELL.mean):
        error = np.sqrt(np.square(weights) @ np.square(run.z[:, j] - mean))
        assert weights @ run.z[:, j] == pytest.approx(mean, abs=MOST_SIGMAS * error)
        assert error < 0.12
    for j in (30, len(NAMES) - 1):  # assumptions that the record says nothing about
        assert abs(weights @ run.z[:, j]) < MOST_SIGMAS * np.sqrt(np.square(weights) @ np.square(run.z[:, j]))


@pytest.mark.parametrize("seed", range(3))
def test_a_proposal_is_where_the_record_is(seed: int) -> None:
    """Fitted to draws of the prior, four times as many as there are assumptions: nearer to the posterior than the prior is."""
    z = np.random.default_rng([seed, 11]).normal(size=(4 * len(NAMES), len(NAMES)))
    one = fit_proposal(z, np.array([BELL(row) for row in z]), NAMES, count=48, seed=seed)
    assert one.adapted
    assert one.r2 > 0.8
    centre, mean = one.directions @ one.mean, np.r_[BELL.mean, np.zeros(len(NAMES) - len(BELL.mean))]
    assert centre @ mean > 0.9 * np.linalg.norm(centre) * np.linalg.norm(mean)
    assert np.linalg.norm(centre - mean) < 0.5 * np.linalg.norm(mean)


def adaptive(seed: int, sizes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Coordinates, log m, and the log ratios of the mixture and of each draw's own batch."""
    rng = np.random.default_rng([seed, 77])
    z, log_m, proposals, own = np.zeros((0, len(NAMES))), np.zeros(0), [], []
    for count in sizes:
        one = fit_proposal(z, log_m, NAMES, count=count, seed=seed) if len(z) else prior_proposal(count, len(NAMES), "the first")
        fresh = one.draw(rng.normal(size=(count, len(NAMES))), rng)
        z, log_m = np.concatenate([z, fresh]), np.concatenate([log_m, [BELL(row) for row in fresh]])
        own.append(-one.log_over_prior(fresh))
        proposals.append(one)
    return z, log_m, mixture_log_ratio(proposals, z), np.concatenate(own)


def test_weights_are_without_bias_over_seeds() -> None:
    """Evidence from each draw's own batch, and means under the weights of the mixture, within their error over repeated runs.

    The mixture's evidence is low by a few per cent: each proposal is fitted to draws that it then helps to weigh.
    """
    own, mixed, means = [], [], []
    for seed in SEEDS:
        z, log_m, mixture, alone = adaptive(seed, (48, 48, 48))
        own.append(np.exp(alone + log_m - BELL.log_evidence).mean())
        mixed.append(np.exp(mixture + log_m - BELL.log_evidence).mean())
        means.append(normalised(mixture + log_m) @ z[:, :3] - BELL.mean)
    assert np.mean(own) == pytest.approx(1.0, abs=MOST_SIGMAS * np.std(own) / np.sqrt(len(own)))
    assert np.mean(mixed) == pytest.approx(1.0, abs=0.15)
    assert np.std(mixed) < np.std(own)
    error = np.std(means, axis=0) / np.sqrt(len(means))
    assert (np.abs(np.mean(means, axis=0)) < MOST_SIGMAS * error).all()


def test_adapted_draws_are_worth_more_than_the_priors(monkeypatch: pytest.MonkeyPatch) -> None:
    patch(monkeypatch, BELL)
    engines = {batch: [replace(ENGINE, batch=batch, seed=seed) for seed in range(2)] for batch in (48, 192)}
    worth = {batch: [effective_draws(posterior_weights(run_toy(one))) for one in found] for batch, found in engines.items()}
    assert np.mean(worth[48]) > 1.5 * np.mean(worth[192])
    assert min(worth[48]) > max(worth[192])


def test_without_skill_the_proposal_is_the_prior(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = iter(np.random.default_rng(7).normal(size=10_000))
    patch(monkeypatch, lambda z: float(next(noise)))
    run = run_toy(ENGINE)
    assert not any(proposal.adapted for proposal in run.proposals)
    assert all("no skill" in proposal.why for proposal in run.proposals[1:])
    assert run.log_ratio == pytest.approx(0, abs=EXACT)


def test_few_draws_are_no_ground_for_an_emulator() -> None:
    z = np.random.default_rng(8).normal(size=(10, 4))
    found = fit_proposal(z, z[:, 0], tuple("abcd"), count=10, seed=1)
    assert not found.adapted
    assert "too few" in found.why


def test_draws_that_exclude_the_record_do_not_stop_the_fit() -> None:
    z = np.random.default_rng(9).normal(size=(80, 6))
    values = np.where(np.arange(80) % 8 == 0, -np.inf, 1.5 * z[:, 0])
    found = fit_proposal(z, values, tuple("abcdef"), count=20, seed=1)
    assert found.adapted
    assert (found.directions @ found.mean)[0] == pytest.approx(1.5, abs=0.3)


@pytest.mark.parametrize("lean", [0.0, 0.5], ids=["even", "leaning"])
def test_two_modes_are_both_kept(monkeypatch: pytest.MonkeyPatch, lean: float) -> None:
    """Two bells at ±2 on one assumption; a proposal for the one alone would give the other next to no draws."""
    share = (1 + lean) / 2

    def two(z: np.ndarray) -> float:
        return float(np.logaddexp(np.log(share) - 2 * (z[0] - 2) ** 2, np.log1p(-share) - 2 * (z[0] + 2) ** 2))

    patch(monkeypatch, two)
    found = []
    for seed in range(3):
        run = run_toy(replace(ENGINE, seed=seed))
        found.append(posterior_weights(run) @ (run.z[:, 0] > 0))
        assert min((run.z[:, 0] > 1).sum(), (run.z[:, 0] < -1).sum()) >= 10
    assert np.mean(found) == pytest.approx(share, abs=0.15)


def test_a_resumed_run_is_the_undisturbed_one_bit_for_bit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = patch(monkeypatch, BELL)
    whole = run_toy(ENGINE)
    for stop_at in (48, 130):

        def stop(stage: str, done: int, total: int, at: int = stop_at) -> None:
            if done == at:
                raise KeyboardInterrupt

        folder = tmp_path / str(stop_at)
        folder.mkdir()
        with pytest.raises(KeyboardInterrupt):
            run_toy(ENGINE, checkpoint=folder, progress=stop)
        assert len(list(folder.glob("draw-*.npz"))) == stop_at
        asked.clear()
        assert same(run_toy(ENGINE, checkpoint=folder), whole)
        assert asked == list(range(stop_at, ENGINE.draws))


def test_a_lost_proposal_is_fitted_again_to_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    patch(monkeypatch, BELL)
    whole = run_toy(ENGINE, checkpoint=tmp_path)
    assert sorted(path.name for path in tmp_path.glob("*.json")) == [f"proposal-{b:02d}.json" for b in range(4)]
    (tmp_path / "proposal-01.json").unlink()
    torn = tmp_path / "proposal-02.json"
    before = torn.read_text()
    torn.write_text(before[:200])
    assert same(run_toy(ENGINE, checkpoint=tmp_path), whole)
    assert torn.read_text() == before


def test_stages_tell_what_is_reused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    patch(monkeypatch, BELL)
    engine = replace(ENGINE, draws=40, batch=30)
    shown: list[tuple[str, int, int]] = []
    run_toy(engine, checkpoint=tmp_path, progress=lambda *what: shown.append(what))
    assert [done for _, done, _ in shown] == [*range(31), *range(30, 41)]
    assert {total for _, _, total in shown} == {40}
    assert len({stage for stage, _, _ in shown}) == 2
    shown.clear()
    run_toy(engine, checkpoint=tmp_path, progress=lambda *what: shown.append(what))
    assert [done for _, done, _ in shown] == [30, 40]


def test_one_batch_is_sampling_from_the_prior(monkeypatch: pytest.MonkeyPatch) -> None:
    patch(monkeypatch, BELL)
    run = run_toy(replace(ENGINE, batch=ENGINE.draws))
    assert run.log_ratio == pytest.approx(0, abs=EXACT)
    middle = (np.arange(192)[:, None] + 0.5) / 192
    assert np.abs(np.sort(stats.norm.cdf(run.z), axis=0) - middle).max() < 0.5 / 192 + 1e-6
