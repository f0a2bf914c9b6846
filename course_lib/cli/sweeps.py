"""Grids of runs."""

from pathlib import Path

import click

from course_lib.cli.options import DATA, DEVICE, PROFILE, SEEDS

SHORT = ("optimizer", "val %", "test %", "low %", "high %", "images right", "seeds", "runs", "diverged")


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
    help="Where to compute: this machine's processes, a Dask cluster, jobs of a queue.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Processes of one thread (default: one a core), or jobs of the queue (default: 1).",
)
@click.option("--address", help="dask: the scheduler, tcp://HOST:PORT; default: $DASK_SCHEDULER_ADDRESS or one here.")
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
@click.option("--recompute", is_flag=True, help="Compute every run again; to go on after Ctrl-C, leave it out.")
@click.option("--export", type=click.Path(path_type=Path), help="Also write the runs to this .jsonl.gz file.")
@DEVICE
def study(name, profile, data, seeds, workers, recompute, export, device, print_script, **cluster):
    """Run the study NAME: a grid of recipes. What the ledger holds is not run again; without NAME, list them.

    After Ctrl-C, SIGTERM or a crash the same command goes on with the runs that are missing, with any engine.

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


def _run(*args, export, **options):
    from course_lib.sweeps.running import run_study

    _show(run_study(*args, **options), export)


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


def _show(records, export):
    from course_lib.sweeps.ledger import export_runs

    if export:  # before a table of them can fail
        export_runs(records, export)
    click.echo(_tables(records))
    if export:
        click.echo(f"{len(records)} runs written to {export}")


def _tables(records):
    """What validation chose among runs that differ in rate, optimiser and seed alone: a table each, under its settings.

    Where none has more than one row, a line each.
    """
    from course_lib.analysis.tables import best_table

    groups = _comparable(records)
    tables = {heading: best_table(runs) for heading, runs in groups.items()}
    if len(tables) == 1:
        return next(iter(tables.values())).to_string(index=False)
    if all(len(table) == 1 for table in tables.values()):
        return _short(tables)
    return "\n\n".join(f"{heading}\n{table.to_string(index=False)}" for heading, table in tables.items())


def _short(tables):
    import pandas as pd

    table = pd.concat(tables.values(), ignore_index=True).reindex(columns=SHORT)
    width = max(map(len, tables))
    table["of".ljust(width)] = [heading.ljust(width) for heading in tables]
    lines = table.to_string(index=False).splitlines()
    return "\n".join(line.rstrip() for line in lines)


def _comparable(records):
    """Lists of runs by heading, which tells as few settings as tell the lists apart; in order of first appearance."""
    settings = [{**run["data"], **run["recipe"]} for run in records]
    headings = [""] * len(records)
    for name in (name for name in settings[0] if name not in ("lr", "optimizer")):
        longer = [f"{h}, {_in_words(name, own[name])}" for h, own in zip(headings, settings, strict=True)]
        headings = longer if len(set(longer)) > len(set(headings)) else headings
    groups = {}
    for heading, run in zip(headings, records, strict=True):
        groups.setdefault(heading.removeprefix(", "), []).append(run)
    return groups


def _in_words(name, value):
    if name == "name":
        return value
    if name == "augmentation":
        return ", ".join(_transform_in_words(step) for step in value) or "no augmentation"
    return f"{name} {'by default' if value is None else value}"


def _transform_in_words(step):
    """``RandomAffine(degrees=10.0)``: what is not the default; not the fill, which follows the normalisation."""
    from pydantic import TypeAdapter

    from course_lib.data.augmentation import Transform

    given = TypeAdapter(Transform).validate_python(step).model_dump(exclude_defaults=True, exclude={"name", "fill"})
    return f"{step['name']}({', '.join(f'{key}={value}' for key, value in given.items())})"
