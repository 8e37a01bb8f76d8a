"""The valuation of a pack computed again and compared with the published one: amounts to the cent, all else exactly."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from models.domain.benefit_line import WhyNot
from models.domain.joint import lines_of
from models.domain.valuation import PortfolioValuation
from models.value.allocate import Allocation, allocate_costs
from models.value.document import from_document, to_document
from models.value.line_effect import Volumes, effect_of_line
from models.value.portfolio import PortfolioWorth, value_everything
from models.value.publication import Publication
from models.value.tagged import from_tagged, to_tagged
from models.value.weigh import LineEffect, PortfolioInputs

from .compare import compare_documents
from .estimates import Results, estimate_again
from .rows import Observations, check_panels, read_panels
from .table import print_figures

Say = Callable[[str], None]
_NUMERIC = ("numpy", "pandas", "scipy", "statsmodels")
_MOST_NAMED = 40


def compute_again(folder: Path, manifest: Mapping[str, Any], say: Say) -> int:
    """Compute everything of a pack again, print the figures, and return the exit code."""
    _say_versions(folder, say)
    observations = Observations(folder)
    n_cells, problems = check_panels(folder, observations)
    say(f"Panels: {n_cells} rows held against the posted observations, {len(problems)} problem(s).")
    say("Estimates, each computed again:")
    by_key, n_again, differing = estimate_again(folder, read_panels(folder), say)
    problems += differing
    n_differing = len({problem.partition(":")[0] for problem in differing})
    say(f"Estimates: {n_again - n_differing} of {n_again} are the published ones.")
    inputs, allocation = _read_inputs(folder)
    effects = _effects_of(inputs, by_key, observations.driver_volumes(manifest["publication"]["input_seq"]))
    problems += _compare_effects(inputs, effects)
    again = replace(inputs, effects={**inputs.effects, **effects})
    worth = value_everything(again, Results(by_key, inputs.n_draws).draw)
    stored = json.loads((folder / "PUBLISHED.json").read_bytes())
    published = from_document(Publication, stored)
    only = str(manifest["initiative"])
    compared = compare_documents(
        _shown(published, only), _shown(_publication(published, inputs, worth, allocation), only)
    )
    print_figures(to_document(worth.figures), [to_document(each) for each in worth.initiatives], only, say)
    problems += compared.differences
    for problem in problems[:_MOST_NAMED]:
        say(problem)
    if len(problems) > _MOST_NAMED:
        say(f"... and {len(problems) - _MOST_NAMED} more")
    word = "DIFFERS" if problems else "agrees"
    say(f"Compared beside the figures: {compared.n_words} words and dates.")
    say(f"{word}: {compared.n_agreeing} of {compared.n_figures} figures")
    return 1 if problems else 0


def _say_versions(folder: Path, say: Say) -> None:
    """Name the packages that differ from those by which the pack was made: the last digits of a float may be theirs."""
    made: Mapping[str, Any] = json.loads((folder / "versions.json").read_bytes())
    here = {"python": platform.python_version()}
    for name in _NUMERIC:
        try:
            here[name] = version(name)
        except PackageNotFoundError:
            here[name] = "unknown"
    there = {"python": made["python"], **{name: made["packages"].get(name, "unknown") for name in _NUMERIC}}
    other = [f"{name} {here[name]} (the pack: {there[name]})" for name in here if here[name] != there[name]]
    say(f"Versions: {', '.join(f'{name} {text}' for name, text in here.items())}.")
    if other:
        say(f"Other versions than those that made the pack: {', '.join(other)}.")


def _read_inputs(folder: Path) -> tuple[PortfolioInputs, Allocation]:
    """Return what the valuation starts from, with the cost of platforms allocated again."""
    inputs: PortfolioInputs = from_tagged(json.loads((folder / "valuation" / "inputs.json").read_bytes()))
    uses = from_tagged(json.loads((folder / "valuation" / "platform_uses.json").read_bytes()))
    allocation = allocate_costs(inputs.initiatives, uses, calendar=inputs.policy.calendar, as_of=inputs.as_of)
    return replace(inputs, initiatives=allocation.initiatives), allocation


def _effects_of(
    inputs: PortfolioInputs, by_key: Mapping[str, tuple[int, Any]], volumes: Mapping[str, Volumes]
) -> dict[str, LineEffect | WhyNot]:
    """Return the effect of each benefit line and joint key from the estimates, with volumes from posted rows."""
    lines = {line.key: line for initiative in inputs.initiatives for line in initiative.lines}
    found: dict[str, LineEffect | WhyNot] = {}
    for key in [*lines, *(joint.key for joint in inputs.shared.joints)]:
        line = lines.get(lines_of(key)[0])
        if key in by_key and line is not None:
            estimate_id, result = by_key[key]
            found[key] = effect_of_line(line, estimate_id, result, volumes.get(line.driver_kpi))
    return found


def _compare_effects(inputs: PortfolioInputs, effects: Mapping[str, LineEffect | WhyNot]) -> list[str]:
    """Return a sentence for each effect that is not the one that the valuation started from."""
    problems = [f"{key}: no estimate of it is in the pack" for key in sorted(inputs.effects.keys() - effects.keys())]
    for key, effect in effects.items():
        if to_tagged(effect) != to_tagged(inputs.effects.get(key)):
            problems.append(f"{key}: its effect is not the one that was valued")
    return problems


def _publication(
    published: Publication, inputs: PortfolioInputs, worth: PortfolioWorth, allocation: Allocation
) -> Publication:
    """Return the valuation as it would be published now, under the number and with the words of the published one."""
    policy = inputs.policy
    context = replace(
        published.valuation.context,
        as_of=inputs.as_of,
        currency=policy.reporting_currency,
        level=policy.interval_level,
        rate_set=policy.rate_set.value,
        discount_rate=policy.discount_rate,
        policy_version=policy.version,
        n_draws=inputs.n_draws,
    )
    valuation = PortfolioValuation(
        context,
        worth.figures,
        worth.initiatives,
        worth.ledger,
        joints=worth.joints,
        allocated=allocation.costs,
        true_ups=worth.true_ups,
    )
    return Publication(valuation, policy, worth.grid, worth.parts)


def _shown(publication: Publication, only: str) -> Any:
    """Return what is compared: everything, or what is of one initiative; causes of true-ups are no figures."""
    valuation = publication.valuation
    true_ups = tuple(replace(each, reasons=()) for each in valuation.true_ups)
    if only:
        valuation = replace(
            valuation,
            initiatives=tuple(each for each in valuation.initiatives if each.key == only),
            joints=tuple(each for each in valuation.joints if only in each.initiatives),
            allocated=tuple(each for each in valuation.allocated if only in {each.platform, each.initiative}),
            ledger=replace(
                valuation.ledger,
                entries=tuple(each for each in valuation.ledger.entries if each.initiative == only),
                unshared=tuple(each for each in valuation.ledger.unshared if only in each.initiatives),
            ),
        )
        true_ups = tuple(each for each in true_ups if each.initiative == only)
        parts = tuple(part for part in publication.parts if part.key == only)
        document = to_document(replace(publication, valuation=replace(valuation, true_ups=true_ups), parts=parts))
        del document["valuation"]["figures"]
        document["valuation"]["ledger"] = {
            name: document["valuation"]["ledger"][name] for name in ("entries", "unshared")
        }
        return document
    return to_document(replace(publication, valuation=replace(valuation, true_ups=true_ups)))
