"""The command that runs a study, a grid of recipes."""

from pathlib import Path

import click

from course_lib.cli.options import DATA, DEVICE, PROFILE, SEEDS

SHORT = ("optimizer", "metric", "val %", "test %", "low %", "high %", "images right", "seeds", "runs", "diverged")


@click.command()
@click.argument("name", required=False)
@PROFILE
@DATA
@SEEDS
@click.option(
    "--engine",
    type=click.Choice(["local", "dask", "slurm", "pbs"]),
    default="local",
    show_default=True,
    help="Where runs are computed: processes here, a Dask cluster, or jobs of a queue.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Number of one-thread processes (default: one for each core) or of queue jobs (default: 1).",
)
@click.option(
    "--address", help="dask: address of the scheduler, tcp://HOST:PORT; default: $DASK_SCHEDULER_ADDRESS or one here."
)
@click.option("--gpus-per-run", type=float, help="0.5 lets two runs share a GPU (dask, slurm, pbs).")
@click.option(
    "--cluster",
    "options",
    multiple=True,
    metavar="KEY=VALUE",
    help="Setting of the queue's jobs (repeatable): queue, account, walltime, memory, cores (workers a job), "
    "directive, prologue, interface, log_directory …",
)
@click.option("--print-script", is_flag=True, help="Print the job script of slurm or pbs; submit and run nothing.")
@click.option("--recompute", is_flag=True, help="Compute every run again; leave it out to go on after Ctrl-C.")
@click.option("--export", type=click.Path(path_type=Path), help="Also write the runs to this .jsonl.gz file.")
@DEVICE
def study(name, profile, data, seeds, workers, recompute, export, device, print_script, **cluster):
    """Run the study NAME, a grid of recipes; without NAME, list the studies.

    Runs that the ledger holds are not run again. After Ctrl-C, SIGTERM or a crash the same command goes on with the
    runs that are missing, with any engine.

    \b
    course study full --workers 4
    course study full --engine dask --address tcp://head:8786
    course study full --engine slurm --workers 20 --gpus-per-run 0.5 --cluster queue=gpu --cluster walltime=04:00:00
    """
    from course_lib.interruption import kept

    with kept(lambda: _how_to_go_on(recompute)):
        engine = _make_engine(workers=workers, **cluster)
        if export:
            _check_export(export)
        if print_script:
            _print_script(engine)
        elif name is None:
            _list_studies()
        else:
            _run(name, profile, data, seeds, engine=engine, recompute=recompute, device=device, export=export)


def _how_to_go_on(recompute):
    command = "the same command without --recompute" if recompute else "the same command"
    return f"finished runs are kept in the ledger, {command} goes on from there"


def _list_studies():
    from course_lib.sweeps.studies import list_studies

    for item in list_studies():
        click.echo(f"{item.name:<22} {item.about}")


def _run(name, *args, export, **options):
    from course_lib.sweeps.running import run_study
    from course_lib.sweeps.studies import find_study

    found = find_study(name)
    _show(run_study(found, *args, **options), found.vary, export)


def _make_engine(engine, workers, address, gpus_per_run, options):
    from course_lib.sweeps.engine import Engine

    pairs = [option.partition("=") for option in options]
    for key, sign, value in pairs:
        if not (key and sign and value):
            raise ValueError(f"--cluster '{key}{sign}{value}' is not KEY=VALUE, e.g. --cluster queue=gpu")
    return Engine(engine, workers, address, gpus_per_run, tuple((key, value) for key, _, value in pairs))


def _print_script(engine):
    from course_lib.sweeps.sites import job_script

    click.echo(job_script(engine), nl=False)


def _check_export(file):
    from course_lib.paths import check_writable

    if file.is_dir():
        raise ValueError(f"--export '{file}' is a folder: name a file in it, e.g. {file / 'runs.jsonl.gz'}")
    check_writable(file.parent)


def _show(records, vary, export):
    from course_lib.sweeps.ledger import export_runs

    if export:  # export first: making the tables may fail
        export_runs(records, export)
    click.echo(_tables(records, vary))
    if export:
        click.echo(f"{len(records)} runs written to {export}")


def _tables(records, vary):
    """Tables of the best runs, one for each group of runs that differ only in what the study varies and the seed.

    If every group has a single row, one table with a line for each group. Runs that answered further probes have a
    table of these, too.
    """
    from course_lib.analysis import best_table, comparable_groups, probe_table
    from course_lib.analysis.records import probes_of

    groups = comparable_groups(records, vary)
    text = _one_or_many({heading: best_table(runs, vary=vary) for heading, runs in groups.items()})
    if any(len(probes_of(run)) > 1 for run in records):
        text += "\n\n" + _one_or_many({heading: probe_table(runs, vary=vary) for heading, runs in groups.items()})
    return text


def _one_or_many(tables):
    if len(tables) == 1:
        return next(iter(tables.values())).to_string(index=False)
    if all(len(table) == 1 for table in tables.values()):
        return _short(tables)
    return "\n\n".join(f"{heading}\n{table.to_string(index=False)}" for heading, table in tables.items())


def _short(tables):
    import pandas as pd

    table = pd.concat(tables.values(), ignore_index=True)
    table = table[[name for name in SHORT if name in table]].dropna(axis=1, how="all")
    width = max(map(len, tables))
    table["of".ljust(width)] = [heading.ljust(width) for heading in tables]
    lines = table.to_string(index=False).splitlines()
    return "\n".join(line.rstrip() for line in lines)
