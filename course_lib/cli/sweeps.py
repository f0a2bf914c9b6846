"""Grids of runs."""

from pathlib import Path

import click

from course_lib.cli.options import DATA, DEVICE, PROFILE, SEEDS


@click.command()
@click.argument("name", required=False)
@PROFILE
@DATA
@SEEDS
@click.option("--workers", type=click.IntRange(min=1), help="Processes of one thread; one a core by default.")
@click.option("--recompute", is_flag=True, help="Compute every run again; to go on after Ctrl-C, leave it out.")
@click.option("--export", type=click.Path(path_type=Path), help="Also write the runs to this .jsonl.gz file.")
@DEVICE
def study(name, profile, data, seeds, workers, recompute, export, device):
    """Run the study NAME: a grid of recipes. What the ledger holds is not run again; without NAME, list them.

    Ctrl-C or a crash loses nothing finished: the same command goes on from there.
    """
    from course_lib.analysis.tables import best_table
    from course_lib.sweeps.ledger import export_runs
    from course_lib.sweeps.studies import STUDIES, run_study

    if name is None:
        for item in STUDIES.values():
            click.echo(f"{item.name:<22} {item.about}")
        return
    records = run_study(name, profile, data, seeds, workers=workers, recompute=recompute, device=device)
    click.echo(best_table(records).to_string(index=False))
    if export:
        export_runs(records, export)
        click.echo(f"{len(records)} runs written to {export}")
