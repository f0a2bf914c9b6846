"""The command `course`: a thin layer over the library; each command imports what it needs only when it runs."""

import click

from course_lib import __version__
from course_lib.cli import (
    advice,
    benchmarks,
    claims,
    classes,
    classifiers,
    features,
    images,
    lessons,
    models,
    report_card,
    site,
    students,
    sweeps,
)
from course_lib.errors import MissingExtraError, RunsFailedError
from course_lib.interruption import interrupt_code, interrupt_sentence, interruptible, is_interrupt, was_interrupted

# Errors that a user can fix are printed as one sentence; any other error is a bug and shows its traceback.
USER_ERRORS = (ValueError, OSError, MissingExtraError, RunsFailedError)


class CourseGroup(click.Group):
    """A command group that prints errors, Ctrl-C and SIGTERM as one sentence on stderr and sets the exit code."""

    def invoke(self, context):
        try:
            with interruptible():
                return self._invoke(context)
        except BaseException as error:  # whatever a library made of the interrupt
            if not is_interrupt(error):
                raise
            click.echo(f"course: {interrupt_sentence(error)}", err=True)
            context.exit(interrupt_code(error))

    def _invoke(self, context):
        try:
            return super().invoke(context)
        except BrokenPipeError:  # `course … | head` closes the pipe early; click exits quietly
            raise
        except USER_ERRORS as error:
            if was_interrupted():
                raise
            click.echo(f"course: {error}", err=True)
            context.exit(1 if isinstance(error, RunsFailedError) else 2)
        except RuntimeError as error:
            if type(error).__name__ != "OutOfMemoryError":  # torch's class, compared by name: torch may not be imported
                raise
            click.echo("course: the GPU's memory is full: lower batch_size or size, or add --device cpu", err=True)
            context.exit(2)


@click.group(cls=CourseGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="course")
def main():
    """Fine-tuning and transfer learning for image classifiers: lessons, runs, images.

    \b
    Start here:
      course doctor                                is this machine ready?
      course lab                                   open the lessons in JupyterLab
      course run 05 --profile smoke                run a lesson and write a report
      course status                                your guesses and exercises, and what to do next
      course advise my_photos                      which learning rates to try first
      course train --data folder:my_photos         train on your own images
      course predict MODEL new_photos              classify images with the model

    Exit codes: 0 success, 1 something ran and failed (a lesson, a check), 2 bad input or nothing to work on,
    130 stopped by Ctrl-C, 143 stopped by SIGTERM.
    """


COMMANDS = (
    lessons.lab,
    lessons.run,
    students.status,
    students.reset,
    models.train,
    advice.advise,
    classifiers.predict,
    classifiers.export,
    features.features,
    images.stats,
    images.data,
    models.pretrain,
    sweeps.study,
    claims.claims,
    report_card.report_card,
    benchmarks.bench,
    lessons.build,
    classes.assign,
    classes.grade,
    site.site,
    lessons.doctor,
)
for command in COMMANDS:
    main.add_command(command)
